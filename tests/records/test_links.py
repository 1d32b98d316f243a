"""Links whose choices depend on the record, and what a history says of links. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.records.bulk import RowFault
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, actor: Any = SYSTEM, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, f"shop.{entity}", values)


def update(rt: Runtime, entity: str, row: dict[str, Any], actor: Any = SYSTEM, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.update(work, actor, f"shop.{entity}", row["id"], values, row["row_version"])


def test_a_filtered_link_holds_at_every_door(shop: Runtime) -> None:
    mine, other = create(shop, "customer", name="Mine"), create(shop, "customer", name="Other")
    first, foreign = create(shop, "order", customer=mine["id"]), create(shop, "order", customer=other["id"])
    second = create(shop, "order", customer=mine["id"], twin=first["id"])
    assert second["twin"]["id"] == first["id"]
    with pytest.raises(InvalidInput) as fault:
        create(shop, "order", customer=mine["id"], twin=foreign["id"])
    assert [(one.path, one.code) for one in fault.value.details] == [("twin", "not_selectable")]
    with pytest.raises(InvalidInput):
        update(shop, "order", first, twin=first["id"])
    with pytest.raises(InvalidInput) as moved:
        update(shop, "order", second, customer=other["id"])
    assert [one.path for one in moved.value.details] == ["twin"]
    with pytest.raises(RowFault), shop.write() as work:
        shop.records.create_many(work, SYSTEM, "shop.order", [{"customer": mine["id"], "twin": foreign["id"]}])
    both = update(shop, "order", second, customer=other["id"], twin=foreign["id"])
    assert both["twin"]["id"] == foreign["id"]
    assert update(shop, "order", both, due="2026-12-01")["row_version"] == 3


def test_a_filtered_link_to_a_hidden_record_is_answered_like_a_missing_one(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    mine = create(shop, "customer", name="Mine", owner_id=seller.user_id)
    hidden = create(shop, "order", customer=create(shop, "customer", name="Other")["id"])
    answers = []
    for twin in (hidden["id"], "01a205b2-0000-7000-8000-000000000000"):
        with pytest.raises(InvalidInput) as fault:
            create(shop, "order", seller, customer=mine["id"], twin=twin)
        answers.append(fault.value.details)
    assert answers[0] == answers[1]


def test_the_history_names_what_links_led_to_as_far_as_the_reader_sees_it(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    one = create(shop, "customer", name="One", owner_id=seller.user_id)
    two = create(shop, "customer", name="Two", owner_id=seller.user_id)
    made = create(shop, "order", customer=one["id"])
    update(shop, "order", made, customer=two["id"])
    update(shop, "customer", one, owner_id=SYSTEM.user_id)
    with shop.read() as work:
        mine = shop.query.history(work, SYSTEM, "shop.order", made["id"])
        theirs = shop.query.history(work, seller, "shop.order", made["id"])
    assert mine[0]["changes"]["customer"] == [{"id": one["id"], "label": "One"}, {"id": two["id"], "label": "Two"}]
    assert mine[1]["changes"]["customer"][0] is None
    assert theirs[0]["changes"]["customer"] == [{"id": one["id"], "label": None}, {"id": two["id"], "label": "Two"}]


def test_the_own_id_is_no_record_of_another_kind(shop: Runtime) -> None:
    """Who links to himself is not asked whether he is there; that must not let his id into any other link."""
    seller = make_person(shop, "Sam", "seller")
    mine = create(shop, "customer", seller, name="Mine")
    assert mine["owner_id"]["id"] == seller.user_id
    with pytest.raises(InvalidInput) as fault:
        create(shop, "order", seller, customer=seller.user_id)
    assert [(one.path, one.code) for one in fault.value.details] == [("customer", "no_such_record")]
    order = create(shop, "order", seller, customer=mine["id"])
    with pytest.raises(InvalidInput):
        update(shop, "order", order, seller, customer=seller.user_id)
    with pytest.raises(RowFault), shop.write() as work:
        shop.records.create_many(work, seller, "shop.order", [{"customer": seller.user_id}])
