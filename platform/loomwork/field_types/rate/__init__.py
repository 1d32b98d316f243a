"""Rates of exchange and conversion: positive, with ten decimals."""

from decimal import Decimal as Exact
from typing import Any, ClassVar

from loomwork.field_types import schemas
from loomwork.field_types.base import Props, Sample, both
from loomwork.field_types.decimal import Decimal

SCALE = 10


class Rate(Decimal):
    """A factor above zero with exactly ten decimals, eight digits before the point."""

    name = "rate"
    label = both("Rate", "汇率/比率")
    help = both("An exchange or conversion rate with ten decimals.", "汇率或换算率，十位小数。")
    icon = "arrows-exchange"
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("7.1234567890"),
        Sample(1, "1.0000000000"),
        Sample("99999999.9999999999"),
        Sample("0.0000000001"),
        Sample("0", code="too_small"),
        Sample("-1", code="too_small"),
        Sample("100000000", code="too_many_digits"),
        Sample("0.00000000001", code="too_many_decimals"),
        Sample("七点一", code="not_number"),
    )

    def scale(self, props: Props) -> int:
        return SCALE

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "max": schemas.amount("Largest value that is taken."),
                "min": schemas.amount("Smallest value that is taken."),
            }
        )

    def low(self, props: Props) -> Exact:
        smallest = Exact(1).scaleb(-SCALE)
        return max(smallest, super().low(props) or smallest)
