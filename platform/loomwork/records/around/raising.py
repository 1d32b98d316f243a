"""A record's version covers the rows of its child tables: it rises when one of them is written on its own.

Who saves a record says which rows it has. Were a row that somebody added meanwhile no change of the record, that save
would take it for one that was left out. The versions rise once, at the end of the unit of work, and not for records that
were written in it themselves. Values stay as they are, when and by whom the record was changed too.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import in_list
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.system_tables import AUDIT

ROWS = "rows"
"""The verb of a version that rose because of rows."""
_NOTE = "records whose rows changed"


def note_rows(draft: Draft) -> None:
    """A record is written; those whose rows it is, or was, have a new version once the unit of work ends."""
    if draft.plan.row_of is None:
        return
    link, parent = draft.plan.row_of
    sides = {draft.cells[link][0], (draft.before or draft.cells)[link][0]} - {None}
    if sides:
        _noted(draft.work, draft.actor).setdefault(parent, set()).update(sides)


@contextmanager
def covered(work: Work, written: Mapping[str, Iterable[str]]) -> Iterator[None]:
    """Rows are written together with these records, by entity, whose versions rise by that: none of them is noted.

    What was noted before stays so, since a savepoint may take back what is written here.
    """
    noted: dict[str, set[str]] = work.notes.get(_NOTE, {})
    fresh = {entity: set(ids) - noted.get(entity, set()) for entity, ids in written.items()}
    yield
    noted = work.notes.get(_NOTE, {})
    for entity in fresh.keys() & noted.keys():
        noted[entity] -= fresh[entity]


def _noted(work: Work, actor: Actor) -> dict[str, set[str]]:
    found: dict[str, set[str]] | None = work.notes.get(_NOTE)
    if found is None:
        found = work.notes[_NOTE] = {}
        work.before_commit.append(lambda: _raise(work, actor))
    return found


def _raise(work: Work, actor: Actor) -> None:
    from loomwork.records import events

    program: Program = work.program
    told: list[dict[str, Any]] = []
    for entity, ids in sorted(work.notes.pop(_NOTE).items()):
        if not ids:
            continue
        plan = program.plans.of(entity)
        stamp = plan.writers["updated_at"].bound((work.now,))[0][1]
        packed: Any = canonical(sorted(ids)) if work.dialect == "sqlite" else sorted(ids)
        binds = {"ids": packed, "now": stamp}
        for record_id, version in work.rows(_statement(program, plan), binds):
            event = events.Event(entity, record_id, ROWS, version, {})
            told.append(events.event_values(work, actor, event))
    work.run_many(work.database.prepared("audit", events.audit_insert), told)


def _statement(program: Program, plan: EntityPlan) -> Prepared:
    """UPDATE of the versions, which tells them; PostgreSQL locks the records in the order of their ids first."""

    def make() -> Prepared:
        dialect = program.tables.dialect
        identity, version = plan.held.column("id"), plan.held.column("row_version")
        updated = plan.held.column("updated_at")
        here = [
            in_list(identity, "ids", dialect),
            updated != sa.bindparam("now", type_=updated.type, required=True),
            plan.held.column("deleted_at").is_(None),
        ]
        chosen = sa.select(identity).where(*here).order_by(identity)
        if dialect != "sqlite":
            # The rows that are locked are those that a newer version of them still meets.
            locked = chosen.with_for_update().cte("lw_locked")
            here = [identity.in_(sa.select(locked.c[identity.name]))]
        raised = sa.update(plan.held.table).where(*here).values({version.name: version + 1})
        return prepare(raised.returning(identity, version), program.plans.dialect)

    return program.engine.kept(("raise versions", plan.entity.name), make)


def versions_but_for_rows(work: Work, versions: Mapping[str, int]) -> dict[str, int]:
    """For each record its version where it has changed since only because of its rows; else the given one."""
    c = AUDIT.c
    chosen = sa.select(c.record_id, c.version, c.verb).where(in_list(c.record_id, "records", work.dialect))
    later: dict[str, list[tuple[int, str]]] = {}
    for record_id, version, verb in work.fetch(chosen, {"records": packed_ids(work, versions)}):
        if version > versions[record_id]:
            later.setdefault(record_id, []).append((version, verb))
    only = {one: max(some)[0] for one, some in later.items() if all(verb == ROWS for _, verb in some)}
    return {**versions, **only}


def packed_ids(work: Work, ids: Iterable[str]) -> Any:
    """Ids as `in_list` takes them."""
    return canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
