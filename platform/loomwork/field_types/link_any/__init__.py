"""A link to one record of one of several entities."""

from collections.abc import Callable
from typing import Any

from loomwork.core.ids import is_id
from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID
from loomwork.field_types.refusals import near, refuse, short

_KEYS = ("entity", "id", "label")
_PROPS = {"entities": ["shop.order", "shop.person"]}


class LinkAny(FieldType):
    """A link whose target may lie in one of several entities: `{entity, id}` goes in, with the label it comes out.

    Two columns, the id and the entity's name; the database cannot check them, so the record service does.

    There is no `on_delete`: whoever is pointed to can be put in the trash, and the link stays as it is. Its `label` is then
    null, screens show a dash that leads nowhere, and filters still find it by its id. When the record is restored, the label
    is back. A link that stays is not checked again when other fields of its record change.
    """

    name = "link_any"
    label = both("Link to one of several", "多态关联")
    help = both("Points to a record of one of several entities.", "指向几个实体之一的一条记录。")
    group = "relation"
    icon = "arrows-split"
    operators = operators.EQUAL
    sort_suffix = None
    widget = "link-any"
    samples = (
        Sample({"entity": "shop.order", "id": SAMPLE_ID}, props=_PROPS),
        Sample({"entity": "shop.person", "id": OTHER_ID}, props=_PROPS),
        Sample(
            {"entity": "shop.order", "id": SAMPLE_ID, "label": "订单"},
            {"entity": "shop.order", "id": SAMPLE_ID},
            props=_PROPS,
        ),
        Sample({"entity": "shop.ordr", "id": SAMPLE_ID}, code="unknown_entity", props=_PROPS),
        Sample({"entity": "shop.order", "id": "订单"}, code="not_id", props=_PROPS),
        Sample({"id": SAMPLE_ID}, code="missing_key", props=_PROPS),
        Sample({"entity": "shop.order", "key": "x"}, code="unknown_key", props=_PROPS),
        Sample(SAMPLE_ID, code="not_object", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        entity = schemas.string("An entity, qualified.", pattern=links.ENTITY_PATTERN)
        what = {"description": "Entities that may be pointed to.", "minItems": 1, "maxItems": 20, "uniqueItems": True}
        return schemas.closed({"entities": {"type": "array", "items": entity, **what}}, ("entities",))

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return ColumnSpec(Kind.ID), ColumnSpec(Kind.TEXT, "entity", length=60)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("link")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {"entity": ValueShape("text")}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        entities = frozenset(props.get("entities", ()))

        def read(value: Any) -> Cells:
            if not isinstance(value, dict):
                raise refuse("not_object", value=short(value), known="entity, id")
            for key in value:
                if key not in _KEYS:
                    raise refuse("unknown_key", key=short(key), known="entity, id")
            if "entity" not in value or "id" not in value:
                raise refuse("missing_key", key="id" if "entity" in value else "entity")
            entity, record = value["entity"], value["id"]
            if not isinstance(entity, str) or entity not in entities:
                raise refuse("unknown_entity", at="entity", value=short(entity), known=near(short(entity), entities))
            if not is_id(record):
                raise refuse("not_id", at="id", value=short(record))
            return record, entity

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: {"entity": cells[1], "id": cells[0]}

    def display(self, wire: Any, props: Props, language: str) -> str:
        return str(wire.get("label") or "–") if wire else ""

    def from_file(self, text: str, props: Props) -> Any:
        """`entity/id`."""
        entity, _, record = text.strip().partition("/")
        return {"entity": entity, "id": record}

    def to_file(self, wire: Any, props: Props) -> str:
        return f"{wire['entity']}/{wire['id']}" if wire else ""

    def schema_in(self, props: Props) -> dict[str, Any]:
        keys = {"entity": {"enum": list(props.get("entities", ()))}, "id": schemas.ID, "label": {}}
        return schemas.closed(keys, ("entity", "id"))

    def schema_out(self, props: Props) -> dict[str, Any]:
        keys = {
            "entity": {"enum": list(props.get("entities", ()))},
            "id": schemas.ID,
            "label": {"type": ["string", "null"]},
        }
        return schemas.closed(keys, ("entity", "id"))
