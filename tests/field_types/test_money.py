"""Money keeps what was agreed and what that is in the company's currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types.money import Money

money = Money()
IN_EURO = {"_company_currency": "EUR"}


def test_the_main_cell_is_in_the_companys_currency() -> None:
    cells = money.reader({})({"amount": "10", "currency": "USD", "base": "71.2"})
    assert cells == (Decimal("71.20"), Decimal("10.00"), "USD")
    assert money.shower({})(cells) == {"amount": "10.00", "currency": "USD", "base": "71.20"}


def test_a_plain_number_is_in_the_companys_currency() -> None:
    assert money.reader(IN_EURO)("5") == (Decimal("5.00"), Decimal("5.00"), "EUR")
    assert money.reader(IN_EURO)({"amount": 5}) == (Decimal("5.00"), Decimal("5.00"), "EUR")


def test_a_fixed_foreign_currency_needs_its_base() -> None:
    read = money.reader({"currency": "USD"})
    with pytest.raises(Refused) as caught:
        read("5")
    assert (caught.value.code, caught.value.at) == ("base_missing", "base")
    assert read({"amount": "5", "base": "36"}) == (Decimal("36.00"), Decimal("5.00"), "USD")


@pytest.mark.parametrize(
    ("value", "code", "at"),
    [
        ({"amount": "-1"}, "too_small", "amount"),
        ({"amount": "1", "currency": "USD", "base": "-7"}, "too_small", "base"),
        ({"amount": "1", "currency": "usd"}, "unknown_currency", "currency"),
        ({"amount": "1", "currency": None}, "unknown_currency", "currency"),
        ({"amount": True}, "not_number", "amount"),
        ({"amount": "1.001"}, "too_many_decimals", "amount"),
    ],
)
def test_faults_name_their_place(value: dict[str, Any], code: str, at: str) -> None:
    with pytest.raises(Refused) as caught:
        money.reader({"min": "0"})(value)
    assert (caught.value.code, caught.value.at) == (code, at)


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("¥1,200.50", {"amount": "1200.50", "currency": "CNY"}),
        ("￥5", {"amount": "5", "currency": "CNY"}),
        ("USD 12.50", {"amount": "12.50", "currency": "USD"}),
        ("12.50 USD = 90", {"amount": "12.50", "currency": "USD", "base": "90"}),
        ("HK$ 8", {"amount": "8", "currency": "HKD"}),
        ("-¥3", {"amount": "-3", "currency": "CNY"}),
        ("1,200", "1200"),
        ("abc", "abc"),
    ],
)
def test_sheets_write_money_in_many_ways(written: str, wire: object) -> None:
    assert money.from_file(written, {}) == wire


def test_the_yen_sign_is_the_yen_where_the_company_counts_in_yen() -> None:
    assert money.from_file("¥5", {"_company_currency": "JPY"}) == {"amount": "5", "currency": "JPY"}


def test_people_see_signs_and_groups() -> None:
    assert money.display({"amount": "1234567.50", "currency": "CNY"}, {}, "zh-CN") == "¥1,234,567.50"
    assert money.display({"amount": "5.00", "currency": "SEK", "base": "3.40"}, {}, "en") == "SEK 5.00"


def test_a_computed_amount_is_in_the_companys_currency() -> None:
    assert money.settler({})(Decimal("2.345")) == (Decimal("2.35"), Decimal("2.35"), "CNY")
