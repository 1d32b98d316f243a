"""Lists: paths, filters, conditions, search, order. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, NotFound
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt = empty_shop(database_kind, request)
    with rt.write() as work:
        make = rt.records.create
        north = make(
            work, SYSTEM, "shop.customer", {"name": "华为技术", "city": "Shenzhen", "rating": 80, "region": "north"}
        )
        south = make(work, SYSTEM, "shop.customer", {"name": "Acme Tools", "rating": 20, "region": "south"})
        make(work, SYSTEM, "shop.customer", {"name": "比亚迪", "city": "Xi'an", "rating": 50})
        make(
            work,
            SYSTEM,
            "shop.order",
            {"customer": north["id"], "due": "2026-12-01", "lines": [{"text": "a", "quantity": "2", "price": "3"}]},
        )
        make(
            work,
            SYSTEM,
            "shop.order",
            {"customer": north["id"], "status": "paid", "lines": [{"quantity": "1", "price": "100"}]},
        )
        make(work, SYSTEM, "shop.order", {"customer": south["id"], "due": "2026-11-01"})
    return rt


def names(rt: Runtime, entity: str = "shop.customer", key: str = "name", **asked: Any) -> list[Any]:
    with rt.read() as work:
        return [row[key] for row in rt.query.run(work, SYSTEM, Query(entity, fields=(key,), **asked)).rows]


def test_paths_follow_links(shop: Runtime) -> None:
    with shop.read() as work:
        query = Query(
            "shop.order",
            fields=("customer", "customer.city", "customer.owner_id"),
            filter="customer.rating > 50",
            sort=("due",),
        )
        rows = shop.query.run(work, SYSTEM, query).rows
    assert [row["customer.city"] for row in rows] == ["Shenzhen", "Shenzhen"]
    assert rows[0]["customer"]["label"] == "华为技术"
    assert set(rows[0]) == {"id", "row_version", "customer", "customer.city", "customer.owner_id"}


def test_filters_look_at_the_rows_of_a_relation(shop: Runtime) -> None:
    assert names(shop, filter="COUNT(orders) = 2") == ["华为技术"]
    assert names(shop, filter="SUM(orders, total, status = 'paid') = 100") == ["华为技术"]
    assert names(shop, filter="COUNT(orders) = 0") == ["比亚迪"]
    assert names(shop, filter="NOT COUNT(orders) > 0") == ["比亚迪"]
    assert names(shop, "shop.order", "status", filter="MAX(lines, price) > 50") == ["paid"]


def test_conditions_as_json_and_a_filter_hold_together(shop: Runtime) -> None:
    both = {"and": [{"field": "rating", "op": "gt", "value": 49}, {"field": "city", "op": "contains", "value": "X"}]}
    assert names(shop, conditions=both) == ["比亚迪"]
    assert names(shop, conditions={"field": "rating", "op": "gt", "value": 49}, filter="region = 'north'") == [
        "华为技术"
    ]


def test_parameters_are_values(shop: Runtime) -> None:
    assert names(shop, filter="city = :town", params={"town": "Xi'an"}) == ["比亚迪"]
    assert names(shop, filter="city = :town", params={"town": "' OR 1 = 1 --"}) == []
    assert names(shop, filter="city = 'Xi''an' OR city = \"' OR 1=1\"") == ["比亚迪"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("华", ["华为技术"]), ("技术", ["华为技术"]), ("acm", ["Acme Tools"]), ("t", ["Acme Tools"]), ("tools acme", ["Acme Tools"]),
     ("xi'an", ["比亚迪"]), ("shenz", ["华为技术"]), ("华迪", []), ("%", []), ("zz", [])],
)  # fmt: skip
def test_search_finds_chinese_and_english_from_one_character_on(shop: Runtime, text: str, found: list[str]) -> None:
    assert names(shop, search=text) == found


def test_search_follows_changes_and_the_trash(shop: Runtime) -> None:
    with shop.write() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.customer", search="acme")).rows[0]
        shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"name": "Neue Firma"}, row["row_version"])
    assert names(shop, search="acme") == []
    assert names(shop, search="firma") == ["Neue Firma"]
    with shop.write() as work:
        byd = shop.query.run(work, SYSTEM, Query("shop.customer", search="比亚迪")).rows[0]
        shop.records.delete(work, SYSTEM, "shop.customer", byd["id"], byd["row_version"])
    assert names(shop, search="比亚迪") == []
    assert names(shop, trash=True) == ["比亚迪"]
    with shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.customer", byd["id"])
    assert names(shop, search="比亚迪") == ["比亚迪"]


def test_text_sorts_by_pinyin_and_nulls_come_last(shop: Runtime) -> None:
    assert names(shop, sort=("name",)) == ["Acme Tools", "比亚迪", "华为技术"]
    assert names(shop, sort=("-name",)) == ["华为技术", "比亚迪", "Acme Tools"]
    assert names(shop, sort=("city",))[-1] == "Acme Tools"
    assert names(shop, sort=("-city",))[-1] == "Acme Tools"


def test_links_sort_by_their_title_and_virtual_formulas_sort_by_their_value(shop: Runtime) -> None:
    assert names(shop, "shop.order", "customer.name", sort=("customer",)) == ["Acme Tools", "华为技术", "华为技术"]
    assert names(shop, "shop.order", "late", sort=("-late",))[0] is True
    assert names(shop, "shop.order", "city_now", sort=("city_now",)) == ["Shenzhen", "Shenzhen", None]


def test_a_virtual_formula_over_a_link_reads_filters_and_groups(shop: Runtime) -> None:
    assert names(shop, "shop.order", "city_now", filter="city_now = 'Shenzhen'") == ["Shenzhen", "Shenzhen"]
    assert sorted(map(str, names(shop, "shop.order", "city_now"))) == ["None", "Shenzhen", "Shenzhen"]
    with shop.read() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.order", filter="status = 'paid'")).rows[0]
        assert shop.query.get(work, SYSTEM, "shop.order", row["id"])["city_now"] == "Shenzhen"


def test_counting_is_exact_or_capped(shop: Runtime) -> None:
    with shop.read() as work:
        exact = shop.query.run(work, SYSTEM, Query("shop.customer", count="exact", limit=1))
        capped = shop.query.run(work, SYSTEM, Query("shop.customer", count="capped", limit=1, filter="rating > 20"))
        none = shop.query.run(work, SYSTEM, Query("shop.customer", count="exact", search="zzz"))
    assert (exact.count, exact.count_is_capped, len(exact.rows)) == (3, False, 1)
    assert (capped.count, capped.count_is_capped) == (2, False)
    assert (none.count, none.rows) == (0, [])


def test_a_capped_count_says_that_there_are_more(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loomwork.query.engine.COUNT_CAP", 2)
    with shop.read() as work:
        page = shop.query.run(work, SYSTEM, Query("shop.customer", count="capped"))
    assert (page.count, page.count_is_capped) == (2, True)


@pytest.mark.parametrize(
    ("asked", "path"),
    [({"fields": ("nmae",)}, "nmae"), ({"fields": ("owner_id.nmae",)}, "owner_id.nmae"), ({"sort": ("-nmae",)}, "nmae"),
     ({"fields": ("city.name",)}, "city.name")],
)  # fmt: skip
def test_an_unknown_path_is_named_with_what_was_meant(shop: Runtime, asked: dict[str, Any], path: str) -> None:
    with shop.read() as work, pytest.raises(InvalidInput) as fault:
        shop.query.run(work, SYSTEM, Query("shop.customer", **asked))
    assert fault.value.details[0].path == path
    assert "name" in fault.value.details[0].message or "not a link" in fault.value.details[0].message


def test_unknown_names_in_filters_and_entities_are_told(shop: Runtime) -> None:
    with shop.read() as work, pytest.raises(InvalidInput) as fault:
        shop.query.run(work, SYSTEM, Query("shop.customer", filter="nmae = 'x'"))
    assert "name" in fault.value.details[0].message
    with shop.read() as work, pytest.raises(NotFound) as unknown:
        shop.query.run(work, SYSTEM, Query("shop.custommer"))
    assert "shop.customer" in unknown.value.message


@pytest.mark.parametrize("limit", [0, -1, 201, 10**12])
def test_limits_are_kept(shop: Runtime, limit: int) -> None:
    with shop.read() as work, pytest.raises(InvalidInput) as fault:
        shop.query.run(work, SYSTEM, Query("shop.customer", limit=limit))
    assert fault.value.details[0].path == "limit"


@pytest.mark.parametrize("bad", ["name;drop table", "name desc", "id--", "", "-", "owner_id.", ".name", "name'\""])
def test_odd_names_are_refused_as_names(shop: Runtime, bad: str) -> None:
    for asked in ({"fields": (bad,)}, {"sort": (bad,)}):
        with shop.read() as work, pytest.raises(InvalidInput):
            shop.query.run(work, SYSTEM, Query("shop.customer", **asked))  # type: ignore[arg-type]


def test_formulas_know_the_readers_zone_and_the_companys_working_days(shop: Runtime) -> None:
    with shop.write() as work:
        holidays = [
            {"day": "2026-12-01", "name": "off", "is_working_day": False},
            {"day": "2026-12-05", "name": "on", "is_working_day": True},
        ]
        rows = [{"name": at, "made": at} for at in ("2026-03-29T00:30:00Z", "2026-03-29T22:30:00Z")]
        shop.records.create_many(work, SYSTEM, "shop.product", rows)
        shop.records.create(
            work,
            SYSTEM,
            "system.calendar",
            {"name": "CN", "is_default": True, "working_days": ["mon", "tue", "wed", "thu", "fri"],
             "holidays": holidays},
        )  # fmt: skip
    berlin = replace(SYSTEM, zone="Europe/Berlin")
    with shop.read() as work:
        late = shop.query.run(work, berlin, Query("shop.product", fields=("name",), filter="DAY(made) = 30"))
        calendar = shop.program.engine.calendar.get(work)
    assert [calendar.is_workday(date(2026, 12, day)) for day in (1, 2, 5, 6)] == [False, True, True, False]
    assert [row["name"] for row in late.rows] == ["2026-03-29T22:30:00Z"]
    with shop.write() as work:
        found = shop.query.run(work, SYSTEM, Query("system.calendar")).rows[0]
        shop.records.update(work, SYSTEM, "system.calendar", found["id"], {"is_default": False}, found["row_version"])
    with shop.read() as work:
        calendar = shop.program.engine.calendar.get(work)
    assert [calendar.is_workday(date(2026, 12, day)) for day in (1, 2, 5, 6)] == [True, True, False, False]
