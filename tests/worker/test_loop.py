"""The outbox and its worker on both databases: done once, again after a fault, taken over after a death, never lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from loomwork.core.clock import frozen
from loomwork.core.errors import NotFound, TryAgain
from loomwork.outbound import Mail, MailRefused
from loomwork.storage import outbox
from loomwork.storage.database import Database
from loomwork.storage.system_tables import PLATFORM
from loomwork.worker.loop import Worker

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class NoMail:
    """These jobs send nothing."""

    def send(self, mail: Mail) -> str:
        raise AssertionError(mail)


@dataclass
class Doing:
    """A handler that counts, and fails as told."""

    faults: list[Exception] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __call__(self, _rt: Any, _mailer: Any, job: outbox.Job) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.done.append(job.id)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    PLATFORM.create_all(made.engine)
    yield made
    made.dispose()


def worker(database: Database, doing: Doing) -> Worker:
    return Worker(SimpleNamespace(database=database), mailer=NoMail(), handlers={"test.topic": doing})  # type: ignore[arg-type]


def add(database: Database, topic: str = "test.topic") -> str:
    with database.write() as work:
        return outbox.add_job(work, topic, {"n": 1})


def job(database: Database, job_id: str) -> outbox.Job:
    with database.read() as work:
        return outbox.get_job(work, job_id)


def test_a_job_is_done_once(database: Database) -> None:
    doing, job_id = Doing(), add(database)
    one, two = worker(database, doing), worker(database, doing)
    assert (one.run_due(), two.run_due(), one.run_due()) == (1, 0, 0)
    assert doing.done == [job_id]
    assert job(database, job_id).state == "done"


def test_a_job_of_another_topic_is_left_alone(database: Database) -> None:
    doing, job_id = Doing(), add(database, "another.topic")
    assert worker(database, doing).run_due() == 0
    assert job(database, job_id).state == "waiting"


def test_a_job_that_was_rolled_back_never_was(database: Database) -> None:
    made: list[str] = []

    def fail() -> None:
        with database.write() as work:
            made.append(outbox.add_job(work, "test.topic", {}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(NotFound):
        job(database, made[0])


def test_a_passing_fault_is_tried_again_later_each_pause_twice_as_long(database: Database) -> None:
    doing = Doing([TryAgain("busy"), ConnectionError("gone"), TryAgain("busy")])
    with frozen(START):
        job_id = add(database)
    at, pauses = START, []
    for _ in range(3):
        with frozen(at):
            assert worker(database, doing).run_due() == 1
            assert worker(database, doing).run_due() == 0
            due = job(database, job_id).due_at
        later = datetime.fromtimestamp(due / 1e6, UTC)
        pauses.append((later - at).total_seconds())
        at = later
    assert pauses == [5, 10, 20]
    with frozen(at):
        assert worker(database, doing).run_due() == 1
    assert doing.done == [job_id]


def test_a_final_refusal_becomes_an_incident_and_can_be_retried_by_people(database: Database) -> None:
    doing, job_id = Doing([MailRefused("no such person")]), add(database)
    worker(database, doing).run_due()
    dead = job(database, job_id)
    assert (dead.state, dead.fault) == ("dead", "MailRefused: no such person")
    with database.write() as work:
        outbox.retry(work, job_id)
        with pytest.raises(NotFound):
            outbox.retry(work, job_id)
    worker(database, doing).run_due()
    assert job(database, job_id).state == "done"


def test_after_the_last_try_a_job_is_an_incident_not_lost(database: Database) -> None:
    doing = Doing([ValueError(str(n)) for n in range(20)])
    with frozen(START):
        job_id = add(database)
    for day in range(outbox.MAX_TRIES + 2):
        with frozen(START + timedelta(days=day)):
            worker(database, doing).run_due()
    assert (job(database, job_id).state, job(database, job_id).tries) == ("dead", outbox.MAX_TRIES)
    assert job(database, job_id).fault == "ValueError"


def test_a_worker_that_dies_loses_its_lease_to_another(database: Database) -> None:
    doing = Doing()
    with frozen(START):
        job_id = add(database)
        with database.write() as work:
            [taken] = outbox.claim(work, ["test.topic"], worker="dead", lease_s=60)
    with frozen(START + timedelta(seconds=59)):
        assert worker(database, doing).run_due() == 0
    with frozen(START + timedelta(seconds=61)):
        assert worker(database, doing).run_due() == 1
        with database.write() as work:
            outbox.fail(work, taken, "dead", "too late", is_final=True)
            outbox.finish(work, taken, "dead")
    assert doing.done == [job_id]
    assert (job(database, job_id).state, job(database, job_id).fault) == ("done", "")


def test_states_are_counted_and_listed(database: Database) -> None:
    doing = Doing([MailRefused("x")])
    first, second = add(database), add(database)
    worker(database, doing).run_due()
    with database.read() as work:
        assert outbox.count_states(work) == {"waiting": 0, "leased": 0, "done": 1, "dead": 1}
        assert {one.id for one in outbox.list_jobs(work)} == {first, second}
        assert len(outbox.list_jobs(work, state="dead", topics=["test.topic"])) == 1
