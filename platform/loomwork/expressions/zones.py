"""Offsets of a time zone as two sorted tables, so that every back end converts with the same data.

The tables cover 1900 to 2100 and are made from the IANA database that Python uses; the browser and PostgreSQL are
given them. Before and after, the first and last offset hold. Local times that a change of the clock skips are read
with the offset before it; local times that occur twice mean the first.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loomwork.core.clock import EPOCH
from loomwork.core.errors import InvalidInput
from loomwork.expressions.dates import OutOfRange

_FIRST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """A zone's offsets.

    Units: seconds since 1970 (`starts`, and `local_starts` on the zone's own clock), seconds east of UTC
    (`offsets`, one more than `starts`).
    """

    name: str
    starts: tuple[int, ...]
    local_starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def to_local(self, instant: datetime) -> datetime:
        """The zone's clock at an instant, as a naive datetime. Raises: OutOfRange."""
        seconds = (instant - EPOCH) // timedelta(seconds=1)
        offset = self.offsets[bisect_right(self.starts, seconds)]
        try:
            return instant.replace(tzinfo=None) + timedelta(seconds=offset)
        except OverflowError:
            raise OutOfRange from None

    def to_instant(self, day: date, clock: time) -> datetime:
        """The instant at which the zone's clock shows a date and time. Raises: OutOfRange."""
        local = datetime.combine(day, clock, tzinfo=UTC)
        seconds = (local - EPOCH) // timedelta(seconds=1)
        offset = self.offsets[bisect_right(self.local_starts, seconds)]
        try:
            return local - timedelta(seconds=offset)
        except OverflowError:
            raise OutOfRange from None

    def as_json(self) -> dict[str, object]:
        """The tables for the browser."""
        return {"name": self.name, "starts": self.starts, "localStarts": self.local_starts, "offsets": self.offsets}


@lru_cache(maxsize=64)
def zone_table(name: str) -> ZoneTable:
    """The tables of a zone by its IANA name.

    Raises: InvalidInput `unknown_zone`.
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f'there is no time zone "{name}"', code="unknown_zone") from None
    changes = list(_changes(zone))
    starts = tuple(at for at, _ in changes)
    offsets = (_offset(zone, _FIRST), *(offset for _, offset in changes))
    local = tuple(at + max(offsets[i], offsets[i + 1]) for i, at in enumerate(starts))
    return ZoneTable(name, starts, local, offsets)


def _offset(zone: ZoneInfo, seconds: int) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    before = _offset(zone, _FIRST)
    for day in range(_FIRST + _DAY, _LAST, _DAY):
        after = _offset(zone, day)
        if after != before:
            low, high = day - _DAY, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _offset(zone, middle) != before else (middle, high)
            yield high, after
            before = after
