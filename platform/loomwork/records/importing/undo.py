"""Take an import back, record by record, where nobody has touched the record since.

Some at a time: others save in between, and what was cut off goes on where it stood.
"""

import json
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, PlatformError
from loomwork.permissions.actor import Actor
from loomwork.records import deleting, writing
from loomwork.records.around.raising import version_but_for_rows
from loomwork.records.draft import Change
from loomwork.records.importing import ledger
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT

UNDOABLE = ("done", "failed", "running", "undoing")
"""States of an import that can be taken back."""


def undo(program: Program, work: Work, actor: Actor, import_id: str, most: int = 500) -> dict[str, Any]:
    """Created records go into the trash, changed ones get back what they had; those changed since are kept and named.

    Shapes: `{undone, kept, left}`, of all that was taken back by now; `left` rows are still to be taken back.
    Raises: NotFound for somebody else's import, Conflict for one that is not done.
    """
    report = ledger.read_import(work, actor, import_id)
    if report["state"] not in UNDOABLE:
        raise Conflict("this import was taken back already", code="already_undone")
    undone, kept = report.get("undone", 0), report.get("kept", [])
    seen = report.get("undone_rows", 0)
    rows = ledger.rows_of(work, import_id)[seen:]
    for done in rows[:most]:
        if done.verb == "unchanged":
            continue
        try:
            with work.savepoint():
                _undo_row(program, work, actor, report["entity"], done)
            undone += 1
        except PlatformError as fault:
            kept.append({"record": done.record_id, "code": fault.code, "reason": fault.message})
    left = max(len(rows) - most, 0)
    state = "undoing" if left else "undone"
    told = {"state": state, "undone": undone, "kept": kept, "undone_rows": seen + len(rows) - left}
    ledger.keep_report(work, import_id, state, {**report, **told})
    return {"undone": undone, "kept": kept, "left": left}


def _undo_row(program: Program, work: Work, actor: Actor, entity: str, done: ledger.Done) -> None:
    # Rows that were added, and taken back, by an import of their own keep nobody from taking this one back.
    version = version_but_for_rows(work, done.record_id, done.version)
    if done.verb == "created":
        deleting.delete(program, work, actor, entity, done.record_id, version)
        return
    c = AUDIT.c
    rows = work.fetch(sa.select(c.changes).where(c.record_id == done.record_id, c.version == done.version))
    fields = program.catalog.entities[entity].fields
    old = (
        {name: pair[0] for name, pair in json.loads(rows[0][0]).items() if fields[name].type.origin.value == "input"}
        if rows
        else {}
    )
    writing.update(program, work, actor, entity, Change(done.record_id, old, version))
