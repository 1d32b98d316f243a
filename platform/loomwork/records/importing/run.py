"""Run an import: read all rows, check all of them, then write, in chunks, and keep what was done so that it can be undone.

The check before the first write is the very preparation that a create does, so a row that would be refused stops the
import before anything is written. Rows are written in chunks, between which others write. Where a chunk is refused only
now, because somebody else was faster, up to 5,000 rows are taken back: all or nothing; of more, those before it stay.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from loomwork.core.errors import Detail, InvalidInput, PlatformError, TryAgain
from loomwork.core.ids import new_id
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import within_import
from loomwork.records import links, rights, writing
from loomwork.records.bulk import RowFault
from loomwork.records.draft import Draft
from loomwork.records.importing import ledger
from loomwork.records.importing.plan import ImportPlan, mapping_body, plan_import
from loomwork.records.importing.report import ImportReport, add_faults
from loomwork.records.importing.rows import Prepared, prepare_rows
from loomwork.records.importing.sources import Sheet
from loomwork.records.service import program_of
from loomwork.storage.database import Work

CHUNK = 250
"""Rows of one transaction: as long as others wait at most."""
TRIES = 3
WHOLE = 5_000
"""Up to so many rows are all taken, or none."""

Begin = Callable[[], AbstractContextManager[Work]]


class Units(Protocol):
    """Who begins units of work; the runtime does."""

    def read(self) -> AbstractContextManager[Work]:
        """A unit that reads, beside which others write."""

    def write(self) -> AbstractContextManager[Work]:
        """A unit that writes."""


Once = Callable[[Work, Callable[[], None]], None]
"""Called in the first transaction that writes, with what writes; it may raise in its place (`idempotency.once`)."""


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported.

    Shapes: `mapping` is the name of one in the metadata, its JSON, or None: then columns are called like fields; `name` is
    that of the file; `id` is the id that the import gets, where the caller wants to follow it; a used one is refused.
    """

    entity: str
    sheet: Sheet
    mapping: Any = None
    dry_run: bool = False
    name: str = ""
    id: str = ""


def run_import(
    units: Units, actor: Actor, asked: Import, *, once: Callable[[ImportReport], Once] | None = None
) -> ImportReport:
    """Import a sheet; a dry run reports the same and writes nothing. All rows are checked first, while others may write.

    `once` is asked, with the report that will be filled, for what goes around the first writing transaction.

    Raises: NotAllowed without the right to import; InvalidInput for a mapping that does not fit. Refused rows do not
    raise: the report names them, and nothing was written.
    """
    with units.read() as work:
        program = program_of(work)
        rights.check_action(program, actor, asked.entity, "import")
        actor = within_import(actor)
        body = mapping_body(program, asked.mapping) if asked.mapping is not None else None
        plan = plan_import(program, asked.entity, body, asked.sheet.columns)
        report = ImportReport(asked.id or new_id(), asked.entity, len(asked.sheet.rows), unused=list(plan.unused))
        prepared = prepare_rows(program, work, actor, plan, asked.sheet, report)
        good = [one for one in prepared if one.line not in report.refused]
        _try_rows(work, actor, plan, good, report, write=False)
    if not report.is_clean or asked.dry_run:
        report.state = "refused" if not report.is_clean else "checked"
        return report
    report.created = report.updated = report.skipped = 0
    report.skipped_rows.clear()
    first = once(report) if once is not None else _at_once
    try:
        for start in range(0, len(prepared), CHUNK):
            chunk = prepared[start : start + CHUNK]

            def write(work: Work, chunk: Sequence[Prepared] = chunk) -> None:
                _write_chunk(work, actor, plan, chunk, report)

            if start:
                _write_again(units, report, write)
                continue
            with units.write() as work:
                ledger.open_import(work, actor, report.id, plan.entity.name, asked.name)
                first(work, partial(write, work))
    except PlatformError as fault:
        if not start or len(prepared) > WHOLE:
            raise
        raise _taken_back(units, actor, report, fault) from fault
    return report


def _write_again(units: Units, report: ImportReport, write: Callable[[Work], None]) -> None:
    """Write a later chunk, again where the database was busy: what was written before it need not be taken back for that."""
    for tries_left in reversed(range(TRIES)):
        before = replace(report, skipped_rows=list(report.skipped_rows))
        try:
            with units.write() as work:
                write(work)
        except TryAgain:
            if not tries_left:
                raise
            for name in ("created", "updated", "skipped", "skipped_rows", "done_rows", "state"):
                setattr(report, name, getattr(before, name))
        else:
            return


def _taken_back(units: Units, actor: Actor, report: ImportReport, fault: PlatformError) -> PlatformError:
    """Take the rows before a refused one back; what is to be told of it."""
    kept = undo_import(units.write, actor, report.id)["kept"]
    report.state, report.done_rows = "failed", len(kept)
    stays = f"; {len(kept)} records stay, which somebody has touched since" if kept else "; nothing was imported"
    return InvalidInput(
        fault.message.rpartition("; ")[0] + stays,
        code="import_failed",
        details=fault.details,
        extra={"report": {**report.as_json(), "kept": kept}},
    )


def _at_once(work: Work, write: Callable[[], None]) -> None:
    write()


def _write_chunk(work: Work, actor: Actor, plan: ImportPlan, chunk: Sequence[Prepared], report: ImportReport) -> None:
    """Write some rows and keep where the import stands; raises InvalidInput `import_failed` for a row refused only now."""
    done = _try_rows(work, actor, plan, chunk, report, write=True)
    if not report.is_clean:
        raise InvalidInput(
            f"{report.faults[0]['message']} (row {report.faults[0]['row']}); {report.done_rows} rows were taken before",
            code="import_failed",
            details=[Detail(f"row {one['row']}", one["code"], one["message"]) for one in report.faults],
            extra={"report": report.as_json()},
        )
    ledger.keep_rows(work, report.id, done)
    report.done_rows += len(chunk)
    report.state = "done" if report.done_rows == report.rows else "running"
    ledger.keep_report(work, report.id, report.state, report.as_json())


def _try_rows(
    work: Work, actor: Actor, plan: ImportPlan, chunk: Sequence[Prepared], report: ImportReport, *, write: bool
) -> list[ledger.Done]:
    """Check or write rows; what is refused goes into the report."""
    from loomwork.records.importing.writes import change_rows, check_row, check_rows, write_new

    program = program_of(work)
    done: list[ledger.Done] = []
    fresh: list[tuple[Prepared, Draft]] = []
    rows = [one for one in chunk if not _is_skipped(plan, one, report)]
    matched = [one for one in rows if one.match is not None]
    new = [one.data for one in rows if one.match is None]
    known = links.known_targets(program, work, actor, program.plans.of(plan.entity.name), new)
    if write and matched:
        try:
            done = change_rows(program, work, actor, plan, matched)
        except RowFault as fault:
            add_faults(report, plan, matched[fault.place], fault.fault)
            return done
    checked = set() if write else check_rows(program, work, actor, plan, matched)
    for one in rows:
        try:
            if not write and one.line not in checked:
                check_row(program, work, actor, plan, one, known)
            elif write and one.match is None:
                draft = writing.begin_new(program, work, actor, plan.entity.name, one.data)
                fresh.append((one, writing.check_begun(program, draft, known)))
        except PlatformError as fault:
            add_faults(report, plan, one, fault)
            if write:
                return done
            continue
        report.updated += one.match is not None
        report.created += one.match is None
    try:
        return [*done, *write_new(program, work, [draft for _, draft in fresh])]
    except RowFault as fault:
        add_faults(report, plan, fresh[fault.place][0], fault.fault)
        return done


def _is_skipped(plan: ImportPlan, one: Prepared, report: ImportReport) -> bool:
    """Whether a row is left out, with a word in the report."""
    if one.match is not None and plan.on_match == "skip":
        report.skipped_rows.append({"row": one.line, "record": one.match[0]})
    elif one.same_as:
        report.skipped_rows.append({"row": one.line, "same_as": one.same_as})
    else:
        return False
    report.skipped += 1
    return True


def undo_import(begin: Begin, actor: Actor, import_id: str) -> dict[str, Any]:
    """Take an import back: created records go into the trash, changed ones get their old values.

    Returns: `{undone, kept: [{record, reason}]}`; records changed since are kept and named. Raises: NotFound.
    """
    from loomwork.records.importing.undo import undo

    left = 1
    while left:
        with begin() as work:
            found = undo(program_of(work), work, within_import(actor), import_id, CHUNK)
        left = found.pop("left")
    return found
