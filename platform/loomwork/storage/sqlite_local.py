"""What SQLite has no word for: dates in a reader's zone, ISO weeks, sums beyond 64 bits, a time for statements, turns of writers.

A writer that finds the database locked is let sleep by SQLite longer and longer, up to a tenth of a second, while the
lock has long been free. Who waits for the file of turns looks every fraction of a millisecond instead. The file protects
nothing: whoever does not know of it is held off by SQLite's own lock, as ever.
"""

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loomwork.core.clock import from_micros
from loomwork.core.errors import TryAgain

STATEMENT_S = 60
"""Seconds that a statement of a reader may take; PostgreSQL keeps the same time by itself."""
_STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock."""


class Watch:
    """Ends a statement of a connection that takes too long: SQLite itself would go on for days."""

    def __init__(self, connection: Any) -> None:
        self._ends = math.inf
        connection.set_progress_handler(lambda: time.monotonic() > self._ends, _STEPS)

    def begin(self) -> None:
        """A statement begins."""
        self._ends = time.monotonic() + STATEMENT_S

    def rest(self) -> None:
        """Let statements take their time: those of writers, who change tables of any size."""
        self._ends = math.inf


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_date(micros: int | None, zone: str) -> str | None:
    """The date of an instant in a zone, as ISO text."""
    return None if micros is None else from_micros(micros).astimezone(_zone(zone)).date().isoformat()


def iso_week(day: str | None) -> str | None:
    """`2026-W47` of an ISO date."""
    if day is None:
        return None
    year, week, _ = date.fromisoformat(day[:10]).isocalendar()
    return f"{year:04d}-W{week:02d}"


class WideSum:
    """An exact sum of integers of any size, given as text."""

    def __init__(self) -> None:
        self.total: int | None = None

    def step(self, value: int | None) -> None:
        """Add one."""
        if value is not None:
            self.total = value if self.total is None else self.total + value

    def finalize(self) -> str | None:
        """The sum."""
        return None if self.total is None else str(self.total)


def register_local(connection: Any) -> None:
    """Make the functions known to a connection."""
    connection.create_function("lw_local_date", 2, local_date, deterministic=True)
    connection.create_function("lw_iso_week", 1, iso_week, deterministic=True)
    connection.create_aggregate("lw_wide_sum", 1, WideSum)


FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.0002, 0.002


def turn_file(database: str | None) -> Path | None:
    """The file beside a database; None for one in memory and where the system knows no such locks."""
    if os.name != "posix" or not database or database == ":memory:" or database.startswith("file:"):
        return None
    return Path(f"{database}-turn")


@contextmanager
def turn(path: Path | None, timeout_s: float) -> Iterator[None]:
    """Hold the turn.

    Raises: TryAgain `locked` when it does not come in time.
    """
    held = None if path is None else _take(path, timeout_s)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _take(path: Path, timeout_s: float) -> int | None:
    import fcntl

    try:
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    until, pause = time.monotonic() + timeout_s, FIRST_PAUSE_S
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise TryAgain("the database is busy; try again", code="locked") from None
        except OSError:
            os.close(held)
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE_S)
