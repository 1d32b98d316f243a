"""The steps of a schema change: tables, columns, indexes, search, conversions. Additions are safe; data is never dropped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from loomwork.catalog.model import Catalog, Field
from loomwork.core.clock import to_micros
from loomwork.core.errors import Refused
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.storage import search
from loomwork.storage.columns import decoder, encoder
from loomwork.storage.database import Work
from loomwork.storage.names import column_name
from loomwork.storage.plan import Mapped, Safety, Step, field_of
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import COLUMN_MAP
from loomwork.storage.tables import EntityTable, Tables

Keys = Mapping[tuple[str, str], Mapped]


class Actual:
    """What the database holds now: columns and indexes by table."""

    def __init__(self, work: Work) -> None:
        inspector = sa.inspect(work.connection)
        self.columns: dict[str, set[str]] = {}
        self.indexes: dict[str, set[str]] = {}
        self.keys: dict[tuple[str, str], list[str]] = {}
        for (_, table), columns in inspector.get_multi_columns().items():
            self.columns[table] = {column["name"] for column in columns}
        for (_, table), indexes in inspector.get_multi_indexes().items():
            self.indexes[table] = {str(index["name"]) for index in indexes}
            self.keys.update({(table, str(i["name"])): [str(c) for c in i["column_names"]] for i in indexes})

    def is_same(self, table: str, index: sa.Index) -> bool:
        """Whether an index of that name covers the wanted columns (those that the database names), in their order."""
        wanted = [column.name for column in index.columns]
        there = self.keys.get((table, str(index.name)))
        if there is None or not wanted or len(there) != len(wanted):
            return there is not None and not wanted
        return all(name in ("None", want) for name, want in zip(there, wanted, strict=True))


def plan_steps(work: Work, catalog: Catalog, tables: Tables, current: Keys, target: Keys) -> Iterator[Step]:
    """All steps from the database as it is to what the tables want."""
    actual = Actual(work)
    for table in tables.metadata.sorted_tables:
        if table.name not in actual.columns:
            yield Step("create_table", table.name, f"{len(table.columns)} columns", _create_table(table))
        else:
            yield from _column_steps(table, actual)
            yield from _index_steps(work, table, actual)
    for held in tables.entities.values():
        if held.search and work.dialect == "sqlite" and search.fts_name(held) not in actual.columns:
            yield Step("create_search", search.fts_name(held), "full-text index", _create_search(held))
    yield from _map_steps(work, catalog, tables, current, target)


def _create_table(table: sa.Table) -> Any:
    def run(work: Work) -> None:
        work.ddl(CreateTable(table))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            work.ddl(CreateIndex(index))

    return run


def _column_steps(table: sa.Table, actual: Actual) -> Iterator[Step]:
    for column in table.columns:
        if column.name not in actual.columns[table.name]:
            yield Step("add_column", f"{table.name}.{column.name}", str(column.type), _add_column(table, column))


def _add_column(table: sa.Table, column: "sa.Column[Any]") -> Any:
    def run(work: Work) -> None:
        dialect = work.database.engine.dialect
        quote = dialect.identifier_preparer
        kind = column.type.compile(dialect=dialect)
        collation = (
            ' COLLATE "C"'
            if work.dialect != "sqlite" and isinstance(column.type, sa.Text) and "COLLATE" not in kind
            else ""
        )
        work.ddl(
            raw_ddl(
                f"ALTER TABLE {quote.format_table(table)} ADD COLUMN {quote.format_column(column)} {kind}{collation}"
            )
        )

    return run


def _index_steps(work: Work, table: sa.Table, actual: Actual) -> Iterator[Step]:
    there = actual.indexes.get(table.name, set())
    wanted = {str(index.name): index for index in table.indexes}
    for name, index in sorted(wanted.items()):
        if name in there and actual.is_same(table.name, index):
            continue
        if name in there:
            yield Step("drop_index", f"{table.name}.{name}", "index over other columns than before", _drop_index(name))
        if index.unique:
            yield _unique_step(work, table, index, actual)
        else:
            yield Step("add_index", f"{table.name}.{name}", "index", _run_ddl(CreateIndex(index)))
    for name in sorted(there - set(wanted)):
        if name.startswith(("ix__", "uq__")):
            yield Step("drop_index", f"{table.name}.{name}", "index no longer asked for", _drop_index(name))


def _run_ddl(element: Any) -> Any:
    return lambda work: work.ddl(element)


def _drop_index(name: str) -> Any:
    def run(work: Work) -> None:
        quoted = work.database.engine.dialect.identifier_preparer.quote(name)
        work.ddl(raw_ddl(f"DROP INDEX {quoted}"))

    return run


def _unique_step(work: Work, table: sa.Table, index: sa.Index, actual: Actual) -> Step:
    """A unique index; refused, with samples, where living records share values already."""
    target = f"{table.name}.{index.name}"
    names = [column.name for column in index.columns]
    if not actual.columns[table.name].issuperset(names):
        return Step("add_unique", target, "unique index", _run_ddl(CreateIndex(index)))
    columns = [table.c[name] for name in names]
    filled = [column.is_not(None) for column in (*columns,)]
    chosen = sa.select(*columns).where(table.c.deleted_at.is_(None), *filled)
    shared = work.fetch(chosen.group_by(*columns).having(sa.func.count() > 1).order_by(*columns).limit(3))
    if not shared:
        return Step("add_unique", target, "unique index", _run_ddl(CreateIndex(index)))
    sample = "; ".join(", ".join(repr(str(value)) for value in row) for row in shared)
    return Step("add_unique", target, f"several records share a value, for example {sample}", _nothing, Safety.REFUSED)


def _create_search(held: EntityTable) -> Any:
    def run(work: Work) -> None:
        work.ddl(search.create_fts(held))
        work.notes.setdefault("reindex", set()).add(held.entity.name)

    return run


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
        for key in changed:
            if key in current:
                _retire(key)(work)
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
