"""What a conversion would make, shown before it is done: new records to edit, existing ones to link to instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.actions.service import ActionService, find_action
from loomwork.catalog.model import Component, Entity, Field
from loomwork.core.errors import NotFound
from loomwork.forms.layout import WIDE_TYPES
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import FormItem
from loomwork.web.screens.specs import field_spec, typed_text, wire_text
from loomwork.web.screens.values import plain_text, value_html


@dataclass(frozen=True, slots=True)
class ConvertTarget:
    """One record that the conversion makes or uses.

    Shapes: `how` is create or use; `alike` are `{id, label, sub}`; `links` are (label of the field, key of the target);
    `lookup` is the widget that finds any other record, None where there is none; `title` the field that names the record.
    """

    key: str
    label: str
    icon: str
    entity: str
    how: str
    may_create: bool
    existing_id: str
    alike: tuple[Mapping[str, str], ...]
    lookup: FormItem | None
    links: tuple[tuple[str, str], ...]
    fields: tuple[FormItem, ...]
    title: str


@dataclass(frozen=True, slots=True)
class ConvertPage:
    """The preview of an action."""

    entity: str
    id: str
    action: str
    label: str
    icon: str
    title: str
    targets: tuple[ConvertTarget, ...]
    url: str


def convert_page(desk: Desk, name: str, record_id: str, action: str) -> ConvertPage:
    """The preview of a conversion.

    Raises: NotFound, NotAllowed.
    """
    entity = desk.entity(name)
    component = find_action(desk.program, name, action)
    shown = ActionService().preview(desk.work, desk.actor, name, record_id, action, {})
    targets = tuple(
        made for one in shown.get("targets", ()) if (made := _target(desk, component, entity, one)) is not None
    )
    return ConvertPage(
        name,
        record_id,
        component.name,
        ui.say(component.body["label"], component.name),
        component.body.get("icon", "arrows-exchange"),
        _title(desk, entity, record_id),
        targets,
        f"/api/v1/records/{name}/{record_id}/actions/{component.name}",
    )


def _title(desk: Desk, entity: Entity, record_id: str) -> str:
    try:
        row = desk.get(entity.name, record_id, (entity.title_field,))
    except NotFound:
        return ""
    return plain_text(entity.fields[entity.title_field], row.get(entity.title_field))


def _target(desk: Desk, action: Component, source: Entity, one: Mapping[str, Any]) -> ConvertTarget | None:
    entity = desk.catalog.entities.get(str(one["entity"]))
    if entity is None or not one["wanted"]:
        return None
    may_create = desk.may(entity.name, "create")
    key, values = str(one["key"]), one["values"]
    links = tuple(
        (ui.say(entity.fields[name].label, name), str(value["_target"]))
        for name, value in values.items()
        if isinstance(value, Mapping) and "_target" in value
    )
    existing = str((one["existing"] or {}).get("id") or "")
    lookup = _lookup(desk, action, source, key, entity)
    return ConvertTarget(
        key=key,
        label=one["label"],
        icon=entity.icon or "file",
        entity=entity.name,
        how="use" if existing or not may_create else "create",
        may_create=may_create,
        existing_id=existing,
        alike=tuple(one["candidates"]),
        lookup=lookup,
        links=links,
        fields=tuple(_fields(desk, entity, values)),
        title=entity.title_field,
    )


def _fields(desk: Desk, entity: Entity, values: Mapping[str, Any]) -> list[FormItem]:
    """The mapped values, and what else a new record needs and nobody gives."""
    writable = desk.writable(entity, "create")
    names = [name for name, value in values.items() if not (isinstance(value, Mapping) and "_target" in value)]
    names += [
        field.name
        for field in sorted(entity.fields.values(), key=lambda one: one.order)
        if field.required and field.default is None and field.name in writable and field.name not in values
    ]
    found = []
    for name in names:
        field = entity.find(name)
        if field is not None and (name in writable or desk.may_read(field)):
            found.append(_item(desk, field, values.get(name), is_open=name in writable))
    return found


def _item(desk: Desk, field: Field, value: Any, *, is_open: bool) -> FormItem:
    spec = field_spec(desk, field, readonly=not is_open)
    is_title = field.name == desk.catalog.entity(field.entity).title_field
    span = 2 if is_title or field.type.name in WIDE_TYPES else 1
    return FormItem(
        field.name,
        ui.say(field.label, field.name),
        span,
        field.required,
        "",
        spec,
        wire_text(value),
        value_html(field, value),
        "edit" if is_open else "read",
        typed=typed_text(field, value) if is_open else "",
    )


def _lookup(desk: Desk, action: Component, source: Entity, key: str, entity: Entity) -> FormItem | None:
    """A look-up of any record of the target: that of the source's own link to what becomes of it."""
    mapping = desk.catalog.of_kind("mapping")[str(action.body["mapping"])].body
    for name, spec in mapping.get("after", {}).items():
        field = source.find(name)
        if field is not None and spec.get("target") == key and field.target == entity.name:
            made = {**field_spec(desk, field), "required": False, "readonly": False, "may_create": False}
            made["label"] = ui.t("convert.other")
            return FormItem(key, ui.t("convert.other"), 2, False, "", made, "null", value_html(field, None), "edit")
    return None
