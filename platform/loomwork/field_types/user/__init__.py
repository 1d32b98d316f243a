"""A link to a user of the system."""

from typing import Any

from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Props, Sample, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID, Link


class User(Link):
    """A user: owner, adviser, approver. Filters know `is_me`."""

    name = "user"
    label = both("User", "用户")
    help = both("A person who signs in here.", "本系统的用户。")
    icon = "user"
    operators = operators.PERSON
    widget = "user"
    samples = (
        Sample(SAMPLE_ID),
        Sample(OTHER_ID),
        Sample({"id": SAMPLE_ID, "label": "张伟"}, SAMPLE_ID),
        Sample("张伟", code="not_id"),
        Sample({}, code="not_id"),
        Sample([SAMPLE_ID], code="not_id"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed({"on_delete": links.on_delete_property(), **links.reverse_properties()})

    def target(self, props: Props) -> str:
        return links.USER
