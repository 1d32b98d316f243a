"""What an import did, or would do: counts, faults by row, and what the mapping changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loomwork.core.errors import Detail, PlatformError
from loomwork.core.i18n import text
from loomwork.records.importing.plan import ColumnPlan, ImportPlan

if TYPE_CHECKING:
    from loomwork.records.importing.rows import Prepared

MOST_FAULTS = 200


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


def add_faults(report: ImportReport, plan: ImportPlan, row: "Prepared", fault: PlatformError) -> None:
    """Put a refusal into the report, at the columns of the file."""
    columns = {one.field.name: one for one in plan.columns}
    for detail in fault.details or [Detail("", fault.code, fault.message)]:
        column = columns.get(detail.path.partition(".")[0])
        params = getattr(detail, "params", None)
        add_fault(report, row, column, Detail(detail.path, detail.code, _said(detail, params)), params)


def _said(detail: Detail, params: Mapping[str, Any] | None) -> str:
    """The English sentence; choices are named by their labels, which is what stands in files."""
    if not params or "labels" not in params:
        return detail.message
    return text(f"field.{detail.code}", "en", {**params, "known": params["labels"]["en"]}, default=detail.message)


def add_fault(
    report: ImportReport,
    row: "Prepared",
    column: ColumnPlan | None,
    fault: Detail,
    params: Mapping[str, Any] | None = None,
) -> None:
    """One fault of a row, at a column of the file or else at the field of its path; beyond 200 they stand with their rows only.

    `params` fill the sentence in other languages.
    """
    report.fault_count += 1
    value = row.texts[column.index][:200] if column is not None else ""
    name = column.column if column is not None else fault.path
    told = {"row": row.line, "column": name, "code": fault.code, "message": fault.message, "value": value}
    report.refused.setdefault(row.line, []).append({**told, "params": params or {}})
    if len(report.faults) < MOST_FAULTS:
        report.faults.append(told)


def note_changed(report: ImportReport, counts: Counter[tuple[str, str, str]]) -> None:
    """Values that the mapping replaced."""
    report.changed = [
        {"column": column, "from": old, "to": new, "rows": rows} for (column, old, new), rows in sorted(counts.items())
    ]
