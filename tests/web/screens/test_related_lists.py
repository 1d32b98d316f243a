"""Which related lists a record page shows by itself. On SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from loomwork.web.screens.desk import open_desk
from loomwork.web.screens.views.record_view import record_page
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _related(rt: Runtime, entity: str, record_id: str) -> dict[str, list[str]]:
    user = "0192f0c1-7b2a-7c3d-8e4f-0123456789ab"
    actor = Actor(user, "Ada", frozenset({"shop.manager"}), language="en", zone="Asia/Shanghai", source="screens")
    with open_desk(rt, actor, "token") as desk:
        page = record_page(desk, entity, record_id)
        return {one.name: [row.id for row in one.rows] for one in page.related}


def test_records_that_name_this_one_among_many_are_listed_on_its_page(shop: Runtime) -> None:
    with shop.write() as work:
        product = shop.records.create(work, SYSTEM, "shop.product", {"name": "Bolt"})["id"]
        data = {"name": "Ann", "favourites": [product]}
        customer = shop.records.create(work, SYSTEM, "shop.customer", data)["id"]
        shop.records.create(work, SYSTEM, "shop.customer", {"name": "Bo"})
    assert _related(shop, "shop.product", product) == {"lines": [], "fans": [customer]}
    assert "favourites" not in _related(shop, "shop.customer", customer)


def test_rows_of_a_child_table_are_listed_once(shop: Runtime) -> None:
    with shop.write() as work:
        customer = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Ann"})["id"]
        data = {"customer": customer, "lines": [{"text": "one", "quantity": "1", "price": "2"}]}
        order = shop.records.create(work, SYSTEM, "shop.order", data)["id"]
    found = _related(shop, "shop.order", order)
    assert len(found["lines"]) == 1
    assert "order_lines" not in found
