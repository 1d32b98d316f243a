"""Many new records at once: the same checks per row, the writes in batches, roll-ups once at the end."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, Detail, PlatformError
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import list_items
from loomwork.records import children, events, links, numbering, rights, roll_ups, rules, writing
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan, insert_statement, search_document
from loomwork.records.program import Program
from loomwork.records.sets import storing, updating
from loomwork.records.values import computed_cells
from loomwork.storage.database import UniqueTaken, Work
from loomwork.storage.documents import write_documents
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.tables import SEQUENCE

Row = Mapping[str, Any]


class RowFault(PlatformError):
    """A row of a batch was refused; nothing of the batch is written. `place` counts from 0.

    It says all that the row's own fault says: the sides of a conflict, what fills its message.
    """

    default_code = "invalid"

    def __init__(self, place: int, fault: PlatformError) -> None:
        details = [replace(one, path=f"{place}.{one.path}" if one.path else str(place)) for one in fault.details]
        super().__init__(
            fault.message,
            code=fault.code,
            details=details or [Detail(str(place), fault.code, fault.message)],
            params=fault.params,
            extra=fault.extra,
        )
        self.place = place
        self.fault = fault


def create_many(program: Program, work: Work, actor: Actor, entity: str, rows: Sequence[Row]) -> list[str]:
    """Create records in one unit of work, in the order given; all or nothing.

    Roll-ups and formulas of other records are brought up to date once at the end.
    Raises: RowFault with the place of the first row that is refused.
    """
    drafts: list[Draft] = []
    refused: RowFault | None = None
    for place, row in enumerate(rows):
        try:
            drafts.append(writing.begin_new(program, work, actor, entity, row))
        except PlatformError as fault:
            refused = RowFault(place, fault)
            break
    updating.check(program, drafts)
    for place, draft in enumerate(drafts):
        with _at(place):
            children.raise_faults(program, draft)
    if refused is not None:
        raise refused
    write_new(program, work, drafts)
    return [draft.record_id for draft in drafts]


def write_new(program: Program, work: Work, drafts: Sequence[Draft]) -> None:
    """Write checked drafts of new records of one entity, with everything that follows: in a few statements for all of them.

    Raises: RowFault with the place of the first draft that the database, or a rule over other records, refuses.
    """
    if not drafts:
        return
    plan = drafts[0].plan
    if plan.entity.is_single and len(drafts) > 1:
        raise RowFault(1, Conflict("there is one record only", code="single"))
    for field in plan.numbering:
        numbers = numbering.next_number(work, field, program.company_zone, len(drafts))
        for draft, number in zip(drafts, numbers, strict=True):
            draft.cells[field.name] = computed_cells(field, number)
    # On SQLite the search documents are written once what looks at other records is known.
    is_indexed = work.dialect != "sqlite" or not plan.held.search
    try:
        with work.savepoint():
            _insert_all(program, work, plan, drafts)
    except UniqueTaken:
        is_indexed = True
        # Which of them it was is found by writing one after the other.
        for place, draft in enumerate(drafts):
            with _at(place):
                writing.insert(program, draft)
    links.write_joins(program, drafts)
    children.write_all(program, drafts)
    if plan.has_outward:
        _settle_outward(program, drafts, is_indexed=is_indexed)
    if not is_indexed:
        _index_all(program, work, plan, drafts)
    held = rights.ask_held(program, drafts)
    for place, draft in enumerate(drafts):
        with _at(place):
            rights.check_new(program, draft, held)
    finish_all(program, work, drafts)


@contextmanager
def _at(place: int) -> Iterator[None]:
    """A fault of one row, told with its place."""
    try:
        yield
    except PlatformError as fault:
        raise RowFault(place, fault) from fault


def _insert_all(program: Program, work: Work, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    values = [writing.new_values(program, draft) for draft in drafts]
    if work.dialect != "sqlite":
        work.run_many(writing.insert_with_events(program, plan), values)
        return

    def make() -> Prepared:
        return prepare(insert_statement(plan.held, plan.writers, is_told=False), program.plans.dialect)

    work.run_many(program.engine.kept(("insert many", plan.entity.name), make), values)
    events.write_events(work, *values)


def _index_all(program: Program, work: Work, plan: EntityPlan, drafts: Sequence[Draft]) -> None:
    """SQLite: the search documents of new records, which the search index knows by their sequence."""

    def make() -> Prepared:
        identity, sequence = plan.held.column("id"), plan.held.table.c[SEQUENCE]
        chosen = sa.select(identity, sequence).where(identity.in_(list_items("ids", work.dialect, identity.type)))
        return prepare(chosen, program.plans.dialect)

    ids = canonical([draft.record_id for draft in drafts])
    rows = work.rows(program.engine.kept(("sequences", plan.entity.name), make), {"ids": ids})
    places = {row[0]: row[1] for row in rows}
    found = [(places[draft.record_id], search_document(plan, draft.cells, work.dialect)) for draft in drafts]
    write_documents(work, plan.held, found)


def _settle_outward(program: Program, drafts: Sequence[Draft], *, is_indexed: bool) -> None:
    """What looks at other records, asked once for all of them."""
    changed = rules.apply_outward_many(program, drafts)
    for place, draft in enumerate(drafts):
        with _at(place):
            draft.raise_faults()
    storing.write_computed(program, drafts, changed, is_indexed=is_indexed)


def finish_all(program: Program, work: Work, drafts: Sequence[Draft]) -> None:
    """What follows once for all rows: roll-ups, and formulas of other records that read them."""
    plan = drafts[0].plan
    parents: roll_ups.Parents = defaultdict(set, roll_ups.affected_parents(program, drafts))
    for field, _ in plan.own_roll_ups:
        parents[plan.entity.name, field.name].update(draft.record_id for draft in drafts)
    roll_ups.recompute(program, work, parents)
