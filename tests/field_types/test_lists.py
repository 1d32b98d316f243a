"""Lists in one cell of a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.choice import SAMPLE_CHOICES
from loomwork.field_types.lists import join_items, split_items

CHOICES = {"choices": SAMPLE_CHOICES}


@given(st.lists(st.text(max_size=8), max_size=6))
def test_splitting_undoes_joining(items: list[str]) -> None:
    assert split_items(join_items(items)) == items
    assert split_items(join_items(items), keep_empty=True) == items


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("a;b", ["a", "b"]),
        ("a； b ;", ["a", "b"]),
        ('"a;b"; c', ["a;b", "c"]),
        ('say "hi"', ['say "hi"']),
        ("", []),
        (";;", []),
    ],
)
def test_people_write_lists_in_many_ways(written: str, items: list[str]) -> None:
    assert split_items(written) == items


def test_choices_are_found_by_value_or_label() -> None:
    kind = FIELD_TYPES["choice"]
    assert [kind.from_file(text, CHOICES) for text in ("won", " Won ", "赢单", "?")] == ["won", "won", "won", "?"]
    assert FIELD_TYPES["multi_choice"].from_file("赢单; Open", CHOICES) == ["won", "open"]


def test_a_label_that_two_choices_bear_is_not_guessed() -> None:
    twice = {"choices": {"a": {"label": {"en": "Same"}}, "b": {"label": {"en": "same"}}}}
    assert FIELD_TYPES["choice"].from_file("Same", twice) == "Same"


def test_choices_are_sorted_by_rank() -> None:
    ranked = {"choices": {"z": {"label": {}, "order": "a0"}, "a": {"label": {}, "order": "a1"}}}
    assert FIELD_TYPES["choice"].sort_values(ranked) == ("z", "a")
    assert FIELD_TYPES["choice"].display("z", CHOICES, "en") == "z"
    assert FIELD_TYPES["choice"].display("won", CHOICES, "zh-CN") == "赢单"


def test_an_empty_list_is_an_empty_field() -> None:
    assert FIELD_TYPES["tags"].reader({})([]) == (None,)
    assert FIELD_TYPES["multi_choice"].reader(CHOICES)([]) == (None,)
