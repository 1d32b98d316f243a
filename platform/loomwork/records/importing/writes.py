"""Write or check one row of an import, through the same preparation as any create or change."""

from collections.abc import Sequence

from loomwork.core.errors import PlatformError
from loomwork.permissions.actor import Actor
from loomwork.records import bulk, children, writing
from loomwork.records.around import trees
from loomwork.records.draft import Change, Draft
from loomwork.records.importing.ledger import Done
from loomwork.records.importing.plan import ImportPlan
from loomwork.records.importing.rows import Prepared
from loomwork.records.links import Known
from loomwork.records.program import Program
from loomwork.records.sets import changing, updating
from loomwork.storage.database import Work

MOST = 250
"""Changes that are checked together."""


def check_row(program: Program, work: Work, actor: Actor, plan: ImportPlan, row: Prepared, known: Known) -> None:
    """Everything that a write would check without writing. `known` are link targets that were found already.

    Raises: what the write would raise.
    """
    if row.match is None:
        writing.check_begun(program, writing.begin_new(program, work, actor, plan.entity.name, row.data), known)
    else:
        writing.check_change(program, work, actor, plan.entity.name, row.match[0], row.data)


def check_rows(program: Program, work: Work, actor: Actor, plan: ImportPlan, rows: Sequence[Prepared]) -> set[int]:
    """Check changes of many records together; the lines of those without a fault, none where one has to be looked at."""
    clean: set[int] = set()
    for start in range(0, len(rows), MOST):
        some = rows[start : start + MOST]
        try:
            begun = updating.begin(program, work, actor, plan.entity.name, _changes(some))
            for one in begun:
                trees.check_trees(program, one.draft)
                children.raise_faults(program, one.draft)
        except PlatformError:
            continue
        clean.update(row.line for row in some)
    return clean


def change_rows(program: Program, work: Work, actor: Actor, plan: ImportPlan, rows: Sequence[Prepared]) -> list[Done]:
    """Change the records that rows belong to. Raises: RowFault."""
    changes = _changes(rows)
    versions = changing.update_many(program, work, actor, plan.entity.name, changes)
    return [
        Done(change.record_id, "updated" if now != change.row_version else "unchanged", now)
        for change, now in zip(changes, versions, strict=True)
    ]


def _changes(rows: Sequence[Prepared]) -> list[Change]:
    return [Change(row.match[0], row.data, row.match[1]) for row in rows if row.match is not None]


def write_new(program: Program, work: Work, drafts: Sequence[Draft]) -> list[Done]:
    """Write the new records of all rows, with what follows from them.

    Raises: RowFault with the place among the drafts.
    """
    bulk.write_new(program, work, drafts)
    return [Done(draft.record_id, "created", 1) for draft in drafts]
