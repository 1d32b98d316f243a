"""Rule: tests run on real servers, each on data of its own, and reach nothing beyond this machine.

Reason: a promise about PostgreSQL that was only tried on SQLite is a guess, and a test that shares rows with its
neighbour fails at random.
"""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import psycopg
import pytest
import redis

from tests.support import servers
from tests.support.databases import DatabaseMaker, PostgresMaker
from tests.support.servers import NoServer, find_or_start_postgres, find_or_start_redis


def test_a_database_is_real_empty_and_writable(database_url: str, database_kind: str) -> None:
    if database_kind == "sqlite":
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("select name from sqlite_master").fetchall() == []
            connection.execute("create table a (b integer)")
        connection.close()
    else:
        with psycopg.connect(database_url) as server:
            assert server.execute("select tablename from pg_tables where schemaname = 'public'").fetchall() == []
            assert server.execute("show server_encoding").fetchone() == ("UTF8",)
            server.execute("create table a (b integer)")


def test_two_databases_of_one_test_are_apart(databases: DatabaseMaker) -> None:
    assert databases.create() != databases.create()


def test_a_database_left_open_still_goes_away(postgres_server: str) -> None:
    maker = PostgresMaker(postgres_server)
    url = maker.create()
    with psycopg.connect(url) as left_open:
        maker.drop_all()
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_redis_is_real_and_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("a", "b")
        assert client.get("a") == b"b"


@pytest.mark.parametrize("find", [find_or_start_postgres, find_or_start_redis])
def test_a_named_server_that_does_not_answer_is_said_and_not_replaced(find: type) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    names = {
        "LOOMWORK_TEST_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{port}",
        "LOOMWORK_TEST_REDIS_URL": f"redis://127.0.0.1:{port}",
    }
    with pytest.raises(NoServer, match="does not answer"):
        find(names)


@pytest.mark.parametrize("address", [("203.0.113.7", 80), ("10.0.0.1", 80)])
def test_another_machine_cannot_be_reached(address: tuple[str, int]) -> None:
    with socket.socket() as out, pytest.raises(OSError, match="tests stay on this machine"):
        out.connect(address)


def test_no_name_is_looked_up() -> None:
    with pytest.raises(OSError, match="tests look no names up"):
        socket.getaddrinfo("example.com", 80)


def test_a_private_postgres_starts_serves_and_leaves_nothing() -> None:
    try:
        server = servers._start_postgres()
    except NoServer as reason:
        pytest.skip(str(reason))
    try:
        with psycopg.connect(f"{server.url}/postgres") as connection:
            row = connection.execute("show data_directory").fetchone()
    finally:
        server.stop()
    assert row is not None
    assert not Path(row[0]).exists()
