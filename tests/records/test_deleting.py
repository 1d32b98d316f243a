"""The trash: what goes with a record, what stands in the way, what comes back. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import Conflict, NotAllowed, NotFound, StaleRecord, VersionMissing
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, actor: Any = SYSTEM, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, f"shop.{entity}", values)


def delete(rt: Runtime, entity: str, row: dict[str, Any], actor: Any = SYSTEM, version: int | None = 0) -> int:
    with rt.write() as work:
        asked = rt.query.get(work, SYSTEM, f"shop.{entity}", row["id"])["row_version"] if version == 0 else version
        return rt.records.delete(work, actor, f"shop.{entity}", row["id"], asked)


def restore(rt: Runtime, entity: str, row: dict[str, Any], actor: Any = SYSTEM) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.restore(work, actor, f"shop.{entity}", row["id"])


def read(rt: Runtime, entity: str, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    with rt.read() as work:
        return rt.query.get(work, SYSTEM, f"shop.{entity}", row["id"], **more)


def test_deleting_needs_the_version_of_now(shop: Runtime) -> None:
    made = create(shop, "customer", name="A")
    with pytest.raises(VersionMissing):
        delete(shop, "customer", made, version=None)
    with pytest.raises(StaleRecord) as fault:
        delete(shop, "customer", made, version=7)
    assert fault.value.extra["row_version"] == 1
    assert delete(shop, "customer", made, version=1) == 2
    with pytest.raises(NotFound):
        read(shop, "customer", made)
    with pytest.raises(NotFound):
        delete(shop, "customer", made, version=2)
    assert read(shop, "customer", made, trash=True)["name"] == "A"


def test_a_record_is_no_obstacle_to_the_one_it_goes_with(shop: Runtime) -> None:
    owner = create(shop, "customer", name="A")
    one = create(shop, "order", customer=owner["id"], lines=[{"quantity": "1", "price": "2"}])
    two = create(shop, "order", customer=owner["id"], twin=one["id"])
    delete(shop, "order", one)
    row = read(shop, "order", two)
    assert (row["twin"], row["row_version"]) == (None, 2)
    with shop.read() as work:
        assert shop.query.run(work, SYSTEM, Query("shop.line")).rows == []
        history = shop.query.history(work, SYSTEM, "shop.order", two["id"])
    assert history[0]["changes"]["twin"][1] is None


def test_a_refusal_changes_nothing(shop: Runtime) -> None:
    owner = create(shop, "customer", name="A")
    made = create(shop, "order", customer=owner["id"])
    with pytest.raises(Conflict) as fault:
        delete(shop, "customer", owner)
    assert (fault.value.code, [one.path for one in fault.value.details]) == ("still_linked", ["shop.order.customer"])
    assert read(shop, "customer", owner)["row_version"] == 1
    delete(shop, "order", made)
    assert delete(shop, "customer", owner) == 2


def test_a_record_comes_back_only_where_it_belongs_to_something(shop: Runtime) -> None:
    owner = create(shop, "customer", name="A")
    made = create(shop, "order", customer=owner["id"], lines=[{"quantity": "1", "price": "2"}])
    with shop.read() as work:
        line = shop.query.run(work, SYSTEM, Query("shop.line")).rows[0]
    delete(shop, "order", made)
    delete(shop, "customer", owner)
    with pytest.raises(Conflict) as fault:
        restore(shop, "line", line)
    assert fault.value.code == "target_in_trash"
    with pytest.raises(Conflict):
        restore(shop, "order", made)
    restore(shop, "customer", owner)
    assert restore(shop, "order", made)["total"] == "2.00"
    assert read(shop, "customer", owner)["orders_total"] == "2.00"


def test_a_link_whose_target_is_gone_is_empty_after_the_return(shop: Runtime) -> None:
    owner = create(shop, "customer", name="A")
    one = create(shop, "order", customer=owner["id"])
    two = create(shop, "order", customer=owner["id"], twin=one["id"])
    delete(shop, "order", two)
    delete(shop, "order", one)
    assert restore(shop, "order", two)["twin"] is None


def test_only_what_went_along_comes_back_along(shop: Runtime) -> None:
    made = create(
        shop, "order", customer=create(shop, "customer", name="A")["id"], lines=[{"text": "x"}, {"text": "y"}]
    )
    with shop.read() as work:
        lines = {row["text"]: row for row in shop.query.run(work, SYSTEM, Query("shop.line")).rows}
    delete(shop, "line", lines["x"])
    delete(shop, "order", made)
    restore(shop, "order", made)
    with shop.read() as work:
        assert [row["text"] for row in shop.query.run(work, SYSTEM, Query("shop.line")).rows] == ["y"]


def test_what_went_before_in_the_same_unit_stays_away(shop: Runtime) -> None:
    """A row that was removed on purpose, and then its record in the same batch: two deletions, not one."""
    owner = create(shop, "customer", name="A")
    made = create(shop, "order", customer=owner["id"], lines=[{"text": "Bolt"}, {"text": "Nut"}])
    with shop.write() as work:
        rows = shop.query.get(work, SYSTEM, "shop.order", made["id"], ("lines",))["lines"]
        kept = [{"id": row["id"]} for row in rows if row["text"] == "Bolt"]
        shop.records.update(work, SYSTEM, "shop.order", made["id"], {"lines": kept}, 1)
        shop.records.delete(work, SYSTEM, "shop.order", made["id"], 2)
    restore(shop, "order", made)
    with shop.read() as work:
        rows = shop.query.get(work, SYSTEM, "shop.order", made["id"], ("lines",))["lines"]
    assert [row["text"] for row in rows] == ["Bolt"]


def test_a_unique_value_in_the_trash_is_free_and_checked_when_it_comes_back(shop: Runtime) -> None:
    first = create(shop, "customer", name="A", email="a@example.com")
    delete(shop, "customer", first)
    second = create(shop, "customer", name="B", email="a@example.com")
    with pytest.raises(Conflict) as fault:
        restore(shop, "customer", first)
    assert (fault.value.code, [one.path for one in fault.value.details]) == ("unique", ["email"])
    delete(shop, "customer", second)
    assert restore(shop, "customer", first)["email"] == "a@example.com"


def test_deleting_and_restoring_need_their_rights(shop: Runtime) -> None:
    clerk, seller = make_person(shop, "Cleo", "clerk"), make_person(shop, "Sam", "seller")
    theirs, foreign = create(shop, "customer", name="A", owner_id=seller.user_id), create(shop, "customer", name="B")
    with pytest.raises(NotAllowed):
        delete(shop, "customer", theirs, clerk)
    with pytest.raises(NotFound):
        delete(shop, "customer", foreign, seller, version=1)
    delete(shop, "customer", theirs, seller)
    delete(shop, "customer", foreign)
    for actor, row, fault in ((clerk, theirs, NotAllowed), (seller, foreign, NotFound)):
        with pytest.raises(fault):
            restore(shop, "customer", row, actor)
    assert restore(shop, "customer", theirs, seller)["name"] == "A"


def test_pairs_that_somebody_does_not_see_survive_his_change(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    with shop.write() as work:
        ids = shop.records.create_many(work, SYSTEM, "shop.product", [{"name": "A"}, {"name": "B"}, {"name": "C"}])
    made = create(shop, "customer", name="X", owner_id=seller.user_id, favourites=ids)
    delete(shop, "product", {"id": ids[1]})
    with shop.write() as work:
        changed = shop.records.update(work, seller, "shop.customer", made["id"], {"favourites": [ids[2]]}, 1)
    assert [one["label"] for one in changed["favourites"]] == ["C"]
    restore(shop, "product", {"id": ids[1]})
    assert [one["label"] for one in read(shop, "customer", made)["favourites"]] == ["C", "B"]


def test_a_person_who_owns_records_is_not_deleted(shop: Runtime) -> None:
    seller, other = make_person(shop, "Sam", "seller"), make_person(shop, "Sue", "seller")
    made = [create(shop, "customer", name=name, owner_id=seller.user_id) for name in ("A", "B")]
    gone = create(shop, "customer", name="C", owner_id=seller.user_id)
    delete(shop, "customer", gone)
    with pytest.raises(Conflict) as fault, shop.write() as work:
        shop.records.delete(work, SYSTEM, "system.user", seller.user_id, 1)
    assert fault.value.code == "owns_records"
    assert "owns 2 records" in fault.value.message
    assert "hand them over" in fault.value.message
    assert [(one.path, one.message) for one in fault.value.details] == [("shop.customer", "2 records of shop.customer")]
    with shop.write() as work:
        for row in made:
            shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"owner_id": other.user_id}, 1)
        shop.records.delete(work, SYSTEM, "system.user", seller.user_id, 1)
        assert shop.query.get(work, SYSTEM, "system.user", seller.user_id, ("name",), trash=True)["name"] == "Sam"
