"""Sixth pass, first part: what entities refer to, and whether their fields can keep what they promise."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.draft import Document
from loomwork.catalog.faults import referencing, shape, structure, usage
from loomwork.catalog.faults.base import shown
from loomwork.catalog.model import Entity, Field
from loomwork.catalog.passes.lookup import Lookup, has_choices, is_computed, refusal
from loomwork.core.diagnostics import Place
from loomwork.core.ids import is_name
from loomwork.field_types.base import Origin, Storage


def check_entities(lookup: Lookup) -> None:
    """Check every sound entity and choice set."""
    for document in lookup.draft.sound("entity"):
        entity = lookup.catalog.entities[document.name]
        _check_names(entity, document, lookup)
        _check_rules(entity, document, lookup)
        for name, body in document.body["fields"].items():
            field = entity.fields[name]
            if not field.is_system:
                _check_field(field, body, document, lookup)
        for field in entity.fields.values():
            if field.type.storage is Storage.CHILDREN:
                _check_children(field, document, lookup)
    for document in lookup.draft.sound("choice_set"):
        if not any(one.get("active", True) for one in document.body["choices"].values()):
            lookup.report(structure.NoActiveChoice.at(document.place.inside("choices")))


def _check_names(entity: Entity, document: Document, lookup: Lookup) -> None:
    body, place = document.body, document.place
    if "title_field" in body:
        lookup.field(entity, body["title_field"], place.inside("title_field"))
    lookup.fields(entity, body.get("summary_fields", ()), place.inside("summary_fields"))
    lookup.fields(entity, body.get("bulk_fields", ()), place.inside("bulk_fields"))
    if "state_field" in body:
        here = place.inside("state_field")
        field = lookup.field(entity, body["state_field"], here)
        if field is not None and not has_choices(field):
            lookup.report(referencing.NotAChoiceField.at(here, name=field.name))
    for name, one in body.get("unique", {}).items():
        here = place.inside("unique", name, "fields")
        for field in lookup.fields(entity, one["fields"], here):
            if not field.columns or not field.type.may_be_unique:
                lookup.report(structure.UniqueNotPossible.at(here, type=field.type.name))
    for name, one in body.get("indexes", {}).items():
        here = place.inside("indexes", name, "fields")
        for field in lookup.fields(entity, (key.removeprefix("-") for key in one["fields"]), here):
            if not field.columns:
                lookup.report(structure.OrderNotPossible.at(here, type=field.type.name))


def _check_rules(entity: Entity, document: Document, lookup: Lookup) -> None:
    for name, one in document.body.get("validations", {}).items():
        if "field" in one:
            lookup.field(entity, one["field"], document.place.inside("validations", name, "field"))
    for name, one in document.body.get("rules", {}).items():
        place = document.place.inside("rules", name)
        for key in ("require", "lock", "show"):
            lookup.fields(entity, one.get(key, ()), place.inside(key))
        for field in lookup.fields(entity, one.get("set", {}), place.inside("set")):
            if is_computed(field):
                lookup.report(usage.ComputedWritten.at(place.inside("set", field.name), name=field.name))


def _check_field(field: Field, body: Mapping[str, Any], document: Document, lookup: Lookup) -> None:
    place = document.place.inside("fields", field.name)
    own = body.get("properties", {})
    for fault in field.type.faults(own):
        lookup.report(shape.BadProperties.at(place.inside("properties"), fault=fault))
    _check_properties(field, own, document, place.inside("properties"), lookup)
    _check_promises(field, body, document, place, lookup)
    _check_default(field, place.inside("default"), lookup)


def _check_properties(field: Field, own: Mapping[str, Any], document: Document, place: Place, lookup: Lookup) -> None:
    """References that stand in properties under the names that all types share: entity, entities, choice_set, relation."""
    if "entity" in own:
        lookup.entity(own["entity"], document, place.inside("entity"))
    for name in own.get("entities", ()):
        lookup.entity(name, document, place.inside("entities"))
    if "choice_set" in own:
        lookup.component("choice_set", own["choice_set"], document, place.inside("choice_set"))
    if "relation" in own:
        _check_gathered(field, own, place, lookup)


def _check_gathered(field: Field, own: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    entity = lookup.catalog.entities[field.entity]
    relation = lookup.relation(entity, own["relation"], place.inside("relation"))
    if relation is None:
        return
    source = lookup.catalog.entities[relation.entity]
    if is_name(own.get("value", "-")):
        lookup.field(source, own["value"], place.inside("value"))
    if "order_by" in own:
        lookup.field(source, own["order_by"], place.inside("order_by"))


def _is_found(field: Field) -> bool:
    """Whether the search index can hold the field: a stored text, also one that a formula gives."""
    if field.type.origin is Origin.FORMULA:
        return bool(field.columns) and field.type.shape(field.props).kind == "text"
    return bool(field.type.search_suffixes)


def _check_promises(field: Field, body: Mapping[str, Any], document: Document, place: Place, lookup: Lookup) -> None:
    """Whether the type can keep what the field's switches promise."""
    kind = field.type.name
    if field.unique and not (field.columns and field.type.may_be_unique):
        lookup.report(structure.UniqueNotPossible.at(place.inside("unique"), type=kind))
    if field.searchable and not _is_found(field):
        lookup.report(structure.SearchNotPossible.at(place.inside("searchable"), type=kind))
    if body.get("sortable") is True and not field.sortable:
        lookup.report(structure.OrderNotPossible.at(place.inside("sortable"), type=kind))
    if field.indexed and not field.columns:
        lookup.report(structure.OrderNotPossible.at(place.inside("indexed"), type=kind))
    if is_computed(field):
        for key in ("required", "default"):
            if body.get(key):
                lookup.report(structure.ComputedInput.at(place.inside(key), type=kind, key=key))
    elif field.required and (field.hidden or field.readonly) and not _is_filled(field, document.body):
        here, how = (place.inside("hidden"), "hidden") if field.hidden else (place, "read-only")
        lookup.report(structure.UnreachableRequired.at(here, how=how))
    if field.required and field.props.get("on_delete") == "clear":
        lookup.report(structure.RequiredCleared.at(place.inside("properties", "on_delete")))


def _is_filled(field: Field, body: Mapping[str, Any]) -> bool:
    """Whether a default or a rule gives the field a value."""
    return field.default is not None or any(
        field.name in rule.get("set", {}) for rule in body.get("rules", {}).values()
    )


def _check_default(field: Field, place: Place, lookup: Lookup) -> None:
    value = field.default
    if value is None or is_computed(field) or is_formula(value):
        return
    fault = refusal(field, value)
    if fault:
        lookup.report(structure.DefaultRefused.at(place, got=shown(value), fault=fault))


def is_formula(value: Any) -> bool:
    """Whether a default is computed: `{"formula": text}`."""
    return isinstance(value, dict) and set(value) == {"formula"}


def _check_children(field: Field, document: Document, lookup: Lookup) -> None:
    child = lookup.catalog.entities.get(field.target)
    if child is None:
        return
    name = field.props["link"]
    link = child.fields.get(name)
    if link is None or not link.is_link or link.target != field.entity:
        place = document.place.inside("fields", field.name, "properties", "link")
        links = [
            one.name
            for one in child.fields.values()
            if one.is_link and one.target == field.entity and not one.is_system
        ]
        hint = f'did you mean "{links[0]}"?' if links else f"{child.name} has no link to {field.entity}"
        lookup.report(referencing.ChildLinkMissing.at(place, hint, name=name, entity=child.name, target=field.entity))
    columns = field.props.get("columns", ())
    here = document.place.inside("fields", field.name, "properties")
    lookup.fields(child, columns, here.inside("columns"))
    lookup.fields(lookup.catalog.entities[field.entity], field.props.get("totals", ()), here.inside("totals"))
