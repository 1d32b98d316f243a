"""Sixth pass, second part: what forms, views, pages, menus and buttons refer to."""

from collections.abc import Iterable, Mapping
from typing import Any

from loomwork.catalog.draft import Document
from loomwork.catalog.faults import referencing, usage
from loomwork.catalog.model import Entity, Field
from loomwork.catalog.passes.lookup import Lookup, has_choices, shape_of
from loomwork.catalog.passes.references_records import check_head, check_told
from loomwork.catalog.schemas.process import PLACEHOLDER
from loomwork.core.diagnostics import Place, did_you_mean

_NUMBERS = frozenset({"number", "duration"})


def check_screens(lookup: Lookup) -> None:
    """Check every sound form, view, page, menu and action."""
    for document in lookup.draft.sound("form"):
        _check_form(document, lookup)
    defaults: dict[tuple[str, str], str] = {}
    for document in lookup.draft.sound("view"):
        _check_view(document, lookup, defaults)
    for document in lookup.draft.sound("page"):
        _check_page(document, lookup)
    for document in lookup.draft.sound("navigation"):
        lookup.roles(document.body.get("roles", ()), document, document.place.inside("roles"))
        for name, item in document.body["items"].items():
            _check_item(item, document, document.place.inside("items", name), lookup)
    for document in lookup.draft.sound("action"):
        _check_action(document, lookup)


def _entity(document: Document, lookup: Lookup) -> Entity | None:
    lookup.roles(document.body.get("roles", ()), document, document.place.inside("roles"))
    return lookup.entity(document.body["entity"], document, document.place.inside("entity"))


def _check_form(document: Document, lookup: Lookup) -> None:
    entity = _entity(document, lookup)
    if entity is None:
        return
    seen: dict[str, str] = {}
    for tab, tab_body in document.body["tabs"].items():
        for section, body in tab_body["sections"].items():
            place = document.place.inside("tabs", tab, "sections", section, "fields")
            for name, entry in body["fields"].items():
                if lookup.field(entity, name, place.inside(name)) is None or entry.get("hidden"):
                    continue
                if name in seen:
                    lookup.report(usage.FieldTwiceOnForm.at(place.inside(name), name=name, other=seen[name]))
                seen.setdefault(name, section)


def _check_view(document: Document, lookup: Lookup, defaults: dict[tuple[str, str], str]) -> None:
    entity = _entity(document, lookup)
    if entity is None:
        return
    body, place = document.body, document.place
    groups = body.get("groups", {})
    for path, column in body["columns"].items():
        here = place.inside("columns", path)
        lookup.path(entity, path, here)
        if "late" in column:
            lookup.field(entity, column["late"], here.inside("late"))
        group = column.get("group")
        if group is not None and group not in groups:
            lookup.report(referencing.UnknownGroup.at(here.inside("group"), did_you_mean(group, groups), name=group))
    lookup.condition(entity, body.get("filter", {}), place.inside("filter"))
    check_sorting(entity, body.get("sort", ()), place.inside("sort"), lookup)
    lookup.roles(body.get("home", {}).get("roles", ()), document, place.inside("home", "roles"))
    for key in ("sums", "averages"):
        for path in body.get(key, ()):
            found = lookup.path(entity, path, place.inside(key))
            if found is not None and shape_of(found).kind not in _NUMBERS:
                lookup.report(referencing.NotNumeric.at(place.inside(key), name=path))
    if body.get("is_default") and not body.get("hidden"):
        other = defaults.setdefault((document.app, entity.name), document.name)
        if other != document.name:
            lookup.report(usage.TwoDefaultViews.at(place.inside("is_default"), entity=entity.name, other=other))


def check_sorting(entity: Entity, sort: Iterable[str], place: Place, lookup: Lookup) -> None:
    """Check the paths that a list is sorted by."""
    for path in sort:
        found = lookup.path(entity, path.removeprefix("-"), place)
        if found is not None and not found.sortable:
            lookup.report(referencing.NotSortable.at(place, name=path.removeprefix("-")))


def _check_page(document: Document, lookup: Lookup) -> None:
    entity = _entity(document, lookup)
    if entity is None:
        return
    body, place = document.body, document.place
    for path in body.get("highlights", ()):
        lookup.path(entity, path, place.inside("highlights"))
    check_head(entity, body, place, lookup)
    if "path" in body:
        field = lookup.field(entity, body["path"], place.inside("path"))
        if field is not None and not has_choices(field):
            lookup.report(referencing.NotAChoiceField.at(place.inside("path"), name=field.name))
    for name, section in body.get("sections", {}).items():
        for path in section["fields"]:
            lookup.path(entity, path, place.inside("sections", name, "fields", path))
    if "mark" in body:
        lookup.path(entity, body["mark"], place.inside("mark"))
    for name, quick in body.get("quick", {}).items():
        _check_quick(entity, quick, place.inside("quick", name), lookup)
    _check_related(entity, body.get("related", {}), place.inside("related"), lookup)


def _check_related(entity: Entity, body: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    for name, related in body.items():
        here = place.inside(name)
        relation = lookup.relation(entity, name, here)
        if relation is not None:
            source = lookup.catalog.entities[relation.entity]
            for path in related.get("columns", {}):
                lookup.path(source, path, here.inside("columns", path))
            check_sorting(source, related.get("sort", ()), here.inside("sort"), lookup)
            check_told(source, related.get("timeline", {}), here.inside("timeline"), lookup)
            _check_step(source, related.get("next_step", {}), here.inside("next_step"), lookup)


_STEP_TYPES = {"due": ("date", "instant"), "at": ("instant",), "done": ("boolean",), "who": ("link", "user")}


def _check_step(source: Entity, step: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    for key, named in step.items():
        for name in named if isinstance(named, list) else (named,):
            field = lookup.field(source, name, place.inside(key))
            if field is not None and key == "kind" and not has_choices(field):
                lookup.report(referencing.NotAChoiceField.at(place.inside(key), name=name))
            elif key in _STEP_TYPES:
                _check_type(field, name, _STEP_TYPES[key], place.inside(key), lookup)


def _check_quick(entity: Entity, quick: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    wanted = ("email",) if quick["type"] == "mail" else ("phone",)
    for path in quick.get("to", ()):
        _check_type(lookup.path(entity, path, place.inside("to")), path, wanted, place.inside("to"), lookup)
    if "relation" not in quick:
        return
    relation = lookup.relation(entity, quick["relation"], place.inside("relation"))
    if relation is not None:
        lookup.fields(lookup.catalog.entities[relation.entity], quick.get("values", {}), place.inside("values"))


def _check_type(field: Field | None, name: str, wanted: tuple[str, ...], place: Place, lookup: Lookup) -> None:
    if field is not None and field.type.name not in wanted:
        words = " or ".join(wanted)
        lookup.report(referencing.WrongType.at(place, name=name, got=field.type.name, wanted=words))


def _check_item(item: Mapping[str, Any], document: Document, place: Place, lookup: Lookup) -> None:
    lookup.roles(item.get("roles", ()), document, place.inside("roles"))
    named = [key for key in ("entity", "view", "page") if key in item]
    entries = item.get("items")
    if len(named) != 1 and not (entries and not named):
        what = ", or hold entries" if "items" in item or not named else ""
        lookup.report(referencing.EntryTarget.at(place, what=what))
    for key in named:
        if key == "entity":
            lookup.entity(item[key], document, place.inside(key))
        else:
            lookup.component(key, item[key], document, place.inside(key))
    for name, below in (entries or {}).items():
        _check_item(below, document, place.inside("items", name), lookup)


def _check_action(document: Document, lookup: Lookup) -> None:
    entity = _entity(document, lookup)
    if document.body["type"] == "open":
        if entity is not None:
            lookup.fields(entity, PLACEHOLDER.findall(document.body["address"]), document.place.inside("address"))
        return
    place = document.place.inside("mapping")
    name = document.body.get("mapping")
    if name is None:
        lookup.report(referencing.MappingMissing.at(place))
        return
    mapping = lookup.component("mapping", name, document, place)
    if mapping is None:
        return
    if mapping.body["type"] != "convert":
        lookup.report(referencing.MappingMissing.at(place))
    elif entity is not None and mapping.body["source"] != entity.name:
        got = mapping.body["source"]
        lookup.report(referencing.WrongEntity.at(place, what=f'the mapping "{name}"', got=got, wanted=entity.name))
