"""Text of many lines, kept exactly as written."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.texts import MANY_LINES, lines_reader

DEFAULT_LENGTH = 20_000


class LongText(FieldType):
    """Plain text of many lines. It is searched and filtered, but not sorted by."""

    name = "long_text"
    label = both("Long text", "多行文本")
    help = both("Plain text of many lines.", "可换行的纯文本。")
    group = "text"
    icon = "align-left"
    operators = (*operators.PARTS, *operators.EMPTY)
    sort_suffix = None
    search_suffixes = ("",)
    may_be_unique = False
    widget = "long-text"
    samples = (
        Sample("第一行\n第二行\r\n\tthird"),
        Sample("\u2028 \u202e \ufeff"),
        Sample("字" * DEFAULT_LENGTH),
        Sample("字" * (DEFAULT_LENGTH + 1), code="too_long"),
        Sample("nul\x00", code="bad_characters"),
        Sample("\ud800", code="bad_characters"),
        Sample(["no"], code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "max_length": schemas.whole("Most characters that are taken.", 1, 100_000, default=DEFAULT_LENGTH),
                "min_length": schemas.whole("Fewest characters that are taken.", 0, 100_000, default=0),
                "rows": schemas.whole("Height of the input in lines.", 2, 40, default=4),
            }
        )

    def faults(self, props: Props) -> list[str]:
        is_upside_down = props.get("min_length", 0) > props.get("max_length", DEFAULT_LENGTH)
        return ["min_length is above max_length"] if is_upside_down else []

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=props.get("max_length", DEFAULT_LENGTH)),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read = lines_reader(props.get("max_length", DEFAULT_LENGTH), props.get("min_length", 0))
        return lambda value: (read(value),)

    def schema_in(self, props: Props) -> dict[str, Any]:
        schema = {"type": "string", "maxLength": props.get("max_length", DEFAULT_LENGTH), "pattern": MANY_LINES}
        return {**schema, "minLength": props["min_length"]} if props.get("min_length") else schema
