"""From texts of a file to the values of records: replacements, formats, look-ups, matches. Many rows per query."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loomwork.core.errors import Detail, Refused
from loomwork.core.jsonio import canonical
from loomwork.field_types.base import Storage
from loomwork.permissions.actor import Actor
from loomwork.query.finding import find_by
from loomwork.records.importing.computing import compute
from loomwork.records.importing.naming import find_named
from loomwork.records.importing.plan import ColumnPlan, ImportPlan
from loomwork.records.importing.report import ImportReport, add_fault, note_changed
from loomwork.records.importing.sources import Sheet
from loomwork.records.program import Program
from loomwork.storage.database import Work

Replaced = Counter[tuple[str, str, str]]
"""How often the mapping replaced a text: by column, text, and what it became."""


@dataclass(slots=True)
class Prepared:
    """One row ready to be written.

    Shapes: `match` is (record id, version) of the record it belongs to; `same_as` is the line of an earlier row of the
    file that makes the same record, 0 when there is none.
    """

    line: int
    texts: Sequence[str]
    data: dict[str, Any]
    match: tuple[str, int] | None = None
    same_as: int = 0


Texts = Sequence[tuple[Prepared, Any]]
"""Rows that have a value in a column, with the text or what the mapping decided for it."""


def prepare_rows(
    program: Program, work: Work, actor: Actor, plan: ImportPlan, sheet: Sheet, report: ImportReport
) -> list[Prepared]:
    """Values of all rows; each text that cannot be understood becomes a fault of the report."""
    rows = [Prepared(line, texts, dict(plan.constants)) for line, texts in zip(sheet.lines, sheet.rows, strict=True)]
    replaced: Replaced = Counter()
    for column in plan.columns:
        texts = _texts(column, rows, replaced, report)
        if column.field.type.storage is Storage.JOIN_TABLE:
            _fill_links(program, work, actor, column, texts, report)
        elif column.field.is_link and column.field.target in program.catalog.entities:
            _fill_link(program, work, actor, column, texts, report)
        else:
            _fill_plain(column, texts, report)
    note_changed(report, replaced)
    compute(program, work, actor, plan, rows, report)
    if plan.match:
        _match(program, work, actor, plan, rows, report)
    return rows


def _texts(column: ColumnPlan, rows: Sequence[Prepared], replaced: Replaced, report: ImportReport) -> Texts:
    """The rows that have a value in the column, with the text or what the mapping decided for it."""
    found: list[tuple[Prepared, Any]] = []
    for row in rows:
        raw = row.texts[column.index]
        text: Any = raw.strip() if column.trim else raw
        if text in column.values:
            new = column.values[text]
            replaced[column.column, text, "" if new is None else str(new)] += 1
            text = new
        elif text != "" and column.other == "empty":
            continue
        elif text != "" and column.other == "refuse":
            message = f"the mapping does not say what becomes of it; it names {', '.join(sorted(column.values)[:8])}"
            add_fault(report, row, column, Detail(column.field.name, "not_mapped", message))
            continue
        if text is not None and text != "":
            found.append((row, text))
    return found


def _fill_plain(column: ColumnPlan, texts: Texts, report: ImportReport) -> None:
    for row, text in texts:
        try:
            row.data[column.field.name] = column.read(text) if isinstance(text, str) else text
        except Refused as fault:
            add_fault(report, row, column, Detail(column.field.name, fault.code, fault.message), fault.params)


def _fill_link(
    program: Program, work: Work, actor: Actor, column: ColumnPlan, texts: Texts, report: ImportReport
) -> None:
    name = column.field.name
    found = find_named(program, work, actor, column, (one for _, one in texts))
    for row, one in texts:
        named = found[one]
        if named.code:
            add_fault(report, row, column, Detail(name, named.code, named.message), named.params)
        else:
            row.data[name] = named.record_id


def _fill_links(
    program: Program, work: Work, actor: Actor, column: ColumnPlan, texts: Texts, report: ImportReport
) -> None:
    """Links to many: each name in the cell is looked for as that of a single link is."""
    name = column.field.name
    split = [(row, column.read(one) if isinstance(one, str) else list(one)) for row, one in texts]
    found = find_named(program, work, actor, column, (one for _, items in split for one in items))
    for row, items in split:
        refused = next((found[one] for one in items if found[one].code), None)
        if refused is None:
            row.data[name] = [found[one].record_id for one in items]
        else:
            add_fault(report, row, column, Detail(name, refused.code, refused.message), refused.params)


def _match(
    program: Program, work: Work, actor: Actor, plan: ImportPlan, rows: Sequence[Prepared], report: ImportReport
) -> None:
    """Find the records that rows belong to, by their first match field in bulk, by the others among the hits."""
    first = plan.entity.fields[plan.match[0]]
    read = first.type.reader(first.props)
    keyed: list[tuple[Prepared, Any]] = []
    for row in rows:
        wire = row.data.get(first.name)
        if wire is None:
            continue
        try:
            keyed.append((row, read(wire)[0]))
        except Refused:
            continue
    reader = program.reader(actor)
    hits: dict[Any, list[tuple[str, int]]] = {}
    for value, record_id, version in find_by(
        program.engine, work, reader, plan.entity.name, first.name, list({key for _, key in keyed})
    ):
        hits.setdefault(value, []).append((record_id, version))
    for row, key in keyed:
        matching = _narrowed(program, work, reader, plan, row, hits.get(key, []))
        if len(matching) > 1:
            add_fault(report, row, None, Detail(first.name, "ambiguous", f"{len(matching)} records match this row"))
        elif matching:
            row.match = matching[0]
            if plan.on_match == "refuse":
                add_fault(report, row, None, Detail(first.name, "exists", "a record with this value exists already"))
    _find_repeats(plan, keyed, report)


def _find_repeats(plan: ImportPlan, keyed: Sequence[tuple[Prepared, Any]], report: ImportReport) -> None:
    """Rows of the file that make the same record: the first makes it, the others are skipped or refused."""
    first_lines: dict[str, int] = {}
    for row, key in keyed:
        mark = canonical([str(key), *(_bare(row.data.get(name)) for name in plan.match[1:])])
        if mark not in first_lines:
            first_lines[mark] = row.line
            continue
        row.same_as = first_lines[mark]
        if plan.on_match != "skip":
            message = f"row {row.same_as} of the file is the same record; keep one of them"
            add_fault(report, row, None, Detail(plan.match[0], "repeated", message))


def _narrowed(
    program: Program, work: Work, reader: Any, plan: ImportPlan, row: Prepared, hits: list[tuple[str, int]]
) -> list[tuple[str, int]]:
    if len(plan.match) == 1 or not hits:
        return hits
    records = program.engine.get_many(work, reader, plan.entity.name, [one for one, _ in hits], tuple(plan.match))
    same = {
        record["id"]
        for record in records
        if all(_bare(record.get(name)) == _bare(row.data.get(name)) for name in plan.match[1:])
    }
    return [hit for hit in hits if hit[0] in same]


def _bare(wire: Any) -> Any:
    return wire.get("id") if isinstance(wire, dict) and "id" in wire else wire
