"""Text is kept exactly; only what cannot be stored or shown is refused."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.text import Text

ODD = (
    " ",
    "  two spaces  ",
    "NULL",
    "undefined",
    "1e400",
    "0x0",
    "\u00a0\u2003\u3000",
    "\u200b\u200f\u202e right to left \u2066",
    "\ufeff with a mark",
    "\u0085\u2028\u2029",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "👩🏽‍👩🏽‍👧🏽 🇨🇳 \U0010ffff",
    "';DROP TABLE users;--",
    "<img src=x onerror=alert(1)>",
    "${7*7} {{7*7}} %s %n",
    "é e\u0301",
    "ﬀ ﬁ Ⅷ ①",
    "社會科學院語學研究所 𠜎𠜱",
    "=cmd|' /C calc'!A0",
    "\\u0041 \\n",
)


@pytest.mark.parametrize("value", ODD)
def test_odd_texts_come_back_unchanged(value: str) -> None:
    for name in ("text", "long_text"):
        kind = FIELD_TYPES[name]
        assert kind.reader({})(value)[0] == value
        assert kind.from_file(kind.to_file(value, {}), {}) == value


@pytest.mark.parametrize("value", ["\x00", "a\x1b[0m", "tab\t", "line\n", "\x7f"])
def test_control_characters_are_refused_in_one_line(value: str) -> None:
    with pytest.raises(Refused, match="cannot be kept") as caught:
        Text().reader({})(value)
    assert caught.value.code == "bad_characters"


def test_the_message_names_the_character_and_its_place() -> None:
    with pytest.raises(Refused) as caught:
        Text().reader({})("ab\x01")
    assert caught.value.params == {"code_point": "U+0001", "position": 3}


def test_many_lines_keep_breaks_and_tabs_but_not_nul() -> None:
    read = FIELD_TYPES["long_text"].reader({})
    assert read("a\r\n\tb\x1b") == ("a\r\n\tb\x1b",)
    with pytest.raises(Refused):
        read("a\x00")


def test_the_sort_key_orders_chinese_by_sound_and_latin_without_case() -> None:
    read = Text().reader({})
    names = ["赵", "安", "Bob", "alice", "陈"]
    assert sorted(names, key=lambda name: read(name)[1]) == ["alice", "安", "Bob", "陈", "赵"]


def test_long_fields_have_no_sort_key_unless_asked() -> None:
    assert [column.suffix for column in Text().columns({"max_length": 300})] == [""]
    assert Text().sort_column({"max_length": 300}) is None
    assert Text().sort_column({"max_length": 300, "sortable": True}) == "sort"
    assert Text().reader({"sortable": False})("x") == ("x",)


def test_a_pattern_must_match_the_whole_text_and_cannot_hang() -> None:
    read = Text().reader({"pattern": "(a+)+"})
    assert read("aaa")[0] == "aaa"
    with pytest.raises(Refused):
        read("a" * 200 + "b")


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"\1", "a{1001}"])
def test_patterns_that_do_not_compile_are_faults_of_the_properties(pattern: str) -> None:
    assert Text().faults({"pattern": pattern})
    assert not Text().faults({"pattern": "[A-Z]+"})


def test_bounds_the_wrong_way_round_are_faults() -> None:
    wrong: dict[str, dict[str, Any]] = {
        "text": {"min_length": 9, "max_length": 3},
        "long_text": {"min_length": 9, "max_length": 3},
        "integer": {"min": 2, "max": 1},
        "decimal": {"min": "2", "max": 1},
        "money": {"min": "2", "max": "1.5"},
        "date": {"min": "2026-01-02", "max": "2026-01-01"},
        "duration": {"min": 5, "max": 1},
        "choice": {},
        "multi_choice": {"choice_set": "shop.size", "choices": {"a": {"label": {"en": "A"}}}},
        "phone": {"region": "ZZ"},
        "roll_up": {"relation": "lines", "function": "sum"},
        "auto_number": {"pattern": "AC"},
    }
    for name, props in wrong.items():
        assert FIELD_TYPES[name].faults(props), name
