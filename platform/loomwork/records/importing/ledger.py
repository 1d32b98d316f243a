"""What imports did, row by row: for progress, for resuming, for undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, NotFound
from loomwork.core.jsonio import canonical, read_json
from loomwork.permissions.actor import Actor
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import IMPORT, IMPORT_ROW


@dataclass(frozen=True, slots=True)
class Done:
    """One row: `verb` is created, updated or unchanged; `version` is the record's version after it."""

    record_id: str
    verb: str
    version: int


def open_import(work: Work, actor: Actor, import_id: str, entity: str, name: str) -> None:
    """Begin the ledger of an import.

    Raises: Conflict `import_repeated` where an import of this id has begun before.
    """
    if work.fetch(sa.select(IMPORT.c.id).where(IMPORT.c.id == import_id)):
        raise Conflict("this import has begun already", code="import_repeated")
    row = {
        "id": import_id,
        "at": work.now_micros,
        "actor": actor.user_id,
        "entity": entity,
        "name": name[:200],
        "state": "running",
        "report": "{}",
    }
    work.execute(sa.insert(IMPORT).values(**row))


def keep_rows(work: Work, import_id: str, done: Sequence[Done]) -> None:
    """Keep what was done to rows."""
    names = ("import_id", "record_id", "verb", "version")
    statement = prepare(
        sa.insert(IMPORT_ROW).values({name: sa.bindparam(name) for name in names}), work.database.engine.dialect
    )
    work.run_many(
        statement,
        [
            {"import_id": import_id, "record_id": one.record_id, "verb": one.verb, "version": one.version}
            for one in done
        ],
    )


def keep_report(work: Work, import_id: str, state: str, report: Mapping[str, Any]) -> None:
    """Keep where the import stands."""
    work.execute(sa.update(IMPORT).where(IMPORT.c.id == import_id).values(state=state, report=canonical(report)))


def read_import(work: Work, actor: Actor, import_id: str) -> dict[str, Any]:
    """The report of an import of the actor's own.

    Raises: NotFound.
    """
    c = IMPORT.c
    rows = work.fetch(sa.select(c.entity, c.state, c.report, c.actor).where(c.id == import_id))
    if not rows or (rows[0][3] != actor.user_id and not actor.is_system):
        raise NotFound("there is no such import")
    entity, state, report, _ = rows[0]
    found: dict[str, Any] = read_json(report, max_bytes=50_000_000)
    return {**found, "id": import_id, "entity": entity, "state": state}


def list_imports(work: Work, actor: Actor, entity: str, *, limit: int = 10) -> list[dict[str, Any]]:
    """The actor's own imports into an entity, the newest first: `{id, at, name, state, rows, created, updated, undone}`.

    Units: `at` is microseconds since 1970.
    """
    c = IMPORT.c
    mine = sa.select(c.id, c.at, c.name, c.state, c.report).where(c.actor == actor.user_id, c.entity == entity)
    found = []
    for import_id, at, name, state, report in work.fetch(mine.order_by(c.at.desc()).limit(limit)):
        told: dict[str, Any] = read_json(report, max_bytes=50_000_000)
        figures = {key: int(told.get(key, 0)) for key in ("rows", "created", "updated", "done_rows", "undone")}
        found.append({"id": import_id, "at": at, "name": name, "state": state, **figures})
    return found


def rows_of(work: Work, import_id: str) -> list[Done]:
    """What was done, the last row first."""
    c = IMPORT_ROW.c
    rows = work.fetch(sa.select(c.record_id, c.verb, c.version).where(c.import_id == import_id).order_by(c.number))
    return [Done(*row) for row in reversed(rows)]
