"""Free words on a record."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.lists import check_list, join_items, refuse_twice, split_items
from loomwork.field_types.texts import line_reader, line_schema

TAG_LENGTH = 50
DEFAULT_MOST = 30


class Tags(FieldType):
    """A set of words that nobody has to define first. Kept in code point order, so that equal sets are equal values."""

    name = "tags"
    label = both("Tags", "标签")
    help = both("Free words, each up to 50 characters.", "自由标签，每个最多 50 个字符。")
    group = "choice"
    icon = "tags"
    operators = operators.LIST
    sort_suffix = None
    may_be_unique = False
    widget = "tags"
    samples = (
        Sample(["VIP", "老客户"]),
        Sample(["b", "a"], ["a", "b"]),
        Sample(["半角;分号", '"引号"', " 空格 "], [" 空格 ", '"引号"', "半角;分号"]),
        Sample([f"标签{n:02}" for n in range(DEFAULT_MOST)]),
        Sample(["a", "a"], code="duplicate_item"),
        Sample(["标" * 51], code="too_long"),
        Sample([""], code="too_short"),
        Sample(["x\ny"], code="bad_characters"),
        Sample([str(n) for n in range(31)], code="too_many_items"),
        Sample("VIP", code="not_list"),
        Sample([["VIP"]], code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed({"max_items": schemas.whole("Most tags on a record.", 1, 100, default=DEFAULT_MOST)})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.JSON),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("list", item="text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        most = props.get("max_items", DEFAULT_MOST)
        read_tag = line_reader(TAG_LENGTH, 1)

        def read(value: Any) -> Cells:
            items = [read_tag(item) for item in check_list(value, most)]
            refuse_twice(items)
            return (sorted(items) or None,)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        return ("、" if language == "zh-CN" else ", ").join(wire or ())

    def from_file(self, text: str, props: Props) -> Any:
        return split_items(text)

    def to_file(self, wire: Any, props: Props) -> str:
        return join_items(wire or ())

    def schema_in(self, props: Props) -> dict[str, Any]:
        most = props.get("max_items", DEFAULT_MOST)
        return {"type": "array", "items": line_schema(TAG_LENGTH, 1), "uniqueItems": True, "maxItems": most}
