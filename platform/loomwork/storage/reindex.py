"""Fill the search index of an entity from its rows: after an index was added or its searchable fields changed."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity
from loomwork.core.jsonio import canonical
from loomwork.storage import search
from loomwork.storage.database import Work
from loomwork.storage.documents import write_documents
from loomwork.storage.layout import SEARCH, SEQUENCE, has_search, search_table, table_name
from loomwork.storage.plan import Plan
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import STATE
from loomwork.storage.tables import EntityTable

BATCH = 1_000


def searched_fields(entity: Entity) -> str:
    """The searchable fields as text, to tell whether an index is of today's metadata; empty without any."""
    names = [f"{name}={head}" for name, head in search.heads(entity).items()]
    return ",".join(sorted(names))


def stale_searches(work: Work, plan: Plan) -> Iterable[str]:
    """Entities whose index does not hold the fields that are searchable now; notes what they will hold.

    A table that was just made is empty, and so is its index.
    """
    rows = work.fetch(sa.select(STATE.c.key, STATE.c.value).where(STATE.c.key.like("search:%")))
    known: dict[str, str] = {row[0]: row[1] for row in rows}
    wanted = {f"search:{entity.name}": searched_fields(entity) for entity in plan.tables.catalog.entities.values()}
    changed = {key: text for key, text in wanted.items() if known.get(key, "") != text}
    dialect = work.database.engine.dialect
    here = STATE.c.key == sa.bindparam("key", type_=sa.Text(), required=True)
    work.run_many(prepare(sa.delete(STATE).where(here), dialect), [{"key": key} for key in changed])
    values = {name: sa.bindparam(name, type_=sa.Text(), required=True) for name in ("key", "value")}
    insert = prepare(sa.insert(STATE).values(values), dialect)
    work.run_many(insert, [{"key": key, "value": text} for key, text in changed.items()])
    stale = {key.partition(":")[2] for key, text in changed.items() if text}
    made = {step.target for step in plan.steps if step.kind == "create_table"}
    fresh = {step.target for step in plan.steps if step.kind in ("create_search", "add_column")}
    found: list[str] = []
    for name, entity in plan.tables.catalog.entities.items():
        is_fresh = search_table(entity) in fresh or f"{table_name(entity)}.{SEARCH}" in fresh
        if (name in stale or (is_fresh and has_search(entity))) and table_name(entity) not in made:
            found.append(name)
    return found


def reindex(work: Work, held: EntityTable) -> None:
    """Make all search documents of an entity anew."""
    documents = [(key, document) for _, key, document in _documents(work, held, None)]
    if work.dialect == "sqlite":
        fts = sa.table(search.fts_name(held), sa.column("rowid"), sa.column("tokens"))
        work.execute(sa.delete(fts))
        write_documents(work, held, documents)
        return
    _write(work, held, documents)


def reindex_some(work: Work, held: EntityTable, ids: Sequence[str]) -> None:
    """Bring the search documents of some records up to date with their rows, after values changed in the database."""
    for start in range(0, len(ids), BATCH):
        found = [(key, text) for _, key, text in _documents(work, held, ids[start : start + BATCH])]
        if not found:
            continue
        if work.dialect == "sqlite":
            write_documents(work, held, found, is_new=False)
        else:
            _write(work, held, found)


def _documents(work: Work, held: EntityTable, ids: Sequence[str] | None) -> list[tuple[str, Any, str]]:
    """(id, key of the index, document) of living records: of these, or of all."""
    parts = [
        (f, spec.suffix)
        for f in search.searched(held.entity)
        for spec in f.columns
        if spec.suffix in f.type.search_suffixes
    ]
    identity = held.column("id")
    key = held.table.c[SEQUENCE] if work.dialect == "sqlite" else identity

    def make() -> Any:
        columns = [column.label(f"c{n}") for n, column in enumerate(held.column(f.name, suffix) for f, suffix in parts)]
        chosen = sa.select(identity.label("i"), key.label("k"), *columns).where(held.column("deleted_at").is_(None))
        return chosen if ids is None else chosen.where(_one_of(identity, work.dialect))

    if ids is None:
        rows = work.fetch(make())
    else:
        packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
        names = ",".join(held.column(f.name, suffix).name for f, suffix in parts)
        statement = work.database.prepared(f"documents {held.table.name} {names}", make)
        rows = work.rows(statement, {"ids": packed})
    return [(row[0], row[1], _document(held.entity, parts, row[2:], work.dialect)) for row in rows]


def _one_of(column: Any, dialect: str) -> Any:
    """`the column has one of the values of the list parameter ids`."""
    if dialect == "sqlite":
        items = sa.func.json_each(sa.bindparam("ids", type_=sa.Text(), required=True)).table_valued("value")
        return column.in_(sa.select(items.c.value))
    return column == sa.any_(
        sa.cast(sa.bindparam("ids", type_=sa.types.NullType(), required=True), sa.ARRAY(column.type))
    )


def _document(entity: Entity, parts: list[tuple[Any, str]], values: Iterable[Any], dialect: str) -> str:
    texts: dict[str, list[str]] = {}
    for (field, _), value in zip(parts, values, strict=True):
        if value is not None:
            texts.setdefault(field.name, []).append(str(value))
    return search.document(entity, texts, dialect)


def _write(work: Work, held: EntityTable, documents: list[tuple[Any, str]]) -> None:
    """PostgreSQL: the documents stand with their rows."""
    identity, column = held.column("id"), held.table.c[SEARCH]

    def make() -> Any:
        value = sa.cast(sa.bindparam("tokens", type_=sa.Text()), column.type)
        here = identity == sa.bindparam("_id", type_=identity.type)
        return sa.update(held.table).where(here).values({SEARCH: value})

    update = work.database.prepared(f"document {held.table.name}", make)
    work.run_many(update, [{"_id": row, "tokens": text} for row, text in documents])
