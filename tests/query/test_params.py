"""Parameters in wire form take the type of what they are compared with. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.core.i18n import platform_messages
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt = empty_shop(database_kind, request)
    with rt.write() as work:
        for name, made in (("Pen", "2026-01-01T08:00:00Z"), ("Ink", "2026-06-01T08:00:00+02:00")):
            rt.records.create(work, SYSTEM, "shop.product", {"name": name, "made": made})
        for name, rating in (("One", 10), ("Two", 60), ("Three", 90)):
            rt.records.create(work, SYSTEM, "shop.customer", {"name": name, "rating": rating})
    return rt


def ids(rt: Runtime) -> dict[str, str]:
    with rt.read() as work:
        rows = rt.query.run(work, SYSTEM, Query("shop.customer", fields=("name",))).rows
    return {row["name"]: row["id"] for row in rows}


def found(rt: Runtime, entity: str, filter_: str, **params: Any) -> list[str]:
    query = Query(f"shop.{entity}", fields=("name",), filter=filter_, params=params, sort=("name",))
    with rt.read() as work:
        return [row["name"] for row in rt.query.run(work, SYSTEM, query).rows]


def order(rt: Runtime, customer: str, **values: Any) -> str:
    with rt.write() as work:
        made = rt.records.create(work, SYSTEM, "shop.order", {"customer": customer, **values})
    return str(made["id"])


def orders(rt: Runtime, filter_: str, **params: Any) -> list[str]:
    with rt.read() as work:
        return [
            row["id"] for row in rt.query.run(work, SYSTEM, Query("shop.order", filter=filter_, params=params)).rows
        ]


def test_dates_instants_and_numbers_come_as_text(shop: Runtime) -> None:
    assert found(shop, "product", "made >= :since", since="2026-06-01T06:00:00Z") == ["Ink"]
    assert found(
        shop, "product", "made BETWEEN :a AND :b", a="2025-01-01T00:00:00Z", b="2026-02-01T00:00:00+08:00"
    ) == ["Pen"]
    assert found(shop, "customer", "rating > :least", least="59.5") == ["Three", "Two"]
    assert found(shop, "customer", ":least <= rating", least=60) == ["Three", "Two"]
    assert found(shop, "customer", "rating > :least", least=Decimal("59.5")) == ["Three", "Two"]
    assert found(shop, "customer", "rating IN :some", some=["10", "90"]) == ["One", "Three"]
    assert found(shop, "customer", "name = :it", it="2026-01-01") == []
    mine = order(shop, ids(shop)["One"], due="2026-12-01", lines=[{"quantity": "1", "price": "12.50"}])
    order(shop, ids(shop)["Two"], due="2026-01-01", lines=[{"quantity": "1", "price": "12.40"}])
    assert orders(shop, "due >= :since", since="2026-06-01") == [mine]
    assert orders(shop, "due IN :days", days=["2026-12-01", "2026-12-02"]) == [mine]
    assert orders(shop, "total > :sum", sum="12.45") == [mine]
    assert orders(shop, "ANY(lines, price = :price)", price="12.5") == [mine]


def test_ids_and_lists_of_ids_stand_for_links(shop: Runtime) -> None:
    known = ids(shop)
    one, two = order(shop, known["One"]), order(shop, known["Two"])
    assert orders(shop, "customer = :who", who=known["One"]) == [one]
    assert orders(shop, "customer IN :who", who=[known["One"], known["Three"]]) == [one]
    assert orders(shop, "customer.id IN :who AND id <> :me", who=list(known.values()), me=one) == [two]
    assert orders(shop, "customer IN :who", who=[]) == []
    assert orders(shop, "customer NOT IN :who", who=[known["One"]]) == [two]


@pytest.mark.parametrize(
    ("filter_", "params", "path", "words"),
    [
        ("due >= :since", {"since": "tomorrow"}, "params.since", "a date such as"),
        ("due >= :since", {"since": None}, "params.since", "is null"),
        ("due >= :since", {"since": {"a": 1}}, "params.since", "a text, a number"),
        ("customer = :who", {"who": "nobody"}, "params.who", "the id of a record"),
        ("customer IN :who", {"who": ["x"]}, "params.who", "the id of a record"),
        ("customer IN :who", {"who": [None]}, "params.who", "none empty"),
        ("number IN :some", {"some": ["x"] * 1_001}, "params.some", "1,000"),
        ("due > :it AND created_at > :it", {"it": "2026-01-01"}, "params.it", "two parameters"),
    ],
)
def test_what_cannot_be_read_is_refused_under_its_name(
    shop: Runtime, filter_: str, params: dict[str, Any], path: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as fault:
        orders(shop, filter_, **params)
    assert fault.value.code == "bad_parameter"
    assert [one.path for one in fault.value.details] == [path]
    assert f"detail.{fault.value.details[0].code}" in platform_messages()["zh-CN"]
    assert words in fault.value.message


def test_a_text_is_no_number_where_it_is_none(shop: Runtime) -> None:
    with pytest.raises(InvalidInput) as fault:
        found(shop, "customer", "rating > :least", least="many")
    assert fault.value.details[0].code == "X122"


@pytest.mark.parametrize(
    "asked", [{"filter": "size = 'x'"}, {"conditions": {"field": "size", "op": "eq", "value": "x"}}]
)
def test_a_field_that_formulas_cannot_use_is_not_called_missing(shop: Runtime, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as fault, shop.read() as work:
        shop.query.run(work, SYSTEM, Query("shop.product", **asked))
    assert "is of a type that formulas cannot use" in fault.value.message
