"""SQLite: search documents of records, written many at a time. On PostgreSQL a document is a column of its record."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.storage.database import Work
from loomwork.storage.search import fts_name
from loomwork.storage.tables import EntityTable


def write_documents(
    work: Work, held: EntityTable, documents: Sequence[tuple[int, str]], *, is_new: bool = True
) -> None:
    """Write the search documents of records of one table.

    Shapes: `documents` are (sequence, document); an empty document leaves the record out of the index.
    """
    name, database = fts_name(held), work.database
    if not is_new:
        gone = database.prepared(f"fts delete {name}", lambda: _delete(name))
        work.run_many(gone, [{"rowid": rowid} for rowid, _ in documents])
    rows = [{"rowid": rowid, "tokens": document} for rowid, document in documents if document]
    if rows:
        work.run_many(database.prepared(f"fts insert {name}", lambda: _insert(name)), rows)


def _table(name: str) -> Any:
    return sa.table(name, sa.column("rowid"), sa.column("tokens"))


def _delete(name: str) -> Any:
    table = _table(name)
    return sa.delete(table).where(table.c.rowid == sa.bindparam("rowid"))


def _insert(name: str) -> Any:
    return sa.insert(_table(name)).values(rowid=sa.bindparam("rowid"), tokens=sa.bindparam("tokens"))
