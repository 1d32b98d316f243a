"""The form screen, as a drawer or a page: the resolved form, filled, with the logic that the browser runs."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import InvalidInput, NotAllowed
from loomwork.forms import Form, Item, Section, find_form, form_logic
from loomwork.forms.prefill import linked_values
from loomwork.forms.preview import plain_values, preview
from loomwork.query.tree import Query
from loomwork.web.screens import ui
from loomwork.web.screens.defaults import defaults
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import FormItem, FormPage, FormSection, FormTab
from loomwork.web.screens.specs import field_spec, readable_rows, typed_text, wire_text
from loomwork.web.screens.values import alone_html, plain_text, value_html

SIMPLE_FIELDS = 8
MAX_GIVEN = 8_000
_MOST_LINES = 200
Wire = dict[str, Any]


def new_form(desk: Desk, name: str, args: Mapping[str, str]) -> FormPage:
    """An empty form with defaults and what the address gives (`values` as JSON, `title`).

    Raises: NotFound, NotAllowed, InvalidInput.
    """
    entity = desk.entity(name)
    if not desk.may(name, "create"):
        raise NotAllowed("you may not create records here")
    given = _given(entity, args)
    writable = desk.writable(entity, "create")
    taken = linked_values(desk.program, desk.work, desk.actor, entity, given)
    given = {**{name: value for name, value in taken.items() if name in writable}, **given}
    record = {**defaults(desk, entity), **given}
    form = find_form(desk.program, entity, desk.actor, plain_values(entity, _ids(record)))
    fields = {field.name for field in form.fields()}
    fixed = {key: value for key, value in given.items() if key not in fields}
    return _page(desk, entity, form, record, writable, fixed=fixed)


def edit_form(desk: Desk, name: str, record_id: str) -> FormPage:
    """The form of a record.

    Raises: NotFound, NotAllowed.
    """
    entity = desk.entity(name)
    writable = desk.writable(entity, "update")
    if not writable:
        raise NotAllowed("you may not change records here")
    record = desk.get(name, record_id)
    form = find_form(desk.program, entity, desk.actor, plain_values(entity, _ids(record)))
    for field in form.fields():
        if field.type.storage.value == "children" and desk.may(field.target, "read"):
            record[field.name] = lines(desk, field, record_id)
    return _page(desk, entity, form, record, writable, fixed={})


def _named(entity: Entity) -> str:
    label = ui.say(entity.label, entity.name)
    return label if ui.current().is_chinese else label[:1].lower() + label[1:]


def lines(desk: Desk, field: Field, record_id: str) -> list[Wire]:
    """The rows of a child table in their order."""
    wanted = {"field": str(field.props["link"]), "op": "eq", "value": record_id}
    return desk.run(Query(field.target, conditions=wanted, sort=("created_at",), limit=_MOST_LINES)).rows


def _given(entity: Entity, args: Mapping[str, str]) -> Wire:
    found: Wire = {}
    text = args.get("values", "")
    if text:
        try:
            raw = json.loads(text) if len(text) <= MAX_GIVEN else None
        except ValueError:
            raw = None
        if not isinstance(raw, dict):
            raise InvalidInput("the values in the address cannot be read", code="bad_values")
        found = {name: value for name, value in raw.items() if name in entity.fields}
    if args.get("title"):
        found[entity.title_field] = args["title"][:200]
    return found


def _ids(record: Wire) -> Wire:
    return {
        name: value["id"] if isinstance(value, Mapping) and "id" in value and "label" in value else value
        for name, value in record.items()
    }


def _page(desk: Desk, entity: Entity, form: Form, record: Wire, writable: frozenset[str], *, fixed: Wire) -> FormPage:
    record_id = str(record.get("id", ""))
    if not record_id:
        # A form that is not saved yet shows what the formulas give on its defaults.
        record = {
            **record,
            **{
                n: v
                for n, v in preview(desk.program, desk.work, desk.actor, entity, _ids(record))["computed"].items()
                if n not in record
            },
        }
    tabs = []
    for tab in form.tabs:
        sections = tuple(s for one in tab.sections if (s := _section(desk, one, record, writable)).items)
        if sections:
            tabs.append(FormTab(tab.key, ui.say(tab.label, entity.name), sections))
    count = sum(len(section.items) for tab in tabs for section in tab.sections)
    has_table = any(item.spec.get("columns") for tab in tabs for section in tab.sections for item in section.items)
    title = plain_text(entity.fields[entity.title_field], record.get(entity.title_field)) if record_id else ""
    number = next(
        (str(record[f.name]) for f in entity.fields.values() if f.type.name == "auto_number" and record.get(f.name)), ""
    )
    return FormPage(
        entity=entity.name,
        id=record_id,
        version=int(record.get("row_version", 0)),
        heading=ui.t("form.edit" if record_id else "form.new", name=_named(entity)),
        subtitle=" · ".join(dict.fromkeys(part for part in (title, number) if part)),
        tabs=tuple(tabs),
        logic=form_logic(desk.program, entity, desk.actor),
        record={"values": _formula_record(entity, record), "fixed": _ids(fixed), "title": entity.title_field},
        cancel_url=f"/e/{entity.name}/{record_id}".rstrip("/"),
        is_simple=count <= SIMPLE_FIELDS and not has_table,
        form=form.name,
    )


def _formula_record(entity: Entity, record: Wire) -> Wire:
    """What the record holds beyond the form's own fields, as formulas see it (links as ids, money as amounts)."""
    found: Wire = {}
    for name, value in _ids(record).items():
        field = entity.find(name)
        is_money = isinstance(value, Mapping) and "amount" in value
        found[name] = value.get("base", value["amount"]) if is_money and field is not None else value
    for name, field in entity.fields.items():
        if field.columns:
            found.setdefault(name, None)
    return found


def _section(desk: Desk, section: Section, record: Wire, writable: frozenset[str]) -> FormSection:
    items = tuple(made for item in section.items if (made := _item(desk, item, record, writable)) is not None)
    return FormSection(section.key, ui.say(section.label), section.columns, _with_totals(items))


def _with_totals(items: tuple[FormItem, ...]) -> tuple[FormItem, ...]:
    """Computed fields of the section go below the child table that names them as its totals."""
    by_name = {item.name: item for item in items if item.mode == "computed"}
    found, moved = [], set()
    for item in items:
        named = [name for name in item.spec["props"].get("totals", ()) if name in by_name]
        moved.update(named)
        found.append(replace(item, totals=tuple(by_name[name] for name in named)))
    return tuple(item for item in found if item.name not in moved)


def _item(desk: Desk, item: Item, record: Wire, writable: frozenset[str]) -> FormItem | None:
    field = item.field
    is_new = not record.get("id")
    may_write = field.name in writable and not item.readonly
    if not may_write and not desk.may_read(field):
        return None
    mode = "edit" if may_write else "read"
    value = record.get(field.name)
    if field.type.origin.value in ("formula", "roll_up"):
        mode = "computed"
    elif desk.access(field.entity).is_only_masked(field.name) and not is_new:
        mode = "masked"
    elif mode == "read" and is_new and value is None:
        return None
    spec = field_spec(desk, field, readonly=not may_write)
    if spec.get("columns") and isinstance(value, list):
        spec["columns"] = readable_rows(spec["columns"], desk, value)
    html = (
        alone_html(field, value) if mode == "computed" else Markup("") if mode == "edit" else value_html(field, value)
    )
    return FormItem(
        field.name,
        ui.say(item.label) or ui.say(field.label, field.name),
        item.span,
        field.required,
        ui.say(field.help),
        spec,
        wire_text(value),
        html,
        mode,
        may_reveal=mode == "masked" and bool(value) and desk.has("reveal"),
        typed=typed_text(field, value) if mode == "edit" else "",
    )
