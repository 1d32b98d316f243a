"""Rich text, codes, numbers given by the system, computed values, files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomwork.core.errors import Refused
from loomwork.core.kinds import Kind
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.auto_number import format_number
from loomwork.field_types.auto_number.patterns import parse_number_pattern, period_key
from loomwork.field_types.base import Storage
from loomwork.field_types.code.symbologies import check_digit
from loomwork.field_types.rich_text.cleaning import clean
from loomwork.field_types.roll_up import RollUp

DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg><g onload=alert(1)></g></svg>",
        "<iframe src=https://example.com></iframe>",
        "<p style='background:url(https://example.com/x)'>x</p>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<img src='https://example.com/pixel.png'>",
        "<form action=/x><input name=a></form>",
    ],
)
def test_nothing_that_runs_or_calls_home_survives_cleaning(attack: str) -> None:
    cleaned = clean(attack).lower()
    for sign in ("<script", "onerror", "onload", "javascript:", "<img", "<iframe", "style=", "<form", "<svg", "<style"):
        assert sign not in cleaned
    assert clean(cleaned) == cleaned


def test_rich_text_is_searched_by_its_words() -> None:
    html = "<h2>报价</h2><ul><li>一&amp;二</li><li>三</li></ul><p></p>"
    assert FIELD_TYPES["rich_text"].reader({})(html)[1] == "报价\n一&二\n三"
    assert FIELD_TYPES["rich_text"].reader({})("<p><br></p>") == (None, None)


@pytest.mark.parametrize(("digits", "check"), [("690123456789", "2"), ("978020137962", "4"), ("9638507", "4")])
def test_check_digits(digits: str, check: str) -> None:
    assert check_digit(digits) == check


@pytest.mark.parametrize(
    ("pattern", "number", "shown"),
    [
        ("AC-{yyyy}-{0000}", 7, "AC-2026-0007"),
        ("{yy}{mm}{dd}/{000}", 12, "260305/012"),
        ("{0}", 12_345, "12345"),
        ("订单{00}号", 3, "订单03号"),
    ],
)
def test_numbers_by_pattern(pattern: str, number: int, shown: str) -> None:
    assert format_number(pattern, number, DAY) == shown


@pytest.mark.parametrize("pattern", ["AC", "{0000}-{00}", "{yyy}{0}", "{0", "0}{0}", "{}{0}", "{00000000000}"])
def test_patterns_that_are_none_say_why(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_number_pattern(pattern)
    assert FIELD_TYPES["auto_number"].faults({"pattern": pattern})


def test_a_counter_that_starts_anew_needs_its_period_in_the_pattern() -> None:
    faults = FIELD_TYPES["auto_number"].faults
    assert not faults({"pattern": "{yyyy}-{000}", "period": "year"})
    assert not faults({"pattern": "{yy}{mm}{dd}{000}", "period": "day"})
    assert faults({"pattern": "{000}", "period": "year"})
    assert faults({"pattern": "{yyyy}-{000}", "period": "month"})
    assert [period_key(period, DAY) for period in ("never", "year", "month", "day")] == [
        "",
        "2026",
        "2026-03",
        "2026-03-05",
    ]


def test_numbers_sort_by_their_text() -> None:
    kind = FIELD_TYPES["auto_number"]
    assert kind.sort_column({"pattern": "{0}"}) == "sort"


def test_a_formula_has_the_columns_of_its_result() -> None:
    kind = FIELD_TYPES["formula"]
    assert [c.kind for c in kind.columns({"formula": "a", "result": "date"})] == [Kind.DATE]
    assert [c.suffix for c in kind.columns({"formula": "a", "result": "text"})] == ["", "sort"]
    virtual = {"formula": "TODAY()", "result": "date", "stored": False}
    assert (kind.columns(virtual), kind.storage_for(virtual), kind.sort_column(virtual)) == ((), Storage.VIRTUAL, None)
    assert kind.settler({"result": "decimal", "scale": 1})(Decimal("2.25")) == (Decimal("2.3"),)
    assert kind.settler({"result": "date"})(DAY) == (DAY,)
    assert "today" in kind.operators_for({"result": "date"})
    assert "today" not in kind.operators_for({"result": "text"})


@pytest.mark.parametrize(
    ("function", "found", "result"),
    [
        ("count", "text", "integer"),
        ("sum", "money", "money"),
        ("avg", "money", "money"),
        ("max", "money", "money"),
        ("count", "money", "integer"),
        ("sum", "rate", "decimal"),
        ("sum", "integer", "integer"),
        ("avg", "integer", "decimal"),
        ("avg", "duration", "duration"),
        ("max", "date", "date"),
        ("max", "rating", "integer"),
        ("last", "choice", "text"),
        ("first", "email", "text"),
    ],
)
def test_a_roll_up_follows_the_type_of_what_it_gathers(function: str, found: str, result: str) -> None:
    assert RollUp().result({"function": function, "_result": found}) == result


def test_files_are_named_by_id_and_checked_by_type() -> None:
    kind = FIELD_TYPES["image"]
    assert kind.holds_files
    with pytest.raises(Refused) as caught:
        kind.reader({})({"id": "0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "type": "text/html"})
    assert (caught.value.code, caught.value.at) == ("file_type", "type")


def test_yes_and_no_in_sheets() -> None:
    kind = FIELD_TYPES["boolean"]
    for written in ("是", "Yes", "TRUE", "1", "√", " y "):
        assert kind.from_file(written, {}) is True
    for written in ("否", "no", "False", "0", "×"):
        assert kind.from_file(written, {}) is False
    with pytest.raises(Refused):
        kind.from_file("perhaps", {})
    assert kind.display(True, {}, "zh-CN") == "是"


@pytest.mark.parametrize("kind", ["link", "tree_parent", "user", "unit", "link_any"])
def test_a_link_to_a_record_that_is_not_seen_is_a_dash_for_people(kind: str) -> None:
    wire = {"entity": "shop.order", "id": "0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "label": None}
    assert FIELD_TYPES[kind].display(wire, {}, "en") == "–"
    assert FIELD_TYPES["many_to_many"].display([wire, {**wire, "label": "A"}], {}, "en") == "–, A"
