"""Into the trash and back. What points to a deleted record decides: refused, cleared, or gone with it."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import Conflict, Detail, StaleRecord, VersionMissing
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records import events, roll_ups
from loomwork.records.draft import Draft
from loomwork.records.loading import Loaded, load_for
from loomwork.records.plans import EntityPlan, search_document
from loomwork.records.program import Program
from loomwork.records.writing import taken, update_statement, write_fts
from loomwork.storage.database import UniqueTaken, Work
from loomwork.storage.statements import prepare
from loomwork.storage.tables import SEARCH

MOST_CASCADED = 5_000


def delete(program: Program, work: Work, actor: Actor, entity: str, record_id: str, row_version: int | None) -> int:
    """Put a record into the trash, with those that belong to it; its version rises.

    Raises: VersionMissing, NotFound, NotAllowed, StaleRecord; Conflict `still_linked` where a link refuses.
    """
    if row_version is None:
        raise VersionMissing("say which version you delete: If-Match with the record's row_version")
    plan = program.plans.of(entity)
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
    return loaded.version + 1


def _trash(program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, loaded: Loaded) -> None:
    _settle_links(program, work, actor, plan.entity, record_id)
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=loaded.cells)
    draft.cells.update(
        deleted_at=(work.now,), updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,)
    )
    _write_state(program, draft, loaded, "deleted", document="")
    roll_ups.after_change(program, work, [draft], removed=True)


def _write_state(program: Program, draft: Draft, loaded: Loaded, verb: str, *, document: str) -> None:
    plan, work = draft.plan, draft.work
    names = ("deleted_at", "row_version", "updated_at", "updated_by")
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


def _settle_links(program: Program, work: Work, actor: Actor, entity: Entity, record_id: str) -> None:
    refused: list[Detail] = []
    for other, field, manner in pointing_links(program, entity.name):
        ids = _pointing(program, work, other.name, field.name, record_id)
        if not ids:
            continue
        if manner == "restrict":
            text = f"{other.name}.{field.name} still points here"
            refused.append(Detail(f"{other.name}.{field.name}", "still_linked", text))
        elif manner == "clear":
            _clear(program, work, actor, other.name, field.name, ids)
        else:
            _cascade(program, work, actor, other.name, ids)
    if refused:
        raise Conflict("other records still point to this one", code="still_linked", details=refused)


def _pointing(program: Program, work: Work, entity: str, field: str, record_id: str) -> list[str]:
    held = program.tables.entities[entity]
    column, deleted = held.column(field), held.column("deleted_at")

    def make() -> Any:
        target = sa.bindparam("target", type_=column.type, required=True)
        chosen = sa.select(held.column("id")).where(column == target, deleted.is_(None)).limit(MOST_CASCADED)
        return prepare(chosen, program.plans.dialect)

    key = ("pointing", entity, field)
    return [row[0] for row in work.rows(program.engine.kept(key, make), {"target": record_id})]


def _service(actor: Actor, reason: str) -> Actor:
    from loomwork.permissions.actor import system_actor

    return system_actor(reason, on_behalf_of=actor.user_id)


def _clear(program: Program, work: Work, actor: Actor, entity: str, field: str, ids: list[str]) -> None:
    from loomwork.records.writing import write_update

    plan = program.plans.of(entity)
    for one in ids:
        loaded = load_for(program, work, _service(actor, "clear link"), plan, one, "update")
        draft = Draft(work, _service(actor, "clear link"), plan, one, dict(loaded.cells), before=loaded.cells)
        draft.cells[field] = plan.writers[field].empty
        draft.cells.update(updated_at=(work.now,), row_version=(loaded.version + 1,))
        write_update(program, draft, loaded.version, loaded.sequence, "updated")


def _cascade(program: Program, work: Work, actor: Actor, entity: str, ids: list[str]) -> None:
    plan = program.plans.of(entity)
    for one in ids:
        loaded = load_for(program, work, _service(actor, "cascade"), plan, one, "delete")
        _trash(program, work, _service(actor, "cascade"), plan, one, loaded)


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
    document = search_document(plan, draft.cells, work.dialect) if plan.held.search else ""
    _write_state(program, draft, loaded, "restored", document=document)
    for other, field, manner in pointing_links(program, plan.entity.name):
        if manner == "cascade":
            _restore_with(program, work, actor, other, field, record_id, stamp)
    own = {(plan.entity.name, field.name): {record_id} for field, _ in plan.own_roll_ups}
    roll_ups.recompute(program, work, own)
    roll_ups.after_change(program, work, [draft])


def _restore_with(
    program: Program, work: Work, actor: Actor, entity: Entity, field: Field, record_id: str, stamp: tuple[Any, ...]
) -> None:
    plan = program.plans.of(entity.name)
    held = plan.held
    column, deleted = held.column(field.name), held.column("deleted_at")
    encoded = plan.writers["deleted_at"].bound(stamp)[0][1]
    chosen = sa.select(held.column("id")).where(
        column == sa.bindparam("t", type_=column.type), deleted == sa.bindparam("d", type_=deleted.type)
    )
    for (one,) in work.fetch(chosen, {"t": record_id, "d": encoded}):
        loaded = load_for(program, work, _service(actor, "cascade"), plan, one, "restore", trash=True)
        _untrash(program, work, _service(actor, "cascade"), plan, one, loaded)
