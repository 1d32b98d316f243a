"""Percentages."""

from typing import Any, ClassVar

from loomwork.field_types.base import Props, Sample, both
from loomwork.field_types.decimal import Decimal


class Percent(Decimal):
    """A share in percent: `12.5` means 12.5 %. Formulas see the same number, so a share of it is `x * p / 100`."""

    name = "percent"
    label = both("Percent", "百分比")
    help = both("A share; 12.5 means 12.5 %.", "比例，12.5 表示 12.5%。")
    icon = "percentage"
    widget = "percent"
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("12.5", "12.50"),
        Sample(100, "100.00"),
        Sample("-3.25"),
        Sample("9999999999999999.99"),
        Sample("12.5%", code="not_number"),
        Sample("百分之五", code="not_number"),
        Sample("0.001", code="too_many_decimals"),
        Sample("100.01", code="too_large", props={"max": 100}),
    )

    def display(self, wire: Any, props: Props, language: str) -> str:
        return f"{wire}%" if wire else ""

    def from_file(self, text: str, props: Props) -> Any:
        return super().from_file(text.strip().rstrip("%％"), props)
