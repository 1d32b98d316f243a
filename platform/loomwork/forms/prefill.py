"""What a new record begins with: defaults, and what it takes over from the record that it is made from.

A call made from a deal belongs to the deal's account and contact too. The metadata needs to say nothing for it: a link
field is filled where the given record holds one link to the same entity (of several, the one with the same name). Screens
begin a form with it, and clients of the API ask for it by the same rights.
"""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import PlatformError
from loomwork.core.ids import is_id
from loomwork.expressions.env import Env
from loomwork.expressions.ir import value_to_json
from loomwork.forms.preview import plain_values
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy, not_allowed
from loomwork.records.around.labelling import titles
from loomwork.records.program import Program
from loomwork.records.rights import unknown_fields
from loomwork.storage.database import Work

USER = "system.user"
Wire = dict[str, Any]


def begin_values(program: Program, work: Work, actor: Actor, entity: Entity, given: Mapping[str, Any]) -> Wire:
    """What a new record begins with beside what is given: links taken over and defaults, of fields that the actor may write.

    Shapes: values in wire form by field, links as `{id, label}`.
    Raises: NotAllowed for who may not create such records; InvalidInput for fields that are not there.
    """
    if not program.policies.may(actor, entity.name, "create"):
        raise not_allowed("create", entity.name)
    unknown = unknown_fields(program.plans.of(entity.name), given)
    if unknown is not None:
        raise unknown
    taken = linked_values(program, work, actor, entity, given)
    found = {**default_values(program, work, actor, entity, {**taken, **given}), **taken}
    policy = program.policies.of(actor)
    rights = policy.writable(entity, "create") if isinstance(policy, Policy) else None
    return {
        name: value
        for name, value in found.items()
        if name not in given
        and value is not None
        and not entity.fields[name].readonly
        and (rights is None or rights.get(name))
    }


def default_values(
    program: Program, work: Work, actor: Actor, entity: Entity, values: Mapping[str, Any] | None = None
) -> Wire:
    """Defaults as saving would set them on a record of these values; formulas that look at other records are left out."""
    found: Wire = {}
    env: Env | None = None
    for name, value, computation in program.plans.of(entity.name).defaults:
        if computation is None:
            found[name] = value
        elif computation.run is not None:
            env = env or Env(
                values=plain_values(entity, values or {}),
                now=work.now,
                zone=actor.zone,
                user=actor.context(),
                calendar=program.engine.calendar.get(work),
            )
            found[name] = value_to_json(computation.formula.type, computation.run(env))
    if "owner_id" in entity.fields and not entity.is_system:
        found.setdefault("owner_id", {"id": actor.user_id, "label": actor.name})
    return {name: _labelled(program, work, actor, entity.fields[name], value) for name, value in found.items()}


def _labelled(program: Program, work: Work, actor: Actor, field: Field, value: Any) -> Any:
    """An id of a link default with the label beside it; nothing where the actor does not see the record."""
    if not field.is_link or not isinstance(value, str):
        return value
    if field.target == USER and value == actor.user_id:
        return {"id": value, "label": actor.name}
    seen = titles(program, work, program.reader(actor), field.target, {value})
    return {"id": value, "label": seen[value]} if value in seen else None


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
