"""Dates in files: ISO forms by themselves, all others only by the mapping's format."""

from __future__ import annotations

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.date.formats import compile_format, parse_date, parse_instant


@pytest.mark.parametrize(
    ("written", "form", "day"),
    [
        ("12/31/2016", "MM/DD/YYYY", "2016-12-31"),
        ("31.1.2026", "D.M.YYYY", "2026-01-31"),
        ("1/2/26", "D/M/YY", "2026-02-01"),
        ("1/2/70", "M/D/YY", "1970-01-02"),
        ("2026年1月5日", "YYYY年M月D日", "2026-01-05"),
        ("20260105", "YYYYMMDD", "2026-01-05"),
        ("２０２６-01-05", "YYYY-MM-DD", "2026-01-05"),
    ],
)
def test_a_format_says_which_number_is_which(written: str, form: str, day: str) -> None:
    assert parse_date(written, form) == day


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("13/01/2026", "MM/DD/YYYY"),
        ("1/2/2026", "MM/DD/YYYY"),
        ("2026-02-30", "YYYY-MM-DD"),
        ("x", "D.M.YYYY"),
        ("0000-01-01", "YYYY-MM-DD"),
    ],
)
def test_what_does_not_fit_is_refused(written: str, form: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_date(written, form)
    assert caught.value.code == "not_in_format"


@pytest.mark.parametrize("form", ["MM/DD", "YYYY", "DD.DD.YYYY", "", "YYYY-MM"])
def test_a_format_without_a_day_is_none(form: str) -> None:
    with pytest.raises(ValueError, match="format"):
        compile_format(form)


def test_patterns_in_a_format_stand_for_themselves() -> None:
    with pytest.raises(Refused):
        parse_date("2026x01x05", "YYYY.MM.DD")


@pytest.mark.parametrize(
    ("written", "zone", "instant"),
    [
        ("2026-01-05 08:30", "Asia/Shanghai", "2026-01-05T00:30:00Z"),
        ("2026-07-05 08:30", "Europe/Berlin", "2026-07-05T06:30:00Z"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),
    ],
)
def test_instants_are_read_on_the_clock_of_a_zone(written: str, zone: str, instant: str) -> None:
    assert parse_instant(written, "YYYY-MM-DD HH:mm", zone) == instant


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Refused):
        parse_instant("2026-03-29 02:30", "YYYY-MM-DD HH:mm", "Europe/Berlin")
    with pytest.raises(Refused):
        parse_instant("0001-01-01 00:00", "YYYY-MM-DD HH:mm", "Asia/Shanghai")


def test_sheets_write_plain_dates_in_a_few_ways() -> None:
    kind = FIELD_TYPES["date"]
    for written in ("2026-01-05", "2026/1/5", "2026.01.05", "2026年1月5日", "2026-01-05 00:00:00", " 2026-01-05 "):
        assert kind.from_file(written, {}) == "2026-01-05"
    for written in ("05/01/2026", "2026-13-01", "5 Jan 2026"):
        with pytest.raises(Refused):
            kind.reader({})(kind.from_file(written, {}))


def test_local_times_in_files_need_the_zone_of_the_import() -> None:
    kind = FIELD_TYPES["instant"]
    assert kind.from_file("2026-01-05 08:30", {"_zone": "Asia/Shanghai"}) == "2026-01-05T00:30:00Z"
    assert kind.from_file("2026-01-05 08:30:00Z", {"_zone": "Asia/Shanghai"}) == "2026-01-05T08:30:00Z"
    with pytest.raises(Refused):
        kind.reader({})(kind.from_file("2026-01-05 08:30", {}))
