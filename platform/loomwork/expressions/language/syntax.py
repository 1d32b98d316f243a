"""What the parser builds: the formula as written, without types. Only `infer` reads it.

`start` and `length` are character offsets into the formula's text.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """Where a part stands in the text."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. `kind` is that of its type; `scale` are the digits written after the point."""

    span: Span
    kind: str
    value: Any
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path."""

    span: Span
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParamName:
    """`:name`."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function by name (upper case) on arguments."""

    span: Span
    name: str
    args: tuple["Syntax", ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators of one family, read from the left: `a + b - c`, `a * b / c`, `a & b`."""

    span: Span
    first: "Syntax"
    rest: tuple[tuple[str, "Syntax"], ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`AND` or `OR` over two or more conditions."""

    span: Span
    op: str
    args: tuple["Syntax", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`NOT x` (op `not`) or `-x` (op `neg`)."""

    span: Span
    op: str
    arg: "Syntax"


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison: eq ne lt le gt ge."""

    span: Span
    op: str
    left: "Syntax"
    right: "Syntax"


@dataclass(frozen=True, slots=True)
class Membership:
    """`x IN (…)`; `options` is a ListOf or any part that gives a list."""

    span: Span
    value: "Syntax"
    options: "Syntax"


@dataclass(frozen=True, slots=True)
class Between:
    """`x BETWEEN low AND high`, both ends included."""

    span: Span
    value: "Syntax"
    low: "Syntax"
    high: "Syntax"


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`, or the bracketed list after IN."""

    span: Span
    items: tuple["Syntax", ...]


Syntax: TypeAlias = Literal | Name | ParamName | Apply | Chain | Logic | Unary | Compare | Membership | Between | ListOf
