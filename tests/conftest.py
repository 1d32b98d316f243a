"""What every test may ask for: real databases, a real Redis, and a run in which nothing is skipped quietly.

`database_url` runs a test twice, on SQLite and on PostgreSQL; `--db sqlite` or `--db postgresql` runs one half.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import offline
from tests.support.databases import DatabaseMaker, PostgresMaker, SqliteMaker
from tests.support.servers import (
    POSTGRES_VARIABLE,
    REDIS_VARIABLE,
    NoServer,
    Server,
    find_or_start_postgres,
    find_or_start_redis,
)

hypothesis.settings.register_profile("loomwork", print_blob=True, deadline=None)
hypothesis.settings.load_profile("loomwork")

_started: list[Server] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["both", "sqlite", "postgresql"], default="both", help="databases to run on")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the network; with several workers, start the servers once, before the workers inherit the environment."""
    offline.refuse_network()
    is_controller = not hasattr(config, "workerinput") and bool(getattr(config.option, "numprocesses", None))
    if is_controller:
        for variable, find in ((POSTGRES_VARIABLE, find_or_start_postgres), (REDIS_VARIABLE, find_or_start_redis)):
            if variable in os.environ:
                continue
            try:
                _started.append(find())
            except NoServer:
                continue  # each test that needs it says so, with the reason
            os.environ[variable] = _started[-1].url


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        metafunc.parametrize("database_kind", kinds, indirect=True)


def _may_skip() -> bool:
    return os.environ.get("LOOMWORK_NO_SKIP") != "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be missing (`LOOMWORK_NO_SKIP=1`), a skipped test is a failed one."""
    report = yield
    if report.skipped and not _may_skip():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if report.skipped and not _may_skip():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server, without a database name; tests make their own databases on it."""
    yield from _serve(find_or_start_postgres)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a Redis server that belongs to this run alone, without a database number."""
    yield from _serve(find_or_start_redis)


def _serve(find: Callable[[], Server]) -> Iterator[str]:
    try:
        server = find()
    except NoServer as reason:
        pytest.skip(str(reason))
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def redis_url(redis_server: str, worker_id: str) -> Iterator[str]:
    """URL of an empty Redis database; workers that run side by side have one each."""
    import redis

    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw")) % 16
    url = f"{redis_server}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; a test that asks for it (or for what builds on it) runs on each."""
    kind: str = request.param
    return kind


@pytest.fixture
def databases(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[DatabaseMaker]:
    """Makes as many empty databases of one kind as a test wants; they go when the test ends."""
    maker: DatabaseMaker
    if database_kind == "sqlite":
        maker = SqliteMaker(tmp_path)
    else:
        maker = PostgresMaker(request.getfixturevalue("postgres_server"))
    yield maker
    maker.drop_all()


@pytest.fixture
def database_url(databases: DatabaseMaker) -> str:
    """URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    return databases.create()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an empty SQLite database, for what concerns SQLite alone."""
    return SqliteMaker(tmp_path).create()


@pytest.fixture
def postgresql_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, for what concerns PostgreSQL alone."""
    maker = PostgresMaker(postgres_server)
    yield maker.create()
    maker.drop_all()
