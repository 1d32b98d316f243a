"""SQLite: a deep part of a formula as one call of a Python function.

SQLite's parser gives up at about 20 calls inside each other, and every call costs a crossing. So a part higher than
`HEIGHT` goes over as a whole: its tree as JSON text, and the values of its leaves (columns, parameters, aggregates, the
actor) in stored form.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from loomwork.core.i18n import say
from loomwork.expressions.faults import FormulaError, FormulaFault
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Call, Const, Field, Node, canonical_text
from loomwork.expressions.sql.stored import plain_type

if TYPE_CHECKING:
    from loomwork.expressions.sql.builder import Compiler

HEIGHT = 5
"""Calls inside each other that are written as SQL."""
CONDITION_HEIGHT = 10
"""The same for conditions, which are written without functions and which indexes may serve."""


MAX_ARGUMENTS = 60
"""Arguments of one call that are written as SQL; SQLite takes 127, and ours come with some more."""
_MAX_LEAVES = 100


def height(node: Node) -> int:
    """How many calls stand inside each other; aggregates are statements of their own."""
    if not isinstance(node, Call) or not node.args:
        return 0
    return 1 + max(height(arg) for arg in node.args)


def is_too_much(node: Call) -> bool:
    """Whether SQLite could not read a part written as SQL."""
    return not _is_leaf(node) and (len(node.args) > MAX_ARGUMENTS or height(node) > HEIGHT)


@dataclass(slots=True)
class _Leaves:
    """The leaves found, and the tree with numbers in their place."""

    found: list[Node] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)

    def replaced(self, node: Node) -> Node:
        if isinstance(node, Const):
            return node
        if isinstance(node, Call) and not _is_leaf(node):
            for need in FUNCTIONS[node.op].needs if node.op in FUNCTIONS else ():
                if need not in self.needs:
                    self.needs.append(need)
            return replace(node, args=tuple(self.replaced(arg) for arg in node.args))
        if node not in self.found:
            self.found.append(node)
        return Field(node.type, (str(self.found.index(node)),))


def _is_leaf(node: Call) -> bool:
    """Functions of the actor and the moment are compiled by themselves."""
    return node.op in FUNCTIONS and FUNCTIONS[node.op].category == "context"


def fuse(compiler: "Compiler", node: Call) -> Any:
    """The part as one call."""
    leaves = _Leaves()
    tree = leaves.replaced(node)
    if len(leaves.found) > _MAX_LEAVES:
        message = say("formula.X130.leaves", limit=_MAX_LEAVES)
        raise FormulaError([FormulaFault("X130", message, hint=say("formula.hint.computed"))])
    values = [compiler.value(leaf) for leaf in leaves.found]
    needs = [compiler.need(need) for need in leaves.needs]
    head = [sa.literal(canonical_text(tree), sa.Text()), sa.literal(",".join(leaves.needs), sa.Text())]
    types = sa.literal(",".join(str(leaf.type) for leaf in leaves.found), sa.Text())
    return sa.func.lw_eval(*head, types, *needs, *values, type_=plain_type(node.type, "sqlite"))
