"""A compiled formula: what the rest of the platform holds and passes around."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Aggregate, Call, Field, Node, Param, children, to_json, walk
from loomwork.expressions.language.infer import infer
from loomwork.expressions.language.parse import parse
from loomwork.expressions.types import FormulaType, Scope

_NO_PARAMS: Mapping[str, FormulaType | Param] = {}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was found right.

    Shapes: `dependencies` are dotted paths from the entity's row, those inside aggregates included (`lines`,
    `lines.price`); `functions` are the names called; `needs` are now, zone, user, calendar as far as used.
    """

    text: str
    ir: Node
    dependencies: frozenset[str]
    functions: frozenset[str]
    needs: frozenset[str]

    @property
    def type(self) -> FormulaType:
        """The type of the result."""
        return self.ir.type

    @property
    def is_volatile(self) -> bool:
        """Whether the result depends on the moment or the reader, so that it is never stored."""
        return bool(self.needs)

    @property
    def runs_in_browser(self) -> bool:
        """Whether the browser has every function that is called."""
        return all(FUNCTIONS[name].browser for name in self.functions if name in FUNCTIONS)

    def as_json(self) -> Any:
        """The tree for the browser."""
        return to_json(self.ir)


def compile_formula(
    text: str,
    *,
    scope: Scope,
    entity: str,
    params: Mapping[str, FormulaType | Param] | None = None,
    expected: FormulaType | None = None,
) -> Formula:
    """Parse, resolve and type a formula for the rows of an entity.

    With `expected`, the result must be of that type; numbers are rounded half up to its scale. A
    parameter is given by its type; one in wire form as a `Param`, which takes the type of what it is compared with.
    Raises: FormulaError (an InvalidInput) whose details name every fault with code, position and hint.
    """
    tree = parse(text)
    ir = infer(tree, scope, entity, params or _NO_PARAMS, expected, text=text)
    return from_ir(ir, text)


def from_ir(ir: Node, text: str = "") -> Formula:
    """The formula of a tree that is typed already, such as a filter's condition."""
    functions = frozenset(node.op for node in walk(ir) if isinstance(node, Call) and node.op in FUNCTIONS)
    aggregates = frozenset(node.name for node in walk(ir) if isinstance(node, Aggregate))
    needs = frozenset(need for name in functions for need in FUNCTIONS[name].needs)
    return Formula(text, ir, frozenset(_paths(ir)), functions | aggregates, needs)


def _paths(ir: Node) -> set[str]:
    found: set[str] = set()
    todo: list[tuple[Node, tuple[tuple[str, ...], ...]]] = [(ir, ((),))]
    while todo:
        node, rows = todo.pop()
        if isinstance(node, Field):
            found.add(".".join(rows[-1 - node.up] + node.path))
        elif isinstance(node, Aggregate):
            path = rows[-1 - node.up] + node.path
            found.add(".".join(path))
            rows = (*rows, path)
        todo.extend((child, rows) for child in children(node))
    return found
