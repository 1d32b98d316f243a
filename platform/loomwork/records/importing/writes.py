"""Write or check one row of an import, through the same preparation as any create or change."""

from collections.abc import Sequence

from loomwork.permissions.actor import Actor
from loomwork.records import bulk, writing
from loomwork.records.draft import Change, Draft
from loomwork.records.importing.ledger import Done
from loomwork.records.importing.plan import ImportPlan
from loomwork.records.importing.rows import Prepared
from loomwork.records.links import Known
from loomwork.records.program import Program
from loomwork.storage.database import Work


def check_row(program: Program, work: Work, actor: Actor, plan: ImportPlan, row: Prepared, known: Known) -> None:
    """Everything that a write would check without writing. `known` are link targets that were found already.

    Raises: what the write would raise.
    """
    if row.match is None:
        writing.check_begun(program, writing.begin_new(program, work, actor, plan.entity.name, row.data), known)
    else:
        writing.check_change(program, work, actor, plan.entity.name, row.match[0], row.data)


def change_row(program: Program, work: Work, actor: Actor, plan: ImportPlan, row: Prepared) -> Done:
    """Change the record that a row belongs to."""
    record_id, version = row.match or ("", 0)
    now = writing.update(program, work, actor, plan.entity.name, Change(record_id, row.data, version))
    return Done(record_id, "updated" if now != version else "unchanged", now)


def write_new(program: Program, work: Work, drafts: Sequence[Draft]) -> list[Done]:
    """Write the new records of all rows, with what follows from them.

    Raises: RowFault with the place among the drafts.
    """
    bulk.write_new(program, work, drafts)
    return [Done(draft.record_id, "created", 1) for draft in drafts]
