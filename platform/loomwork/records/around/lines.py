"""What happened to the rows of a record's child tables, as the record's own history tells it.

A row keeps a history of its own; here it is told with its parent, under the reader's rights on the row and its fields of
now. A row that moved here from another record came with that move, and what happened to it elsewhere is not told here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.query.access import EntityAccess
from loomwork.query.conditions import in_list
from loomwork.query.decode import label_of
from loomwork.query.frames import Frame, guarded
from loomwork.query.tree import Query
from loomwork.records.around.labelling import label_changes
from loomwork.records.program import Program
from loomwork.records.rights import held_of, rule_columns
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.system_tables import AUDIT

_CAME, _CHANGED, _WENT = "created", "updated", "deleted"
_AT_ONCE = 200

Rows = dict[str, frozenset[str]]
"""Row → the fields that the reader sees plainly on it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change of one row: of which child table, when, by whom, and how it is told.

    Shapes: `row` is `{id, label, verb, version, changes}`; `verb` is created, updated, deleted or restored.
    """

    table: str
    at: int
    actor: str
    source: str | None
    row: dict[str, Any]


def told_rows(
    program: Program, work: Work, actor: Actor, tables: Sequence[Field], record_id: str, after: int
) -> list[Told]:
    """Changes, from the instant `after` on, of rows of child tables of a record, newest first; as the reader sees them."""
    found: list[Told] = []
    for field in tables:
        found += _told_of(_Table(program, work, actor, field), record_id, after)
    return sorted(found, key=lambda one: one.at, reverse=True)


@dataclass(frozen=True, slots=True)
class _Table:
    """A child table before a reader's eyes."""

    program: Program
    work: Work
    actor: Actor
    field: Field

    @property
    def child(self) -> Entity:
        """The entity of the rows."""
        return self.program.catalog.entity(self.field.target)

    @property
    def link(self) -> str:
        """The rows' link to their record."""
        return str(self.field.props["link"])

    def seen(self, record_id: str) -> Rows:
        """The rows of a record that the reader sees, those in the trash too: they were rows once."""
        program, target, link = self.program, self.field.target, self.link
        reader = program.reader(self.actor)
        rights = reader.access.entity(target)
        if not rights.rules or rights.is_closed(link) or rights.is_only_masked(link):
            return {}

        def make() -> Prepared:
            frame = Frame(program.engine.build(reader.access), target)
            parent = guarded(frame.raw(link), frame.guard(link))
            conditions = [parent == sa.bindparam("parent", type_=frame.raw(link).type, required=True)]
            visible = frame.visible()
            if visible is not None:
                conditions.append(visible)
            columns = (frame.raw("id").label("v"), *rule_columns(frame))
            return prepare(sa.select(*columns).where(*conditions).select_from(frame.source()), program.plans.dialect)

        prepared = program.engine.kept(("rows seen", reader.access.key, target, link), make)
        rows = self.work.rows(prepared, {**program.engine.binds(self.work, reader), "parent": record_id})
        return {row[0]: _plain(rights, held_of(row[1:])) for row in rows}


def is_touched(program: Program, work: Work, actor: Actor, field: Field, record_id: str, since: int) -> bool:
    """Whether a row of a child table, that the actor sees, changed after the instant `since`."""
    ids = list(_Table(program, work, actor, field).seen(record_id))
    # What was done at that very instant came with the version that was written then.
    return any(row[1] > since for row in _audited(work, field.target, ids, since))


def _plain(rights: EntityAccess, held: frozenset[int]) -> frozenset[str]:
    return frozenset(name for name, cell in rights.cells.items() if rights.is_plain(name) or cell.plain & held)


def _audited(work: Work, entity: str, ids: Sequence[str], after: int) -> list[Sequence[Any]]:
    """The history of some records from an instant on, newest first."""
    c = AUDIT.c
    columns = (c.record_id, c.at, c.actor, c.on_behalf_of, c.verb, c.version, c.changes, c.source)
    here = in_list(c.record_id, "ids", work.dialect)
    chosen = sa.select(*columns).where(here, c.entity == entity, c.at >= after).order_by(c.at.desc(), c.version.desc())
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    return list(work.fetch(chosen, {"ids": packed})) if ids else []


def _told_of(table: _Table, record_id: str, after: int) -> list[Told]:
    seen, child, link = table.seen(record_id), table.child, table.link
    shown = frozenset(one.name for one in child.fields.values() if not one.is_system) - {link}
    elsewhere: set[str] = set()
    found: list[Told] = []
    rows = _audited(table.work, child.name, list(seen), after)
    for row_id, at, who, behalf, written, version, changes, source in rows:
        pairs = json.loads(changes)
        verb, is_here = _read_from(written, pairs.pop(link, None), record_id, is_elsewhere=row_id in elsewhere)
        (elsewhere.discard if is_here else elsewhere.add)(row_id)
        visible = {name: pair for name, pair in pairs.items() if name in shown and name in seen[row_id]}
        if verb and (visible or verb != _CHANGED):
            told = {"id": row_id, "label": None, "verb": verb, "version": version, "changes": visible}
            found.append(Told(table.field.name, at, behalf or who, source, told))
    _name(table, seen, found, shown)
    return found


def _read_from(verb: str, moved: Any, record_id: str, *, is_elsewhere: bool) -> tuple[str, bool]:
    """How a change is told here ("" where it is not), and whether the row lay here before it.

    Shapes: `moved` is the pair of the link to the parent, if the change set it; `is_elsewhere` says where the row was after.
    """
    if verb != _CHANGED or not isinstance(moved, list):
        return ("" if is_elsewhere else verb), not is_elsewhere
    came, went = moved[1] == record_id, moved[0] == record_id
    if came and not went:
        return _CAME, False
    return (_WENT, True) if went and not came else ("", not is_elsewhere)


def _name(table: _Table, seen: Rows, found: Sequence[Told], shown: frozenset[str]) -> None:
    """Put titles beside the rows, names beside ids of links, and beside a row that went what it held."""
    child, reader = table.child, table.program.reader(table.actor)
    rights, title = reader.access.entity(child.name), child.fields[child.title_field]
    told = {name for name in shown if child.fields[name].columns and not child.fields[name].type.is_sealed}
    names = {name for name in {title.name, *told} if not (rights.is_closed(name) or rights.is_only_masked(name))}
    held = _held(table, sorted({one.row["id"] for one in found}), tuple(sorted({"id", *names})))
    label_changes(table.program, table.work, reader, child.name, [one.row["changes"] for one in found])
    for one in found:
        values, plain = held.get(one.row["id"], {}), seen[one.row["id"]]
        if title.name in plain:
            one.row["label"] = label_of(title, values.get(title.name))
        if one.row["verb"] == _WENT:
            kept = {name: values.get(name) for name in child.fields if name in names & told & plain}
            one.row["changes"] = {name: [value, None] for name, value in kept.items() if value is not None}


def _held(table: _Table, ids: Sequence[str], names: tuple[str, ...]) -> Mapping[str, dict[str, Any]]:
    """Rows by id, alive or in the trash, as they are now."""
    engine, reader, entity = table.program.engine, table.program.reader(table.actor), table.child.name
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = list(ids[start : start + _AT_ONCE])
        rows = engine.get_many(table.work, reader, entity, some, names)
        gone = sorted(set(some) - {row["id"] for row in rows})
        if gone:
            where = {"field": "id", "op": "in", "value": gone}
            asked = Query(entity, fields=names, conditions=where, sort=("id",), limit=_AT_ONCE, trash=True)
            rows = [*rows, *engine.run(table.work, reader, asked).rows]
        found.update({row["id"]: row for row in rows})
    return found
