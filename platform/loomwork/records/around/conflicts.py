"""What somebody is told of his change: where it meets another's, and nothing of values that he writes without reading.

Who may write a field and not read it could otherwise guess its value and see whether the guess changed anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loomwork.catalog.model import Field
from loomwork.core.errors import StaleRecord
from loomwork.field_types.base import Storage
from loomwork.permissions.actor import Actor
from loomwork.records.around.history import changed_since, instant_of, plain_fields
from loomwork.records.around.lines import is_touched
from loomwork.records.draft import Draft
from loomwork.records.links import seen_ids
from loomwork.records.loading import load_for, load_many
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work


def unread_fields(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, names: Iterable[str]
) -> frozenset[str]:
    """Of these fields, those that the actor does not see plainly on this record as it is now.

    A change of one of them counts as a change whatever the field held before.
    """
    access = program.policies.of(actor).entity(plan.entity.name)
    unsure = frozenset(name for name in names if not access.is_plain(name))
    if not unsure:
        return unsure
    held = load_for(program, work, actor, plan, record_id, "read").held
    return unsure - plain_fields(access, held)


def unread_fields_of(program: Program, drafts: Sequence[Draft]) -> dict[str, frozenset[str]]:
    """`unread_fields` of many drafts of one entity and actor, by record; records without any are left out."""
    if not drafts:
        return {}
    first = drafts[0]
    access = program.policies.of(first.actor).entity(first.plan.entity.name)
    unsure = {
        draft.record_id: names
        for draft in drafts
        if (names := frozenset(name for name in draft.given if not access.is_plain(name)))
    }
    if not unsure:
        return {}
    loaded = load_many(program, first.work, first.actor, first.plan, list(unsure), "read")
    return {one: names - plain_fields(access, loaded[one].held) for one, names in unsure.items()}


def check_stale(
    program: Program, draft: Draft, data: Mapping[str, Any], asked: int, now: int, *, merge: bool = False
) -> None:
    """Refuse a change made on an older version, with both sides; or let it through where the sides do not meet.

    Whether somebody else changed a field that the actor does not see is not for him to know: such a field is never
    named, and a change of it is never merged. Of links to many those to records that he does not see are no part.
    Raises: StaleRecord with `row_version`, `fields`, `theirs` and `yours`.
    """
    theirs = changed_since(draft.work, draft.record_id, asked, now)
    touched = _touched(program, draft, data, theirs) if theirs is not None else sorted(data)
    if theirs is not None:
        touched += _touched_tables(program, draft, data, asked)
    if merge and theirs is not None and not touched and not draft.unread and 0 < asked < now:
        return
    reader = program.reader(draft.actor)
    entity = draft.plan.entity
    current = program.engine.get(draft.work, reader, entity.name, draft.record_id)
    rights = reader.access.entity(entity.name)
    if tables := tuple(one.name for one in draft.plan.children if one.name in data and rights.is_plain(one.name)):
        # An answer holds the rows of child tables only where they are asked for by name.
        current |= program.engine.get(draft.work, reader, entity.name, draft.record_id, tables)
    shown = [name for name in data if name in current and name not in draft.unread]
    extra = {
        "row_version": now,
        "fields": [name for name in touched if name not in draft.unread],
        "theirs": {name: current[name] for name in shown},
        "yours": {name: data[name] for name in shown},
    }
    raise StaleRecord("somebody changed this record meanwhile", extra=extra)


def _touched(program: Program, draft: Draft, data: Mapping[str, Any], theirs: Mapping[str, Sequence[Any]]) -> list[str]:
    """The given fields that somebody else changed, as far as the actor can see a change of them."""
    fields = draft.plan.entity.fields
    both = sorted(set(data) & set(theirs))
    return [
        name
        for name in both
        if name not in fields
        or fields[name].type.storage is not Storage.JOIN_TABLE
        or _is_seen(program, draft, fields[name], theirs[name])
    ]


def _touched_tables(program: Program, draft: Draft, data: Mapping[str, Any], asked: int) -> list[str]:
    """The given child tables of which a row, that the actor sees, came, changed or went since: the rows given would undo it."""
    tables = [field for field in draft.plan.children if field.name in data]
    since = (instant_of(draft.work, draft.record_id, asked) or 0) if tables else 0
    return [
        field.name for field in tables if is_touched(program, draft.work, draft.actor, field, draft.record_id, since)
    ]


def _is_seen(program: Program, draft: Draft, field: Field, pairs: Sequence[Any]) -> bool:
    """Whether one of these changes of a link to many adds, takes away or moves a record that the actor sees."""
    ids = sorted({one for pair in pairs for side in pair for one in side or ()})
    seen = seen_ids(program, draft, field, ids)
    return any([v for v in old or () if v in seen] != [v for v in new or () if v in seen] for old, new in pairs)
