"""Files in fields: a field names a stored file by its id; name, size and type come from the store, never from the caller."""

from loomwork.catalog.model import Field
from loomwork.records.draft import Draft
from loomwork.records.links import MISSING
from loomwork.records.program import Program

FILE = "system.file"
_PARTS = ("name", "size", "type")


def settle_files(program: Program, draft: Draft) -> None:
    """Fill the cells of newly given files from what is stored; a file that the actor does not see is a fault."""
    before = draft.before or {}
    given = [
        field
        for name, field in draft.plan.entity.fields.items()
        if field.type.holds_files and field.columns and name in draft.given
        if draft.cells[name][0] is not None and draft.cells[name] != before.get(name)
    ]
    if not given:
        return
    ids = sorted({draft.cells[field.name][0] for field in given})
    rows = program.engine.get_many(draft.work, program.reader(draft.actor), FILE, ids, _PARTS)
    stored = {row["id"]: row for row in rows}
    for field in given:
        _settle(draft, field, stored.get(draft.cells[field.name][0]))


def _settle(draft: Draft, field: Field, row: dict[str, object] | None) -> None:
    if row is None:
        draft.fault(field.name, "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))
        return
    draft.cells[field.name] = tuple(row["id"] if not spec.suffix else row.get(spec.suffix) for spec in field.columns)
