"""Into the trash and back. What points to a deleted record decides: refused, cleared, or gone with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import Conflict, Detail, StaleRecord, VersionMissing
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records import events, roll_ups
from loomwork.records.around import administrators, owned
from loomwork.records.draft import Draft
from loomwork.records.loading import Loaded, load_for
from loomwork.records.plans import EntityPlan, search_document
from loomwork.records.program import Program
from loomwork.records.writing import taken, update_statement, write_fts, write_update
from loomwork.storage.database import UniqueTaken, Work
from loomwork.storage.statements import prepare
from loomwork.storage.tables import SEARCH

MOST_CASCADED = 5_000


def delete(program: Program, work: Work, actor: Actor, entity: str, record_id: str, row_version: int | None) -> int:
    """Put a record into the trash, with those that belong to it; its version rises.

    Raises: VersionMissing, NotFound, NotAllowed, StaleRecord; Conflict `still_linked` where a link refuses, `owns_records`
    for a person who owns records, `last_administrator`.
    """
    if row_version is None:
        raise VersionMissing("say which version you delete: If-Match with the record's row_version")
    plan = program.plans.of(entity)
    is_guarded = administrators.guard_change(program, work, entity)
    loaded = load_for(program, work, actor, plan, record_id, "delete")
    if not loaded.held:
        raise not_allowed("delete", entity)
    if loaded.version != row_version:
        current = program.engine.get(work, program.reader(actor), entity, record_id)
        raise StaleRecord(
            "somebody changed this record meanwhile",
            extra={"row_version": loaded.version, "theirs": current, "yours": None},
        )
    _trash(program, work, actor, plan, record_id, loaded)
    if is_guarded:
        administrators.check_left(program, work)
    return loaded.version + 1


def _trash(program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, loaded: Loaded) -> None:
    """Settle what points to the record, then put it into the trash after those that go with it."""
    settled = gather(program, work, plan.entity.name, record_id)
    for entity, one in settled.doomed:
        if owned.is_owner(program, entity):
            owned.refuse_owner(program, work, one)
    service = _service(actor, "cascade")
    for entity, field, ids in settled.cleared:
        _clear(program, work, _service(actor, "clear link"), program.plans.of(entity), field, ids)
    for entity, one in reversed(settled.doomed[1:]):
        other = program.plans.of(entity)
        _mark(program, work, service, other, one, load_for(program, work, service, other, one, "delete"))
    _mark(program, work, actor, plan, record_id, loaded)


def _mark(program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, loaded: Loaded) -> None:
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=loaded.cells)
    draft.cells.update(
        deleted_at=(work.now,), updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,)
    )
    _write_state(program, draft, loaded, "deleted", document="")
    roll_ups.after_change(program, work, [draft], removed=True)


def _write_state(
    program: Program, draft: Draft, loaded: Loaded, verb: str, *, document: str, emptied: Sequence[str] = ()
) -> None:
    plan, work = draft.plan, draft.work
    names = tuple(sorted(("deleted_at", "row_version", "updated_at", "updated_by", *emptied)))
    on_row = SEARCH in plan.held.table.c
    values = dict(value for name in names for value in plan.writers[name].bound(draft.cells[name]))
    values.update(_id=draft.record_id, _version=loaded.version, search=document)
    try:
        touched = work.run(update_statement(program, plan, names, document=on_row), values)
    except UniqueTaken as fault:
        raise taken(plan, draft.actor, fault) from None
    if touched != 1:
        raise StaleRecord("somebody changed this record meanwhile")
    if plan.held.search and not on_row:
        write_fts(plan, work, loaded.sequence, document, is_new=False)
    made = events.event_values(
        work,
        draft.actor,
        entity=plan.entity.name,
        record_id=draft.record_id,
        verb=verb,
        version=loaded.version + 1,
        changes={},
    )
    events.write_events(work, made)


def pointing_links(program: Program, target: str) -> Iterator[tuple[Entity, Field, str]]:
    """Every link to an entity with what it does when its target goes: restrict, clear or cascade."""
    for entity in program.catalog.entities.values():
        for field in entity.fields.values():
            if field.is_link and field.target == target and not field.is_system:
                yield entity, field, field.columns[0].on_delete


@dataclass(slots=True)
class Settled:
    """What happens to others when a record goes.

    Shapes: `doomed` are (entity, id) of all that go, the record itself first; `cleared` are (entity, link, ids).
    """

    doomed: list[tuple[str, str]]
    cleared: list[tuple[str, str, list[str]]] = dataclass_field(default_factory=list)


def gather(program: Program, work: Work, entity: str, record_id: str) -> Settled:
    """Follow the links that point to a record, and to those that go with it.

    Raises: Conflict `still_linked` where a record that stays refuses; `too_many` beyond 5,000 records that would go.
    """
    found, seen = Settled([(entity, record_id)]), {record_id}
    refusing: list[tuple[str, str, list[str]]] = []
    for here, target in found.doomed:
        for other, field, manner in pointing_links(program, here):
            ids = _pointing(program, work, other.name, field.name, target)
            if ids and manner == "cascade":
                found.doomed.extend((other.name, one) for one in ids if one not in seen)
                seen.update(ids)
            elif ids:
                (found.cleared if manner == "clear" else refusing).append((other.name, field.name, ids))
        if len(found.doomed) > MOST_CASCADED:
            raise Conflict(f"more than {MOST_CASCADED:,} records would go with this one", code="too_many")
    stays = sorted({f"{name}.{field}" for name, field, ids in refusing if not seen.issuperset(ids)})
    if stays:
        details = [Detail(one, "still_linked", f"{one} still points here") for one in stays]
        raise Conflict("other records still point to this one", code="still_linked", details=details)
    found.cleared = [(n, f, rest) for n, f, ids in found.cleared if (rest := [i for i in ids if i not in seen])]
    return found


def _pointing(program: Program, work: Work, entity: str, field: str, record_id: str) -> list[str]:
    held = program.tables.entities[entity]
    column, deleted = held.column(field), held.column("deleted_at")

    def make() -> Any:
        target = sa.bindparam("target", type_=column.type, required=True)
        chosen = sa.select(held.column("id")).where(column == target, deleted.is_(None)).limit(MOST_CASCADED + 1)
        return prepare(chosen, program.plans.dialect)

    key = ("pointing", entity, field)
    return [row[0] for row in work.rows(program.engine.kept(key, make), {"target": record_id})]


def _service(actor: Actor, reason: str) -> Actor:
    from loomwork.permissions.actor import system_actor

    return system_actor(reason, on_behalf_of=actor.user_id)


def _clear(program: Program, work: Work, actor: Actor, plan: EntityPlan, field: str, ids: list[str]) -> None:
    """Empty a link of some records; what is computed from it follows.

    Raises: Conflict `still_linked` where the link has to be filled.
    """
    name = f"{plan.entity.name}.{field}"
    if plan.entity.fields[field].required:
        detail = Detail(name, "still_linked", f"{name} still points here and cannot be empty")
        raise Conflict("other records still point to this one", code="still_linked", details=[detail])
    for one in ids:
        loaded = load_for(program, work, actor, plan, one, "update")
        draft = Draft(work, actor, plan, one, dict(loaded.cells), before=loaded.cells)
        draft.cells[field] = plan.writers[field].empty
        draft.cells.update(updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,))
        write_update(program, draft, loaded.version, loaded.sequence, "updated")
        roll_ups.after_change(program, work, [draft])
    roll_ups.recompute(program, work, _computed_from(plan, {field}, ids))


def _computed_from(plan: EntityPlan, fields: set[str], ids: Iterable[str]) -> roll_ups.Parents:
    """The stored formulas of records that read some of their fields."""
    return {
        (plan.entity.name, field.name): set(ids)
        for field, made in plan.computed
        if any(path.partition(".")[0] in fields for path in made.formula.dependencies)
    }


def restore(program: Program, work: Work, actor: Actor, entity: str, record_id: str) -> int:
    """Take a record out of the trash, with those that went with it.

    Raises: NotFound unless it is in the trash and seen; NotAllowed; Conflict where a unique value is used by now.
    """
    plan = program.plans.of(entity)
    loaded = load_for(program, work, actor, plan, record_id, "restore", trash=True)
    if not loaded.held:
        raise not_allowed("restore", entity)
    _untrash(program, work, actor, plan, record_id, loaded)
    return loaded.version + 1


def _untrash(program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, loaded: Loaded) -> None:
    stamp = loaded.cells["deleted_at"]
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=None)
    draft.cells.update(
        deleted_at=(None,), updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,)
    )
    emptied = _empty_dead_links(program, draft)
    document = search_document(plan, draft.cells, work.dialect) if plan.held.search else ""
    _write_state(program, draft, loaded, "restored", document=document, emptied=emptied)
    for _, field, manner in pointing_links(program, plan.entity.name):
        if manner == "cascade":
            _restore_with(program, work, actor, field, record_id, stamp)
    own = {(plan.entity.name, field.name): {record_id} for field, _ in plan.own_roll_ups}
    roll_ups.recompute(program, work, {**own, **_computed_from(plan, set(emptied), [record_id])})
    roll_ups.after_change(program, work, [draft])


def _empty_dead_links(program: Program, draft: Draft) -> tuple[str, ...]:
    """Empty the links of a restored record whose target is gone by now; the fields that were emptied.

    Raises: Conflict `target_in_trash` naming the links that cannot be empty or whose target has to come first.
    """
    emptied: list[str] = []
    kept: list[Detail] = []
    for field in draft.plan.links:
        held = program.tables.entities.get(field.target)
        value = draft.cells[field.name][0]
        if held is None or value is None or field.is_system:
            continue
        alive = sa.select(held.column("id")).where(held.column("id") == value, held.column("deleted_at").is_(None))
        if draft.work.fetch(alive):
            continue
        if field.columns[0].on_delete == "clear" and not field.required:
            draft.cells[field.name] = draft.plan.writers[field.name].empty
            emptied.append(field.name)
        else:
            kept.append(Detail(field.name, "target_in_trash", "what this links to is in the trash; restore it first"))
    if kept:
        raise Conflict("what this record belongs to is in the trash", code="target_in_trash", details=kept)
    return tuple(emptied)


def _restore_with(
    program: Program, work: Work, actor: Actor, field: Field, record_id: str, stamp: tuple[Any, ...]
) -> None:
    plan = program.plans.of(field.entity)
    held = plan.held
    column, deleted = held.column(field.name), held.column("deleted_at")
    encoded = plan.writers["deleted_at"].bound(stamp)[0][1]
    chosen = sa.select(held.column("id")).where(
        column == sa.bindparam("t", type_=column.type), deleted == sa.bindparam("d", type_=deleted.type)
    )
    for (one,) in work.fetch(chosen, {"t": record_id, "d": encoded}):
        loaded = load_for(program, work, _service(actor, "cascade"), plan, one, "restore", trash=True)
        _untrash(program, work, _service(actor, "cascade"), plan, one, loaded)
