"""Paging: every row exactly once, forwards and backwards, with nulls, equal values and Chinese titles."""

from __future__ import annotations

import contextlib
import random
from itertools import pairwise
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop

NAMES = ["华为", "比亚迪", "阿里", "Acme", "acme", "Ärzte", "zeta", "重庆", "长城"]
ORDERS = [
    ("name",), ("-name",), ("city",), ("-city", "name"), ("region", "-rating"), ("-rating", "region"), ("owner_id", "city"),
    ("rank", "-city"), ("-created_at",), ("-orders_total", "city"), ("id",), ("-id",),
]  # fmt: skip
SEED = 20_261_123


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt, draw = empty_shop(database_kind, request), random.Random(SEED)
    rows = [
        {
            "name": draw.choice(NAMES),
            "city": draw.choice([None, "北京", "Bonn", "bonn"]),
            "region": draw.choice([None, "north", "south"]),
            "rating": draw.choice([None, 0, 1, 100]),
        }
        for _ in range(37)
    ]
    with rt.write() as work:
        ids = rt.records.create_many(work, SYSTEM, "shop.customer", rows)
        orders = [
            {"customer": draw.choice(ids), "lines": [{"quantity": "1", "price": draw.choice(["1", "2.50"])}]}
            for _ in range(9)
        ]
        rt.records.create_many(work, SYSTEM, "shop.order", orders)
    return rt


def ask(rt: Runtime, **asked: Any) -> Any:
    with rt.read() as work:
        return rt.query.run(work, SYSTEM, Query("shop.customer", fields=("name",), **asked))


@pytest.mark.parametrize("sort", ORDERS, ids="+".join)
def test_every_row_comes_exactly_once_in_both_directions(shop: Runtime, sort: tuple[str, ...]) -> None:
    whole = [row["id"] for row in ask(shop, sort=sort, limit=200).rows]
    assert len(whole) == len(set(whole)) == 37
    pages = [ask(shop, sort=sort, limit=5)]
    while pages[-1].next_cursor:
        pages.append(ask(shop, sort=sort, limit=5, cursor=pages[-1].next_cursor))
    assert [row["id"] for page in pages for row in page.rows] == whole, f"seed {SEED}"
    assert pages[0].previous_cursor == ""
    page = pages[-1]
    for expected in reversed(pages[:-1]):
        page = ask(shop, sort=sort, limit=5, cursor=page.previous_cursor)
        assert [row["id"] for row in page.rows] == [row["id"] for row in expected.rows], f"seed {SEED}"
    assert page.previous_cursor == ""
    assert page.next_cursor


def test_both_databases_sort_alike(shop: Runtime) -> None:
    with shop.read() as work:
        rows = shop.query.run(
            work, SYSTEM, Query("shop.customer", fields=("name", "city"), sort=("name", "city"), limit=200)
        ).rows
    found = list(dict.fromkeys(row["name"].casefold() for row in rows))
    assert found == [
        name for name in ("acme", "阿里", "比亚迪", "长城", "重庆", "华为", "zeta", "ärzte") if name in found
    ]
    assert len(found) > 6
    for before, after in pairwise(rows):
        if before["name"].casefold() == after["name"].casefold():
            assert not (before["city"] is None and after["city"] is not None)


def test_a_row_that_is_deleted_between_pages_costs_no_other_row(shop: Runtime) -> None:
    asked: dict[str, Any] = {"sort": ("name",), "filter": "COUNT(orders) = 0"}
    first = ask(shop, limit=10, **asked)
    whole = [row["id"] for row in ask(shop, limit=200, **asked).rows]
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.customer", first.rows[-1]["id"], first.rows[-1]["row_version"])
    second = ask(shop, limit=10, cursor=first.next_cursor, **asked)
    assert [row["id"] for row in second.rows] == whole[10:20]


def test_a_cursor_of_another_list_is_refused(shop: Runtime) -> None:
    cursor = ask(shop, sort=("name",), limit=5).next_cursor
    for asked in ({"sort": ("city",)}, {"sort": ("-name",)}, {"sort": ("name", "city")}):
        with pytest.raises(InvalidInput) as fault:
            ask(shop, cursor=cursor, **asked)
        assert fault.value.code == "bad_cursor"
    with shop.read() as work, pytest.raises(InvalidInput):
        shop.query.run(work, SYSTEM, Query("shop.product", sort=("name",), cursor=cursor))


def test_a_cursor_belongs_to_what_was_asked(shop: Runtime) -> None:
    mine: dict[str, Any] = {
        "sort": ("name",), "filter": "rating <> :much", "params": {"much": 100}, "conditions": {"field": "region", "op": "is_not_empty"},
    }  # fmt: skip
    cursor = ask(shop, limit=2, **mine).next_cursor
    whole = [row["id"] for row in ask(shop, limit=200, **mine).rows]
    assert [row["id"] for row in ask(shop, limit=2, cursor=cursor, **mine).rows] == whole[2:4]
    assert [row["id"] for row in ask(shop, limit=9, cursor=cursor, **mine).rows] == whole[2:11]
    others: list[dict[str, Any]] = [
        {"filter": "rating <> :much AND TRUE"}, {"params": {"much": 99}}, {"filter": "", "params": {}}, {"conditions": None},
        {"conditions": {"field": "region", "op": "is_empty"}}, {"search": "acme"}, {"trash": True},
    ]  # fmt: skip
    for other in others:
        with pytest.raises(InvalidInput) as fault:
            ask(shop, limit=2, cursor=cursor, **{**mine, **other})
        assert fault.value.code == "bad_cursor", other


@pytest.mark.parametrize("cursor", ["x", "====", "bnVsbA", "W10", "WzEsMiwzXQ", "W251bGwsbnVsbF0", "é", "A" * 5_000])
def test_a_broken_cursor_is_refused(shop: Runtime, cursor: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        ask(shop, cursor=cursor)
    assert fault.value.code == "bad_cursor"


def test_a_cursor_with_values_of_another_kind_is_refused_or_finds_nothing_else(shop: Runtime) -> None:
    import base64
    import json

    raw = json.loads(base64.urlsafe_b64decode(ask(shop, sort=("rating",), limit=5).next_cursor + "=="))
    for value in ("many", 10**40, True, "' OR 1=1 --", 1.5):
        text = base64.urlsafe_b64encode(json.dumps([raw[0], raw[1], value, raw[-1]]).encode()).decode().rstrip("=")
        with contextlib.suppress(InvalidInput):
            assert len(ask(shop, sort=("rating",), cursor=text).rows) <= 37
