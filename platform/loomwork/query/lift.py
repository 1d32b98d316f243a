"""Take the literals out of a condition, so that one compiled plan serves all values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from loomwork.expressions.ir import LITERAL, Aggregate, Call, Const, Field, Node, Param, canonical_text

_LIFTED_KINDS = frozenset({"text", "number", "date", "instant", "time", "duration", "link"})
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_KEEPS_LITERALS = frozenset({"in"})
"""Lists keep their length in the plan; their literals stay inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Lifted:
    """A condition whose literals were taken out.

    Shapes: `values` are plain values by bind name (`p_…`); `key` identifies the shape.
    """

    node: Node
    values: Mapping[str, Any]
    key: str


def lift(node: Node, prefix: str) -> Lifted:
    """The shape of a condition and its values. Null, yes/no and lists stay, because they shape the SQL."""
    values: dict[str, Any] = {}

    def visit(one: Node) -> Node:
        if isinstance(one, Const):
            if one.value is None or one.type.kind not in _LIFTED_KINDS:
                return one
            name = f"{LITERAL}{prefix}{len(values)}"
            values[f"p_{name}"] = one.value
            return Param(one.type, name)
        if isinstance(one, Call):
            if one.op in _KEEPS_LITERALS:
                return one
            args = _at_one_scale(one.args) if one.op in _COMPARISONS else one.args
            return replace(one, args=tuple(visit(arg) for arg in args))
        if isinstance(one, Aggregate):
            value, where, order = (None if part is None else visit(part) for part in (one.value, one.where, one.order))
            return replace(one, value=value, where=where, order=order)
        return one

    shape = visit(node)
    return Lifted(shape, values, canonical_text(shape))


def _at_one_scale(args: tuple[Node, ...]) -> tuple[Node, ...]:
    """A literal compared with a field of more digits is bound at the field's scale, so that an index serves it."""
    left, right = args
    if isinstance(left, Const) and isinstance(right, Field):
        right, left = _at_one_scale((right, left))
        return left, right
    if not (isinstance(left, Field) and isinstance(right, Const)) or right.value is None:
        return args
    if left.type.kind == right.type.kind == "number" and left.type.scale > right.type.scale:
        return left, replace(right, type=left.type)
    return args
