"""A committed job wakes a worker at once: in the process, and through Redis between processes; without Redis it polls."""

from __future__ import annotations

import threading
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from loomwork.storage import bell, outbox
from loomwork.storage.bell import LocalBell, RedisBell, make_bell
from loomwork.storage.database import Database
from loomwork.storage.system_tables import PLATFORM
from loomwork.worker.loop import Worker

LONG_S = 30.0
"""Far longer than any of these tests: a bell that is not heard makes them fail, not pass late."""


def test_a_bell_that_rang_before_is_heard_once() -> None:
    one = LocalBell()
    one.ring()
    assert one.wait(LONG_S)
    assert not one.wait(0)


def test_one_ring_wakes_one_worker_of_another_process(redis_url: str) -> None:
    key = f"test:{uuid.uuid4().hex}"
    rings, waits = RedisBell(redis_url, key), RedisBell(redis_url, key)
    rings.ring()
    assert waits.wait(LONG_S)
    assert not waits.wait(0.1)


def test_entries_do_not_pile_up_while_nobody_listens(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "MOST", 3)
    key = f"test:{uuid.uuid4().hex}"
    one, other = RedisBell(redis_url, key), RedisBell(redis_url, key)
    for _ in range(10):
        one.ring()
    assert [other.wait(0.1) for _ in range(4)] == [True, True, True, False]


def test_a_redis_that_is_away_costs_no_request_and_no_wake_up() -> None:
    one = RedisBell("redis://127.0.0.1:9/0")
    one.ring()
    assert one.wait(LONG_S), "the worker beside it hears the bell all the same"
    assert one.connect() is None, "it is left alone for a while"


def test_the_settings_choose_the_bell(redis_url: str) -> None:
    assert type(make_bell("")) is LocalBell
    assert type(make_bell(redis_url)) is RedisBell


@pytest.mark.parametrize("kind", ["local", "redis"])
def test_a_job_is_done_without_waiting_for_the_next_poll(
    database_url: str, redis_url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loomwork.worker.loop.POLL_S", LONG_S)
    database = Database(database_url)
    PLATFORM.create_all(database.engine)
    if kind == "redis":
        database.bell = RedisBell(redis_url, f"test:{uuid.uuid4().hex}")
    done, waits = threading.Event(), threading.Event()

    def handle(_rt: Any, _mailer: Any, _job: outbox.Job) -> None:
        done.set()

    rt: Any = SimpleNamespace(database=database, settings=SimpleNamespace(idle_minutes=60))
    mailer: Any = SimpleNamespace()
    worker = Worker(rt, mailer=mailer, handlers={"t": handle})
    run_due = worker.run_due

    def told() -> int:
        found = run_due()
        if not found:
            waits.set()
        return found

    monkeypatch.setattr(worker, "run_due", told)
    thread = worker.start_thread()
    assert waits.wait(LONG_S)
    with database.write() as work:
        outbox.add_job(work, "t", {})
    assert done.wait(LONG_S / 2)
    worker.stop()
    thread.join(LONG_S)
    assert not thread.is_alive()
    database.dispose()
