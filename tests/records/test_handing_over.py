"""A hand-over changes owners and nothing else; on SQLite and PostgreSQL."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, NotSignedIn
from loomwork.records.around.handing import Order
from loomwork.runtime import Runtime
from tests.support.shop import CUSTOMER, SYSTEM, both, empty_shop, field, make_person, start_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


@pytest.fixture
def watchful(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A shop in which a stored formula and a validation read the owner."""
    customer = copy.deepcopy(CUSTOMER)
    named = {"formula": "owner_id.name", "result": "text", "stored": True}
    customer["fields"]["seller_name"] = field("formula", 20, properties=named)
    customer["validations"] = {
        "north": {"check": "NOT (region = 'north' AND owner_id.name = 'Sue')", "message": both("Sue has no north")}
    }
    customer["fields"]["city"]["required"] = True
    made = start_shop(tmp_path, database_url, {"entities/customer.json": customer})
    yield made
    made.close()


def create(rt: Runtime, entity: str, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, f"shop.{entity}", values)


def spoil(rt: Runtime, name: str, record_id: str, **values: Any) -> None:
    """Values that no door would take today."""
    held = rt.program.tables.entities[f"shop.{name}"]
    with rt.database.write() as work:
        changed = {held.column(key).name: value for key, value in values.items()}
        work.execute(held.table.update().where(held.column("id") == record_id).values(changed))


def read(rt: Runtime, name: str, record_id: str, *fields: str) -> dict[str, Any]:
    with rt.read() as work:
        return rt.query.get(work, SYSTEM, f"shop.{name}", record_id, fields)


def test_what_has_nothing_to_do_with_the_owner_stops_nothing(shop: Runtime) -> None:
    sam, sue = make_person(shop, "Sam", "seller"), make_person(shop, "Sue", "seller")
    made = [create(shop, "customer", name=f"C{number}", owner_id=sam.user_id) for number in range(5)]
    order = create(shop, "order", customer=made[0]["id"], owner_id=sam.user_id)
    spoil(shop, "order", order["id"], status=None)
    with pytest.raises(InvalidInput), shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", order["id"], {"owner_id": sue.user_id}, order["row_version"])
    moved, after = [], ""
    while True:
        with shop.write() as work:
            done = shop.records.hand_over(work, SYSTEM, "shop.customer", Order(sam.user_id, sue.user_id, after, 2))
        moved.append(done.moved)
        assert done.refused == {}
        if not (after := done.after):
            break
    assert moved == [2, 2, 1]
    with shop.write() as work:
        assert shop.records.hand_over(work, SYSTEM, "shop.order", Order(sam.user_id, sue.user_id)).moved == 1
    for name, row in [("order", order), *(("customer", one) for one in made)]:
        found = read(shop, name, row["id"], "owner_id")
        assert (found["owner_id"]["label"], found["row_version"]) == ("Sue", row["row_version"] + 1)
        with shop.read() as work:
            newest = shop.query.history(work, SYSTEM, f"shop.{name}", row["id"])[0]
        assert {key: [side["label"] for side in pair] for key, pair in newest["changes"].items()} == {
            "owner_id": ["Sam", "Sue"]
        }


def test_what_reads_the_owner_follows_or_refuses(watchful: Runtime) -> None:
    sam, sue, tom = (make_person(watchful, name, "seller") for name in ("Sam", "Sue", "Tom"))
    north = create(watchful, "customer", name="N", city="Oslo", region="north", owner_id=sam.user_id)
    south = create(watchful, "customer", name="S", city="Rome", region="south", owner_id=sam.user_id)
    for row in (north, south):
        spoil(watchful, "customer", row["id"], city=None)
    with watchful.write() as work:
        done = watchful.records.hand_over(work, SYSTEM, "shop.customer", Order(sam.user_id, sue.user_id))
    assert (done.moved, done.refused) == (1, {north["id"]: "Sue has no north"})
    assert read(watchful, "customer", south["id"], "seller_name")["seller_name"] == "Sue"
    assert read(watchful, "customer", north["id"], "seller_name")["seller_name"] == "Sam"
    with watchful.write() as work:
        done = watchful.records.hand_over(work, SYSTEM, "shop.customer", Order(sam.user_id, tom.user_id))
    assert (done.moved, done.refused) == (1, {})
    assert read(watchful, "customer", north["id"], "seller_name")["seller_name"] == "Tom"


@pytest.mark.parametrize("nobody", [None, "", "system"])
def test_nobody_hands_nothing_over(shop: Runtime, nobody: Any) -> None:
    sam, sue = make_person(shop, "Sam", "seller"), make_person(shop, "Sue", "seller")
    made = create(shop, "customer", name="C", owner_id=sam.user_id)
    with pytest.raises(NotSignedIn), shop.write() as work:
        shop.records.hand_over(work, nobody, "shop.customer", Order(sam.user_id, sue.user_id))
    assert read(shop, "customer", made["id"], "owner_id")["owner_id"]["label"] == "Sam"
