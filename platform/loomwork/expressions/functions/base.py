"""What a function of the formula language is: one entry with everything that every back end and the docs need."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from loomwork.expressions.ir import Node
from loomwork.expressions.types import FormulaType

ResultRule: TypeAlias = Callable[[Sequence[Node]], FormulaType]
SqlBuilder: TypeAlias = Callable[[Any], Any]

_PARAM = re.compile(r"(?P<kind>[A-Za-z]+(?:\([a-zT]+\))?)(?P<mark>\?|\.\.\.)?")


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One argument of a signature. `kind`: a type's name, `any`, `integer`, or `T` (all T have one type)."""

    kind: str
    optional: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Signature:
    """How a function may be called, written `text, integer? -> text`; `number...` repeats one or more times."""

    text: str

    @cached_property
    def params(self) -> tuple[ParamSpec, ...]:
        """The arguments in order."""
        left = self.text.split("->")[0].strip()
        found = []
        for part in filter(None, (piece.strip() for piece in left.split(", "))):
            match = _PARAM.fullmatch(part)
            if match is None:
                raise ValueError(f"cannot read the signature {self.text!r}")
            found.append(ParamSpec(match["kind"], match["mark"] == "?", match["mark"] == "..."))
        return tuple(found)

    @cached_property
    def result(self) -> str:
        """The result as written: a type's name, or `T`."""
        return self.text.split("->")[1].strip()

    @cached_property
    def arity(self) -> tuple[int, int]:
        """Fewest and most arguments."""
        least = sum(not one.optional for one in self.params)
        return least, 500 if any(one.repeats for one in self.params) else len(self.params)

    def kind_at(self, position: int) -> str:
        """What stands at a position, repeated arguments included."""
        return self.params[min(position, len(self.params) - 1)].kind


@dataclass(frozen=True, slots=True)
class Doc:
    """What the reference says: a sentence in English and one in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Function:
    """One function.

    Shapes: `run` takes plain values; with `needs` it takes the `Env` first. `nulls`: `null` (any null argument gives
    null, `run` never sees one) or `own`. `result` overrides the signature's result type. `examples` are pairs of
    formulas that must be equal; the contract tests run them on every back end. `postgresql` builds SQL; SQLite calls
    `run` through a registered function unless `sqlite` builds something faster. `needs`: now, zone, user, calendar.
    """

    name: str
    category: str
    signatures: tuple[str, ...]
    doc: Doc
    examples: tuple[tuple[str, str], ...]
    run: Callable[..., Any]
    nulls: str = "null"
    result: ResultRule | None = None
    postgresql: SqlBuilder | None = None
    sqlite: SqlBuilder | None = None
    needs: tuple[str, ...] = ()
    has_sqlite: bool = True
    browser: bool = True

    @cached_property
    def forms(self) -> tuple[Signature, ...]:
        """The signatures, read."""
        return tuple(Signature(text) for text in self.signatures)

    @property
    def is_volatile(self) -> bool:
        """Whether the result may change while the row does not."""
        return any(need in ("now", "user", "zone", "calendar") for need in self.needs)

    def runs_on(self, dialect: str) -> bool:
        """Whether there is SQL for a database."""
        return self.postgresql is not None if dialect == "postgresql" else self.has_sqlite
