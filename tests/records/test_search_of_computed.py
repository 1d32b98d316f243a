"""What rules and formulas take from other records is found by search, and stays true. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import CUSTOMER, ORDER, SYSTEM, field, start_shop


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Runtime]:
    order, customer = copy.deepcopy(ORDER), copy.deepcopy(CUSTOMER)
    title = {"formula": "customer.name & ' deal'", "result": "text", "stored": True}
    order["fields"]["title"] = field("formula", 80, searchable=True, properties=title)
    order["fields"]["place"] = field("text", 81, searchable=True)
    order["fields"]["note"] = field("text", 82, searchable=True)
    order["rules"] = {"take": {"when": "customer IS NOT NULL", "set": {"place": "customer.city"}}}
    rt = start_shop(tmp_path, database_url, {"entities/customer.json": customer, "entities/order.json": order})
    yield rt
    rt.close()


def _found(rt: Runtime, text: str) -> int:
    with rt.read() as work:
        return len(rt.query.run(work, SYSTEM, Query("shop.order", ("id",), search=text)).rows)


def test_values_out_of_links_are_found_however_the_record_came_to_be(shop: Runtime) -> None:
    with shop.write() as work:
        towns = [{"name": "华为技术", "city": "Bergen"}, {"name": "Acme", "city": "Rome"}]
        huawei, acme = shop.records.create_many(work, SYSTEM, "shop.customer", towns)
        row = shop.records.create(work, SYSTEM, "shop.order", {"customer": huawei, "note": "keep"})
        shop.records.create_many(work, SYSTEM, "shop.order", [{"customer": huawei}, {"customer": acme}])
    assert [_found(shop, text) for text in ("华为", "bergen", "acme deal", "rome", "keep")] == [2, 2, 1, 1, 1]
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", row["id"], {"customer": acme}, row["row_version"])
    assert [_found(shop, text) for text in ("华为", "bergen", "acme deal", "rome", "keep")] == [1, 1, 2, 2, 1]


def test_a_renamed_record_is_found_by_its_new_name_where_formulas_name_it(shop: Runtime) -> None:
    with shop.write() as work:
        customer = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Old name"})
        one = shop.records.create(work, SYSTEM, "shop.order", {"customer": customer["id"], "note": "keep"})
        gone = shop.records.create(work, SYSTEM, "shop.order", {"customer": customer["id"]})
        shop.records.delete(work, SYSTEM, "shop.order", gone["id"], gone["row_version"])
    with shop.write() as work:
        change = {"name": "Fresh 新名"}
        shop.records.update(work, SYSTEM, "shop.customer", customer["id"], change, customer["row_version"])
    assert [_found(shop, text) for text in ("Old", "fresh", "新名", "keep")] == [0, 1, 1, 1]
    with shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.order", gone["id"])
    assert [_found(shop, text) for text in ("Old", "新名")] == [0, 2]
    with shop.read() as work:
        row = shop.query.get(work, SYSTEM, "shop.order", one["id"], ("title",))
    assert row["title"] == "Fresh 新名 deal"
