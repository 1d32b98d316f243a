"""Fresh databases for tests: a file for SQLite, a database of one's own on the PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from psycopg import sql


class DatabaseMaker(Protocol):
    """Makes empty databases and removes them."""

    def create(self) -> str:
        """The URL of a new database without any table."""

    def drop_all(self) -> None:
        """Remove what `create` made."""


class SqliteMaker:
    """One file per database, in the test's temporary folder (which pytest removes)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def create(self) -> str:
        self._made += 1
        return f"sqlite:///{self._folder / f'test{self._made}.db'}"

    def drop_all(self) -> None:
        self._made = 0


class PostgresMaker:
    """One database each, named at random, so that runs side by side never meet."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._made: list[str] = []

    def create(self) -> str:
        name = f"loomwork_test_{uuid4().hex[:16]}"
        with self._connect() as connection:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        self._made.append(name)
        return f"{self._server_url}/{name}"

    def drop_all(self) -> None:
        with self._connect() as connection:
            while self._made:
                # Connections that a test left in a pool must not keep its database alive.
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(self._made.pop())))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(f"{self._server_url}/postgres", autocommit=True)
