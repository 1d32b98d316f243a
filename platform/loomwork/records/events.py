"""Audit and outbox of a write: committed with it, in as few round trips as the database allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.ids import new_id
from loomwork.core.jsonio import dump_json
from loomwork.permissions.actor import Actor
from loomwork.query.calendar import CALENDAR, HOLIDAY
from loomwork.records.around.raising import note_rows
from loomwork.records.around.watching import note_change
from loomwork.records.draft import Draft
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.system_tables import AUDIT, OUTBOX

CALENDARS = frozenset({CALENDAR, HOLIDAY})


def audit_insert() -> Any:
    """INSERT of an audit row; binds begin with `au_`."""
    return sa.insert(AUDIT).values({c.name: sa.bindparam(f"au_{c.name}", type_=c.type, required=True) for c in AUDIT.c})


def outbox_insert() -> Any:
    """INSERT of an outbox row; binds begin with `ob_`."""
    return sa.insert(OUTBOX).values(
        {c.name: sa.bindparam(f"ob_{c.name}", type_=c.type, required=True) for c in OUTBOX.c}
    )


def with_events(statement: Any, name: str) -> Any:
    """PostgreSQL: a write together with its audit and outbox rows as one statement."""
    return outbox_insert().add_cte(statement.cte(name), audit_insert().cte("lw_audit_row"))


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a record, and the version that it has now.

    Shapes: `changes` is `{field: [old, new]}` in wire form; `verb` is created, updated, deleted, restored, or `raising.ROWS`; `tables` are
    the child tables that rows were given for: who hears of the change is told their names, the rows have a history of their own.
    """

    entity: str
    record_id: str
    verb: str
    version: int
    changes: Mapping[str, Any]
    tables: Iterable[str] = ()


def event_of(draft: Draft, verb: str, changes: Mapping[str, Any]) -> Event:
    """What became of the record of a draft; records whose row it is are noted."""
    note_rows(draft)
    version = draft.cells["row_version"][0]
    return Event(draft.plan.entity.name, draft.record_id, verb, version, changes, draft.children)


def event_values(work: Work, actor: Actor, event: Event) -> dict[str, Any]:
    """The bind values of both rows."""
    now = work.now_micros
    note_change(work, event.entity)
    if event.entity in CALENDARS:
        work.after_commit.append(work.program.engine.calendar.forget)
    payload = {
        "entity": event.entity,
        "id": event.record_id,
        "row_version": event.version,
        "actor": actor.user_id,
        "fields": sorted({*event.changes, *event.tables}),
    }
    return {
        "au_id": new_id(), "au_at": now, "au_actor": actor.user_id, "au_on_behalf_of": actor.on_behalf_of or None,
        "au_entity": event.entity, "au_record_id": event.record_id, "au_verb": event.verb, "au_version": event.version,
        "au_changes": dump_json(event.changes).decode(), "au_request_id": actor.request_id or None, "au_source": actor.source,
        "ob_id": new_id(), "ob_at": now, "ob_topic": f"record.{event.verb}", "ob_payload": dump_json(payload).decode(), "ob_due_at": now,
        "ob_state": 0, "ob_tries": 0, "ob_lease": None, "ob_leased_until": None, "ob_fault": None,
    }  # fmt: skip


def write_events(work: Work, *values: Mapping[str, Any]) -> None:
    """Write both rows, of one change or of many; as one statement where the database can."""
    if work.dialect == "sqlite":
        for key, make in (("audit", audit_insert), ("outbox", outbox_insert)):
            work.run_many(work.database.prepared(key, make), values)
        return
    both = work.database.prepared("events", lambda: outbox_insert().add_cte(audit_insert().cte("lw_audit_row")))
    if len(values) == 1:
        work.run(both, values[0])
    else:
        work.run_many(both, values)


def prepared_with_events(statement: Any, name: str, dialect: Any) -> Prepared:
    """A write with its events, compiled."""
    return prepare(with_events(statement, name), dialect)


def counted_with_events(update: Any, identity: Any, dialect: Any) -> Prepared:
    """PostgreSQL: an UPDATE with its events as one statement; its one row says how many records the update touched."""
    touched = update.returning(identity).cte("lw_record")
    audit = audit_insert().cte("lw_audit_row")
    count = sa.select(sa.func.count()).select_from(touched).scalar_subquery()
    return prepare(outbox_insert().add_cte(touched, audit).returning(count), dialect)


def changes_of(draft: Draft) -> dict[str, list[Any]]:
    """What a change did, in wire form; the service's own columns left out.

    A field that its writer does not see is named whatever it held, so that undoing tells him as little as writing did.
    """
    found: dict[str, list[Any]] = {}
    before = draft.before or {}
    writers = draft.plan.writers
    for name, cells in draft.cells.items():
        writer = writers[name]
        if name in QUIET or (cells == before.get(name, writer.empty) and name not in draft.unread):
            continue
        found[name] = [writer.show(before[name]) if name in before else None, writer.show(cells)]
    for name, ids in draft.joins.items():
        held, now = draft.joined_before.get(name, []), list(dict.fromkeys(ids))
        if now != held or name in draft.unread:
            found[name] = [held or None, now or None]
    return found


QUIET = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "row_version", "deleted_at"})
"""Columns that say nothing in a history."""
