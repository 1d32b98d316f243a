"""Fill the search index of an entity from its rows: after an index was added or its searchable fields changed."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity
from loomwork.storage import search
from loomwork.storage.database import Work
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
    parts = [
        (f, spec.suffix)
        for f in search.searched(held.entity)
        for spec in f.columns
        if spec.suffix in f.type.search_suffixes
    ]
    is_sqlite = work.dialect == "sqlite"
    key = held.table.c[SEQUENCE] if is_sqlite else held.column("id")
    alive = held.column("deleted_at").is_(None)
    columns = [held.column(f.name, suffix) for f, suffix in parts]
    rows = work.fetch(sa.select(key, *columns).where(alive))
    documents = [(row[0], _document(held.entity, parts, row[1:], work.dialect)) for row in rows]
    _write(work, held, documents)


def _document(entity: Entity, parts: list[tuple[Any, str]], values: Iterable[Any], dialect: str) -> str:
    texts: dict[str, list[str]] = {}
    for (field, _), value in zip(parts, values, strict=True):
        if value is not None:
            texts.setdefault(field.name, []).append(str(value))
    return search.document(entity, texts, dialect)


def _write(work: Work, held: EntityTable, documents: list[tuple[Any, str]]) -> None:
    dialect = work.database.engine.dialect
    if work.dialect == "sqlite":
        fts = sa.table(search.fts_name(held), sa.column("rowid"), sa.column("tokens"))
        work.execute(sa.delete(fts))
        insert = prepare(sa.insert(fts).values(rowid=sa.bindparam("rowid"), tokens=sa.bindparam("tokens")), dialect)
        work.run_many(insert, [{"rowid": row, "tokens": text} for row, text in documents if text])
        return
    identity, column = held.column("id"), held.table.c[SEARCH]
    value = sa.cast(sa.bindparam("tokens", type_=sa.Text()), column.type)
    update = prepare(
        sa.update(held.table).where(identity == sa.bindparam("_id", type_=identity.type)).values({SEARCH: value}),
        dialect,
    )
    work.run_many(update, [{"_id": row, "tokens": text} for row, text in documents])
