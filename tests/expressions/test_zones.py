"""Zone tables say what Python's zone data says, at changes of the clock and between them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.expressions.dates import OutOfRange
from loomwork.expressions.zones import zone_table

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Tehran",
)


@pytest.mark.parametrize("name", ZONES)
def test_a_table_agrees_with_the_zone(name: str) -> None:
    table, zone, rng = zone_table(name), ZoneInfo(name), random.Random(name)
    first = int(datetime(1900, 1, 2, tzinfo=UTC).timestamp())
    last = int(datetime(2099, 12, 30, tzinfo=UTC).timestamp())
    moments = [rng.randrange(first, last) for _ in range(500)]
    moments += [start + step for start in table.starts for step in (-1, 0, 1)]
    for seconds in moments:
        instant = datetime.fromtimestamp(seconds, UTC)
        local = instant.astimezone(zone)
        assert table.to_local(instant) == local.replace(tzinfo=None, fold=0)
        shown = local.replace(tzinfo=None, fold=0)
        wanted = shown.replace(tzinfo=zone).astimezone(UTC)
        assert table.to_instant(shown.date(), shown.time()) == wanted


@pytest.mark.parametrize("name", ZONES)
def test_local_times_that_are_skipped_or_doubled_follow_the_rule(name: str) -> None:
    table, zone = zone_table(name), ZoneInfo(name)
    for at, start in enumerate(table.starts):
        before, after = table.offsets[at], table.offsets[at + 1]
        local = datetime.fromtimestamp(start + min(before, after), UTC) + timedelta(seconds=abs(before - after) // 2)
        shown = local.replace(tzinfo=None)
        wanted = shown.replace(tzinfo=zone, fold=0).utcoffset()
        assert wanted is not None
        assert table.to_instant(shown.date(), shown.time()) == shown.replace(tzinfo=UTC) - wanted


def test_the_ends_of_the_calendar_are_out_of_range() -> None:
    table = zone_table("Asia/Shanghai")
    with pytest.raises(OutOfRange):
        table.to_local(datetime(9999, 12, 31, 20, tzinfo=UTC))
    with pytest.raises(OutOfRange):
        table.to_instant(datetime(1, 1, 1, tzinfo=UTC).date(), time(0))


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd", "/etc/localtime"):
        with pytest.raises(InvalidInput):
            zone_table(name)
