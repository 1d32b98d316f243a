"""Functions that grouped queries need on SQLite: dates in a reader's zone, ISO weeks, sums beyond 64 bits."""

from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from loomwork.core.clock import from_micros


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
