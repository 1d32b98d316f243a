"""Child tables: rows saved with their parent, in its transaction, each through the same door as any record."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.core.errors import Detail, InvalidInput, PlatformError
from loomwork.core.ids import is_id
from loomwork.core.jsonio import canonical
from loomwork.field_types.base import Origin
from loomwork.query.conditions import in_list
from loomwork.query.frames import Frame, closed, guarded
from loomwork.records.around.raising import covered
from loomwork.records.draft import Change, Draft
from loomwork.records.program import Program
from loomwork.storage.statements import Prepared, prepare

MOST_ROWS = 1_000
_NONE = object()
_SYSTEM = ("created_at", "created_by", "updated_at", "updated_by")


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
    draft.children[field.name] = [row if isinstance(row, dict) else {} for row in rows]  # each keeps its place


def drop_same(program: Program, drafts: Sequence[Draft]) -> None:
    """Forget the rows given for child tables that hold just these rows already: they change nothing.

    A row without an id is new, and a value that the actor does not see is another one.
    """
    given = [draft for draft in drafts if draft.children and not draft.is_new]
    if not given:
        return
    reader, plan = program.reader(given[0].actor), given[0].plan
    rights = reader.access.entity(plan.entity.name)
    names = tuple(sorted({name for draft in given for name in draft.children if rights.is_plain(name)}))
    if not names:
        return
    ids = [draft.record_id for draft in given]
    found = {
        row["id"]: row for row in program.engine.get_many(given[0].work, reader, plan.entity.name, ids, ("id", *names))
    }
    for draft in given:
        now = found.get(draft.record_id, {})
        same = [name for name in draft.children if name in now and _are_same(program, draft, name, now[name])]
        for name in same:
            if not any(one.path.startswith(f"{name}.") for one in draft.details):
                del draft.children[name]


def _are_same(program: Program, draft: Draft, name: str, now: Sequence[Mapping[str, Any]]) -> bool:
    given, held = draft.children[name], {row["id"]: row for row in now}
    fields = program.catalog.entity(draft.plan.entity.fields[name].target).fields
    # What nobody may give is refused as ever, be it the value held.
    closed_names = {
        one.name
        for one in fields.values()
        if not one.is_system and (one.readonly or one.type.origin is not Origin.INPUT)
    }
    ids = [row.get("id") for row in given]
    return len(set(ids)) == len(ids) == len(held) and all(
        row.get("id") in held
        and not closed_names & row.keys()
        and all(_is_same(value, held[row["id"]].get(key, _NONE)) for key, value in row.items() if key not in _SYSTEM)
        for row in given
    )


def _is_same(given: Any, now: Any) -> bool:
    """Whether a value in wire form is the one held; a link may be given by its id alone."""
    return bool(given == now or (isinstance(now, dict) and "label" in now and given == now.get("id")))


def write(program: Program, draft: Draft) -> None:
    """Make the child rows of one record equal to those given; see `write_all`.

    Raises: InvalidInput whose paths begin with `field.place`.
    """
    from loomwork.records.bulk import RowFault

    try:
        write_all(program, [draft])
    except RowFault as fault:
        raise fault.fault from None


def write_all(program: Program, drafts: Sequence[Draft]) -> None:
    """Make the child rows of records of one entity and actor equal to those given.

    Rows with an id are changed, others created, missing ones deleted: each in as many statements for many as for one.
    Raises: RowFault with the place of the first draft whose rows are refused, its paths beginning with `field.place`.
    """
    names = list(dict.fromkeys(name for draft in drafts for name in draft.children))
    if names:
        entity = drafts[0].plan.entity
        with covered(drafts[0].work, {entity.name: [draft.record_id for draft in drafts]}):
            for at, name in enumerate(names):
                with _with_others(program, drafts, names[at + 1 :]):
                    _Table(program, drafts, entity.fields[name]).write()


@contextmanager
def _with_others(program: Program, drafts: Sequence[Draft], names: Sequence[str]) -> Iterator[None]:
    """A fault of rows, told with those of the child tables that come after theirs."""
    from loomwork.records.bulk import RowFault

    try:
        yield
    except RowFault as fault:
        if not isinstance(fault.fault, InvalidInput):
            raise
        more = _look(program, drafts[fault.place], names)
        joined = InvalidInput(fault.fault.message, details=[*fault.fault.details, *more], params=fault.fault.params)
        raise RowFault(fault.place, joined) from None


def raise_faults(program: Program, draft: Draft) -> None:
    """Raise all faults of a record, with those of its child tables' rows that can be told before they are written.

    Raises: InvalidInput whose details name the fields, those of rows as `field.place.field`.
    """
    if draft.details and draft.children:
        draft.details.extend(_look(program, draft, list(draft.children)))
    draft.raise_faults()


def _look(program: Program, parent: Draft, names: Sequence[str]) -> list[Detail]:
    """The faults of the rows given for child tables of a record that is refused, so that all of them are mended at once."""
    found: list[Detail] = []
    told = {one.path for one in parent.details}
    for name in names:
        # What is not there or not allowed is told when nothing else stands in the way.
        with suppress(PlatformError):
            found += (
                _Table(program, [parent], parent.plan.entity.fields[name]).look() if name in parent.children else []
            )
    return [one for one in found if not any(one.path == path or one.path.startswith(f"{path}.") for path in told)]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row given for a child table: its parent, the parent's place among others, and its own place there.

    Shapes: `version` is the one it says, or the row's own; 0 for a row that is not there.
    """

    parent: Draft
    parent_place: int
    place: int
    data: Mapping[str, Any]
    record_id: str
    version: int


class _Table:
    """One child table of some records."""

    def __init__(self, program: Program, drafts: Sequence[Draft], field: Field) -> None:
        self.program, self.field, self.link = program, field, str(field.props["link"])
        self.work, self.actor = drafts[0].work, drafts[0].actor
        self.faults: dict[int, list[Detail]] = {}
        parents = [draft for draft in drafts if field.name in draft.children]
        self.there = _existing(program, field, [draft for draft in parents if not draft.is_new])
        self.rows = [
            self._row(draft, parent, place, row)
            for parent, draft in enumerate(drafts)
            for place, row in enumerate(draft.children.get(field.name, ()))
        ]

    def _row(self, parent: Draft, parent_place: int, place: int, row: Mapping[str, Any]) -> _Row:
        one = str(row.get("id") or "")
        owner, version = self.there.get(one, ("", 0))
        data = {key: value for key, value in row.items() if key not in ("id", "row_version", self.link)}
        if owner != parent.record_id:
            return _Row(parent, parent_place, place, data, one, 0)
        # A row as sent back by a form: values as they came out may go in again; system values are left out.
        changed = {key: value for key, value in data.items() if key not in _SYSTEM}
        return _Row(parent, parent_place, place, changed, one, row.get("row_version") or version)

    def write(self) -> None:
        """Check all rows, then write them; then what was not given goes."""
        from loomwork.records.sets import updating
        from loomwork.records.sets.trashing import delete_all

        rounds = _once_each([row for row in self.rows if row.version])
        begun = self._begin(rounds[0]) if rounds else []
        fresh = self._begin_fresh()
        self._raise()
        updating.write(self.program, [change for _, change in begun])
        self._told(begun)
        for some in rounds[1:]:
            again = self._begin(some)
            self._raise()
            updating.write(self.program, [change for _, change in again])
            self._told(again)
        self._write_fresh(fresh)
        kept = {row.record_id for row in self.rows if row.version}
        gone = {one: version for one, (_, version) in sorted(self.there.items()) if one not in kept}
        delete_all(self.program, self.work, self.actor, self.field.target, gone)

    def look(self) -> list[Detail]:
        """The faults of the rows as far as they can be told without a write."""
        for some in _once_each([row for row in self.rows if row.version]):
            self._begin(some)
        self._begin_fresh()
        return [one for details in self.faults.values() for one in details if not self._is_tie(one)]

    def _is_tie(self, detail: Detail) -> bool:
        """Whether a fault is about the parent of a row, which may not be there yet."""
        return detail.path.rpartition(".")[2] == self.link

    def _begin(self, rows: Sequence[_Row]) -> list[tuple[_Row, Any]]:
        from loomwork.records.sets import updating

        changes = [Change(row.record_id, row.data, row.version) for row in rows]
        begun = updating.begin(self.program, self.work, self.actor, self.field.target, changes)
        for row, change in zip(rows, begun, strict=True):
            self._refuse(row, change.draft.details)
        return list(zip(rows, begun, strict=True))

    def _told(self, changes: Sequence[tuple[_Row, Any]]) -> None:
        """What only the database could tell of changed rows."""
        for row, change in changes:
            self._refuse(row, change.draft.details)
        self._raise()

    def _begin_fresh(self) -> list[tuple[_Row, Draft]]:
        from loomwork.records import writing
        from loomwork.records.sets import updating

        fresh: list[tuple[_Row, Draft]] = []
        for row in self.rows:
            if row.version:
                continue
            if row.record_id:
                self._refuse(row, [Detail("id", "no_such_record", "there is no such row")])
                continue
            tie = (self.link, row.parent.record_id)
            try:
                made = writing.begin_new(self.program, self.work, self.actor, self.field.target, row.data, link=tie)
            except InvalidInput as fault:
                self._refuse(row, fault.details)
            else:
                fresh.append((row, made))
        updating.check(self.program, [draft for _, draft in fresh])
        for row, draft in fresh:
            self._refuse(row, draft.details)
        return fresh

    def _write_fresh(self, fresh: Sequence[tuple[_Row, Draft]]) -> None:
        """Write the new rows together; a row that is refused only now is told at its place."""
        from loomwork.records import bulk

        try:
            bulk.write_new(self.program, self.work, [draft for _, draft in fresh])
        except bulk.RowFault as fault:
            if not isinstance(fault.fault, InvalidInput):
                raise fault.fault from None
            self._refuse(fresh[fault.place][0], fault.fault.details)
            self._raise()

    def _refuse(self, row: _Row, details: Sequence[Detail]) -> None:
        if details:
            told = self.faults.setdefault(row.parent_place, [])
            told.extend(replace(one, path=f"{self.field.name}.{row.place}.{one.path}") for one in details)

    def _raise(self) -> None:
        from loomwork.records.bulk import RowFault

        for parent, details in sorted(self.faults.items()):
            about = {"entity": self.field.entity}
            raise RowFault(parent, InvalidInput("some rows are not right", details=details, params=about))


def _once_each(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Rows in rounds in which no record comes twice: a row that is given twice is changed twice."""
    rounds: list[dict[str, _Row]] = []
    for row in rows:
        free = next((one for one in rounds if row.record_id not in one), None)
        if free is None:
            rounds.append({row.record_id: row})
        else:
            free[row.record_id] = row
    return [list(one.values()) for one in rounds]


def _existing(program: Program, field: Field, parents: Sequence[Draft]) -> dict[str, tuple[str, int]]:
    """Parent and version by id of the child rows that the actor sees."""
    if not parents:
        return {}
    work, actor = parents[0].work, parents[0].actor
    reader, link = program.reader(actor), str(field.props["link"])
    rights = reader.access.entity(field.target)
    if rights.is_closed(link) or rights.is_only_masked(link):
        raise closed(link)

    def make() -> Prepared:
        frame = Frame(program.engine.build(reader.access), field.target)
        parent = guarded(frame.raw(link), frame.guard(link))
        conditions = [in_list(parent, "ids", program.tables.dialect), frame.is_alive()]
        visible = frame.visible()
        if visible is not None:
            conditions.append(visible)
        columns = (frame.raw(name).label(f"v{n}") for n, name in enumerate(("id", link, "row_version")))
        return prepare(sa.select(*columns).select_from(frame.source()).where(*conditions), program.plans.dialect)

    ids = [draft.record_id for draft in parents]
    packed: Any = canonical(ids) if work.dialect == "sqlite" else ids
    prepared = program.engine.kept(("child rows", reader.access.key, field.target, link), make)
    rows = work.rows(prepared, {**program.engine.binds(work, reader), "ids": packed})
    return {row[0]: (row[1], row[2]) for row in rows}
