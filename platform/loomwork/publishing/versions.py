"""The published version of the metadata in the database, and the locks that keep writers and publishers apart.

Each write unit reads the version under a shared lock, publishing takes it exclusively. SQLite has one writer at a
time, so there the lock is the transaction itself.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.storage.database import Work
from loomwork.storage.system_tables import CATALOG_VERSION, STATE

LOCK = 5_050_701
KEY = "catalog_version"
CHECKED = "catalog_checked"
"""Under this key stands which metadata was found sound by which code; see `runtime/checked.py`."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version. Shapes: `overlay` is the customer's layer as JSON text. Units: microseconds."""

    number: int
    hash: str
    published_at: int
    author: str
    message: str
    overlay: str
    summary: str


def read_number(work: Work, *, shared_lock: bool = False) -> int:
    """The number of the published version, 0 before the first; under the shared lock for writers."""
    if shared_lock and work.dialect != "sqlite":
        rows = work.rows(work.database.prepared("version locked", _locked_version))
        return int(rows[0][1] or 0)
    rows = work.rows(work.database.prepared("version", _version))
    return int(rows[0][0]) if rows else 0


def _version() -> Any:
    return sa.select(STATE.c.value).where(STATE.c.key == KEY)


def _locked_version() -> Any:
    lock: Any = sa.func.pg_advisory_xact_lock_shared(sa.literal(LOCK, sa.BigInteger()))
    return sa.select(lock.cast(sa.Text()), _version().scalar_subquery())


def lock_exclusively(work: Work) -> None:
    """Wait until no writer is under way, and keep writers out until the commit."""
    if work.dialect != "sqlite":
        work.fetch(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(LOCK, sa.BigInteger())).cast(sa.Text())))


def latest(work: Work) -> Version | None:
    """The published version."""
    number = read_number(work)
    rows = work.fetch(sa.select(*CATALOG_VERSION.c).where(CATALOG_VERSION.c.number == number))
    return Version(*rows[0]) if rows else None


def all_versions(work: Work) -> list[Version]:
    """Every version, newest first."""
    return [
        Version(*row) for row in work.fetch(sa.select(*CATALOG_VERSION.c).order_by(CATALOG_VERSION.c.number.desc()))
    ]


def read_mark(work: Work) -> str:
    """The mark of the metadata that was checked last; empty before."""
    rows = work.fetch(sa.select(STATE.c.value).where(STATE.c.key == CHECKED))
    return str(rows[0][0]) if rows else ""


def keep_mark(work: Work, mark: str) -> None:
    """Note that metadata was checked."""
    if read_mark(work) != mark:
        work.execute(sa.delete(STATE).where(STATE.c.key == CHECKED))
        work.execute(sa.insert(STATE).values(key=CHECKED, value=mark))


def record(work: Work, version: Version) -> None:
    """Keep a version and make it the published one."""
    values = {c.name: getattr(version, c.name) for c in CATALOG_VERSION.c}
    work.execute(sa.insert(CATALOG_VERSION).values(**values))
    work.execute(sa.delete(STATE).where(STATE.c.key == KEY))
    work.execute(sa.insert(STATE).values(key=KEY, value=str(version.number)))
