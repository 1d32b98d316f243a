"""A creation is answered out of what was written, and the answer is what reading it back would say. On both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loomwork.core.jsonio import dump_json, read_json
from loomwork.permissions.actor import Actor
from loomwork.records.around import answering
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, actor: Actor, entity: str, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, f"shop.{entity}", values, is_shown=False)


def read(rt: Runtime, actor: Actor, entity: str, record_id: str) -> dict[str, Any]:
    with rt.read() as work:
        return rt.query.get(work, actor, f"shop.{entity}", record_id)


def is_quick(rt: Runtime, actor: Actor, entity: str) -> bool:
    return answering.answer_plan(rt.program, actor, rt.program.plans.of(f"shop.{entity}")) is not None


def same(answer: dict[str, Any], back: dict[str, Any]) -> None:
    """As it goes out: JSON."""
    assert read_json(dump_json(answer)) == read_json(dump_json(back))


def test_values_of_many_kinds_are_answered_as_they_are_read(shop: Runtime) -> None:
    boss = make_person(shop, "Bo", "manager")
    made = create(
        shop,
        boss,
        "product",
        name="杯子 Cup",
        sku="S-1",
        made="2026-03-01T10:00:00.123456+08:00",
        size={"w": 1.50, "h": [1, None]},
    )
    assert is_quick(shop, boss, "product")
    assert len(made) > 2, "nothing was left to read"
    same(made, read(shop, boss, "product", made["id"]))
    empty = create(shop, boss, "product", name="Plain")
    assert empty["sku"] is None
    same(empty, read(shop, boss, "product", empty["id"]))


def test_links_come_with_their_labels(shop: Runtime) -> None:
    boss, other = make_person(shop, "Bo", "manager"), make_person(shop, "Lu", "seller")
    customer = create(shop, boss, "customer", name="华为")["id"]
    order = create(shop, boss, "order", customer=customer)["id"]
    product = create(shop, boss, "product", name="杯子")["id"]
    assert is_quick(shop, boss, "line")
    made = create(
        shop, boss, "line", order=order, product=product, quantity="2.5", price="3.1", text="x", owner_id=other.user_id
    )
    assert made["product"] == {"id": product, "label": "杯子"}
    assert made["owner_id"] == {"id": other.user_id, "label": "Lu"}
    assert made["amount"] == "7.75"
    same(made, read(shop, boss, "line", made["id"]))
    bare = create(shop, boss, "line", order=order)
    assert bare["product"] is None
    same(bare, read(shop, boss, "line", bare["id"]))


def test_what_is_computed_later_or_not_seen_plainly_is_read_back(shop: Runtime) -> None:
    boss, clerk = make_person(shop, "Bo", "manager"), make_person(shop, "Cy", "clerk")
    made = create(shop, boss, "customer", name="华为")
    assert not is_quick(shop, boss, "customer"), "its roll-ups are made after the write"
    assert not is_quick(shop, clerk, "customer"), "masks and closed fields"
    assert not is_quick(shop, boss, "order"), "formulas over other records"
    assert set(made) == {"id", "row_version"}
    with shop.write() as work:
        whole = shop.records.create(work, boss, "shop.customer", {"name": "Whole"})
    same(whole, read(shop, boss, "customer", whole["id"]))


def test_a_record_that_its_maker_may_not_see_is_not_shown(shop: Runtime) -> None:
    boss = make_person(shop, "Bo", "manager")
    seller = make_person(shop, "Sam", "seller")
    product = create(shop, boss, "product", name="杯子")["id"]
    customer = create(shop, seller, "customer", name="Mine")["id"]
    order = create(shop, seller, "order", customer=customer)["id"]
    mine = create(shop, seller, "line", order=order, product=product)
    same(mine, read(shop, seller, "line", mine["id"]))
    with shop.write() as work:
        system = shop.records.create(work, SYSTEM, "shop.product", {"name": "By the platform"}, is_shown=False)
    assert set(system) == {"id", "row_version"}


def test_somebody_who_does_not_see_people_gets_no_name_from_the_answer(shop: Runtime) -> None:
    boss = make_person(shop, "Bo", "manager")
    blind = replace(boss, roles=frozenset({"shop.manager"}))
    made = create(shop, blind, "product", name="杯子")
    with shop.write() as work:
        whole = shop.records.seen(work, blind, "shop.product", made)
    same(whole, read(shop, blind, "product", made["id"]))
    if len(made) > 2:
        same(made, whole)
