"""Fill the search index of an entity from its rows: after an index was added or its searchable fields changed."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from loomwork.storage import search
from loomwork.storage.database import Work
from loomwork.storage.plan import Plan
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import STATE
from loomwork.storage.tables import SEARCH, SEQUENCE, EntityTable

BATCH = 1_000


def searched_fields(held: EntityTable) -> str:
    """The searchable fields as text, to tell whether an index is of today's metadata."""
    return ",".join(
        sorted(f.name for f in held.entity.fields.values() if f.searchable and f.type.search_suffixes and f.columns)
    )


def stale_searches(work: Work, plan: Plan) -> Iterable[str]:
    """Entities whose index does not hold the fields that are searchable now; notes what they will hold."""
    rows = work.fetch(sa.select(STATE.c.key, STATE.c.value).where(STATE.c.key.like("search:%")))
    known: dict[str, str] = {row[0]: row[1] for row in rows}
    found: list[str] = []
    for name, held in plan.tables.entities.items():
        wanted = searched_fields(held) if held.search else ""
        key = f"search:{name}"
        if known.get(key, "") != wanted:
            work.execute(sa.delete(STATE).where(STATE.c.key == key))
            work.execute(sa.insert(STATE).values(key=key, value=wanted))
            if wanted:
                found.append(name)
    return found


def reindex(work: Work, held: EntityTable) -> None:
    """Make all search documents of an entity anew."""
    fields = [f for f in held.entity.fields.values() if f.searchable and f.type.search_suffixes and f.columns]
    parts = [(f, spec.suffix) for f in fields for spec in f.columns if spec.suffix in f.type.search_suffixes]
    is_sqlite = work.dialect == "sqlite"
    key = held.table.c[SEQUENCE] if is_sqlite else held.column("id")
    alive = held.column("deleted_at").is_(None)
    columns = [held.column(f.name, suffix) for f, suffix in parts]
    rows = work.fetch(sa.select(key, *columns).where(alive))
    documents = [(row[0], _document(parts, row[1:], work.dialect)) for row in rows]
    _write(work, held, documents)


def _document(parts: list[tuple[Any, str]], values: Iterable[Any], dialect: str) -> str:
    texts: dict[str, list[str]] = {}
    for (field, _), value in zip(parts, values, strict=True):
        if value is not None:
            texts.setdefault(field.name, []).append(str(value))
    return search.document(texts, dialect)


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
