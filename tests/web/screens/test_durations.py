"""Lengths of time are said in words wherever they stand, and their label bears no unit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loomwork.field_types import FIELD_TYPES
from loomwork.web.screens import figures, ui
from loomwork.web.screens.chips import chips_of

APPS = Path(__file__).parents[3] / "apps"
SPANS = [
    (7200, "2 h", "2 小时"),
    (7500, "2 h 5 min", "2 小时 5 分"),
    (45, "45 s", "45 秒"),
    (0, "0 min", "0 分"),
    (-3600, "−1 h", "−1 小时"),
    (90_060, "1 d 1 h 1 min", "1 天 1 小时 1 分"),
]


@pytest.mark.parametrize(("seconds", "english", "chinese"), SPANS)
def test_cells_titles_and_chips_say_the_same(seconds: int, english: str, chinese: str) -> None:
    spec = {"label": "Duration", "type": "duration", "operators": [{"name": "gt", "label": ">"}]}
    for language, words in (("en", english), ("zh-CN", chinese)):
        assert FIELD_TYPES["duration"].display(seconds, {}, language) == words
        with ui.used(ui.Ui(language=language)):
            assert figures.duration(seconds) == words
            [chip] = chips_of({"span": spec}, {"and": [{"field": "span", "op": "gt", "value": seconds}]})
        assert chip.value == words


def test_a_value_that_is_not_there_says_nothing() -> None:
    assert FIELD_TYPES["duration"].display(None, {}, "en") == ""


def test_no_label_of_a_length_of_time_bears_a_unit() -> None:
    found, entities = [], list(APPS.rglob("entities/*.json"))
    assert len(entities) >= 10
    for path in entities:
        found += re.findall(r'"(?:Duration|时长)[^"]*[(（][^"]*"', path.read_text(encoding="utf-8"))
    assert found == []
