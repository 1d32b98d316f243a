"""What a formula's values are: types, and the scope in which names are looked up.

Values by kind, in Python: text str (never empty: empty text is null) · number int for scale 0, else Decimal ·
boolean bool · date date · instant aware datetime in UTC · time time · duration int (seconds) · link str (a record's
id) · list list · null None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

KINDS = ("text", "number", "boolean", "date", "instant", "time", "duration", "link", "list", "null", "unknown")


@dataclass(frozen=True, slots=True)
class FormulaType:
    """The type of a value.

    Shapes: `scale` are digits after the point (numbers only, 0 = integer, at most 10); `entity` is the target of a
    link, empty for a link to one of several entities; `of` is the type of a list's values.
    The kind `unknown` stands for a part that has a fault already, so that one mistake gives one message.
    """

    kind: str
    scale: int = 0
    entity: str = ""
    of: "FormulaType | None" = None

    def __str__(self) -> str:
        """How messages and the JSON form write it: `number(2)`, `link(lib.book)`, `list(text)`, `date`."""
        if self.kind == "number":
            return "integer" if self.scale == 0 else f"number({self.scale})"
        if self.kind == "link":
            return f"link({self.entity})" if self.entity else "link"
        if self.kind == "list":
            return f"list({self.of})" if self.of else "list"
        return self.kind

    @property
    def is_number(self) -> bool:
        """Whether one can compute with it as with a number (durations are whole seconds)."""
        return self.kind in ("number", "duration")


TEXT = FormulaType("text")
INTEGER = FormulaType("number")
BOOLEAN = FormulaType("boolean")
DATE = FormulaType("date")
INSTANT = FormulaType("instant")
TIME = FormulaType("time")
DURATION = FormulaType("duration")
NULL = FormulaType("null")
UNKNOWN = FormulaType("unknown")


def number(scale: int) -> FormulaType:
    """A number with so many digits after the point."""
    return FormulaType("number", scale=scale)


def link(entity: str = "") -> FormulaType:
    """A link to a record of an entity."""
    return FormulaType("link", entity=entity)


def list_of(of: FormulaType) -> FormulaType:
    """A list of values."""
    return FormulaType("list", of=of)


def parse_type(text: str) -> FormulaType:
    """Read what `str(type)` wrote.

    Raises: ValueError for anything else.
    """
    head, _, tail = text.partition("(")
    inner = tail.removesuffix(")")
    if head == "integer":
        return INTEGER
    if head == "number":
        return number(int(inner))
    if head == "link":
        return link(inner)
    if head == "list":
        return FormulaType("list", of=parse_type(inner) if inner else None)
    if head in KINDS and not tail:
        return FormulaType(head)
    raise ValueError(f"{text!r} is not a formula type")


@dataclass(frozen=True, slots=True)
class Member:
    """A name that a formula may use on an entity.

    Shapes: `target` is the entity that a link leads to; `many` marks a to-many relation or child table, usable
    only in aggregates; `parts` are sub-values such as `amount.currency`; `choices` are the known values of a
    choice, so that a comparison with an unknown one is a fault; `currency` is the one that an amount of money is compared
    in, empty for what is no money.
    """

    name: str
    type: FormulaType
    target: str = ""
    many: bool = False
    parts: Mapping[str, FormulaType] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    currency: str = ""


class Scope(Protocol):
    """Where names are looked up. The catalog implements it."""

    def find(self, entity: str, name: str) -> Member | None:
        """The member of an entity, or None."""

    def names(self, entity: str) -> Iterable[str]:
        """All names of an entity, for suggestions."""


@runtime_checkable
class BarringScope(Protocol):
    """A scope that also knows names whose values formulas cannot hold."""

    def is_barred(self, entity: str, name: str) -> bool:
        """Whether the entity has such a name."""


def is_barred(scope: Scope, entity: str, name: str) -> bool:
    """Whether a name is there and only formulas cannot use it."""
    return isinstance(scope, BarringScope) and scope.is_barred(entity, name)
