"""What an operator looks at and takes away: the audit and the published versions, newest first; a copy of the database."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from loomwork.core.errors import Broken
from loomwork.storage.database import Database, Work, sqlite_trouble
from loomwork.storage.system_tables import AUDIT, CATALOG_VERSION


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One write, without the values: who, what, when. Units: `at` in microseconds since 1970."""

    at: int
    actor: str
    on_behalf_of: str
    entity: str
    record_id: str
    verb: str
    request_id: str
    source: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version. Units: `published_at` in microseconds since 1970."""

    number: int
    hash: str
    published_at: int
    author: str
    message: str


def list_audit(work: Work, *, record_id: str = "", actor: str = "", limit: int = 100) -> list[AuditLine]:
    """The latest writes, of one record or one person if asked."""
    query = sa.select(
        AUDIT.c.at, AUDIT.c.actor, AUDIT.c.on_behalf_of, AUDIT.c.entity, AUDIT.c.record_id, AUDIT.c.verb, AUDIT.c.request_id,
        AUDIT.c.source,
    )  # fmt: skip
    if record_id:
        query = query.where(AUDIT.c.record_id == record_id)
    if actor:
        query = query.where(AUDIT.c.actor == actor)
    rows = work.fetch(query.order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc()).limit(limit))
    return [AuditLine(row[0], row[1], row[2] or "", row[3], row[4], row[5], row[6] or "", row[7] or "") for row in rows]


def list_versions(work: Work, *, limit: int = 100) -> list[VersionLine]:
    """The published versions of the metadata."""
    table = CATALOG_VERSION.c
    query = sa.select(table.number, table.hash, table.published_at, table.author, table.message)
    return [VersionLine(*row) for row in work.fetch(query.order_by(table.number.desc()).limit(limit))]


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is at one moment, while others go on writing to it.

    Raises: TryAgain when the disk is full, the database locked or damaged.
    """
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.DatabaseError as fault:
        raise sqlite_trouble(str(fault)) or Broken("the database cannot be copied") from fault


def is_empty(database_url: str) -> bool:
    """Whether a PostgreSQL database holds no table yet. Raises: TryAgain when it cannot be reached."""
    database = Database(database_url, pool_size=1)
    try:
        with database.read() as work:
            return not work.fetch(sa.text("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1"))
    finally:
        database.dispose()
