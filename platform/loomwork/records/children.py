"""Child tables: rows saved with their parent, in its transaction, each through the same door as any record."""

from dataclasses import replace
from typing import Any

from loomwork.catalog.model import Field
from loomwork.core.errors import Detail, InvalidInput
from loomwork.core.ids import is_id
from loomwork.records.draft import Draft
from loomwork.records.program import Program

MOST_ROWS = 1_000


def take(draft: Draft, field: Field, wire: Any) -> None:
    """Keep the rows given for a child table; anything but a list of objects is a fault."""
    rows = [] if wire is None else wire
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        draft.fault(field.name, "not_a_list", f"a list of at most {MOST_ROWS} rows")
        return
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            draft.fault(f"{field.name}.{place}", "not_an_object", "a row is a JSON object")
        elif "id" in row and not is_id(row["id"]):
            draft.fault(f"{field.name}.{place}.id", "not_id", "not the id of a record")
    draft.children[field.name] = [row for row in rows if isinstance(row, dict)]


def write(program: Program, draft: Draft, field: Field, rows: list[Any]) -> None:
    """Make the child rows equal to those given: rows with an id are changed, others created, missing ones deleted.

    Raises: InvalidInput whose paths begin with `field.place`.
    """
    from loomwork.records import deleting, links, writing

    link = str(field.props["link"])
    work, actor = draft.work, draft.actor
    there = {} if draft.is_new else _existing(program, draft, field)
    kept: set[str] = set()
    details: list[Detail] = []
    fresh: list[tuple[int, Draft]] = []
    known = links.known_targets(program, work, actor, program.plans.of(field.target), rows)
    for place, row in enumerate(rows):
        data = {key: value for key, value in row.items() if key not in ("id", "row_version", link)}
        try:
            if row.get("id") in there:
                kept.add(row["id"])
                writing.update(
                    program,
                    work,
                    actor,
                    field.target,
                    row["id"],
                    _changed(data),
                    row.get("row_version") or there[row["id"]],
                )
            elif row.get("id"):
                draft.fault(f"{field.name}.{place}.id", "no_such_record", "there is no such row")
            else:
                tie = (link, draft.record_id)
                fresh.append(
                    (place, writing.check_new(program, work, actor, field.target, data, link=tie, known=known))
                )
        except InvalidInput as fault:
            details.extend(replace(one, path=f"{field.name}.{place}.{one.path}") for one in fault.details)
    if details:
        raise InvalidInput("some rows are not right", details=details)
    draft.raise_faults()
    _write_fresh(program, draft, field, fresh)
    for gone in sorted(set(there) - kept):
        deleting.delete(program, work, actor, field.target, gone, there[gone])


def _write_fresh(program: Program, draft: Draft, field: Field, fresh: list[tuple[int, Draft]]) -> None:
    """Write the new rows together; a row that is refused only now is told at its place."""
    from loomwork.records import bulk

    try:
        bulk.write_new(program, draft.work, [one for _, one in fresh])
    except bulk.RowFault as fault:
        if not isinstance(fault.fault, InvalidInput):
            raise fault.fault from None
        place = fresh[fault.place][0]
        details = [replace(one, path=f"{field.name}.{place}.{one.path}") for one in fault.fault.details]
        raise InvalidInput("some rows are not right", details=details) from None


def _changed(data: dict[str, Any]) -> dict[str, Any]:
    """A row as sent back by a form: values as they came out may go in again; system values are left out."""
    return {
        key: value for key, value in data.items() if key not in ("created_at", "created_by", "updated_at", "updated_by")
    }


def _existing(program: Program, draft: Draft, field: Field) -> dict[str, int]:
    """Version by id of the child rows that the actor sees."""
    from loomwork.query.tree import Query

    reader = program.reader(draft.actor)
    found: dict[str, int] = {}
    cursor = ""
    while True:
        conditions = {"field": str(field.props["link"]), "op": "eq", "value": draft.record_id}
        query = Query(
            field.target, fields=("id",), conditions=conditions, sort=("created_at",), limit=200, cursor=cursor
        )
        page = program.engine.run(draft.work, reader, query)
        found.update((row["id"], row["row_version"]) for row in page.rows)
        cursor = page.next_cursor
        if not cursor:
            return found
