"""Pointers made of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomwork.catalog.pointers import MISSING, find, join_pointer, leaves, matches, parse_pointer, with_value

KEYS = st.lists(st.text(max_size=8), max_size=5)


@given(KEYS)
def test_parsing_undoes_joining(keys: list[str]) -> None:
    assert list(parse_pointer(join_pointer(keys))) == keys


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="does not begin with /"):
        parse_pointer("fields/name")


def test_with_value_changes_a_copy_only() -> None:
    body = {"a": {"b": 1, "c": {"d": 2}}}
    changed = with_value(body, ("a", "b"), 5)
    assert changed == {"a": {"b": 5, "c": {"d": 2}}}
    assert body == {"a": {"b": 1, "c": {"d": 2}}}
    assert changed["a"]["c"] is body["a"]["c"]
    assert with_value(body, ("a", "c"), MISSING) == {"a": {"b": 1}}
    assert with_value(body, ("x", "y"), 1)["x"] == {"y": 1}


def test_find_tells_null_from_nothing() -> None:
    assert find({"a": None}, ("a",)) is None
    assert find({"a": None}, ("b",)) is MISSING
    assert find({"a": [1]}, ("a", "0")) is MISSING


def test_leaves_and_patterns() -> None:
    assert list(leaves({"a": {"b": 1}, "c": {}})) == [(("a", "b"), 1), (("c",), {})]
    assert matches(("fields", "*", "type"), ("fields", "name", "type"))
    assert not matches(("fields", "*", "type"), ("fields", "name"))
