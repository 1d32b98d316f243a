"""The table of jobs: committed with the change that caused them, leased by workers, retried, kept when they die.

Truth is here; whoever wakes a worker only saves it from waiting. A job is done at least once: a worker that is killed
loses its lease, and another one takes the job up again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import NotFound
from loomwork.core.ids import new_id
from loomwork.core.jsonio import canonical, read_json
from loomwork.storage.database import Row, Work
from loomwork.storage.system_tables import OUTBOX

WAITING, LEASED, DONE, DEAD = 0, 1, 2, 3
STATES = ("waiting", "leased", "done", "dead")
MAX_TRIES = 8
_MICRO = 1_000_000
EVENTS = "record.%"
"""Topics of what happened to records: for subscribers to read, not for a worker to do; kept for a while."""
EVENTS_KEPT_S = 7 * 86_400
DONE_KEPT_S = 30 * 86_400
_FIRST_PAUSE_S = 5
_LONGEST_PAUSE_S = 3_600


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Units: instants in microseconds since 1970. `fault` is the class of the last failure."""

    id: str
    at: int
    topic: str
    payload: Mapping[str, Any]
    due_at: int
    state: str
    tries: int
    fault: str


_COLUMNS = (
    OUTBOX.c.id, OUTBOX.c.at, OUTBOX.c.topic, OUTBOX.c.payload, OUTBOX.c.due_at, OUTBOX.c.state, OUTBOX.c.tries, OUTBOX.c.fault,
)  # fmt: skip


def _job(row: Row) -> Job:
    id_, at, topic, payload, due_at, state, tries, fault = row
    return Job(id_, at, topic, read_json(payload), due_at, STATES[state], tries, fault or "")


def add_job(work: Work, topic: str, payload: Mapping[str, Any], *, due_at: int | None = None) -> str:
    """Put a job into the caller's transaction; returns its id."""
    job_id = new_id()
    values = {"id": job_id, "at": work.now_micros, "topic": topic, "payload": canonical(payload)}
    due = work.now_micros if due_at is None else due_at
    work.execute(sa.insert(OUTBOX).values(**values, due_at=due, state=WAITING, tries=0))
    if due <= work.now_micros:
        work.after_commit.append(work.database.bell.ring)
    return job_id


def claim(work: Work, topics: Iterable[str], *, worker: str, limit: int = 10, lease_s: int = 60) -> list[Job]:
    """Lease due jobs of some topics, the oldest first; also those whose worker let the lease run out."""
    now = work.now_micros
    is_due = (OUTBOX.c.state == WAITING) & (OUTBOX.c.due_at <= now)
    is_lost = (OUTBOX.c.state == LEASED) & (OUTBOX.c.leased_until <= now)
    chosen = (
        sa.select(OUTBOX.c.id)
        .where(OUTBOX.c.topic.in_(list(topics)), is_due | is_lost)
        .order_by(OUTBOX.c.due_at)
        .limit(limit)
    )
    if work.dialect != "sqlite":
        chosen = chosen.with_for_update(skip_locked=True)
    taken = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.id.in_(chosen.scalar_subquery()))
        .values(state=LEASED, lease=worker, leased_until=now + lease_s * _MICRO, tries=OUTBOX.c.tries + 1)
        .returning(*_COLUMNS)
    )
    return sorted((_job(row) for row in work.fetch(taken)), key=lambda job: job.due_at)


def finish(work: Work, job: Job, worker: str) -> None:
    """The job is done; without effect if the lease has gone to another worker."""
    mine = (OUTBOX.c.id == job.id) & (OUTBOX.c.lease == worker) & (OUTBOX.c.state == LEASED)
    work.execute(sa.update(OUTBOX).where(mine).values(state=DONE, leased_until=None, fault=None))


def hold(work: Work, job: Job, seconds: int) -> None:
    """Lengthen the lease of a job that takes long."""
    mine = (OUTBOX.c.id == job.id) & (OUTBOX.c.state == LEASED)
    work.execute(sa.update(OUTBOX).where(mine).values(leased_until=work.now_micros + seconds * _MICRO))


def keep_result(work: Work, job: Job, result: Mapping[str, Any]) -> None:
    """Keep what a job found out, as `result` of its payload."""
    payload = canonical({**job.payload, "result": result})
    work.execute(sa.update(OUTBOX).where(OUTBOX.c.id == job.id).values(payload=payload))


def fail(work: Work, job: Job, worker: str, fault: str, *, is_final: bool) -> None:
    """The try has failed: later again, each pause twice as long, or for people to look at."""
    mine = (OUTBOX.c.id == job.id) & (OUTBOX.c.lease == worker) & (OUTBOX.c.state == LEASED)
    is_dead = is_final or job.tries >= MAX_TRIES
    pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (job.tries - 1))
    values = {"state": DEAD if is_dead else WAITING, "due_at": work.now_micros + pause_s * _MICRO}
    work.execute(sa.update(OUTBOX).where(mine).values(**values, leased_until=None, fault=fault[:500]))


def get_job(work: Work, job_id: str) -> Job:
    """One job.

    Raises: NotFound.
    """
    rows = work.fetch(sa.select(*_COLUMNS).where(OUTBOX.c.id == job_id))
    if not rows:
        raise NotFound("there is no such job")
    return _job(rows[0])


def list_jobs(work: Work, *, state: str = "", topics: Iterable[str] = (), limit: int = 100) -> list[Job]:
    """Jobs, the newest first; events of records are no jobs."""
    query = (
        sa.select(*_COLUMNS)
        .where(OUTBOX.c.topic.not_like(EVENTS))
        .order_by(OUTBOX.c.at.desc(), OUTBOX.c.id.desc())
        .limit(limit)
    )
    if state:
        query = query.where(OUTBOX.c.state == STATES.index(state))
    listed = list(topics)
    if listed:
        query = query.where(OUTBOX.c.topic.in_(listed))
    return [_job(row) for row in work.fetch(query)]


def retry(work: Work, job_id: str) -> None:
    """Give a dead job new tries.

    Raises: NotFound for one that is not dead.
    """
    dead = (OUTBOX.c.id == job_id) & (OUTBOX.c.state == DEAD)
    if work.execute(sa.update(OUTBOX).where(dead).values(state=WAITING, tries=0, due_at=work.now_micros)) == 0:
        raise NotFound("there is no such dead job")


def count_states(work: Work) -> dict[str, int]:
    """How many jobs are in each state."""
    jobs = sa.select(OUTBOX.c.state, sa.func.count()).where(OUTBOX.c.topic.not_like(EVENTS)).group_by(OUTBOX.c.state)
    rows = work.fetch(jobs)
    return dict.fromkeys(STATES, 0) | {STATES[state]: number for state, number in rows}


def sweep(work: Work) -> int:
    """Delete events and finished jobs that have been kept long enough; dead jobs stay until people deal with them."""
    old_event = OUTBOX.c.topic.like(EVENTS) & (OUTBOX.c.at < work.now_micros - EVENTS_KEPT_S * _MICRO)
    old_job = (OUTBOX.c.state == DONE) & (OUTBOX.c.at < work.now_micros - DONE_KEPT_S * _MICRO)
    return work.execute(sa.delete(OUTBOX).where(old_event | old_job))
