"""What a new record takes over from the record that it is made from: that record's own links to the same kinds of records.

A call made from a deal belongs to the deal's account and contact too. The metadata needs to say nothing for it: a link
field is filled where the given record holds one link to the same entity (of several, the one with the same name).
"""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import PlatformError
from loomwork.core.ids import is_id
from loomwork.permissions.actor import Actor
from loomwork.records.program import Program
from loomwork.storage.database import Work


def linked_values(
    program: Program, work: Work, actor: Actor, entity: Entity, given: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """`{field: {id, label}}` for link fields that are not given, read with the actor's rights from the given records."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        field = entity.find(name)
        record_id = value.get("id") if isinstance(value, Mapping) else value
        if field is None or not field.is_link or not isinstance(record_id, str) or not is_id(record_id):
            continue
        for taken, link in _from(program, work, actor, entity, field, record_id).items():
            if taken not in given:
                found.setdefault(taken, link)
    return found


def _from(
    program: Program, work: Work, actor: Actor, entity: Entity, origin: Field, record_id: str
) -> dict[str, dict[str, Any]]:
    source = program.catalog.entities.get(origin.target)
    if source is None or source.is_system or source.name == entity.name:
        return {}
    access = program.policies.of(actor).entity(source.name)
    wanted = {
        field.name: link
        for field in entity.fields.values()
        if field.name != origin.name and (link := _same(program, source, entity, field)) is not None
    }
    wanted = {
        name: link for name, link in wanted.items() if not access.is_closed(link) and not access.is_only_masked(link)
    }
    if not wanted:
        return {}
    try:
        row = program.engine.get(work, program.reader(actor), source.name, record_id, tuple(set(wanted.values())))
    except PlatformError:
        return {}  # a record that the actor does not see gives nothing; saving will say so
    return {
        name: value
        for name, link in wanted.items()
        if isinstance(value := row.get(link), dict) and value.get("id") and value.get("label")
    }


def _same(program: Program, source: Entity, entity: Entity, field: Field) -> str | None:
    """The link of the source that answers a link field of the new record: to the same entity, not to people or units."""
    target = program.catalog.entities.get(field.target) if field.is_link and not field.is_system else None
    if target is None or target.is_system or target.name in (source.name, entity.name):
        return None
    links = [one.name for one in source.fields.values() if one.is_link and one.target == target.name]
    if field.name in links:
        return field.name
    return links[0] if len(links) == 1 else None
