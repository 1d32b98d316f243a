"""The database's own troubles in our words, and units of work that are all or nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from loomwork.core.errors import Broken, TryAgain
from loomwork.storage import database as store
from loomwork.storage.database import Database, Work
from loomwork.storage.steps import raw_ddl
from loomwork.storage.system_tables import STATE


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    found.create_platform_tables()
    yield found
    found.dispose()


def keys(database: Database) -> list[str]:
    with database.read() as work:
        return [row[0] for row in work.fetch(sa.select(STATE.c.key).order_by(STATE.c.key))]


def put(work: Work, key: str, value: str = "x") -> None:
    work.execute(sa.insert(STATE).values(key=key, value=value))


def put_both(work: Work, *wanted: str) -> None:
    for key in wanted:
        put(work, key)


def test_a_unit_is_all_or_nothing_ddl_included(database: Database) -> None:
    def half(work: Work) -> None:
        put(work, "a")
        work.ddl(raw_ddl("CREATE TABLE lw_half (x INTEGER)"))
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError), database.write() as work:
        half(work)
    assert keys(database) == []
    with database.write() as work:
        put(work, "b")
    assert keys(database) == ["b"]
    with database.read() as work:
        assert "lw_half" not in sa.inspect(work.connection).get_table_names()


def test_a_part_that_fails_is_taken_back_alone(database: Database) -> None:
    with database.write() as work:
        put(work, "a")
        with pytest.raises(Exception, match="already used"), work.savepoint():
            put_both(work, "b", "a")
        put(work, "c")
    assert keys(database) == ["a", "c"]


def test_what_follows_a_commit_is_done_after_it_and_only_then(database: Database) -> None:
    seen: list[list[str]] = []
    with database.write() as work:
        put(work, "a")
        work.after_commit.append(lambda: seen.append(keys(database)))

    def fail(work: Work) -> None:
        work.after_commit.append(lambda: seen.append(["never"]))
        raise RuntimeError

    with pytest.raises(RuntimeError), database.write() as work:
        fail(work)
    assert seen == [["a"]]


def test_a_wrong_statement_says_nothing_of_itself(database: Database) -> None:
    with database.read() as work, pytest.raises(Broken) as fault:
        work.fetch(sa.select(sa.column("secret_column")).select_from(sa.table("secret_table")))
    assert "secret" not in str(fault.value)


def test_a_database_out_of_reach_is_named_as_such(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/missing/x.db", "postgresql://nobody@127.0.0.1:9/none"):
        database = Database(url)
        with pytest.raises(TryAgain) as fault, database.read():
            pass
        assert fault.value.code == "unreachable"
        database.dispose()


def test_sqlite_tells_a_lock_and_a_full_disk(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    database.create_platform_tables()
    with database.write() as first:
        put(first, "a")
        with database.engine.connect() as other:
            other.connection.driver_connection.execute("PRAGMA busy_timeout=1")  # type: ignore[union-attr]
        with pytest.raises(TryAgain) as locked, database.write():
            pass
    assert locked.value.code == "locked"

    def fill(work: Work) -> None:
        work.connection.exec_driver_sql("PRAGMA max_page_count=1")
        put(work, "b", "x" * 5_000_000)

    with pytest.raises(TryAgain) as full, database.write() as work:
        fill(work)
    assert full.value.code == "disk_full"
    database.dispose()


def test_a_locked_database_does_not_take_all_threads(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few wait for the lock; whoever comes after them is told to come again, so that threads are left for readers."""
    monkeypatch.setattr(store, "TURN_S", 0.01)
    database, holder = Database(sqlite_url), Database(sqlite_url)
    database.create_platform_tables()
    done: list[str] = []

    def run(name: str) -> None:
        with database.write() as work:
            put(work, name)
        done.append(name)

    threads = [threading.Thread(target=run, args=(f"w{number}",)) for number in range(store.WRITERS)]
    with holder.write():
        for thread in threads:
            thread.start()
        while database._writers is not None and database._writers._value:
            time.sleep(0.01)
        with pytest.raises(TryAgain) as refused, database.write():
            pass
        assert refused.value.code == "locked"
        with database.read() as work:
            assert work.fetch(sa.select(sa.literal(1))) == [(1,)]
    for thread in threads:
        thread.join()
    assert sorted(done) == [f"w{number}" for number in range(store.WRITERS)]
    for one in (database, holder):
        one.dispose()


def test_postgresql_says_when_its_table_of_locks_is_full(postgresql_url: str) -> None:
    # Not made to happen: the table belongs to the whole server, and other tests are using it.
    database = Database(postgresql_url)
    fault = database.translate(psycopg.errors.OutOfMemory("out of shared memory"))
    assert isinstance(fault, TryAgain)
    assert fault.code == "too_many_locks"
    assert "max_locks_per_transaction" in str(fault)
    database.dispose()


def test_postgresql_tells_a_lock_that_is_not_given(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    database.create_platform_tables()
    with database.write() as work:
        put(work, "a")
    held = sa.select(STATE.c.key).with_for_update(nowait=True)
    with database.write() as first, database.write() as second:
        first.fetch(held)
        with pytest.raises(TryAgain) as fault:
            second.fetch(held)
    assert fault.value.code == "locked"
    database.dispose()
