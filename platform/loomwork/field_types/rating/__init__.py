"""Stars."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.integer import Integer

DEFAULT_MAX = 5


class Rating(FieldType):
    """A whole number of stars from 0 to `max`. Nought is a judgement, empty is none."""

    name = "rating"
    label = both("Rating", "评分")
    help = both("A number of stars.", "星级评分。")
    group = "number"
    icon = "star"
    operators = operators.ORDER
    widget = "rating"
    samples = (
        Sample(0),
        Sample(5),
        Sample(10, props={"max": 10}),
        Sample(6, code="too_large"),
        Sample(-1, code="too_small"),
        Sample("五星", code="not_integer"),
        Sample(4.5, code="not_integer"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed({"max": schemas.whole("Number of stars.", 3, 10, default=DEFAULT_MAX)})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.INTEGER),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("number")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return Integer().reader(_bounds(props))

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        return Integer().settler(_bounds(props))

    def display(self, wire: Any, props: Props, language: str) -> str:
        return "" if wire is None else "★" * wire + "☆" * (props.get("max", DEFAULT_MAX) - wire)

    def from_file(self, text: str, props: Props) -> Any:
        stars = text.strip()
        return stars.count("★") if stars and set(stars) <= {"★", "☆"} else Integer().from_file(text, props)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return Integer().schema_in(_bounds(props))


def _bounds(props: Props) -> dict[str, Any]:
    return {"min": 0, "max": props.get("max", DEFAULT_MAX)}
