"""Links to many records of one entity."""

from collections.abc import Callable
from typing import Any

from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Cells, Props, Sample, Storage, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID
from loomwork.field_types.lists import check_list, join_items, refuse_twice, split_items
from loomwork.field_types.to_many import ToMany

MOST = 1_000
_PROPS = {"entity": "shop.order"}


class ManyToMany(ToMany):
    """A set of links, kept in a table of pairs. A list of ids goes in, a list of `{id, label}` comes out."""

    name = "many_to_many"
    label = both("Links to many", "多对多关联")
    help = both("Points to any number of records.", "关联任意多条记录。")
    icon = "affiliate"
    storage = Storage.JOIN_TABLE
    operators = operators.LIST
    widget = "links"
    samples = (
        Sample([SAMPLE_ID, OTHER_ID], props=_PROPS),
        Sample([], props=_PROPS),
        Sample([{"id": SAMPLE_ID, "label": "订单 12"}], [SAMPLE_ID], props=_PROPS),
        Sample([SAMPLE_ID, SAMPLE_ID], code="duplicate_item", props=_PROPS),
        Sample(["订单 12"], code="not_id", props=_PROPS),
        Sample(SAMPLE_ID, code="not_list", props=_PROPS),
        Sample([SAMPLE_ID] * (MOST + 1), code="too_many_items", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        entity = schemas.string("Entity that is pointed to, qualified.", pattern=links.ENTITY_PATTERN)
        return schemas.closed({"entity": entity, **links.reverse_properties()}, ("entity",))

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        def read(value: Any) -> Cells:
            ids = [links.read_id(item, at=str(place)) for place, item in enumerate(check_list(value, MOST))]
            refuse_twice(ids)
            return (ids,)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        shown = (item.get("label") or "–" if isinstance(item, dict) else item for item in wire or ())
        return ("、" if language == "zh-CN" else ", ").join(shown)

    def from_file(self, text: str, props: Props) -> Any:
        return split_items(text)

    def to_file(self, wire: Any, props: Props) -> str:
        return join_items([item["id"] if isinstance(item, dict) else item for item in wire or ()])

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "array", "items": links.id_schema(), "maxItems": MOST, "uniqueItems": True}

    def schema_out(self, props: Props) -> dict[str, Any]:
        return {"type": "array", "items": links.link_schema()}
