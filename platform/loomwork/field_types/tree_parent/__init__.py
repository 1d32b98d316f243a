"""The record above, in the same entity."""

from typing import Any

from loomwork.field_types import links, schemas
from loomwork.field_types.base import Props, Sample, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID, Link

_PROPS = {"_entity": "shop.department"}


class TreeParent(Link):
    """A link to the parent record of the same entity (the catalog says which, by `_entity`).

    That no record stands above itself is checked by the record service, which sees the other rows.
    """

    name = "tree_parent"
    label = both("Parent in a tree", "树形上级")
    help = both("The record above, of the same kind.", "同一实体中的上级记录。")
    icon = "hierarchy"
    is_tree = True
    samples = (
        Sample(SAMPLE_ID, props=_PROPS),
        Sample(OTHER_ID, props=_PROPS),
        Sample({"id": SAMPLE_ID, "label": "总部"}, SAMPLE_ID, props=_PROPS),
        Sample("总部", code="not_id", props=_PROPS),
        Sample(SAMPLE_ID[:-1], code="not_id", props=_PROPS),
        Sample(0, code="not_id", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed({**links.reverse_properties(), "on_delete": links.on_delete_property()})

    def target(self, props: Props) -> str:
        return str(props.get("_entity", ""))
