"""Sixth pass, third part: what mappings, roles and seed records refer to."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.draft import Document
from loomwork.catalog.faults import referencing, usage
from loomwork.catalog.model import Entity, Field
from loomwork.catalog.passes.lookup import Lookup, choices_of, is_computed, refusal
from loomwork.catalog.ranks import ordered
from loomwork.catalog.schemas.access import GRANT_ACTIONS
from loomwork.core.diagnostics import Place, did_you_mean


def check_data(lookup: Lookup) -> None:
    """Check every sound mapping and role."""
    for document in lookup.draft.sound("mapping"):
        if document.body["type"] == "convert":
            _check_conversion(document, lookup)
        else:
            _check_import(document, lookup)
    actions = _actions_by_entity(lookup)
    for document in lookup.draft.sound("role"):
        for name, grant in document.body["grants"].items():
            _check_grant(grant, document, document.place.inside("grants", name), lookup, actions)


def _check_conversion(document: Document, lookup: Lookup) -> None:
    body, place = document.body, document.place
    source = lookup.entity(body["source"], document, place.inside("source"))
    targets = ordered(body["targets"])
    earlier: dict[str, Entity | None] = {}
    for name, target in targets.items():
        here = place.inside("targets", name)
        entity = lookup.entity(target["entity"], document, here.inside("entity"))
        earlier[name] = entity
        if entity is None:
            continue
        lookup.fields(entity, target.get("match", ()), here.inside("match"))
        lookup.fields(entity, target.get("alike", ()), here.inside("alike"))
        for field_name, value in target["fields"].items():
            _check_source(entity, field_name, value, here.inside("fields", field_name), lookup, (source, earlier))
        for field in entity.fields.values():
            if is_awaited(field) and field.name not in target["fields"]:
                fault = usage.RequiredNotMapped.at(here.inside("fields"), entity=entity.name, field=field.name)
                lookup.report(fault)
    if source is not None:
        for field_name, value in body.get("after", {}).items():
            _check_source(source, field_name, value, place.inside("after", field_name), lookup, (source, earlier))


def is_awaited(field: Field) -> bool:
    """Whether somebody has to give the field a value: required, and neither computed nor with a default."""
    return field.required and not field.is_system and field.default is None and not is_computed(field)


def _check_source(
    entity: Entity,
    name: str,
    value: Mapping[str, Any],
    place: Place,
    lookup: Lookup,
    known: tuple[Entity | None, Mapping[str, Entity | None]],
) -> None:
    """Check where one field of a conversion gets its value; `known` are the source and the earlier targets."""
    source, earlier = known
    field = lookup.field(entity, name, place)
    if field is None:
        return
    if is_computed(field):
        lookup.report(usage.ComputedWritten.at(place, name=name))
    if "from" in value and source is not None:
        lookup.field(source, value["from"], place.inside("from"))
    if "target" in value:
        _check_target(field, value["target"], place.inside("target"), lookup, earlier)
    if "value" in value:
        fault = refusal(field, value["value"])
        if fault:
            lookup.report(usage.SeedRefused.at(place.inside("value"), fault=fault))


def _check_target(field: Field, name: str, place: Place, lookup: Lookup, earlier: Mapping[str, Entity | None]) -> None:
    target = earlier.get(name)
    if name not in earlier:
        lookup.report(referencing.UnknownTarget.at(place, did_you_mean(name, earlier), name=name))
    elif not field.target:
        lookup.report(referencing.LinkNeeded.at(place, name=field.name))
    elif target is not None and field.target != target.name:
        fault = referencing.WrongEntity.at(place, what=f'the target "{name}"', got=target.name, wanted=field.target)
        lookup.report(fault)


def _check_import(document: Document, lookup: Lookup) -> None:
    body, place = document.body, document.place
    entity = lookup.entity(body["entity"], document, place.inside("entity"))
    if entity is None:
        return
    filled: dict[str, str] = {}
    for heading, column in body["columns"].items():
        here = place.inside("columns", heading)
        field = _written(entity, column["field"], heading, here.inside("field"), lookup, filled)
        if field is not None and "lookup" in column:
            target = lookup.catalog.entities.get(field.target) if field.is_link else None
            if target is None:
                lookup.report(referencing.LinkNeeded.at(here.inside("lookup"), name=field.name))
            else:
                lookup.path(target, column["lookup"], here.inside("lookup"))
    for name, value in body.get("constants", {}).items():
        here = place.inside("constants", name)
        field = _written(entity, name, "constants", here, lookup, filled)
        fault = refusal(field, value) if field is not None and not field.target else ""
        if fault:
            lookup.report(usage.SeedRefused.at(here, fault=fault))
    for name in body.get("computed", {}):
        _written(entity, name, "computed", place.inside("computed", name), lookup, filled)
    lookup.fields(entity, body.get("match", ()), place.inside("match"))


def _written(entity: Entity, name: str, by: str, place: Place, lookup: Lookup, filled: dict[str, str]) -> Field | None:
    """The field that an import fills, once and not computed."""
    field = lookup.field(entity, name, place)
    if field is None:
        return None
    if is_computed(field):
        lookup.report(usage.ComputedWritten.at(place, name=name))
    if name in filled:
        lookup.report(usage.MappedTwice.at(place, field=name, other=filled[name]))
    filled.setdefault(name, by)
    return field


def _actions_by_entity(lookup: Lookup) -> dict[str, set[str]]:
    """Names of actions, with and without namespace, by entity."""
    result: dict[str, set[str]] = {}
    for document in lookup.draft.sound("action"):
        names = result.setdefault(document.body["entity"], set())
        names.update((document.name, document.name.partition(".")[2]))
    return result


def _check_grant(
    grant: Mapping[str, Any], document: Document, place: Place, lookup: Lookup, actions: Mapping[str, set[str]]
) -> None:
    entity = lookup.entity(grant["entity"], document, place.inside("entity"))
    if entity is None:
        return
    known = {*GRANT_ACTIONS, *actions.get(entity.name, ())}
    for name in grant["actions"]:
        if name not in known:
            hint = did_you_mean(name, known)
            lookup.report(referencing.UnknownAction.at(place.inside("actions"), hint, entity=entity.name, name=name))
    fields = grant.get("fields", {})
    for key, names in fields.items():
        lookup.fields(entity, (name for name in names if name != "*"), place.inside("fields", key))
    read = fields.get("read", ["*"])
    for name in fields.get("mask", ()):
        if name != "*" and (name in fields.get("except", ()) or not {"*", name} & set(read)):
            lookup.report(usage.MaskWithoutRead.at(place.inside("fields", "mask"), name=name))
    _check_states(grant.get("states", ()), entity, place.inside("states"), lookup)


def _check_states(states: Any, entity: Entity, place: Place, lookup: Lookup) -> None:
    if not states:
        return
    field = entity.fields.get(entity.state_field)
    if field is None:
        if not entity.state_field:
            lookup.report(referencing.StateWithoutField.at(place, entity=entity.name))
        return
    choices = choices_of(field)
    for name in states:
        if choices and name not in choices:
            lookup.report(referencing.UnknownChoice.at(place, did_you_mean(name, choices), name=name, field=field.name))
