"""Grouped queries: dimensions, buckets of dates in a zone, exact sums and averages. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def fill(rt: Runtime, entity: str, *rows: dict[str, Any]) -> list[str]:
    with rt.write() as work:
        return rt.records.create_many(work, SYSTEM, entity, list(rows))


def grouped(
    rt: Runtime, entity: str, *group: str, measures: tuple[Measure, ...] = (), actor: Any = SYSTEM, **asked: Any
) -> list[dict[str, Any]]:
    dimensions = tuple(Dimension(*one.split(":")) for one in group)
    with rt.read() as work:
        return list(rt.query.group(work, actor, Query(entity, group=dimensions, measures=measures, **asked))["rows"])


COUNT = Measure("n", "count")


def test_groups_count_sum_and_average(shop: Runtime) -> None:
    fill(
        shop,
        "shop.customer",
        *(
            {"name": str(n), "region": r, "rating": v}
            for n, (r, v) in enumerate([("north", 1), ("north", 2), ("south", 5), (None, None)])
        ),
    )
    measures = (
        COUNT,
        Measure("sum", "sum", "rating"),
        Measure("avg", "avg", "rating"),
        Measure("low", "min", "rating"),
        Measure("high", "max", "rating"),
    )
    rows = grouped(shop, "shop.customer", "region", measures=measures)
    assert [row["region"] for row in rows] == ["north", "south", None]
    assert [(row["n"], row["sum"], row["avg"], row["low"], row["high"]) for row in rows][:2] == [
        (2, 3, "1.500000", 1, 2),
        (1, 5, "5.000000", 5, 5),
    ]


def test_a_measure_may_have_a_condition_of_its_own(shop: Runtime) -> None:
    fill(shop, "shop.customer", *({"name": str(n), "rating": n * 10} for n in range(6)))
    rows = grouped(
        shop,
        "shop.customer",
        measures=(COUNT, Measure("big", "count", filter="rating >= 30"), Measure("s", "sum", "rating", "rating >= 30")),
    )
    assert rows == [{"n": 6, "big": 3, "s": 120}]


def test_decimals_average_exactly(shop: Runtime) -> None:
    order = fill(shop, "shop.order", {"customer": fill(shop, "shop.customer", {"name": "A"})[0]})[0]
    fill(shop, "shop.line", *({"order": order, "quantity": q, "price": "1"} for q in ("0.10", "0.20", "0.25")))
    rows = grouped(
        shop,
        "shop.line",
        measures=(
            Measure("avg", "avg", "quantity"),
            Measure("sum", "sum", "quantity"),
            Measure("d", "count_distinct", "price"),
        ),
    )
    assert rows == [{"avg": "0.183333", "sum": "0.55", "d": 1}]


def test_sums_go_beyond_64_bits(shop: Runtime) -> None:
    order = fill(shop, "shop.order", {"customer": fill(shop, "shop.customer", {"name": "A"})[0]})[0]
    fill(
        shop, "shop.line", *({"order": order, "quantity": "9999999999999999.99", "text": str(n % 2)} for n in range(24))
    )
    measures = (Measure("s", "sum", "quantity"), Measure("a", "avg", "quantity"))
    assert grouped(shop, "shop.line", measures=measures) == [
        {"s": "239999999999999999.76", "a": "9999999999999999.990000"}
    ]
    fill(shop, "shop.line", {"order": order, "quantity": "-5", "text": "0"})
    rows = grouped(shop, "shop.line", "text", measures=measures, sort=("-s",))
    assert [(row["text"], row["s"]) for row in rows] == [("1", "119999999999999999.88"), ("0", "119999999999999994.88")]


@pytest.mark.parametrize(
    ("bucket", "keys"),
    [("day", ["2025-12-31", "2026-01-01", "2026-11-23"]), ("month", ["2025-12", "2026-01", "2026-11"]), ("week", ["2026-W01", "2026-W48"]),
     ("quarter", ["2025-Q4", "2026-Q1", "2026-Q4"]), ("year", ["2025", "2026"])],
)  # fmt: skip
def test_dates_fall_into_periods(shop: Runtime, bucket: str, keys: list[str]) -> None:
    customer = fill(shop, "shop.customer", {"name": "A"})[0]
    fill(
        shop,
        "shop.order",
        *({"customer": customer, "due": day} for day in ("2025-12-31", "2026-01-01", "2026-11-23", None)),
    )
    rows = grouped(shop, "shop.order", f"due:{bucket}", measures=(COUNT,))
    assert [row[f"due:{bucket}"] for row in rows] == [*keys, None]
    assert sum(row["n"] for row in rows) == 4


def test_instants_fall_into_the_days_of_the_readers_zone(shop: Runtime) -> None:
    fill(
        shop,
        "shop.product",
        *(
            {"name": at, "made": at}
            for at in ("2026-03-28T23:30:00Z", "2026-03-29T00:30:00Z", "2026-03-29T21:59:00Z", "2026-03-29T22:30:00Z")
        ),
    )
    for zone, expected in (
        ("UTC", {"2026-03-28": 1, "2026-03-29": 3}),
        ("Europe/Berlin", {"2026-03-29": 3, "2026-03-30": 1}),
        ("Asia/Shanghai", {"2026-03-29": 2, "2026-03-30": 2}),
        ("America/New_York", {"2026-03-28": 2, "2026-03-29": 2}),
    ):
        rows = grouped(shop, "shop.product", "made:day", measures=(COUNT,), actor=replace(SYSTEM, zone=zone))
        assert {row["made:day"]: row["n"] for row in rows} == expected, zone


def test_links_group_by_record_and_show_its_title(shop: Runtime) -> None:
    one, two = fill(shop, "shop.customer", {"name": "Same"}, {"name": "Same"})
    fill(shop, "shop.order", {"customer": one}, {"customer": one}, {"customer": two})
    rows = grouped(shop, "shop.order", "customer", measures=(COUNT,), sort=("-n",))
    assert [(row["customer"], row["n"]) for row in rows] == [
        ({"id": one, "label": "Same"}, 2),
        ({"id": two, "label": "Same"}, 1),
    ]
    assert grouped(shop, "shop.order", "customer.name", measures=(COUNT,)) == [{"customer.name": "Same", "n": 3}]


def test_filters_search_and_paths_hold_in_groups(shop: Runtime) -> None:
    one, two = fill(shop, "shop.customer", {"name": "Acme", "city": "Bonn"}, {"name": "Beta"})
    fill(shop, "shop.order", {"customer": one}, {"customer": one, "status": "paid"}, {"customer": two})
    assert grouped(shop, "shop.order", "customer.city", measures=(COUNT,), filter="status = 'open'") == [
        {"customer.city": "Bonn", "n": 1}, {"customer.city": None, "n": 1},
    ]  # fmt: skip
    assert grouped(shop, "shop.customer", measures=(COUNT,), search="acm") == [{"n": 1}]
    assert grouped(shop, "shop.order", "city_now", measures=(COUNT,)) == [
        {"city_now": "Bonn", "n": 2},
        {"city_now": None, "n": 1},
    ]


@pytest.mark.parametrize(
    "asked",
    [{"measures": (Measure("x", "median", "rating"),)}, {"measures": (Measure("x", "sum", "name"),)}, {"group": ("nmae",)},
     {"group": ("name:month",)}, {"group": ("created_at:century",)}, {"measures": (COUNT,), "sort": ("rating",)},
     {"group": ("favourites",)}, {"measures": (Measure("x", "sum", "ratng"),)}, {}],
)  # fmt: skip
def test_what_cannot_be_grouped_is_refused(shop: Runtime, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        grouped(shop, "shop.customer", *asked.get("group", ()), **{k: v for k, v in asked.items() if k != "group"})
