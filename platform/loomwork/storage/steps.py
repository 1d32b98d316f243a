"""The steps of a schema change: tables, columns, indexes, search, conversions. Additions are safe; data is never dropped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.clock import to_micros
from loomwork.core.errors import Refused
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.storage import search
from loomwork.storage.actual import Actual
from loomwork.storage.columns import decoder, encoder
from loomwork.storage.database import Work
from loomwork.storage.layout import (
    IndexLayout,
    TableLayout,
    column_text,
    create_statements,
    has_search,
    index_statement,
    search_table,
    table_name,
    type_of,
)
from loomwork.storage.names import column_name
from loomwork.storage.plan import Mapped, Safety, Step, field_of
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import COLUMN_MAP
from loomwork.storage.tables import EntityTable, Tables

Keys = Mapping[tuple[str, str], Mapped]


def plan_steps(work: Work, catalog: Catalog, tables: Tables, current: Keys, target: Keys) -> Iterator[Step]:
    """All steps from the database as it is to what the tables want.

    New tables come first: a table that people read is locked from its own change to the end, and no longer.
    """
    actual = Actual(work)
    layouts = list(tables.layouts())
    known = _Known(catalog, current, target)
    for layout in layouts:
        if layout.name not in actual.columns:
            step = Step("create_table", layout.name, f"{len(layout.columns)} columns", _create_table(layout))
            yield _lost(step, "table") if known.of(layout.name) else step
    for entity in catalog.entities.values() if work.dialect == "sqlite" else ():
        if has_search(entity) and search_table(entity) not in actual.columns:
            yield Step("create_search", search_table(entity), "full-text index", _create_search(entity))
    for layout in layouts:
        if layout.name in actual.columns:
            yield from _column_steps(work, layout, actual, known)
            yield from _index_steps(work, layout, actual)
    yield from _map_steps(work, catalog, tables, current, target)


def _create_table(layout: TableLayout) -> Any:
    def run(work: Work) -> None:
        statements = create_statements(layout, work.database.engine.dialect)
        if work.dialect != "sqlite":
            # One journey for a table and its indexes; SQLite takes one statement at a time.
            statements = [";\n".join(statements)]
        for text in statements:
            work.ddl(raw_ddl(text))

    return run


class _Known:
    """Columns that an earlier publish made: where one is missing, somebody has taken it away."""

    def __init__(self, catalog: Catalog, current: Keys, target: Keys) -> None:
        self._catalog, self._current, self._target = catalog, current, target

    def of(self, table: str) -> set[str]:
        """The columns of a table that were made."""
        return self._by_table.get(table, set())

    @cached_property
    def _by_table(self) -> dict[str, set[str]]:
        # Read when something is missing, so never at a start without changes.
        found: dict[str, set[str]] = {}
        for key, one in self._current.items():
            entity, mapped = self._catalog.entities.get(key[0]), self._target.get(key)
            if entity is None or mapped is None or mapped.base != one.base:
                continue
            suffixes = (part.partition("@")[2] for part in one.signature.split("|") if part)
            found.setdefault(table_name(entity), set()).update(column_name(one.base, suffix) for suffix in suffixes)
        return found


def _lost(step: Step, what: str) -> Step:
    text = f"the {what} was there and is gone from the database; it is made anew and empty, its values are lost"
    return replace(step, detail=text, safety=Safety.CONSENT)


def _column_steps(work: Work, layout: TableLayout, actual: Actual, known: _Known) -> Iterator[Step]:
    dialect = work.database.engine.dialect
    for column in layout.columns:
        if column.name not in actual.columns[layout.name]:
            text = f"ALTER TABLE {_quoted(work, layout.name)} ADD COLUMN {column_text(column, dialect)}"
            step = Step("add_column", f"{layout.name}.{column.name}", type_of(column, dialect), _run_ddl(text))
            yield _lost(step, "column") if column.name in known.of(layout.name) else step


def _index_steps(work: Work, layout: TableLayout, actual: Actual) -> Iterator[Step]:
    there = actual.indexes.get(layout.name, set())
    wanted = {index.name: index for index in layout.indexes}
    for name, index in sorted(wanted.items()):
        if name in there and actual.is_same(layout.name, index):
            continue
        if name in there:
            yield _drop_index(work, layout, name, "index over other columns than before")
        if index.unique:
            yield _unique_step(work, layout, index, actual)
        else:
            yield Step("add_index", f"{layout.name}.{name}", "index", _add_index(work, layout, index))
    for name in sorted(there - set(wanted)):
        if name.startswith(("ix__", "uq__")):
            yield _drop_index(work, layout, name, "index no longer asked for")


def _quoted(work: Work, name: str) -> str:
    return work.database.engine.dialect.identifier_preparer.quote(name)


def _run_ddl(text: str) -> Any:
    return lambda work: work.ddl(raw_ddl(text))


def _add_index(work: Work, layout: TableLayout, index: IndexLayout) -> Any:
    return _run_ddl(index_statement(layout.name, index, work.database.engine.dialect))


def _drop_index(work: Work, layout: TableLayout, name: str, why: str) -> Step:
    return Step("drop_index", f"{layout.name}.{name}", why, _run_ddl(f"DROP INDEX {_quoted(work, name)}"))


def _unique_step(work: Work, layout: TableLayout, index: IndexLayout, actual: Actual) -> Step:
    """A unique index; refused, with samples, where living records share values already."""
    target = f"{layout.name}.{index.name}"
    step = Step("add_unique", target, "unique index", _add_index(work, layout, index))
    names = [name for name, _ in index.keys]
    if not actual.columns[layout.name].issuperset(names):
        return step
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    alive: sa.ColumnClause[Any] = sa.column("deleted_at")
    filled = [column.is_not(None) for column in columns]
    chosen = sa.select(*columns).select_from(sa.table(layout.name)).where(alive.is_(None), *filled)
    shared = work.fetch(chosen.group_by(*columns).having(sa.func.count() > 1).order_by(*columns).limit(3))
    if not shared:
        return step
    sample = "; ".join(", ".join(repr(str(value)) for value in row) for row in shared)
    return Step("add_unique", target, f"several records share a value, for example {sample}", _nothing, Safety.REFUSED)


def _create_search(entity: Entity) -> Any:
    return lambda work: work.ddl(search.create_fts(search_table(entity)))


def _map_steps(work: Work, catalog: Catalog, tables: Tables, current: Keys, target: Keys) -> Iterator[Step]:
    changed = {key: mapped for key, mapped in target.items() if current.get(key) != mapped}
    if changed:
        yield Step("map", "lw_column_map", f"{len(changed)} fields get their columns", _write_map(changed, current))
    for key, mapped in changed.items():
        old = current.get(key)
        found = field_of(catalog, key)
        if old is not None and old.generation != mapped.generation and found is not None:
            yield from _convert_steps(work, tables, found[1], old, key)
    for key, old in current.items():
        if key not in target:
            yield Step("retire", ".".join(key), f"the column {old.base} is kept and hidden", _retire(key))


def _write_map(changed: Keys, current: Keys) -> Any:
    """Keep which column belongs to which field; a field that had another one before lets go of it."""

    def run(work: Work) -> None:
        once: dict[tuple[str, str], set[int]] = {}
        c = COLUMN_MAP.c
        for entity, name, generation in work.fetch(sa.select(c.entity, c.field, c.generation).where(c.is_current == 0)):
            once.setdefault((entity, name), set()).add(generation)
        for key in changed:
            if key in current:
                _retire(key)(work)
            if key in current or changed[key].generation in once.get(key, ()):
                here = sa.and_(COLUMN_MAP.c.entity == key[0], COLUMN_MAP.c.field == key[1])
                work.execute(sa.delete(COLUMN_MAP).where(here, COLUMN_MAP.c.generation == changed[key].generation))
        names = ("entity", "field", "generation", "base", "signature", "is_current")
        insert = sa.insert(COLUMN_MAP).values({name: sa.bindparam(name) for name in names})
        rows = [(*key, one.generation, one.base, one.signature, 1) for key, one in changed.items()]
        prepared = prepare(insert, work.database.engine.dialect)
        work.run_many(prepared, [dict(zip(names, row, strict=True)) for row in rows])

    return run


def _retire(key: tuple[str, str]) -> Any:
    def run(work: Work) -> None:
        c = COLUMN_MAP.c
        work.execute(
            sa.update(COLUMN_MAP)
            .where(c.entity == key[0], c.field == key[1], c.is_current == 1)
            .values(is_current=0, retired_at=to_micros(work.now))
        )

    return run


def _convert_steps(work: Work, tables: Tables, field: Field, old: Mapped, key: tuple[str, str]) -> Iterator[Step]:
    """A change of type: new column, values converted through their text form; refused when some cannot be."""
    held = tables.entities[key[0]]
    values = _old_values(work, held, old)
    if not values:
        return
    converted, failing = _convert_values(values, field, old)
    if failing:
        sample = "; ".join(f"{text!r}" for text in failing[:3])
        detail = f"{len(failing)} of {len(values)} values do not fit the new type, for example {sample}"
        yield Step("convert", ".".join(key), detail, _nothing, Safety.REFUSED)
        return
    yield Step(
        "convert",
        ".".join(key),
        f"{len(values)} values are converted",
        _backfill(held, field, converted),
        Safety.CONSENT,
    )


def _nothing(_work: Work) -> None:
    """A refused step does nothing."""


def _old_spec(old: Mapped) -> ColumnSpec:
    head = old.signature.split("|")[0]
    kind, _, scale = head.partition(":")
    return ColumnSpec(Kind(kind), scale=int(scale or 0))


def _old_values(work: Work, held: EntityTable, old: Mapped) -> list[Sequence[Any]]:
    column: sa.ColumnClause[Any] = sa.column(column_name(old.base, ""))
    source = sa.table(held.table.name, sa.column("id"), column)
    return work.fetch(sa.select(source.c.id, column).select_from(source).where(column.is_not(None)))


def _convert_values(
    values: Sequence[Sequence[Any]], field: Field, old: Mapped
) -> tuple[list[tuple[str, tuple[Any, ...]]], list[str]]:
    decode = decoder(_old_spec(old), "sqlite") if values and isinstance(values[0][1], int | str) else None
    read, done, failing = field.type.reader(field.props), [], []
    for record_id, raw in values:
        plain = decode(raw) if decode and not isinstance(raw, _plain_of(old)) else raw
        text = plain.isoformat() if hasattr(plain, "isoformat") else str(plain)
        try:
            done.append((record_id, read(field.type.from_file(text, field.props))))
        except Refused:
            failing.append(text)
    return done, failing


def _plain_of(old: Mapped) -> tuple[type, ...]:
    """Types that are plain already for the old column's kind."""
    kind = _old_spec(old).kind
    return (str,) if kind in (Kind.TEXT, Kind.ID) else (int,) if kind is Kind.INTEGER else ()


def _backfill(held: EntityTable, field: Field, converted: list[tuple[str, tuple[Any, ...]]]) -> Any:
    def run(work: Work) -> None:
        columns = held.fields[field.name].columns
        encoders = [encoder(spec, work.dialect) for spec in field.columns]
        statement = (
            sa.update(held.table)
            .where(held.column("id") == sa.bindparam("_id"))
            .values({column: sa.bindparam(f"v{i}") for i, column in enumerate(columns)})
        )
        prepared = prepare(statement, work.database.engine.dialect)
        work.run_many(prepared, [_bound(record_id, cells, encoders) for record_id, cells in converted])

    return run


def _bound(record_id: str, cells: tuple[Any, ...], encoders: Sequence[Any]) -> dict[str, Any]:
    values = {
        f"v{i}": encode(cell) if encode and cell is not None else cell
        for i, (cell, encode) in enumerate(zip(cells, encoders, strict=True))
    }
    return {"_id": record_id, **values}


def raw_ddl(text: str) -> Any:
    """DDL text of the platform's own making; names in it are quoted by the caller."""
    return sa.DDL(text)  # type: ignore[no-untyped-call]
