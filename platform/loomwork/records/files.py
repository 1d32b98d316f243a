"""Files in fields: a field names a stored file by its id; name, size and type come from the store, never from the caller."""

from collections.abc import Sequence

from loomwork.catalog.model import Field
from loomwork.records.draft import Draft
from loomwork.records.links import MISSING
from loomwork.records.program import Program
from loomwork.records.values import read_value

FILE = "system.file"
_PARTS = ("name", "size", "type")


def settle_files(program: Program, drafts: Sequence[Draft]) -> None:
    """Fill the cells of newly given files from what is stored; a file that the actor does not see is a fault.

    The drafts are of one actor.
    """
    given = [(draft, field) for draft in drafts for field in _given(draft)]
    if not given:
        return
    ids = sorted({draft.cells[field.name][0] for draft, field in given})
    first = drafts[0]
    rows = program.engine.get_many(first.work, program.reader(first.actor), FILE, ids, _PARTS)
    stored = {row["id"]: row for row in rows}
    for draft, field in given:
        _settle(draft, field, stored.get(draft.cells[field.name][0]))


def _given(draft: Draft) -> list[Field]:
    """The fields with a new file."""
    before = draft.before or {}
    return [
        field
        for name, field in draft.plan.entity.fields.items()
        if field.type.holds_files and field.columns and name in draft.given
        if draft.cells[name][0] is not None and draft.cells[name] != before.get(name)
    ]


def _settle(draft: Draft, field: Field, row: dict[str, object] | None) -> None:
    if row is None:
        draft.fault(field.name, "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))
        return
    stored = {key: value for key, value in row.items() if key == "id" or (key in _PARTS and value is not None)}
    # Size and type are those of the content: a text with the name of a picture is no picture.
    cells = read_value(draft.plan.writers[field.name], stored, draft.details)
    if cells is not None:
        draft.cells[field.name] = cells
