"""Turns: of several writers, those that answer for the same thing go one after the other until their commits.

SQLite has one writer at a time anyway. On PostgreSQL two transactions may each be right by themselves and wrong
together: A put under B while B is put under A, two administrators who switch each other off.
"""

import sqlalchemy as sa

from loomwork.storage.database import Work

_SPACE = 5050701


def take_turn(work: Work, name: str) -> None:
    """Wait for one's turn and keep it until the end of the unit, or of the savepoint; it may be taken again.

    Raises: TryAgain where it takes too long.
    """
    if work.dialect != "sqlite":
        work.fetch(sa.select(sa.func.pg_advisory_xact_lock(_SPACE, sa.func.hashtext(name))))


def share_turn(work: Work, name: str) -> None:
    """Keep those who take this turn waiting until the end of the unit; others may share it meanwhile.

    Raises: TryAgain where it takes too long.
    """
    if work.dialect != "sqlite":
        work.fetch(sa.select(sa.func.pg_advisory_xact_lock_shared(_SPACE, sa.func.hashtext(name))))
