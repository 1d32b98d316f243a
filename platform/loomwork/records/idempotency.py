"""Idempotency keys: one effect per key, the first answer replayed. The answer is kept in the transaction of its effect."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, InvalidInput
from loomwork.core.jsonio import canonical, read_json
from loomwork.permissions.actor import Actor
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import IDEMPOTENCY

KEPT_S = 48 * 3600
MAX_KEY = 255
STALE_S = 900
"""After this time a request that has not answered is taken for dead."""
RUNNING, NOT_KEPT = 0, 1
"""In the place of a status: the effect is under way; it was done, and its answer is a secret."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes out. Shapes: `headers` by name; `is_replay` tells that nothing was done this time."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_replay: bool = False


def request_hash(method: str, path: str, body: bytes) -> str:
    """What has to be equal for a key to be used again."""
    return hashlib.sha256(method.encode() + b"\0" + path.encode() + b"\0" + body).hexdigest()


def once(work: Work, actor: Actor, key: str, fingerprint: str, run: Callable[[], Answer]) -> Answer:
    """Run an effect once per actor and key, inside the unit of work that holds the effect.

    Raises: InvalidInput for a bad key or one used with another request; Conflict `key_in_use` while the first
    request with it is running (PostgreSQL; SQLite waits for it).
    """
    _claim(work, actor, key)
    kept = find(work, actor, key, fingerprint)
    if kept is not None:
        return kept
    answer = run()
    row = {
        "actor": actor.user_id, "key": key, "request_hash": fingerprint, "at": work.now_micros, "status": answer.status,
        "headers": canonical(answer.headers), "body": answer.body,
    }  # fmt: skip
    work.run(
        work.database.prepared(
            "idempotency put",
            lambda: sa.insert(IDEMPOTENCY).values({x.name: sa.bindparam(x.name) for x in IDEMPOTENCY.c}),
        ),
        row,
    )
    return answer


def find(work: Work, actor: Actor, key: str, fingerprint: str) -> Answer | None:
    """The answer that is kept under a key, if there is one.

    Raises: InvalidInput for a bad key or one used with another request.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise InvalidInput(f"an Idempotency-Key has 1 to {MAX_KEY} printable characters", code="bad_key")
    c = IDEMPOTENCY.c
    wanted = sa.select(c.request_hash, c.status, c.headers, c.body)
    kept = work.rows(
        work.database.prepared(
            "idempotency get", lambda: wanted.where(c.actor == sa.bindparam("actor"), c.key == sa.bindparam("key"))
        ),
        {"actor": actor.user_id, "key": key},
    )
    if not kept:
        return None
    found, status, headers, body = kept[0]
    if found != fingerprint:
        raise InvalidInput("this Idempotency-Key was used with another request", code="key_reused")
    if status == RUNNING:
        raise _in_use()
    if status == NOT_KEPT:
        raise Conflict(
            "this was done before under the same Idempotency-Key; its answer held a secret and was not kept",
            code="answer_not_kept",
        )
    return Answer(status, read_json(headers), bytes(body), is_replay=True)


def amend(work: Work, actor: Actor, key: str, body: bytes) -> None:
    """Bring the kept answer of an effect that takes several transactions up to date."""
    c = IDEMPOTENCY.c
    work.execute(sa.update(IDEMPOTENCY).where(c.actor == actor.user_id, c.key == key).values(body=body))


def forget(work: Work, actor: Actor, key: str) -> None:
    """Let go of a key whose effect was taken back."""
    c = IDEMPOTENCY.c
    work.execute(sa.delete(IDEMPOTENCY).where(c.actor == actor.user_id, c.key == key))


def _claim(work: Work, actor: Actor, key: str) -> None:
    """PostgreSQL: take the key for this transaction, or tell that another one runs with it."""
    if work.dialect == "sqlite":
        return
    number = int.from_bytes(hashlib.sha256(f"{actor.user_id}\0{key}".encode()).digest()[:8], "big", signed=True)
    lock: Any = sa.select(sa.func.pg_try_advisory_xact_lock(sa.bindparam("number", type_=sa.BigInteger())))
    if not work.rows(work.database.prepared("idempotency lock", lambda: lock), {"number": number})[0][0]:
        raise _in_use()


def _in_use() -> Conflict:
    return Conflict("a request with this Idempotency-Key is still running", code="key_in_use")


def begin(work: Work, actor: Actor, key: str, fingerprint: str) -> Answer | None:
    """Take a key for an effect that has transactions of its own; the kept answer when it was done before.

    `finish` or `give_back` has to follow. A request that died in between blocks its key for `STALE_S`.
    Raises: InvalidInput; Conflict `key_in_use`, `answer_not_kept`.
    """
    _claim(work, actor, key)
    c = IDEMPOTENCY.c
    mine = (c.actor == actor.user_id, c.key == key)
    work.execute(sa.delete(IDEMPOTENCY).where(*mine, c.status == RUNNING, c.at < work.now_micros - STALE_S * 1_000_000))
    kept = find(work, actor, key, fingerprint)
    if kept is not None:
        return kept
    row = {"actor": actor.user_id, "key": key, "request_hash": fingerprint, "at": work.now_micros, "status": RUNNING}
    work.execute(sa.insert(IDEMPOTENCY).values(**row, headers="{}", body=b""))
    return None


def finish(work: Work, actor: Actor, key: str, answer: Answer | None) -> None:
    """Keep the answer of an effect that began with `begin`; None where it holds a secret: then only that it was done."""
    c = IDEMPOTENCY.c
    status = NOT_KEPT if answer is None else answer.status
    headers, body = (canonical(answer.headers), answer.body) if answer else ("{}", b"")
    done = sa.update(IDEMPOTENCY).where(c.actor == actor.user_id, c.key == key)
    work.execute(done.values(status=status, headers=headers, body=body))


def give_back(work: Work, actor: Actor, key: str) -> None:
    """Let go of a key whose effect did not come about."""
    c = IDEMPOTENCY.c
    work.execute(sa.delete(IDEMPOTENCY).where(c.actor == actor.user_id, c.key == key, c.status == RUNNING))


def forget_old(work: Work) -> int:
    """Drop keys older than they have to be kept; how many."""
    limit = work.now_micros - KEPT_S * 1_000_000
    return work.run(prepare(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.at < limit), work.database.engine.dialect))
