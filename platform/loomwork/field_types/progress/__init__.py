"""How far along, in whole percent."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.integer import Integer

_BOUNDS = {"min": 0, "max": 100}


class Progress(FieldType):
    """A whole number from 0 to 100, shown as a bar with the number beside it."""

    name = "progress"
    label = both("Progress", "进度")
    help = both("How far along, 0 to 100.", "完成进度，0 到 100。")
    group = "number"
    icon = "progress"
    operators = operators.ORDER
    may_be_unique = False
    widget = "progress"
    align = "end"
    samples = (
        Sample(0),
        Sample(37),
        Sample(100),
        Sample(101, code="too_large"),
        Sample(-1, code="too_small"),
        Sample("一半", code="not_integer"),
        Sample(0.5, code="not_integer"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.INTEGER),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("number")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return Integer().reader(_BOUNDS)

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        return Integer().settler(_BOUNDS)

    def display(self, wire: Any, props: Props, language: str) -> str:
        return "" if wire is None else f"{wire}%"

    def from_file(self, text: str, props: Props) -> Any:
        return Integer().from_file(text.strip().rstrip("%％"), props)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": 100}
