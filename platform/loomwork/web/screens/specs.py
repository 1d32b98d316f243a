"""What the browser's widgets need to know of a field: the same for forms, cells and filters."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.i18n import label_text, text
from loomwork.field_types.base import FieldType
from loomwork.web.screens import figures, ui, values
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.views.stage_path import given_by_actions

Spec = dict[str, Any]
PAIRS = frozenset({"between"})
LISTS = frozenset({"in", "not_in", "has_any", "has_all", "has_none"})
NO_VALUE = frozenset(
    {"is_empty", "is_not_empty", "today", "this_week", "this_month", "this_quarter", "this_year", "is_me", "is_my_unit"}
)


def arity(operator: str) -> int:
    """How many values an operator takes: 0, 1, 2, or -1 for a list."""
    if operator in NO_VALUE:
        return 0
    if operator in PAIRS:
        return 2
    return -1 if operator in LISTS else 1


def operator_label(operator: str, language: str) -> str:
    """An operator in words or as a sign."""
    return text(f"screens.op.{operator}", language, default=operator.replace("_", " "))


@lru_cache(maxsize=4000)
def _base(field: Field, language: str) -> Spec:
    """The part of a spec that is equal for all readers of a language."""
    public = {name: value for name, value in field.props.items() if not name.startswith("_") and name != "choices"}
    spec: Spec = {
        "name": field.name,
        "label": label_text(field.label, language, field.name),
        "widget": field.type.widget,
        "type": field.type.name,
        "required": field.required,
        "props": public,
        "is_end": values.aligns_end(field),
        "operators": [
            {"name": name, "label": operator_label(name, language), "arity": arity(name)}
            for name in field.type.operators_for(field.props)
        ],
        "may_sort": field.sortable and field.type.sort_suffix is not None,
    }
    if values.kind_of(field) == "money":
        spec["sign"] = figures.sign_before(str(field.props.get("currency") or ""))
    if type(field.type).typed is not FieldType.typed:
        spec["entity"] = field.entity  # its values are written in another way for people; `/readable` tells how
    choices = values.shown_choices(field)
    if choices:
        spec["choices"] = [
            {
                "value": c.value,
                "label": c.label,
                "colour": c.colour,
                "active": c.active,
                "share": c.share,
                "closes": c.closes,
            }
            for c in choices.values()
        ]
    if field.target and field.type.storage.value != "children":
        spec["target"] = field.target
        spec["lookup"] = f"/lookup/{field.entity}/{field.name}"
    elif field.props.get("entities"):
        spec["lookup"] = f"/lookup/{field.entity}/{field.name}"
    return spec


def field_spec(desk: Desk, field: Field, *, readonly: bool = False, depth: int = 0) -> Spec:
    """The spec of a field for the present reader; child tables bring those of their columns."""
    spec = {**_base(field, ui.current().language), "readonly": readonly}
    by_action = given_by_actions(desk.catalog, field.entity).get(field.name)
    if by_action and "choices" in spec:
        spec["choices"] = [{**one, "by_action": one["value"] in by_action} for one in spec["choices"]]
    if field.target and field.props.get("create"):
        spec["may_create"] = desk.may(field.target, "create")
    if field.type.storage.value == "children" and depth == 0:
        spec["columns"] = child_columns(desk, field)
    return spec


def child_columns(desk: Desk, field: Field) -> list[Spec]:
    """The columns of a child table: those that it names, else the fields of its entity's form; never the link back."""
    from loomwork.forms import find_form
    from loomwork.web.screens.defaults import defaults

    child = desk.catalog.entity(field.target)
    link = field.props.get("link")
    writable = desk.writable(child, "create") | desk.writable(child, "update")
    found = []
    given = defaults(desk, child)
    named = field.props.get("columns")
    shown = [child.fields[name] for name in named] if named else find_form(desk.program, child, desk.actor).fields()
    for one in shown:
        if one.name in (link, "owner_id") or not desk.may_read(one) or one.type.storage.value == "children":
            continue
        spec = field_spec(desk, one, readonly=one.name not in writable, depth=1)
        if spec["readonly"] and spec.get("is_end"):
            spec["label"] += values.unit_text(one)
        if given.get(one.name) is not None:
            spec["default"] = given[one.name]
        found.append(spec)
    return found


def wire_text(value: Any) -> str:
    """A wire value as JSON text for an attribute; empty values are `null`."""
    from loomwork.web.screens.env import json_attribute

    return json_attribute(value)


def typed_text(field: Field, value: Any) -> str:
    """A value as it stands in the input where people change it; empty where that is the wire form itself."""
    return field.type.typed(value, field.props) if isinstance(value, str) else ""


def readable_rows(columns: list[Spec], desk: Desk, rows: list[dict[str, Any]]) -> list[Spec]:
    """Columns of a child table with the readable forms of what its rows hold, as far as the wire form reads badly.

    Shapes: `readable` is {wire: text}.
    """
    found = []
    for column in columns:
        if "entity" not in column:
            found.append(column)
            continue
        field = desk.catalog.entity(column["entity"]).fields[column["name"]]
        texts = {str(row[field.name]): typed_text(field, row[field.name]) for row in rows if row.get(field.name)}
        found.append({**column, "readable": {wire: shown for wire, shown in texts.items() if shown}})
    return found


def path_field(catalog: Catalog, entity: Entity, path: str) -> Field | None:
    """The field at the end of a dotted path; None for a path that leads nowhere."""
    here: Entity | None = entity
    found: Field | None = None
    for name in path.split("."):
        if here is None:
            return None
        found = here.find(name)
        if found is None:
            return None
        here = catalog.entities.get(found.target) if found.target else None
    return found


def path_label(catalog: Catalog, entity: Entity, path: str, own: Mapping[str, str] | None = None) -> str:
    """The heading of a path: its own label, else that of its last field, with the link before it."""
    if own:
        return ui.say(own)
    parts = path.split(".")
    labels = []
    for at in range(len(parts)):
        field = path_field(catalog, entity, ".".join(parts[: at + 1]))
        if field is not None:
            labels.append(ui.say(field.label, field.name))
    return " · ".join(labels[-2:]) or path
