"""Write or check one row of an import, through the same preparation as any create or change."""

from collections.abc import Sequence

from loomwork.permissions.actor import Actor
from loomwork.records import bulk, writing
from loomwork.records.draft import Draft
from loomwork.records.importing.ledger import Done
from loomwork.records.importing.plan import ImportPlan
from loomwork.records.importing.rows import Prepared
from loomwork.records.program import Program
from loomwork.storage.database import Work


def check_row(program: Program, work: Work, actor: Actor, plan: ImportPlan, row: Prepared) -> None:
    """Everything that a write would check without writing.

    Raises: what the write would raise.
    """
    if row.match is None:
        writing.check_new(program, work, actor, plan.entity.name, row.data)
    else:
        writing.check_change(program, work, actor, plan.entity.name, row.match[0], row.data)


def write_row(program: Program, work: Work, actor: Actor, plan: ImportPlan, row: Prepared, drafts: list[Draft]) -> Done:
    """Write a row; new records are kept in `drafts` for `finish_rows`."""
    if row.match is not None:
        record_id, version = row.match
        now = writing.update(program, work, actor, plan.entity.name, record_id, row.data, version)
        return Done(record_id, "updated" if now != version else "unchanged", now)
    draft = writing.prepare_new(program, work, actor, plan.entity.name, row.data)
    writing.insert(program, draft)
    bulk.finish_one(program, draft)
    drafts.append(draft)
    return Done(draft.record_id, "created", 1)


def finish_rows(program: Program, work: Work, drafts: Sequence[Draft]) -> None:
    """Roll-ups and formulas of other records, once for all rows."""
    if drafts:
        bulk.finish_all(program, work, drafts)
