"""Money in conditions: a plain amount, or an amount as records hold it in the company's currency. On both databases."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import PRODUCT, SYSTEM, field, start_shop

HOME = {"amount": "12.50", "currency": "CNY"}
ABROAD = {"amount": "10.00", "currency": "USD", "base": "71.23"}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    product = copy.deepcopy(PRODUCT)
    product["fields"]["cost"] = field("money", 80)
    rt = start_shop(tmp_path, database_url, {"entities/product.json": product})
    with rt.write() as work:
        rows: list[dict[str, Any]] = [
            {"name": "Nut", "cost": HOME},
            {"name": "Screw", "cost": ABROAD},
            {"name": "Bolt"},
        ]
        rt.records.create_many(work, SYSTEM, "shop.product", rows)
    yield rt
    rt.close()


def _found(rt: Runtime, op: str, value: Any, name: str = "cost") -> list[str]:
    conditions = {"and": [{"field": name, "op": op, "value": value}]}
    with rt.read() as work:
        asked = Query("shop.product", ("name",), conditions=conditions, sort=("name",))
        return [row["name"] for row in rt.query.run(work, SYSTEM, asked).rows]


def test_an_amount_is_compared_as_records_hold_it(shop: Runtime) -> None:
    assert _found(shop, "eq", HOME) == _found(shop, "eq", "12.50") == ["Nut"]
    assert _found(shop, "ge", {"amount": 12, "currency": "CNY"}) == ["Nut", "Screw"]
    assert _found(shop, "in", [HOME, "71.23"]) == ["Nut", "Screw"]
    assert _found(shop, "between", [HOME, {"amount": "70", "currency": "CNY"}]) == ["Nut"]


@pytest.mark.parametrize(
    "value",
    [
        {"amount": "10.00", "currency": "USD"},
        ABROAD,
        {"amount": "10.00"},
        {**HOME, "base": "12.50"},
        {"currency": "CNY"},
        {},
    ],
)
def test_other_money_is_refused_in_words_that_name_the_currency(shop: Runtime, value: Any) -> None:
    for op, given in (("eq", value), ("in", [HOME, value])):
        with pytest.raises(InvalidInput) as fault:
            _found(shop, op, given)
        told = [(one.code, one.path) for one in fault.value.details]
        assert told == [("X144", "filter.and.0")]
        assert 'no amount in CNY, in which "cost" is compared' in fault.value.details[0].message


def test_an_amount_that_is_no_number_and_a_field_that_is_no_money_are_refused(shop: Runtime) -> None:
    for name, value, code in (("cost", {**HOME, "amount": "much"}, "X144"), ("name", HOME, "X142")):
        with pytest.raises(InvalidInput) as fault:
            _found(shop, "eq", value, name)
        assert [one.code for one in fault.value.details] == [code]
