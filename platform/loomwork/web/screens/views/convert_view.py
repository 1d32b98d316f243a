"""What a conversion would make, shown before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from loomwork.actions.service import ActionService, find_action
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.values import cell_html


@dataclass(frozen=True, slots=True)
class ConvertTarget:
    """One record that the conversion makes or uses."""

    key: str
    label: str
    icon: str
    existing_id: str
    existing_label: str
    fields: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True)
class ConvertPage:
    """The preview of an action."""

    entity: str
    id: str
    action: str
    label: str
    icon: str
    targets: tuple[ConvertTarget, ...]
    url: str


def convert_page(desk: Desk, name: str, record_id: str, action: str) -> ConvertPage:
    """The preview of a conversion.

    Raises: NotFound, NotAllowed.
    """
    desk.entity(name)
    component = find_action(desk.program, name, action)
    shown = ActionService().preview(desk.work, desk.actor, name, record_id, action, {})
    labels = {one["key"]: one["label"] for one in shown.get("targets", ())}
    targets = tuple(made for one in shown.get("targets", ()) if (made := _target(desk, one, labels)) is not None)
    return ConvertPage(
        name,
        record_id,
        component.name,
        ui.say(component.body["label"], component.name),
        component.body.get("icon", "arrows-exchange"),
        targets,
        f"/api/v1/records/{name}/{record_id}/actions/{component.name}",
    )


def _target(desk: Desk, one: Mapping[str, Any], labels: Mapping[str, str]) -> ConvertTarget | None:
    entity = desk.catalog.entities.get(str(one["entity"]))
    if entity is None or not one["wanted"]:
        return None
    fields = []
    for name, value in one["values"].items():
        field = entity.find(name)
        if field is None or value in (None, "", []):
            continue
        is_earlier = isinstance(value, Mapping) and "_target" in value
        html = Markup("{}").format(labels.get(value["_target"], "")) if is_earlier else cell_html(field, value)
        fields.append((ui.say(field.label, name), html))
    existing = one["existing"] or {}
    return ConvertTarget(
        one["key"],
        one["label"],
        entity.icon or "file",
        str(existing.get("id") or ""),
        str(existing.get("label") or ""),
        tuple(fields),
    )
