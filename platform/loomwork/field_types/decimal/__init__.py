"""Exact decimal numbers of a fixed scale; also the base of percent and rate."""

from collections.abc import Callable
from decimal import Decimal as Exact
from typing import Any, ClassVar

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.numbers import (
    bound,
    bound_faults,
    decimal_reader,
    decimal_schema,
    decimal_text,
    rounder,
    sheet_number,
)


class Decimal(FieldType):
    """An exact number of up to 18 digits. Digits beyond the scale are refused, never rounded away."""

    name = "decimal"
    label = both("Decimal number", "小数")
    help = both("An exact number with a fixed count of decimals.", "小数位数固定的精确数字。")
    group = "number"
    icon = "decimal"
    wire_is_digits = True
    operators = operators.ORDER
    widget = "number"
    align = "end"
    default_scale: ClassVar[int] = 2
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("12.50"),
        Sample("-0", "0.00"),
        Sample(7, "7.00"),
        Sample("9999999999999999.99"),
        Sample("-999999999999.999999", props={"scale": 6}),
        Sample("12.505", code="too_many_decimals"),
        Sample("99999999999999999", code="too_many_digits"),
        Sample("1e5", code="not_number"),
        Sample("一百", code="not_number"),
        Sample(False, code="not_number"),
        Sample("-0.01", code="too_small", props={"min": "0"}),
    )

    def scale(self, props: Props) -> int:
        """Digits after the point with these properties."""
        return int(props.get("scale", self.default_scale))

    def low(self, props: Props) -> Exact | None:
        """Smallest value that is taken with these properties."""
        return bound(props, "min")

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "scale": schemas.whole("Digits after the point.", 0, 6, default=self.default_scale),
                "min": schemas.amount("Smallest value that is taken."),
                "max": schemas.amount("Largest value that is taken."),
                "unit": schemas.string("Unit shown behind the number.", maxLength=20),
            }
        )

    def faults(self, props: Props) -> list[str]:
        return bound_faults(props)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.DECIMAL, scale=self.scale(props)),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("number", scale=self.scale(props))

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read = decimal_reader(self.scale(props), self.low(props), bound(props, "max"))
        return lambda value: (read(value),)

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: decimal_text(cells[0])

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        read, settle = self.reader(props), rounder(self.scale(props))
        return lambda value: read(settle(value))

    def from_file(self, text: str, props: Props) -> Any:
        return sheet_number(text)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return decimal_schema(self.scale(props), self.low(props), bound(props, "max"))

    def schema_out(self, props: Props) -> dict[str, Any]:
        return schemas.NUMBER_TEXT
