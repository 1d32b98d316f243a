"""Failed tries: within 15 minutes at most 10 per account and 100 per address, across all processes.

Many people share an address (an office, a load balancer that does not say for whom it asks): a colleague's wrong tries
must not keep them out. Whoever guesses from one address has 100 tries at all accounts together.

A try is counted before the password is looked at, so that parallel tries cannot slip through; a right one is taken
back. The row of a key is locked while it is counted.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from loomwork.core.errors import TooMany
from loomwork.storage.database import Database, Work
from loomwork.web.auth.secret_text import digest
from loomwork.web.auth.tables import THROTTLE

TRIES = 10
TRIES_OF_ADDRESS = 100
WINDOW_S = 900
_MICRO = 1_000_000


def key_of(kind: str, value: str) -> str:
    """The key of an account or an address; neither stands in the table in clear."""
    return f"{kind}:{digest(value)[:32]}"


def most(key: str) -> int:
    """How many tries a key has."""
    return TRIES_OF_ADDRESS if key.partition(":")[0] in ("address", "reset-address") else TRIES


def count_try(database: Database, keys: tuple[str, ...]) -> None:
    """Count one try against every key, in a transaction of its own that stays whatever follows.

    Raises: TooMany with `retry_after_s` when a key has no try left; then nothing is counted.
    """
    with database.write() as work:
        for key in sorted(keys):
            tries = _locked(work, key)
            if len(tries) >= most(key):
                wait_s = max(1, (tries[-most(key)] + WINDOW_S * _MICRO - work.now_micros) // _MICRO)
                message = f"too many tries; come back in {-(-wait_s // 60)} minutes"
                raise TooMany(message, params={"minutes": -(-wait_s // 60)}, extra={"retry_after_s": wait_s})
            _store(work, key, [*tries, work.now_micros])


def forgive(database: Database, keys: tuple[str, ...]) -> None:
    """Take one try back from every key: it was a right one."""
    with database.write() as work:
        for key in sorted(keys):
            _store(work, key, _locked(work, key)[:-1])


def sweep(work: Work) -> int:
    """Delete rows whose window is over; the number of them."""
    return work.execute(sa.delete(THROTTLE).where(THROTTLE.c.updated_at < work.now_micros - WINDOW_S * _MICRO))


def _locked(work: Work, key: str) -> list[int]:
    """The instants within the window, the row locked until the end of the transaction."""
    insert = sqlite_insert if work.dialect == "sqlite" else postgres_insert
    made = insert(THROTTLE).values(key=key, tries="", updated_at=work.now_micros)
    work.execute(made.on_conflict_do_update(index_elements=[THROTTLE.c.key], set_={"updated_at": work.now_micros}))
    [row] = work.fetch(sa.select(THROTTLE.c.tries).where(THROTTLE.c.key == key))
    oldest = work.now_micros - WINDOW_S * _MICRO
    return [at for at in map(int, row[0].split()) if at > oldest]


def _store(work: Work, key: str, tries: list[int]) -> None:
    text = " ".join(str(at) for at in tries[-most(key) :])
    work.execute(sa.update(THROTTLE).where(THROTTLE.c.key == key).values(tries=text))
