"""Cells of a record under change: wire → cells → driver values, and back to wire for audit and answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loomwork.catalog.model import Field
from loomwork.core.errors import Detail, InvalidInput, Refused
from loomwork.storage.columns import Convert
from loomwork.storage.tables import FieldColumns

Cells = tuple[Any, ...]
SEALED_TEXT = "••••"


@dataclass(frozen=True, slots=True, eq=False)
class FieldWriter:
    """One stored field, compiled: `read` takes wire, `binds` are the statement's names of its columns."""

    field: Field
    read: Callable[[Any], Cells]
    show: Callable[[Cells], Any]
    binds: tuple[str, ...]
    encoders: tuple[Convert | None, ...]
    decoders: tuple[Convert | None, ...]
    empty: Cells

    def bind_into(self, values: dict[str, Any], cells: Cells) -> None:
        """Put the driver value of each column under its bind name."""
        for bind, cell, encode in zip(self.binds, cells, self.encoders, strict=True):
            values[bind] = cell if encode is None or cell is None else encode(cell)

    def bound(self, cells: Cells) -> list[tuple[str, Any]]:
        """Bind name and driver value of each column."""
        values: dict[str, Any] = {}
        self.bind_into(values, cells)
        return list(values.items())

    def decoded(self, row: Sequence[Any], at: int) -> Cells:
        """The cells of a row, from index `at` on."""
        return tuple(
            value if (value := row[at + n]) is None or decode is None else decode(value)
            for n, decode in enumerate(self.decoders)
        )


def make_writer(field: Field, columns: FieldColumns, first_bind: int) -> FieldWriter:
    """The writer of a stored field."""
    show_cells = field.type.shower(field.props)

    def show(cells: Cells) -> Any:
        if cells[0] is None and not any(cell is not None for cell in cells):
            return None
        if field.type.is_sealed:
            return SEALED_TEXT
        return show_cells(cells) if show_cells is not None else cells[0]

    count = len(columns.columns)
    return FieldWriter(
        field,
        field.type.reader(field.props),
        show,
        tuple(f"c{first_bind + n}" for n in range(count)),
        columns.encoders,
        columns.decoders,
        (None,) * count,
    )


def read_value(writer: FieldWriter, wire: Any, details: list[Detail]) -> Cells | None:
    """Cells of a wire value; a refusal goes into `details` and gives None."""
    if wire is None or wire == "":
        return writer.empty
    try:
        return writer.read(wire)
    except Refused as fault:
        path = f"{writer.field.name}.{fault.at}" if fault.at else writer.field.name
        details.append(refusal_detail(path, fault))
        return None


@dataclass(frozen=True, slots=True)
class RefusedDetail(Detail):
    """A detail that knows how to be said in other languages: `field.<code>` filled with `params`."""

    params: Mapping[str, Any] | None = None


def refusal_detail(path: str, fault: Refused) -> Detail:
    """A field type's refusal as a detail."""
    return RefusedDetail(path, fault.code, fault.message, fault.params)


def computed_cells(field: Field, value: Any) -> Cells:
    """Cells of a value that a formula, roll-up or counter gave, settled by the field's type (rounding, sort keys).

    Raises: InvalidInput when the field cannot hold the value.
    """
    if value is None or value == "":
        return (None,) * len(field.columns)
    try:
        return _settler(field)(value)
    except Refused as fault:
        path = f"{field.name}.{fault.at}" if fault.at else field.name
        raise InvalidInput(fault.message, details=[refusal_detail(path, fault)]) from None


@lru_cache(maxsize=10_000)
def _settler(field: Field) -> Callable[[Any], Cells]:
    """Compiled once per field of a catalog."""
    return field.type.settler(field.props)


def formula_values_of(fields: Mapping[str, Field], source: Mapping[str, Cells]) -> dict[str, Any]:
    """What formulas see of several fields."""
    found = {name: cells[0] for name, cells in source.items()}
    for name, cells in source.items():
        if len(cells) > 1:
            found.update(formula_values(fields[name], cells)[1:])
    return found


def formula_values(field: Field, cells: Cells) -> list[tuple[str, Any]]:
    """What formulas see of a field: its plain value under its name, its parts under `name.part`."""
    found = [(field.name, cells[0])]
    for spec, cell in zip(field.columns[1:], cells[1:], strict=True):
        if spec.suffix != "sort":
            found.append((f"{field.name}.{spec.suffix}", cell))
    return found
