"""Take an import back, where nobody has touched its records since.

Some at a time: others save in between, and what was cut off goes on where it stood.
"""

import itertools
import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, PlatformError, TryAgain
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import in_list
from loomwork.records.around.raising import packed_ids, versions_but_for_rows
from loomwork.records.draft import Change
from loomwork.records.importing import ledger
from loomwork.records.program import Program
from loomwork.records.sets import changing
from loomwork.records.sets.trashing import Entangled
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
    some = [done for done in rows[:most] if done.verb != "unchanged"]
    for _, group in itertools.groupby(some, lambda done: done.verb):
        refused = _undo_some(program, work, actor, report["entity"], list(group))
        kept += refused
        undone -= len(refused)
    undone += len(some)
    left = max(len(rows) - most, 0)
    state = "undoing" if left else "undone"
    told = {"state": state, "undone": undone, "kept": kept, "undone_rows": seen + len(rows) - left}
    ledger.keep_report(work, import_id, state, {**report, **told})
    return {"undone": undone, "kept": kept, "left": left}


def _undo_some(
    program: Program, work: Work, actor: Actor, entity: str, some: Sequence[ledger.Done]
) -> list[dict[str, Any]]:
    """Take rows of one verb back, in as few statements as can be; those that are kept, and why.

    Where one of many is refused, each half is tried by itself.
    """
    notes, calls = deepcopy(work.notes), list(work.before_commit)
    try:
        with work.savepoint():
            if some[0].verb == "created":
                changing.delete_together(program, work, actor, entity, _deletions(work, some))
            else:
                changing.update_together(program, work, actor, entity, _former(program, work, entity, some))
    except TryAgain:
        raise
    except PlatformError as fault:
        changing.restore_notes(work, notes, calls)
        if len(some) == 1:
            return [{"record": some[0].record_id, "code": fault.code, "reason": fault.message}]
        # Records that hang together are taken one by one, the last first.
        size = 1 if isinstance(fault, Entangled) else len(some) // 2
        parts = [some[at : at + size] for at in range(0, len(some), size)]
        return [one for part in parts for one in _undo_some(program, work, actor, entity, part)]
    return []


def _deletions(work: Work, some: Sequence[ledger.Done]) -> list[Change]:
    # Rows that were added, and taken back, by an import of their own keep nobody from taking this one back.
    versions = versions_but_for_rows(work, {done.record_id: done.version for done in some})
    return [Change(one, {}, version) for one, version in versions.items()]


def _former(program: Program, work: Work, entity: str, some: Sequence[ledger.Done]) -> list[Change]:
    c = AUDIT.c
    asked = {done.record_id: done.version for done in some}
    versions = versions_but_for_rows(work, asked)
    chosen = sa.select(c.record_id, c.version, c.changes).where(in_list(c.record_id, "records", work.dialect))
    rows = work.fetch(chosen, {"records": packed_ids(work, asked)})
    changes = {one: json.loads(text) for one, version, text in rows if version == asked[one]}
    fields = program.catalog.entities[entity].fields
    return [
        Change(
            one,
            {name: pair[0] for name, pair in changes.get(one, {}).items() if fields[name].type.origin.value == "input"},
            version,
        )
        for one, version in versions.items()
    ]
