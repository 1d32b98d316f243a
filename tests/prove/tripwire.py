"""Counts the statements that reach the database driver, and breaks off at the n-th: by an error, or by death."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event


class Tripped(Exception):
    """The fault that the wire raises in place of a statement."""


class Wire:
    """Counts statements; `at` is the number of the one that is not run (0: none). `is_deadly` kills the process there."""

    def __init__(self, at: int = 0, *, is_deadly: bool = False) -> None:
        self.at = at
        self.is_deadly = is_deadly
        self.count = 0
        self.statements: list[str] = []

    def touch(self, statement: object) -> None:
        """A statement is about to run."""
        self.count += 1
        self.statements.append(str(statement)[:120])
        if self.count != self.at:
            return
        if self.is_deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        raise Tripped(f"statement {self.count}")


class _Cursor:
    """A driver's cursor that touches the wire first."""

    def __init__(self, cursor: Any, wire: Wire) -> None:
        self._cursor, self._wire = cursor, wire

    def execute(self, sql: Any, *parameters: Any, **told: Any) -> Any:
        self._wire.touch(sql)
        return self._cursor.execute(sql, *parameters, **told)

    def executemany(self, sql: Any, *parameters: Any) -> Any:
        self._wire.touch(sql)
        return self._cursor.executemany(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@contextmanager
def stretched(engine: sa.Engine, wire: Wire, *, reads: bool = False) -> Iterator[Wire]:
    """Let every statement of an engine touch the wire: those of SQLAlchemy, those of units of work, and the commit.

    Units that only read are left out unless `reads` asks for them.
    """
    from loomwork.storage.database import Work

    original = Work.__init__

    def made(self: Any, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        if self.is_write or reads:
            self._cursor = _Cursor(self._cursor, wire)

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            wire.touch(statement)

    def commit(connection: Any) -> None:
        wire.touch("COMMIT")

    Work.__init__ = made  # type: ignore[method-assign]
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", commit)
    try:
        yield wire
    finally:
        Work.__init__ = original  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", commit)


def dump(url: str) -> dict[str, Any]:
    """Everything a database holds: the schema, and the rows of every table, in a form that compares by value."""
    if url.startswith("sqlite"):
        return _dump_sqlite(url.removeprefix("sqlite:///"))
    return _dump_postgres(url)


def _dump_sqlite(path: str) -> dict[str, Any]:
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        schema = sorted(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall(), key=str)
        names = [name for kind, name, *_ in schema if kind == "table" and not name.startswith("sqlite_")]
        rows = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names}
        check = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return {"schema": schema, "rows": rows, "integrity": check}
    finally:
        connection.close()


def _dump_postgres(url: str) -> dict[str, Any]:
    import psycopg
    from psycopg import sql

    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default, ordinal_position "
            "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 7"
        ).fetchall()
        indexes = connection.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
        ).fetchall()
        names = sorted({column[0] for column in columns})
        rows = {
            n: sorted(map(repr, connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(n))).fetchall()))
            for n in names
        }
        # Ordinal places have gaps where a column was added and rolled back; what counts is the order.
        return {"schema": [c[:6] for c in columns], "indexes": indexes, "rows": rows}
