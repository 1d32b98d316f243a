"""From rows of the database to wire objects: made once per plan, run per row without a lookup."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from loomwork.catalog.model import Field
from loomwork.core.errors import Broken
from loomwork.core.i18n import DEFAULT_LANGUAGE
from loomwork.core.kinds import Scaled

Row = Sequence[Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """One key of the answer: `read` takes the whole row."""

    key: str
    read: Callable[[Row], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Simple:
    """One key that is a single column: `convert` is None where the driver's value is the wire value."""

    key: str
    index: int
    convert: Convert


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """One key that is a link whose id and label are columns as they are."""

    key: str
    index: int
    label: int


def chain(first: Convert, second: Convert) -> Convert:
    """Two conversions as one."""
    if first is None:
        return second
    if second is None:
        return first
    one, two = first, second
    return lambda value: two(one(value))


def shown_columns(field: Field) -> tuple[int, ...]:
    """Which of a field's columns its wire form needs: never the sort key, and the main one alone where it is the wire form."""
    if field.type.shower(field.props) is None:
        return (0,)
    return tuple(place for place, spec in enumerate(field.columns) if spec.suffix != "sort")


def cell_reader(field: Field, decoders: Sequence[Convert], at: int) -> Callable[[Row], Any]:
    """Row → wire value of a field whose `shown_columns` begin at index `at`."""
    show = field.type.shower(field.props)
    shown = shown_columns(field)
    if len(shown) == 1:
        convert = single_convert(field, decoders[0])
        if convert is None:
            return lambda row: row[at]
        return lambda row: None if (value := row[at]) is None else convert(value)
    if show is None:
        raise Broken(f"{field.entity}.{field.name} has several columns and no wire form")
    of_row = field.type.row_shower(field.props, decoders, at) if len(shown) == len(decoders) else None
    if of_row is not None:
        return of_row
    places = [(shown.index(n) + at if n in shown else -1, decode) for n, decode in enumerate(decoders)]
    filled = [at + n for n in range(len(shown))]

    def read(row: Row) -> Any:
        if row[at] is None and all(row[n] is None for n in filled):
            return None
        return show(
            tuple(
                None if n < 0 or (value := row[n]) is None else value if decode is None else decode(value)
                for n, decode in places
            )
        )

    return read


def single_convert(field: Field, decode: Convert) -> Convert:
    """Driver value → wire value of a field that one column shows."""
    show = field.type.shower(field.props)
    if show is None:
        return decode
    if decode == date.fromisoformat and field.type.wire_is_iso:
        # SQLite holds the very text that goes out.
        return None
    if isinstance(decode, Scaled) and field.type.wire_is_digits:
        return decode.text
    blanks = (None,) * (len(field.columns) - 1)
    return chain(decode, lambda value: show((value, *blanks)))


def masked(read: Callable[[Row], Any], field: Field, flag: int) -> Callable[[Row], Any]:
    """The value where the column at `flag` is true, else its mask."""
    mask, props = field.type.mask, field.props

    def value(row: Row) -> Any:
        wire = read(row)
        return wire if row[flag] or wire is None else {"masked": mask(wire, props)}

    return value


def link_reader(at: int, label: Callable[[Row], Any]) -> Callable[[Row], Any]:
    """`{id, label}` of a link whose id is at `at`."""

    def read(row: Row) -> Any:
        found = row[at]
        return None if found is None else {"id": found, "label": label(row)}

    return read


def label_reader(field: Field, decoders: Sequence[Convert], at: int) -> Callable[[Row], str | None]:
    """Row → the text by which a record is called, from its title field."""
    read = cell_reader(field, decoders, at)
    if is_own_label(field, decoders):
        return read
    return lambda row: label_of(field, read(row))


def is_own_label(field: Field, decoders: Sequence[Convert]) -> bool:
    """Whether the driver's value of a title field is the text by which the record is called."""
    is_plain = field.type.shower(field.props) is None and decoders[0] is None
    return is_plain and field.type.shape(field.props).kind == "text" and not field.type.is_worded


_reading_in: ContextVar[str] = ContextVar("reading_in", default=DEFAULT_LANGUAGE)


def label_of(field: Field, wire: Any) -> str | None:
    """A title in wire form as people read it; a masked one says nothing."""
    if wire is None or (isinstance(wire, str) and not field.type.is_worded):
        return wire
    if isinstance(wire, dict) and "masked" in wire:
        return None
    return field.type.display(wire, field.props, _reading_in.get())


def say_in(language: str) -> None:
    """From here on labels are told in the language of who reads; the plans that decode rows serve all languages."""
    _reading_in.set(language)


def build_row(
    simple: Sequence[Simple], links: Sequence[Called], complex_: Sequence[Output]
) -> Callable[[Row], dict[str, Any]]:
    """One function row → wire object."""
    plain = [(one.key, one.index) for one in simple if one.convert is None]
    converted = [(one.key, one.index, one.convert) for one in simple if one.convert is not None]
    called = [(one.key, one.index, one.label) for one in links]
    others = [(one.key, one.read) for one in complex_]

    def read(row: Row) -> dict[str, Any]:
        result: dict[str, Any] = {key: row[index] for key, index in plain}
        for key, index, convert in converted:
            value = row[index]
            result[key] = None if value is None else convert(value)
        for key, index, label in called:
            value = row[index]
            result[key] = None if value is None else {"id": value, "label": row[label]}
        for key, function in others:
            result[key] = function(row)
        return result

    return read
