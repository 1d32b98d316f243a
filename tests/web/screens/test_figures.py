from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loomwork.core.clock import frozen
from loomwork.web.screens import figures, ui

ZH = ui.Ui(language="zh-CN", zone="Asia/Shanghai", currency="CNY")
EN = ui.Ui(language="en", zone="Europe/Berlin", currency="CNY")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("4860000", "¥ 486 万", "¥4.86M"),
        ("128000000", "¥ 1.28 亿", "¥128M"),
        ("86.5", "¥ 86.5", "¥86.5"),
        ("-1530000", "−¥ 153 万", "−¥1.53M"),
        ("0", "¥ 0", "¥0"),
        ("junk", "¥ junk", "¥junk"),
    ],
)
def test_amounts_on_cards_are_short_in_the_readers_way(value: str, zh: str, en: str) -> None:
    with ui.used(ZH):
        assert figures.short_money(value) == zh
    with ui.used(EN):
        assert figures.short_money(value) == en


def test_tables_show_full_figures_and_name_only_foreign_currencies() -> None:
    with ui.used(ZH):
        assert figures.table_money("4860000.00", "CNY") == "4,860,000"
        assert figures.table_money("572521.40", "CNY") == "572,521.40"
        assert figures.table_money("1200", "USD") == "$ 1,200"
        assert figures.number("-1234567.5") == "−1,234,567.5"
        assert figures.trimmed("80.00") == "80"


def test_near_days_have_names_and_others_dates() -> None:
    with frozen(NOW), ui.used(ZH):
        assert figures.instant("2026-11-22T02:42:00Z") == "今天 10:42"
        assert figures.instant("2026-11-21T09:30:00Z") == "昨天 17:30"
        assert figures.instant("2026-11-18T09:30:00Z") == "11月18日"
        assert figures.friendly_date("2025-03-04") == "2025年3月4日"
    with frozen(NOW), ui.used(EN):
        assert figures.instant("2026-11-21T16:30:00Z") == "Yesterday 17:30"
        assert figures.friendly_date("2026-11-28") == "Nov 28, 2026"
        assert figures.weekday_date("2026-11-19") == "Thu, Nov 19"


def test_the_readers_zone_decides_what_today_is() -> None:
    late = "2026-11-22T17:30:00Z"
    with frozen(datetime(2026, 11, 22, 18, 0, tzinfo=UTC)):
        with ui.used(ZH):
            assert figures.instant(late) == "今天 01:30"
            assert figures.plain_instant(late) == "2026-11-23 01:30"
        with ui.used(EN):
            assert figures.instant(late) == "Today 18:30"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈立", "陈"),
        ("Hannah Cole", "HC"),
        ("Li-Wei Chen", "LC"),
        ("Ada", "A"),
        ("", "?"),
        ("  ", "?"),
        ("王 Siyu", "王"),
    ],
)
def test_avatars_hold_initials_or_the_surname(name: str, shown: str) -> None:
    assert figures.initials(name) == shown


@pytest.mark.parametrize("odd", ["", "x", None, "2026-99-99", [], {}, "NaN", "1e999999"])
def test_odd_values_never_raise(odd: object) -> None:
    for wishes in (ZH, EN):
        with ui.used(wishes):
            for show in (
                figures.number,
                figures.trimmed,
                figures.short,
                figures.iso_date,
                figures.instant,
                figures.duration,
            ):
                assert isinstance(show(odd), str)


def test_spans_are_told_in_words() -> None:
    with ui.used(ZH):
        assert figures.duration(7_500) == "2 小时 5 分"
        assert figures.duration(-60) == "−1 分"
    with ui.used(EN):
        assert figures.duration(90_061) == "1 d 1 h 1 min"
        assert figures.duration(0) == "0 min"
