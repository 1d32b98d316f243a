"""A link to one record of one entity."""

from collections.abc import Callable
from typing import Any, ClassVar

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both

SAMPLE_ID = "0192f0c1-7b2a-7c3d-8e4f-0123456789ab"
OTHER_ID = "ffffffff-ffff-7fff-bfff-ffffffffffff"
_PROPS = {"entity": "shop.order"}


class Link(FieldType):
    """A link. An id goes in (or the `{id, label}` that came out); the query puts the label beside it on the way out."""

    name = "link"
    label = both("Link", "关联")
    help = both("Points to a record of another entity.", "指向另一个实体的一条记录。")
    group = "relation"
    icon = "link"
    operators: ClassVar[tuple[str, ...]] = operators.EQUAL
    widget = "link"
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(SAMPLE_ID, props=_PROPS),
        Sample(OTHER_ID, props=_PROPS),
        Sample({"id": SAMPLE_ID, "label": "订单 12"}, SAMPLE_ID, props=_PROPS),
        Sample("订单 12", code="not_id", props=_PROPS),
        Sample(SAMPLE_ID.upper(), code="not_id", props=_PROPS),
        Sample({"label": "12"}, code="not_id", props=_PROPS),
        Sample({"id": SAMPLE_ID, "title": "12"}, code="unknown_key", props=_PROPS),
        Sample(10**30, code="not_id", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "entity": schemas.string("Entity that is pointed to, qualified.", pattern=links.ENTITY_PATTERN),
                **links.reverse_properties(),
                "on_delete": links.on_delete_property(),
                "filter": schemas.string("Formula over the target; `parent.x` is this record.", maxLength=2_000),
                "create": schemas.flag("Whether a new target may be made on the spot.", default=False),
            },
            ("entity",),
        )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.ID, entity=self.target(props), on_delete=props.get("on_delete", "restrict")),)

    def target(self, props: Props) -> str:
        return str(props.get("entity", ""))

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("link", entity=self.target(props))

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return links.id_reader()

    def display(self, wire: Any, props: Props, language: str) -> str:
        return str(wire.get("label") or "–") if isinstance(wire, dict) else str(wire or "")

    def from_file(self, text: str, props: Props) -> Any:
        return text.strip()

    def to_file(self, wire: Any, props: Props) -> str:
        return str(wire.get("id", "")) if isinstance(wire, dict) else str(wire or "")

    def schema_in(self, props: Props) -> dict[str, Any]:
        return links.id_schema()

    def schema_out(self, props: Props) -> dict[str, Any]:
        return links.link_schema()
