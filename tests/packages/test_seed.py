"""Reference data and demo data of a small shop, written through the record service. On SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.packages.demo import seed_demo
from loomwork.packages.seed import install_reference, reference_records, seed_reference
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.apps import write_package
from tests.support.shop import SYSTEM, both, start_shop

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
REFERENCE = {
    "records": {
        "lamp": {"entity": "shop.product", "fields": {"name": "Lamp 灯", "sku": "L-1"}, "order": "a0"},
        "desk": {"entity": "shop.product", "fields": {"name": "Desk", "sku": "D-1"}, "order": "a1"},
        "house": {
            "entity": "shop.customer",
            "fields": {"name": "House account", "favourites": [{"seed": "lamp"}]},
            "order": "a2",
        },
    }
}
UNITS = {"north": {"name": "North", "code": "N"}}
USERS = {
    "ada": {
        "name": "Ada",
        "email": "ada@shop.example",
        "unit": {"record": "units"},
        "language": "en",
        "active": True,
        "_shown": True,
    },
    "bo": {"name": "Bo", "email": "bo@shop.example", "unit": {"record": "units"}, "language": "en", "active": True},
}
SETS: dict[str, Any] = {
    "units": {"entity": "system.unit", "records": UNITS, "at": {"date": [-200, -200]}},
    "users": {"entity": "system.user", "records": USERS, "at": {"date": [-190, -190]}},
    "roles": {
        "entity": "system.role_assignment",
        "for_each": "users",
        "at": {"date": [-180, -180]},
        "fields": {"user": {"get": "each"}, "role": "shop.seller"},
    },
    "products": {"entity": "shop.product", "existing": True},
    "customers": {
        "entity": "shop.customer",
        "count": 6,
        "at": {"date": [-120, -100]},
        "by": "owner_id",
        "fields": {
            "name": {"text": "{word} {n}", "with": {"word": {"pick": "words"}, "n": {"number": [1, 99]}}},
            "owner_id": {"record": "users"},
            "region": {"pick": {"north": 3}},
        },
    },
    "orders": {
        "entity": "shop.order",
        "for_each": "customers",
        "count": [1, 2],
        "at": {"date": [-90, -60]},
        "by": "each.owner_id",
        "fields": {
            "customer": {"get": "each"},
            "owner_id": {"get": "each.owner_id"},
            "_states": {"value": ["open", "paid"]},
            "_until": {"date": [-20, -5]},
            "due": {"date": [-30, 30]},
            "lines": {"rows": [1, 3], "fields": {"text": "x", "quantity": {"number": [1, 9]}, "price": "2.50"}},
        },
        "journey": {"field": "status", "states": "_states", "until": "_until"},
    },
}


def _files(sets: dict[str, Any]) -> dict[str, Any]:
    generator = {"seed": 3, "zone": "Asia/Shanghai", "sets": sets}
    return {
        "seed/reference.json": {"label": both("Things"), **REFERENCE},
        "seed/demo.json": {"label": both("Demo"), "generator": generator},
        "seed/words.json": {"label": both("Words"), "lists": {"words": ["river", "stone", "lamp"]}},
    }


@pytest.fixture
def make_shop(tmp_path: Path, database_url: str) -> Any:
    made: list[Runtime] = []

    def make(sets: dict[str, Any]) -> Runtime:
        made.append(start_shop(tmp_path, database_url, _files(sets)))
        return made[-1]

    yield make
    for rt in made:
        rt.close()


def _rows(rt: Runtime, entity: str, *fields: str) -> list[dict[str, Any]]:
    with rt.read() as work:
        return list(rt.query.run(work, SYSTEM, Query(entity, fields, sort=("created_at",), limit=200)).rows)


def test_reference_data_is_written_once_with_its_links(make_shop: Any) -> None:
    rt = make_shop(SETS)
    with rt.write() as work:
        first = seed_reference(work, rt.catalog)
    with rt.write() as work:
        second = seed_reference(work, rt.catalog)
    assert set(first) == set(reference_records(rt.catalog)) == {"lamp", "desk", "house"}
    assert second == first
    assert len(_rows(rt, "shop.product", "name")) == 2
    assert _rows(rt, "shop.customer", "favourites")[0]["favourites"][0]["id"] == first["lamp"]


def test_an_installation_gets_its_reference_records_once(make_shop: Any) -> None:
    rt = make_shop(SETS)
    assert install_reference(rt) == 3
    lamp = next(row for row in _rows(rt, "shop.product", "name") if row["name"] == "Lamp 灯")
    with rt.write() as work:
        rt.records.delete(work, SYSTEM, "shop.product", lamp["id"], lamp["row_version"])
    assert install_reference(rt) == 0
    assert [row["name"] for row in _rows(rt, "shop.product", "name")] == ["Desk"]


def test_an_upgrade_brings_the_new_records_alone(make_shop: Any, tmp_path: Path) -> None:
    rt = make_shop(SETS)
    assert install_reference(rt) == 3
    bed = {"entity": "shop.product", "fields": {"name": "Bed", "sku": "B-1"}, "order": "a3"}
    write_package(
        tmp_path / "shop_app",
        {"seed/reference.json": {"label": both("Things"), "records": {**REFERENCE["records"], "bed": bed}}},
    )
    rt.publish(author="test", message="upgrade")
    assert (install_reference(rt), install_reference(rt)) == (1, 0)
    assert {row["name"] for row in _rows(rt, "shop.product", "name")} == {"Lamp 灯", "Desk", "Bed"}


def test_records_of_the_demo_company_come_with_it_alone(tmp_path: Path, database_url: str) -> None:
    files = _files(SETS)
    files["seed/reference.json"]["demo"] = True
    rt = start_shop(tmp_path, database_url, files)
    try:
        assert install_reference(rt) == 0
        assert _rows(rt, "shop.product", "name") == []
        seed_demo(rt, AT)
        assert len(_rows(rt, "shop.product", "name")) == 2
    finally:
        rt.close()


def test_what_a_company_made_before_is_left_as_it_is(make_shop: Any) -> None:
    """An installation older than the notes: its products are its own, and what bears the same name is taken for it."""
    rt = make_shop(SETS)
    with rt.write() as work:
        rt.records.create_many(work, SYSTEM, "shop.product", [{"name": "Desk", "sku": "own"}])
    assert install_reference(rt) == 0
    assert [row["name"] for row in _rows(rt, "shop.product", "name")] == ["Desk"]


def test_the_demo_is_written_by_its_people_at_its_days(make_shop: Any) -> None:
    rt = make_shop(SETS)
    accounts = seed_demo(rt, AT)
    assert [(one["email"], one["name"]) for one in accounts] == [("ada@shop.example", "Ada")]
    orders = _rows(
        rt, "shop.order", "status", "created_at", "updated_at", "created_by.name", "owner_id", "total", "row_version"
    )
    assert 6 <= len(orders) <= 12
    for order in orders:
        assert order["created_by.name"] == order["owner_id"]["label"]
        assert order["status"] == "paid"
        assert order["created_at"] < "2026-09-25" < "2026-11-01" < order["updated_at"] < "2026-11-22"
        assert order["row_version"] == 2
        assert float(order["total"]) > 0
    with rt.read() as work:
        history = rt.query.history(work, SYSTEM, "shop.order", orders[0]["id"])
    assert [entry["verb"] for entry in history] == ["updated", "created"]
    assert history[0]["changes"]["status"] == ["open", "paid"]


def test_a_refused_record_leaves_nothing_behind(make_shop: Any) -> None:
    bad = {**SETS, "customers": {**SETS["customers"], "fields": {**SETS["customers"]["fields"], "rating": 101}}}
    rt = make_shop(bad)
    with pytest.raises(InvalidInput, match=r"sets\.customers\.0\d+ \(create\)"):
        seed_demo(rt, AT)
    assert _rows(rt, "shop.product", "name") == []
    assert _rows(rt, "system.unit", "name") == []


def test_people_write_with_their_own_rights(make_shop: Any) -> None:
    """Counter-test: whoever has no role may not even create a customer of their own."""
    rt = make_shop({name: body for name, body in SETS.items() if name != "roles"})
    with pytest.raises(InvalidInput, match=r"sets\.customers"):
        seed_demo(rt, AT)


def test_an_app_without_a_description_says_so(tmp_path: Path, database_url: str) -> None:
    rt = start_shop(tmp_path, database_url)
    try:
        with pytest.raises(InvalidInput, match="no app brings demo data"):
            seed_demo(rt, AT)
    finally:
        rt.close()
