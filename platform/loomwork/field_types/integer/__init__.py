"""Whole numbers within what every client computes exactly."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.numbers import bound_faults, rounder, sheet_number
from loomwork.field_types.refusals import refuse, short

LIMIT = 2**53 - 1
"""Largest whole number that a browser reads from JSON without loss."""


class Integer(FieldType):
    """A whole number. `1.0` is the same JSON number as `1` and taken; `1.5`, text and true are not."""

    name = "integer"
    label = both("Whole number", "整数")
    help = both("A number without fraction.", "不带小数的数字。")
    group = "number"
    icon = "123"
    operators = operators.ORDER
    widget = "number"
    align = "end"
    samples = (
        Sample(0),
        Sample(-42),
        Sample(LIMIT),
        Sample(Decimal("3.0"), 3),
        Sample(10**400, code="too_large"),
        Sample(-(10**400), code="too_small"),
        Sample(Decimal("1.5"), code="not_integer"),
        Sample("12", code="not_integer"),
        Sample(True, code="not_integer"),
        Sample("十二", code="not_integer"),
        Sample(11, code="too_large", props={"max": 10}),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "min": schemas.whole("Smallest value that is taken.", -LIMIT, LIMIT),
                "max": schemas.whole("Largest value that is taken.", -LIMIT, LIMIT),
                "unit": schemas.string("Unit shown behind the number.", maxLength=20),
            }
        )

    def faults(self, props: Props) -> list[str]:
        return bound_faults(props)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.INTEGER),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("number")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        low, high = props.get("min", -LIMIT), props.get("max", LIMIT)

        def read(value: Any) -> Cells:
            number = value if type(value) is int else _whole(value)
            if number < low:
                raise refuse("too_small", limit=low)
            if number > high:
                raise refuse("too_large", limit=high)
            return (number,)

        return read

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        read, settle = self.reader(props), rounder(0)
        return lambda value: read(int(settle(value)))

    def from_file(self, text: str, props: Props) -> Any:
        plain = sheet_number(text)
        head, dot, tail = plain.partition(".")
        plain = head if dot and not tail.strip("0") else plain
        digits = plain.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 400):
            raise refuse("not_integer", value=short(text))
        return int(plain)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "integer", "minimum": props.get("min", -LIMIT), "maximum": props.get("max", LIMIT)}


def _whole(value: Any) -> int:
    if isinstance(value, (float, Decimal)) and not isinstance(value, bool):
        exact = Decimal(value)
        # Past 18 digits it is out of bounds anyway; the check keeps 1E+1000000 from being written out.
        if exact.is_finite() and exact.adjusted() > 18:
            raise refuse("too_large" if exact > 0 else "too_small", limit=LIMIT if exact > 0 else -LIMIT)
        if exact.is_finite() and exact == exact.to_integral_value(rounding=ROUND_HALF_UP):
            return int(exact)
    raise refuse("not_integer", value=short(value))
