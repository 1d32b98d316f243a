"""Formatted text: HTML cleaned on the way in."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.refusals import refuse
from loomwork.field_types.rich_text.cleaning import clean, plain_text
from loomwork.field_types.texts import MANY_LINES, lines_reader

DEFAULT_LENGTH = 100_000


class RichText(FieldType):
    """HTML of a short list of elements. What is not on the list is taken out, which is the point of the type.

    The second column holds the plain text: filters and search see words, not markup. Markup without any text is empty.
    """

    name = "rich_text"
    label = both("Rich text", "富文本")
    help = both("Formatted text: headings, lists, tables, links.", "带格式的文本：标题、列表、表格、链接。")
    group = "text"
    icon = "text-caption"
    operators = (*operators.PARTS, *operators.EMPTY)
    sort_suffix = None
    search_suffixes = ("text",)
    may_be_unique = False
    widget = "rich-text"
    samples = (
        Sample("<p>报价 <strong>含税</strong></p>"),
        Sample("a &amp; b"),
        Sample('<p onclick="x()">hi<script>alert(1)</script></p>', "<p>hi</p>"),
        Sample("<p>" + "字" * 99_000 + "</p>"),
        Sample("字" * (DEFAULT_LENGTH + 1), code="too_long"),
        Sample("<" * 60_000, code="too_long"),
        Sample("nul\x00", code="bad_characters"),
        Sample(5, code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        most = schemas.whole("Most characters that are taken, markup included.", 100, 100_000, default=DEFAULT_LENGTH)
        return schemas.closed({"max_length": most})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        most = props.get("max_length", DEFAULT_LENGTH)
        return ColumnSpec(Kind.TEXT, length=most), ColumnSpec(Kind.TEXT, "text", length=most)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {"text": ValueShape("text")}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        most = props.get("max_length", DEFAULT_LENGTH)
        read_lines = lines_reader(most)

        def read(value: Any) -> Cells:
            html = clean(read_lines(value))
            if len(html) > most:
                raise refuse("too_long", limit=most, length=len(html))
            words = plain_text(html)
            return (html, words) if words else (None, None)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        return plain_text(wire) if wire else ""

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "maxLength": props.get("max_length", DEFAULT_LENGTH), "pattern": MANY_LINES}
