"""Single-line text, kept exactly as written."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.core.text import sort_key
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.masks import RULES
from loomwork.field_types.patterns import compile_pattern, pattern_faults
from loomwork.field_types.refusals import refuse
from loomwork.field_types.texts import line_reader, line_schema, sort_column

DEFAULT_LENGTH = 255


class Text(FieldType):
    """One line of text. Sorting uses a stored key (case-folded, pinyin), the value itself stays untouched."""

    name = "text"
    label = both("Text", "单行文本")
    help = both("One line of text, kept exactly as it was written.", "一行文本，原样保存。")
    group = "text"
    icon = "letter-case"
    operators = operators.TEXT
    sort_suffix = "sort"
    search_suffixes = ("",)
    widget = "text"
    samples = (
        Sample("Huawei 华为技术有限公司"),
        Sample("  两端的空格保留  "),
        Sample("Ω≈ç√∫ 🏳️‍🌈 <script>alert('x')</script>"),
        Sample("长" * DEFAULT_LENGTH),
        Sample("AB-12", props={"pattern": "[A-Z]{2}-[0-9]{2}", "max_length": 5}),
        Sample("x" * (DEFAULT_LENGTH + 1), code="too_long"),
        Sample("短", code="too_short", props={"min_length": 2}),
        Sample("line\nbreak", code="bad_characters"),
        Sample("nul\x00", code="bad_characters"),
        Sample("ab-12", code="pattern", props={"pattern": "[A-Z]{2}-[0-9]{2}"}),
        Sample(12, code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "max_length": schemas.whole("Most characters that are taken.", 1, 2_000, default=DEFAULT_LENGTH),
                "min_length": schemas.whole("Fewest characters that are taken.", 0, 2_000, default=0),
                "pattern": schemas.string("Regular expression (RE2) that the whole text must match.", maxLength=500),
                "sortable": schemas.flag("Keep a sort key; by default when `max_length` is at most 255."),
                "mask": schemas.one_of("What a reader with a masked right sees of it.", tuple(RULES), default="all"),
            }
        )

    def faults(self, props: Props) -> list[str]:
        found = pattern_faults(props.get("pattern"))
        if props.get("min_length", 0) > props.get("max_length", DEFAULT_LENGTH):
            found.append("min_length is above max_length")
        return found

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        main = ColumnSpec(Kind.TEXT, length=props.get("max_length", DEFAULT_LENGTH))
        return (main, sort_column()) if _is_sortable(props) else (main,)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read = line_reader(props.get("max_length", DEFAULT_LENGTH), props.get("min_length", 0))
        if props.get("pattern"):
            read = _matching(read, props["pattern"])
        if not _is_sortable(props):
            return lambda value: (read(value),)

        def read_with_key(value: Any) -> Cells:
            text = read(value)
            return text, sort_key(text)

        return read_with_key

    def mask(self, wire: Any, props: Props) -> Any:
        return None if wire is None else RULES[props.get("mask", "all")](wire)

    def schema_in(self, props: Props) -> dict[str, Any]:
        schema = line_schema(props.get("max_length", DEFAULT_LENGTH), props.get("min_length", 0))
        if props.get("pattern"):
            schema["pattern"] = f"^(?:{props['pattern']})$"
        return schema


def _is_sortable(props: Props) -> bool:
    return bool(props.get("sortable", props.get("max_length", DEFAULT_LENGTH) <= DEFAULT_LENGTH))


def _matching(read: Callable[[Any], str], pattern: str) -> Callable[[Any], str]:
    matches = compile_pattern(pattern)

    def read_matching(value: Any) -> str:
        text = read(value)
        if not matches(text):
            raise refuse("pattern", pattern=pattern)
        return text

    return read_matching
