"""Changes of links to many stand in the history with old and new, under the reader's rights. On SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import StaleRecord
from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _products(rt: Runtime, *names: str) -> list[str]:
    with rt.write() as work:
        return rt.records.create_many(work, SYSTEM, "shop.product", [{"name": one} for one in names])


def _changes(rt: Runtime, record_id: str, actor: Actor = SYSTEM) -> list[Any]:
    """What the history says of the field, oldest first: labels before and after."""
    with rt.read() as work:
        rows = rt.query.history(work, actor, "shop.customer", record_id)
    pairs = [row["changes"]["favourites"] for row in reversed(rows) if "favourites" in row["changes"]]
    return [[side and [one["label"] for one in side] for side in pair] for pair in pairs]


def test_links_to_many_are_told_with_old_and_new(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A", "favourites": [bolt]})["id"]
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": [bolt, nut]}, 1)
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": []}, 2)
        shop.records.update(work, SYSTEM, "shop.customer", made, {"name": "B"}, 3)
    assert _changes(shop, made) == [[None, ["Bolt"]], [["Bolt"], ["Bolt", "Nut"]], [["Bolt", "Nut"], None]]
    blind = make_person(shop, "Bea", "blind")
    assert _changes(shop, made, blind) == []


def test_two_people_who_change_them_meet(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A"})["id"]
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": [bolt]}, 1)
    with shop.write() as work:
        merged = shop.records.update(work, SYSTEM, "shop.customer", made, {"name": "B"}, 1, merge=True)
        assert [one["id"] for one in merged["favourites"]] == [bolt]
    with shop.write() as work, pytest.raises(StaleRecord) as caught:
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": [nut]}, 1, merge=True)
    assert caught.value.extra["fields"] == ["favourites"]


def test_a_change_of_links_that_the_reader_does_not_see_is_no_change_for_him(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A", "favourites": [bolt]})["id"]
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": [bolt, nut]}, 1)
        shop.records.update(work, SYSTEM, "shop.customer", made, {"favourites": [nut]}, 2)
        shop.records.delete(work, SYSTEM, "shop.product", nut, 1)
    assert _changes(shop, made) == [[None, ["Bolt"]], [["Bolt"], None]]
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.product", bolt, 1)
    assert _changes(shop, made) == []
