"""Run an import: read all rows, check all of them, then write, in chunks, and keep what was done so that it can be undone.

The check before the first write is the very preparation that a create does, so a row that would be refused stops the
import before anything is written. Up to 5,000 rows are one transaction; more go in resumable chunks of 500.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from loomwork.core.errors import Detail, InvalidInput, PlatformError
from loomwork.core.i18n import text
from loomwork.core.ids import new_id
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import within_import
from loomwork.records import links, rights, writing
from loomwork.records.bulk import RowFault
from loomwork.records.draft import Draft
from loomwork.records.importing import ledger
from loomwork.records.importing.plan import ColumnPlan, ImportPlan, mapping_body, plan_import
from loomwork.records.importing.rows import Prepared, prepare_rows
from loomwork.records.importing.sources import Sheet
from loomwork.records.program import Program
from loomwork.records.service import program_of
from loomwork.storage.database import Work

CHUNK = 500
WHOLE = 5_000
MOST_FAULTS = 200

Begin = Callable[[], AbstractContextManager[Work]]
Once = Callable[[Work, Callable[[], None]], None]
"""Called in the first transaction that writes, with what writes; it may raise in its place (`idempotency.once`)."""


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do.

    Shapes: `faults` are `{row, column, code, message, value}` (`row` is the line in the file); `changed` are values
    not taken as they are, `{column, from, to, rows}`; `unused` are columns that the mapping left out; `state` is
    checked, done, refused, failed or undone.
    """

    id: str
    entity: str
    rows: int
    state: str = "checked"
    created: int = 0
    updated: int = 0
    skipped: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)
    fault_count: int = 0
    changed: list[dict[str, Any]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    skipped_rows: list[dict[str, Any]] = field(default_factory=list)
    done_rows: int = 0
    refused: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Every fault by line, also those beyond the two hundred of `faults`; not part of the wire form."""

    @property
    def refused_rows(self) -> int:
        """How many rows are refused; one row may have several faults."""
        return len(self.refused)

    @property
    def is_clean(self) -> bool:
        """Whether no row was refused."""
        return self.fault_count == 0

    def as_json(self) -> dict[str, Any]:
        """Wire form."""
        names = (
            "id",
            "entity",
            "rows",
            "state",
            "created",
            "updated",
            "skipped",
            "faults",
            "fault_count",
            "refused_rows",
            "changed",
            "unused",
            "skipped_rows",
            "done_rows",
        )
        return {name: getattr(self, name) for name in names}

    def lines(self) -> list[str]:
        """What the command line prints."""
        found = [
            f"{self.state}: {self.rows} rows, {self.created} created, {self.updated} updated, {self.skipped} skipped, {self.fault_count} refused"
        ]
        found += [
            f"  changed: {c['column']}: {c['from']!r} became {c['to']!r} in {c['rows']} rows" for c in self.changed
        ]
        found += [f"  column not used: {name}" for name in self.unused]
        found += [f"  row {f['row']}, {f['column']}: {f['message']}" for f in self.faults]
        return found


def run_import(
    begin: Begin, actor: Actor, entity: str, sheet: Sheet, mapping: Any = None, *, dry_run: bool = False, name: str = "",
    import_id: str = "", once: Callable[[ImportReport], Once] | None = None,
) -> ImportReport:  # fmt: skip
    """Import a sheet. `begin` begins a write unit (`runtime.write`); a dry run rolls back and reports the same.

    `import_id` is the id that the import gets, where the caller wants to follow it; a used one is refused.
    `once` is asked, with the report that will be filled, for what goes around the first writing transaction.

    Raises: NotAllowed without the right to import; InvalidInput for a mapping that does not fit. Refused rows do not
    raise: the report names them, and nothing was written.
    """
    with begin() as work:
        program = program_of(work)
        rights.check_action(program, actor, entity, "import")
        actor = within_import(actor)
        body = mapping_body(program, mapping) if mapping is not None else None
        plan = plan_import(program, entity, body, sheet.columns)
        report = ImportReport(import_id or new_id(), entity, len(sheet.rows), unused=list(plan.unused))
        prepared = prepare_rows(program, work, actor, plan, sheet, report)
        good = [one for one in prepared if one.line not in report.refused]
        _try_rows(program, work, actor, plan, good, report, write=False)
    if not report.is_clean or dry_run:
        report.state = "refused" if not report.is_clean else "checked"
        return report
    size = len(prepared) if len(prepared) <= WHOLE else CHUNK
    report.created = report.updated = report.skipped = 0
    report.skipped_rows.clear()
    first = once(report) if once is not None else _at_once
    for start in range(0, len(prepared), max(size, 1)):
        chunk = prepared[start : start + size]
        is_last = start + size >= len(prepared)
        with begin() as work:
            write = partial(_write_chunk, work, actor, plan, chunk, report, is_last=is_last)
            if start:
                write()
                continue
            ledger.open_import(work, actor, report.id, plan.entity.name, name)
            first(work, write)
    return report


def _at_once(work: Work, write: Callable[[], None]) -> None:
    write()


def _write_chunk(
    work: Work, actor: Actor, plan: ImportPlan, chunk: Sequence[Prepared], report: ImportReport, *, is_last: bool
) -> None:
    """Write some rows and keep where the import stands; raises InvalidInput `import_failed` for a row refused only now."""
    done = _try_rows(program_of(work), work, actor, plan, chunk, report, write=True)
    if not report.is_clean:
        raise InvalidInput(
            f"{report.faults[0]['message']} (row {report.faults[0]['row']}); {report.done_rows} rows were taken before",
            code="import_failed",
            details=[Detail(f"row {one['row']}", one["code"], one["message"]) for one in report.faults],
            extra={"report": report.as_json()},
        )
    ledger.keep_rows(work, report.id, done)
    report.done_rows += len(chunk)
    report.state = "done" if is_last else "running"
    ledger.keep_report(work, report.id, report.state, report.as_json())


def _try_rows(
    program: Program,
    work: Work,
    actor: Actor,
    plan: ImportPlan,
    chunk: Sequence[Prepared],
    report: ImportReport,
    *,
    write: bool,
) -> list[ledger.Done]:
    """Check or write rows; what is refused goes into the report."""
    from loomwork.records.importing.writes import change_row, check_row, write_new

    done: list[ledger.Done] = []
    fresh: list[tuple[Prepared, Draft]] = []
    rows = [one.data for one in chunk if one.match is None]
    known = links.known_targets(program, work, actor, program.plans.of(plan.entity.name), rows)
    for one in chunk:
        try:
            if one.match is not None and plan.on_match == "skip":
                report.skipped += 1
                report.skipped_rows.append({"row": one.line, "record": one.match[0]})
                continue
            if one.same_as:
                report.skipped += 1
                report.skipped_rows.append({"row": one.line, "same_as": one.same_as})
                continue
            if not write:
                check_row(program, work, actor, plan, one, known)
            elif one.match is not None:
                done.append(change_row(program, work, actor, plan, one))
            else:
                fresh.append((one, writing.check_new(program, work, actor, plan.entity.name, one.data, known=known)))
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


def add_faults(report: ImportReport, plan: ImportPlan, row: Prepared, fault: PlatformError) -> None:
    """Put a refusal into the report, at the columns of the file."""
    columns = {one.field.name: one for one in plan.columns}
    for detail in fault.details or [Detail("", fault.code, fault.message)]:
        column = columns.get(detail.path.partition(".")[0])
        params = getattr(detail, "params", None)
        add_fault(report, row.line, column, detail.path, detail.code, _said(detail, params), row.texts, params)


def _said(detail: Detail, params: Mapping[str, Any] | None) -> str:
    """The English sentence; choices are named by their labels, which is what stands in files."""
    if not params or "labels" not in params:
        return detail.message
    return text(f"field.{detail.code}", "en", {**params, "known": params["labels"]["en"]}, default=detail.message)


def add_fault(
    report: ImportReport, line: int, column: ColumnPlan | None, path: str, code: str, message: str, texts: Sequence[str],
    params: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One fault; beyond 200 they stand with their rows only. `params` fill the sentence in other languages."""
    report.fault_count += 1
    value = texts[column.index][:200] if column is not None else ""
    name = column.column if column is not None else path
    fault = {"row": line, "column": name, "code": code, "message": message, "value": value}
    report.refused.setdefault(line, []).append({**fault, "params": params or {}})
    if len(report.faults) < MOST_FAULTS:
        report.faults.append(fault)


def note_changed(report: ImportReport, counts: Counter[tuple[str, str, str]]) -> None:
    """Values that the mapping replaced."""
    report.changed = [
        {"column": column, "from": old, "to": new, "rows": rows} for (column, old, new), rows in sorted(counts.items())
    ]


def undo_import(begin: Begin, actor: Actor, import_id: str) -> dict[str, Any]:
    """Take an import back: created records go into the trash, changed ones get their old values.

    Returns: `{undone, kept: [{record, reason}]}`; records changed since are kept and named. Raises: NotFound.
    """
    from loomwork.records.importing.undo import undo

    with begin() as work:
        return undo(program_of(work), work, within_import(actor), import_id)
