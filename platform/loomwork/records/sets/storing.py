"""Rows of many changed records: written in one statement, whichever fields each of them changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import StaleRecord
from loomwork.records import events, writing
from loomwork.records.draft import Draft
from loomwork.records.loading import Loaded
from loomwork.records.plans import EntityPlan, search_document
from loomwork.records.program import Program
from loomwork.storage.database import UniqueTaken
from loomwork.storage.documents import write_documents
from loomwork.storage.reindex import reindex_some
from loomwork.storage.statements import Prepared, prepare

_DOCUMENT = "search__document"
"""No field is named like this."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A record under change, and how it was when it was loaded."""

    draft: Draft
    loaded: Loaded


def store(program: Program, changes: Sequence[Changed], verb: str, documents: Mapping[str, str]) -> None:
    """Write what changed in records of one entity by one actor, with search documents, audit and outbox.

    Shapes: `documents` are the new search documents by record; a record without one keeps its own.
    Raises: StaleRecord if another writer was faster; Conflict for a taken value.
    """
    if not changes:
        return
    drafts, first = [one.draft for one in changes], changes[0].draft
    plan, work = first.plan, first.work
    write_rows(program, drafts, [set(_fields(one)) for one in changes], documents)
    if work.dialect == "sqlite" and documents:
        found = [
            (one.loaded.sequence, documents[one.draft.record_id]) for one in changes if one.draft.record_id in documents
        ]
        write_documents(work, plan.held, found, is_new=False)
    is_change = verb == "updated"
    made = []
    for one in changes:
        event = events.event_of(one.draft, verb, events.changes_of(one.draft) if is_change else {})
        made.append(events.event_values(work, one.draft.actor, event))
    events.write_events(work, *made)


def _fields(one: Changed) -> Iterable[str]:
    return (name for name, cells in one.draft.cells.items() if one.loaded.cells.get(name) != cells)


def documents_of(drafts: Sequence[Draft]) -> dict[str, str]:
    """The search documents of changed records; of those only whose searchable values changed."""
    found: dict[str, str] = {}
    for draft in drafts:
        changed = set(draft.changed())
        if any(field.name in changed for field in draft.plan.search_fields):
            found[draft.record_id] = search_document(draft.plan, draft.cells, draft.work.dialect)
    return found


def write_rows(
    program: Program, drafts: Sequence[Draft], names: Sequence[set[str]], documents: Mapping[str, str], *, by: int = 1
) -> None:
    """Write some fields of each record; `by` is how far the version of the draft is above the row's.

    Raises: StaleRecord, Conflict for a taken value.
    """
    first = drafts[0]
    plan, work = first.plan, first.work
    every = sorted(set().union(*names))
    on_row = bool(documents) and work.dialect != "sqlite"
    is_mixed = any(len(some) != len(every) for some in names) or (on_row and len(documents) != len(drafts))
    rows: list[dict[str, Any]] = []
    for draft, some in zip(drafts, names, strict=True):
        values: dict[str, Any] = dict.fromkeys(bind for name in every for bind in plan.writers[name].binds)
        values.update(writing.bound_values(program, draft, sorted(some)))
        values.update({f"keep_{name}": name not in some for name in every} if is_mixed else {})
        values.update(_id=draft.record_id, _version=draft.cells["row_version"][0] - by)
        if on_row:
            document = documents.get(draft.record_id)
            values.update({"search": document or "", f"keep_{_DOCUMENT}": document is None})
        rows.append(values)
    try:
        touched = work.run_many(_statement(program, plan, tuple(every), is_mixed=is_mixed, on_row=on_row), rows)
    except UniqueTaken as fault:
        raise writing.taken(plan, first.actor, fault) from None
    if touched != len(rows):
        raise StaleRecord("somebody changed this record meanwhile")


def write_computed(
    program: Program, drafts: Sequence[Draft], names: Sequence[Sequence[str]], *, is_indexed: bool = True
) -> None:
    """Write values that were computed after the write; the versions stay, it is one change.

    `is_indexed` is false where the search documents of these records are still to be written.
    """
    pairs = [(draft, set(some)) for draft, some in zip(drafts, names, strict=True) if some]
    if not pairs:
        return
    plan, work = drafts[0].plan, drafts[0].work
    found = [draft for draft, some in pairs if plan.are_found(some)]
    on_row = (
        {}
        if work.dialect == "sqlite"
        else {one.record_id: search_document(plan, one.cells, work.dialect) for one in found}
    )
    write_rows(program, [draft for draft, _ in pairs], [some for _, some in pairs], on_row, by=0)
    if found and is_indexed and work.dialect == "sqlite":
        reindex_some(work, plan.held, [draft.record_id for draft in found])


def _statement(program: Program, plan: EntityPlan, names: tuple[str, ...], *, is_mixed: bool, on_row: bool) -> Prepared:
    """UPDATE of some fields of one record at one version; where it is mixed, `keep_…` says which of them stay."""
    if not is_mixed:
        return writing.update_statement(program, plan, names, document=on_row)

    def make() -> Prepared:
        columns = {c.name: name for name in names for c in plan.held.fields[name].columns}
        kept = {
            column: _kept(plan.held.table.c[column], columns.get(column, _DOCUMENT), value)
            for column, value in writing.update_values(plan, names, document=on_row).items()
        }
        return prepare(writing.update_sql(plan, kept), program.plans.dialect)

    return program.engine.kept(("mixed", plan.entity.name, names, on_row), make)


def _kept(column: Any, name: str, value: Any) -> Any:
    keep = sa.bindparam(f"keep_{name}", type_=sa.Boolean(), required=True)
    return sa.case((keep, column), else_=value)
