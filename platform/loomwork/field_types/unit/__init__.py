"""A link to a unit of the organisation."""

from typing import Any

from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Props, Sample, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID, Link


class Unit(Link):
    """A department, team or region of the company. Filters know `is_my_unit`."""

    name = "unit"
    label = both("Unit", "部门")
    help = both("A unit of the organisation.", "组织中的部门。")
    icon = "building"
    operators = operators.UNIT
    widget = "unit"
    samples = (
        Sample(SAMPLE_ID),
        Sample(OTHER_ID),
        Sample({"id": SAMPLE_ID, "label": "华东区"}, SAMPLE_ID),
        Sample("华东区", code="not_id"),
        Sample([], code="not_id"),
        Sample(SAMPLE_ID + "0", code="not_id"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed({"on_delete": links.on_delete_property(), **links.reverse_properties()})

    def target(self, props: Props) -> str:
        return links.UNIT
