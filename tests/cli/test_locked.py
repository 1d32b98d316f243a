"""Commands beside somebody who holds the database: those that only read go on, those that write say why they cannot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from loomwork.publishing.versions import LOCK
from loomwork.storage import database
from tests.cli.test_layer import FIELD
from tests.support.commands import Run
from tests.support.running import LIBRARY


@contextmanager
def locked(url: str) -> Iterator[None]:
    """The lock that a publish takes, held by another connection until the end."""
    parts = sa.make_url(url)
    if parts.get_backend_name() == "sqlite":
        holder = sqlite3.connect(str(parts.database), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.close()
        return
    engine = sa.create_engine(parts.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        yield
    engine.dispose()


@pytest.fixture
def ready(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An installation with a layer, so that there are two versions; nobody waits long for a lock."""
    layer = tmp_path / "layer.json"
    layer.write_text(json.dumps({"layer": "customer", "patches": [FIELD]}), encoding="utf-8")
    for words in (("init",), ("layer", "publish", layer)):
        done = run(*words)
        assert done.exit_code == 0, done.output
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    short = tuple("PRAGMA busy_timeout=200" if "busy_timeout" in one else one for one in database.SQLITE_PRAGMAS)
    monkeypatch.setattr(database, "SQLITE_PRAGMAS", short)
    monkeypatch.setattr(database, "POSTGRES_OPTIONS", database.POSTGRES_OPTIONS.replace("10000", "200"))
    return run


def test_reading_needs_no_lock(ready: Run, database_url: str, tmp_path: Path) -> None:
    reading = [
        ("doctor",),
        ("layer", "show"),
        ("layer", "show", "--rebase"),
        ("layer", "publish", str(tmp_path / "layer.json"), "--dry-run"),
        ("metadata", "versions"),
        ("metadata", "diff", "1", "2"),
        ("metadata", "export", str(tmp_path / "exported")),
        ("app", "plan", str(LIBRARY)),
        ("backup", str(tmp_path / "kept.zip")),
    ]
    with locked(database_url):
        told = {words: ready(*words) for words in reading}
    assert {words: one.output for words, one in told.items() if one.exit_code != 0} == {}
    assert "x_shelf" in told["layer", "show"].output
    assert "Shelf: added" in told["metadata", "diff", "1", "2"].output


def test_what_is_published_already_is_not_published_again(ready: Run, database_url: str) -> None:
    before = ready("metadata", "versions").output
    with locked(database_url):
        told = ready("metadata", "publish")
    assert told.exit_code == 0, told.output
    assert ready("metadata", "versions").output == before


def test_writing_says_that_the_database_is_busy(ready: Run, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "books.csv").write_text("title\nA\n", encoding="utf-8")
    (tmp_path / "layer.json").write_text('{"layer": "customer", "patches": []}', encoding="utf-8")
    writing = [
        ("user", "add", "ann@example.com", "--name", "Ann"),
        ("import", str(tmp_path / "books.csv"), "--entity", "lib.book"),
        ("layer", "publish", str(tmp_path / "layer.json")),
    ]
    with locked(database_url):
        told = {words: ready(*words) for words in writing}
    assert {one.exit_code for one in told.values()} == {3}
    assert all("error[locked]: the database is busy; try again" in one.output for one in told.values())
