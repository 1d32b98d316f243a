"""The typed form of a formula: the only thing that back ends read.

JSON, one object per node, keys in this order, every node with its `type` as `str(FormulaType)` writes it:

    {"op": "const", "type": "number(2)", "value": "1.50"}      null, text, true/false; numbers, dates, instants, times as
                                                                 text; durations as whole seconds; lists as arrays
    {"op": "field", "type": "text", "path": "account.owner.name", "up": 0}
                                                                 `up`: 0 the row at hand, 1 the row around an aggregate …
    {"op": "param", "type": "date", "name": "since"}
    {"op": "add", "type": "number(2)", "args": [...]}          operators are lower case, functions upper case
    {"op": "aggregate", "type": "number(2)", "name": "SUM", "path": "lines", "up": 0, "entity": "shop.line",
     "value": {...} or null, "where": {...} or null, "order": {...} or null}

Operators: `and or` (two or more), `not`, `eq ne lt le gt ge`, `between` (value, low, high), `in` (value, list),
`add mul concat` (two or more), `neg div`, `if` (condition, value, …, else), `rescale` (round half up to the type's
scale), `list`, `date_add` (date, days), `date_diff`, `instant_add` (instant, seconds), `instant_diff`.
Operands of `add`, of `if` and of `in` have been brought to one scale by `rescale`; those of comparisons have not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from loomwork.core.jsonio import canonical
from loomwork.expressions.types import NULL, FormulaType, parse_type

Value: TypeAlias = Any

LITERAL = "lit__"
"""Names of parameters that stand for literals begin so; they are never null."""


@dataclass(frozen=True, slots=True)
class Const:
    """A literal value."""

    type: FormulaType
    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a row, `up` rows outwards."""

    type: FormulaType
    path: tuple[str, ...]
    up: int = 0


@dataclass(frozen=True, slots=True)
class Param:
    """A value handed in by the caller, written `:name`.

    Shapes: `wire_scale` marks a value in wire form, whose type the other side of a comparison decides: -1 for a text that
    may be a date or an id, from 0 on for one that may also be a number of so many digits after the point.
    """

    type: FormulaType
    name: str
    wire_scale: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An operator (lower case) or function (upper case) on arguments."""

    type: FormulaType
    op: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value out of the rows of a relation."""

    type: FormulaType
    name: str
    path: tuple[str, ...]
    up: int
    entity: str
    value: "Node | None" = None
    where: "Node | None" = None
    order: "Node | None" = None


Node: TypeAlias = Const | Field | Param | Call | Aggregate


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Aggregate):
        return tuple(part for part in (node.value, node.where, node.order) if part is not None)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(children(one))


def value_to_json(type_: FormulaType, value: Value) -> Any:
    """The wire form of a value: numbers as text without exponent, dates and instants as ISO text."""
    if value is None or isinstance(value, str | bool):
        return value
    if type_.kind == "list":
        return [value_to_json(type_.of or NULL, one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if type_.kind == "duration" else str(value)


def value_from_json(type_: FormulaType, raw: Any) -> Value:
    """What `value_to_json` wrote, as a Python value.

    Raises: ValueError for text that is no value of the type.
    """
    if raw is None or type_.kind in ("text", "boolean", "link", "null"):
        return raw
    if type_.kind == "list":
        return [value_from_json(type_.of or NULL, one) for one in raw]
    return _READERS[type_.kind](raw, type_)


def _read_number(raw: Any, type_: FormulaType) -> Value:
    return int(raw) if type_.scale == 0 else Decimal(str(raw))


_READERS: dict[str, Any] = {
    "number": _read_number,
    "duration": lambda raw, _: int(raw),
    "date": lambda raw, _: date.fromisoformat(raw),
    "instant": lambda raw, _: datetime.fromisoformat(raw).astimezone(UTC),
    "time": lambda raw, _: time.fromisoformat(raw),
}


def to_json(node: Node | None) -> Any:
    """The JSON form described above, as plain dicts and lists."""
    if node is None:
        return None
    head = {"op": getattr(node, "op", type(node).__name__.lower()), "type": str(node.type)}
    if isinstance(node, Const):
        return {**head, "value": value_to_json(node.type, node.value)}
    if isinstance(node, Field):
        return {**head, "path": ".".join(node.path), "up": node.up}
    if isinstance(node, Param):
        return {**head, "name": node.name}
    if isinstance(node, Call):
        return {**head, "args": [to_json(arg) for arg in node.args]}
    return {
        **head,
        "name": node.name,
        "path": ".".join(node.path),
        "up": node.up,
        "entity": node.entity,
        "value": to_json(node.value),
        "where": to_json(node.where),
        "order": to_json(node.order),
    }


def from_json(raw: Mapping[str, Any]) -> Node:
    """The tree of a JSON form that `to_json` wrote."""
    type_ = parse_type(raw["type"])
    match raw["op"]:
        case "const":
            return Const(type_, value_from_json(type_, raw["value"]))
        case "field":
            return Field(type_, tuple(raw["path"].split(".")), raw["up"])
        case "param":
            return Param(type_, raw["name"])
        case "aggregate":
            parts = {key: from_json(raw[key]) if raw[key] else None for key in ("value", "where", "order")}
            return Aggregate(type_, raw["name"], tuple(raw["path"].split(".")), raw["up"], raw["entity"], **parts)
        case op:
            return Call(type_, op, tuple(from_json(arg) for arg in raw["args"]))


def canonical_text(node: Node) -> str:
    """The one way to write a tree: equal trees give equal text."""
    return canonical(to_json(node))
