"""Exact numbers: nothing is rounded on the way in, computed values are rounded half up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.numbers import decimal_reader, rounder, sheet_number


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.10", "0.10"), ("007.5", "7.50"), (3, "3.00"), (0.1, "0.10"), (Decimal("12.500"), "12.50"), (-0.0, "0.00")],
)
def test_numbers_are_taken_exactly(value: object, expected: str) -> None:
    assert str(decimal_reader(2)(value)) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0.101", "too_many_decimals"),
        (Decimal("0.101"), "too_many_decimals"),
        (0.1 + 0.2, "too_many_decimals"),
        (float("-inf"), "not_number"),
        (1e17, "too_many_digits"),
        ("1" * 17, "too_many_digits"),
        (float("nan"), "not_number"),
        (Decimal("sNaN"), "not_number"),
        (float("inf"), "not_number"),
        ("١٢", "not_number"),
        ("1,000", "not_number"),
        ("+1", "not_number"),
        (" 1", "not_number"),
        ("1\n", "not_number"),
        ("", "not_number"),
        (True, "not_number"),
        ("nan", "not_number"),
    ],
)
def test_what_is_not_exact_is_refused(value: object, code: str) -> None:
    with pytest.raises(Refused) as caught:
        decimal_reader(2)(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.3449999", "2.34"), (1, "1.00"), (0.125, "0.13")],
)
def test_computed_numbers_are_rounded_half_up(value: object, expected: str) -> None:
    given = Decimal(value) if isinstance(value, str) else value
    assert str(rounder(2)(given)) == expected
    assert FIELD_TYPES["decimal"].settler({"scale": 2})(given) == (Decimal(expected),)


def test_computed_numbers_that_do_not_fit_are_refused() -> None:
    for value in (Decimal(10) ** 16, Decimal("1E+500"), 10**40, Decimal("9999999999999999.995")):
        with pytest.raises(Refused) as caught:
            rounder(2)(value)
        assert caught.value.code == "too_many_digits"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,234.50", "1234.50"),
        ("１２.5", "12.5"),
        ("(5.00)", "-5.00"),
        ("−3", "-3"),
        ("1 234", "1234"),
        ("+7", "7"),
        ("1,2", "1,2"),
        ("12,34,567", "12,34,567"),
        ("abc", "abc"),
    ],
)
def test_sheets_write_numbers_in_many_ways(written: str, plain: str) -> None:
    assert sheet_number(written) == plain


@pytest.mark.parametrize(("written", "value"), [("1,000", 1000), ("12.0", 12), ("-3", -3), (" 8 ", 8)])
def test_whole_numbers_in_sheets(written: str, value: int) -> None:
    assert FIELD_TYPES["integer"].from_file(written, {}) == value


@pytest.mark.parametrize("written", ["1.5", "x", "", "1,00", "²", "9" * 5_000])
def test_what_is_no_whole_number_in_a_sheet_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["integer"].from_file(written, {})


def test_percent_signs_are_taken_off() -> None:
    assert FIELD_TYPES["percent"].from_file("12.5 %", {}) == "12.5"
    assert FIELD_TYPES["progress"].from_file("40%", {}) == 40
    assert FIELD_TYPES["rating"].from_file("★★★☆☆", {}) == 3


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1:30", 5_400),
        ("0:00:05", 5),
        ("-2:00", -7_200),
        ("1h 30m", 5_400),
        ("2d", 172_800),
        ("90", 90),
        ("1小时30分钟", 5_400),
    ],
)
def test_durations_in_sheets(written: str, seconds: int) -> None:
    assert FIELD_TYPES["duration"].from_file(written, {}) == seconds
    back = FIELD_TYPES["duration"].to_file(seconds, {})
    assert FIELD_TYPES["duration"].from_file(back, {}) == seconds
