"""What every field type promises. A type speaks only in `core` words: no SQLAlchemy, marshmallow, Flask or SQL here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from loomwork.core.kinds import ColumnSpec, ValueShape

Props = Mapping[str, Any]
Cells = tuple[Any, ...]
"""Plain values in the order of `columns(props)`; all None when the field is empty."""


def both(en: str, zh: str) -> Mapping[str, str]:
    """A text in the two languages of the product, frozen."""
    return MappingProxyType({"en": en, "zh-CN": zh})


class Storage(StrEnum):
    """Where the values of a type live."""

    COLUMNS = "columns"
    JOIN_TABLE = "join_table"
    CHILDREN = "children"
    VIRTUAL = "virtual"


class Origin(StrEnum):
    """Who gives the value: a person or client, or the record service by a rule."""

    INPUT = "input"
    FORMULA = "formula"
    ROLL_UP = "roll_up"
    NUMBERING = "numbering"


@dataclass(frozen=True, slots=True)
class Sample:
    """An example or a refusal for contract tests and docs.

    Shapes: `wire` as a client sends it; `shown` as it comes back (the same when None is given and it is not refused);
    `code` is the refusal code for values that are not taken.
    """

    wire: Any
    shown: Any = None
    code: str = ""
    props: Props | None = None


class Codec(ABC):
    """How the values of a type cross the borders: wire, cells, files, people, masks, schemas."""

    @abstractmethod
    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        """The columns that hold the value, main column (suffix empty) first; empty for virtual types."""

    @abstractmethod
    def reader(self, props: Props) -> Callable[[Any], Cells]:
        """A compiled function wire → cells.

        The function raises `core.errors.Refused`; it never sees None (empty is handled by the caller, and empty
        text counts as empty). Called once per catalog and field, the result many times per request. For join tables
        and child tables, which have no columns, it gives one cell: the list of ids or of objects.
        """

    def shower(self, props: Props) -> Callable[[Cells], Any] | None:
        """A compiled function cells → wire for non-empty values; None when the main cell is the wire form."""
        return None

    def row_shower(self, props: Props, decoders: Sequence[Any], at: int) -> Callable[[Sequence[Any]], Any] | None:
        """For types whose wire form needs all their columns: a function of a whole row of driver values.

        The columns begin at index `at`. Lists use it, so it decodes only what it shows. None for the usual way.
        """
        return None

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        """A compiled function computed plain value (of a formula or default) → cells.

        Numbers are rounded half up to their scale; what does not fit raises `Refused`. The default shows the value
        as wire and reads that; a value with parts (an address) cannot be computed, so its reader refuses it.
        """
        read, show = self.reader(props), self.shower(props)
        suffixes = [column.suffix for column in self.columns(props)]
        if show is None or set(suffixes) - {"", "sort"}:
            return read
        rest = (None,) * (len(suffixes) - 1)
        return lambda value: read(show((value, *rest)))

    def display(self, wire: Any, props: Props, language: str) -> str:
        """The value as a short text for people (titles, history, messages); the default is the file form."""
        return self.to_file(wire, props)

    def typed(self, wire: Any, props: Props) -> str:
        """What stands in the input where people change the value, for types whose wire form reads badly.

        Returns: text that `reader` takes back as the same value; empty, as by default, for the wire form itself.
        """
        return ""

    def from_file(self, text: str, props: Props) -> Any:
        """Text of a CSV or sheet cell → wire; raises `Refused`. The default takes the text as it stands."""
        return text

    def to_file(self, wire: Any, props: Props) -> str:
        """Wire → text of a CSV or sheet cell; the inverse of `from_file`."""
        return "" if wire is None else str(wire)

    def mask(self, wire: Any, props: Props) -> Any:
        """What a reader with a masked right sees instead of the value (computed from the wire form)."""
        return None if wire is None else "••••"

    @abstractmethod
    def schema_in(self, props: Props) -> dict[str, Any]:
        """JSON Schema of the wire form that `reader` takes (for OpenAPI and the edge)."""

    def schema_out(self, props: Props) -> dict[str, Any]:
        """JSON Schema of the wire form that comes back."""
        return self.schema_in(props)


class FieldType(Codec):
    """One type of field. Subclasses are stateless; one instance each stands in `BUILTIN`.

    The three views of a value: *wire* (JSON as clients see it), *cells* (plain Python values, one per column),
    and the text of import and export files.
    """

    name: ClassVar[str]
    label: ClassVar[Mapping[str, str]]
    help: ClassVar[Mapping[str, str]]
    group: ClassVar[str]
    """Palette group: text, number, time, choice, relation, media, computed, other."""
    icon: ClassVar[str] = "forms"
    """A Tabler icon name."""
    storage: ClassVar[Storage] = Storage.COLUMNS
    origin: ClassVar[Origin] = Origin.INPUT
    operators: ClassVar[tuple[str, ...]] = ()
    """Names of filter operators (`expressions.conditions`) that make sense for the type."""
    sort_suffix: ClassVar[str | None] = ""
    """Suffix of the column that a list is sorted by; None when the type cannot be sorted."""
    search_suffixes: ClassVar[tuple[str, ...]] = ()
    """Suffixes of the columns whose text goes into the full-text index."""
    is_worded: ClassVar[bool] = False
    """Whether people read words of their own language in the place of the value, such as the label of a choice."""
    is_sealed: ClassVar[bool] = False
    wire_is_iso: ClassVar[bool] = False
    """Whether the wire form of a date is its ISO text as it stands in the database."""
    wire_is_digits: ClassVar[bool] = False
    """Whether the wire form of a decimal is its digits, with the scale of the column."""
    """Whether cells are encrypted at rest by the record service (bound to entity, field and record)."""
    may_be_unique: ClassVar[bool] = True
    is_tree: ClassVar[bool] = False
    """Whether the value names the record above; the record service then sees to it that none stands above itself."""
    holds_company_currency: ClassVar[bool] = False
    """Whether the main cell is an amount in the company's currency, which cannot change while such values are stored."""
    holds_files: ClassVar[bool] = False
    """Whether the main cell is the id of a stored file; the record service then fills name, size and type from it."""
    widget: ClassVar[str] = "text"
    """Name of the custom element `lw-<widget>` for form, cell editing and filter."""
    align: ClassVar[str] = "start"
    """`end` for numbers."""
    samples: ClassVar[tuple[Sample, ...]] = ()
    """Values taken (with what comes back) and values refused (with the code); at least two of each."""

    def properties_schema(self) -> dict[str, Any]:
        """JSON Schema of the type's own `properties` object: closed, a description on every key."""
        return {"type": "object", "properties": {}, "additionalProperties": False}

    def faults(self, props: Props) -> list[str]:
        """What is wrong with properties that their schema admits: `min` above `max`, a pattern that does not compile."""
        return []

    def storage_for(self, props: Props) -> Storage:
        """Where the values live with these properties (a formula may be stored or not)."""
        return self.storage

    def operators_for(self, props: Props) -> tuple[str, ...]:
        """The filter operators that make sense with these properties (those of a formula follow its result)."""
        return self.operators

    def sort_column(self, props: Props) -> str | None:
        """Suffix of the column that a list is sorted by with these properties; None when it cannot be sorted."""
        return self.sort_suffix if any(column.suffix == self.sort_suffix for column in self.columns(props)) else None

    def sort_values(self, props: Props) -> tuple[str, ...]:
        """Stored values in their own order (choices by rank) where that is not the order of the column; else empty."""
        return ()

    @abstractmethod
    def shape(self, props: Props) -> ValueShape:
        """What the field is to formulas when it is named plainly."""

    def parts(self, props: Props) -> Mapping[str, ValueShape]:
        """Sub-values that formulas may name, by column suffix (`amount.currency`)."""
        return {}

    def target(self, props: Props) -> str:
        """The entity that the value points to; empty when it points nowhere."""
        return ""
