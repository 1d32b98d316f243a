"""Converting a record by a mapping: what it would do, doing it, once. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, both, grant, make_person, start_shop

ACTION = {
    "entity": "shop.product",
    "label": both("Sell"),
    "type": "convert",
    "mapping": "shop.sale",
    "when": "sku <> 'sold'",
    "primary": True,
}
MAPPING = {
    "type": "convert",
    "label": both("Sale"),
    "source": "shop.product",
    "targets": {
        "buyer": {
            "entity": "shop.customer",
            "order": "a0",
            "match": ["name"],
            "fields": {"name": {"from": "name"}, "city": {"formula": "UPPER(name)"}, "rating": {"value": 77}},
        },
        "order": {"entity": "shop.order", "order": "a1", "fields": {"customer": {"target": "buyer"}}},
    },
    "after": {"sku": {"value": "sold"}},
}

BLIND = {
    "label": both("Blind manager"),
    "grants": {
        "products": grant("product", "read update", rows="all", fields={"read": ["*"], "write": ["*"]}),
        "customers": grant("customer", "read create", rows="own", fields={"read": ["*"], "write": ["*"]}),
    },
}
"""Sells, and sees only customers of his own."""


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    changes = {"actions/sell.json": ACTION, "mappings/sale.json": MAPPING, "roles/manager_blind.json": BLIND}
    rt = start_shop(tmp_path, database_url, changes)
    yield rt
    rt.close()


def product(rt: Runtime, name: str = "Anvil") -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, "shop.product", {"name": name, "sku": name})


def sell(rt: Runtime, row: dict[str, Any], actor: Any = SYSTEM, **given: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.actions.run(work, actor, "shop.product", row["id"], "sell", given)


def rows(rt: Runtime, entity: str, *fields: str) -> list[tuple[Any, ...]]:
    with rt.read() as work:
        found = rt.query.run(work, SYSTEM, Query(entity, fields=fields, sort=("created_at",))).rows
    return [tuple(row[name] for name in fields) for row in found]


def test_a_preview_tells_and_does_nothing(shop: Runtime) -> None:
    made = product(shop)
    with shop.read() as work:
        assert shop.actions.available(work, SYSTEM, "shop.product", made["id"]) == ["shop.sell"]
        shown = shop.actions.preview(work, SYSTEM, "shop.product", made["id"], "sell", {})["targets"]
    assert [(one["key"], one["wanted"], one["existing"]) for one in shown] == [
        ("buyer", True, None),
        ("order", True, None),
    ]
    assert shown[0]["values"] == {"name": "Anvil", "city": "ANVIL", "rating": 77}
    assert rows(shop, "shop.customer", "name") == []


def test_it_makes_what_the_mapping_says_and_only_once(shop: Runtime) -> None:
    made = product(shop)
    done = sell(shop, made)
    assert rows(shop, "shop.customer", "name", "city", "rating") == [("Anvil", "ANVIL", 77)]
    assert rows(shop, "shop.order", "customer") == [({"id": done["targets"]["buyer"]["id"], "label": "Anvil"},)]
    assert rows(shop, "shop.product", "sku") == [("sold",)]
    assert done["row_version"] == 2
    with pytest.raises(Conflict) as fault:
        sell(shop, made)
    assert fault.value.code == "not_now"
    assert len(rows(shop, "shop.order", "number")) == 1


def test_a_record_that_matches_is_used_and_targets_can_be_skipped_or_given(shop: Runtime) -> None:
    with shop.write() as work:
        there = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Anvil"})
        other = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Other"})
    done = sell(shop, product(shop), skip=["order"])
    assert done["targets"] == {"buyer": {"entity": "shop.customer", "id": there["id"], "created": False}}
    with shop.write() as work:
        first = shop.query.run(work, SYSTEM, Query("shop.product")).rows[0]
        shop.records.update(work, SYSTEM, "shop.product", first["id"], {"sku": "free"}, first["row_version"])
    done = sell(shop, first, use={"buyer": other["id"]})
    assert done["targets"]["buyer"]["id"] == other["id"]
    assert rows(shop, "shop.order", "customer.name") == [("Other",)]


def test_a_preview_offers_records_that_look_alike_and_a_new_one_can_be_made_all_the_same(shop: Runtime) -> None:
    with shop.write() as work:
        there = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Anvil", "city": "Oslo"})
        longer = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Anvil Works"})
    made = product(shop)
    with shop.read() as work:
        buyer, order = shop.actions.preview(work, SYSTEM, "shop.product", made["id"], "sell", {})["targets"]
        fresh = shop.actions.preview(work, SYSTEM, "shop.product", made["id"], "sell", {"create": ["buyer"]})
    assert buyer["existing"] == {"id": there["id"], "label": "Anvil"}
    assert [(one["id"], one["label"]) for one in buyer["candidates"]] == [
        (there["id"], "Anvil"),
        (longer["id"], "Anvil Works"),
    ]
    assert (order["candidates"], order["values"]) == ([], {"customer": {"_target": "buyer"}})
    assert fresh["targets"][0]["existing"] is None
    done = sell(shop, made, create=["buyer"])
    assert done["targets"]["buyer"]["created"]
    assert len(rows(shop, "shop.customer", "name")) == 3


def test_nobody_is_offered_what_he_does_not_see(shop: Runtime) -> None:
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.customer", {"name": "Anvil"})
    made, manager = product(shop), make_person(shop, "Mo", "manager")
    blind = Actor(manager.user_id, "Mo", frozenset({"shop.manager_blind"}), None, ())
    with shop.read() as work:
        shown = shop.actions.preview(work, manager, "shop.product", made["id"], "sell", {})["targets"]
        assert len(shown[0]["candidates"]) == 1
        hidden = shop.actions.preview(work, blind, "shop.product", made["id"], "sell", {})["targets"]
    assert (hidden[0]["existing"], hidden[0]["candidates"]) == (None, [])


def test_values_may_be_replaced_and_are_checked_like_any(shop: Runtime) -> None:
    made = product(shop)
    with pytest.raises(InvalidInput) as fault:
        sell(shop, made, values={"buyer": {"rating": 101}})
    assert [one.path for one in fault.value.details] == ["values.buyer.rating"]
    assert rows(shop, "shop.customer", "name") == []
    sell(shop, made, values={"buyer": {"rating": 5}})
    assert rows(shop, "shop.customer", "rating") == [(5,)]


@pytest.mark.parametrize(
    "given",
    [
        {"usee": {}}, {"use": []}, {"skip": {}}, {"create": {}}, {"use": {"buyer": "x"}}, {"values": {"buyer": [1]}},
        {"values": {"buyer": None}}, {"row_version": "1"}, {"row_version": True}, {"row_version": 10**30},
    ],
    ids=str,
)  # fmt: skip
def test_odd_input_is_refused(shop: Runtime, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        sell(shop, product(shop), **given)


def test_it_needs_the_rights_of_what_it_does(shop: Runtime) -> None:
    made, seller = product(shop), make_person(shop, "Sam", "seller")
    with pytest.raises(NotAllowed):
        sell(shop, made, seller)
    with pytest.raises(NotFound), shop.write() as work:
        shop.actions.run(work, SYSTEM, "shop.product", made["id"], "sel", {})
    with pytest.raises(NotFound):
        sell(shop, {"id": "01a205b2-0000-7000-8000-000000000000"})


def test_of_two_at_once_the_second_is_told_that_it_is_done(shop: Runtime) -> None:
    row = product(shop)
    with ThreadPoolExecutor(1) as pool:
        with shop.write() as work:
            shop.actions.run(work, SYSTEM, "shop.product", row["id"], "sell", {})
            second = pool.submit(sell, shop, row)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)  # it waits for the first
        with pytest.raises(Conflict) as refused:
            second.result()
    assert refused.value.code == "not_now"
    assert len(rows(shop, "shop.order", "id")) == 1
