"""Rights inside queries: closed, masked and conditional cells in every place that a query can name them."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from loomwork.core.errors import NotAllowed, NotSignedIn
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person

COUNT = Measure("n", "count")


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt = empty_shop(database_kind, request)
    rows = [
        {
            "name": "North",
            "region": "north",
            "city": "Kiel",
            "secret": "n-secret",
            "email": "n@example.com",
            "rating": 10,
        },
        {
            "name": "South",
            "region": "south",
            "city": "Ulm",
            "secret": "s-secret",
            "email": "s@example.com",
            "rating": 90,
        },
        {"name": "Nowhere", "city": "Bonn", "secret": "x-secret", "email": "x@example.com", "rating": 50},
    ]
    with rt.write() as work:
        for row in rows:
            made = rt.records.create(work, SYSTEM, "shop.customer", row)
            rt.records.create(
                work, SYSTEM, "shop.order", {"customer": made["id"], "lines": [{"quantity": "1", "price": "5"}]}
            )
    return rt


def run(rt: Runtime, actor: Any, *fields: str, entity: str = "shop.customer", **asked: Any) -> list[dict[str, Any]]:
    with rt.read() as work:
        rows = rt.query.run(work, actor, Query(entity, fields=fields, sort=asked.pop("sort", ("name",)), **asked)).rows
    return [{key: value for key, value in row.items() if key not in ("id", "row_version")} for row in rows]


def group(
    rt: Runtime,
    actor: Any,
    *paths: str,
    measures: tuple[Measure, ...] = (COUNT,),
    entity: str = "shop.customer",
    **asked: Any,
) -> list[Any]:
    with rt.read() as work:
        query = Query(entity, group=tuple(Dimension(path) for path in paths), measures=measures, **asked)
        return list(rt.query.group(work, actor, query)["rows"])


# Grants are united cell by cell.


def test_two_grants_open_their_own_fields_on_their_own_rows_only(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    assert run(shop, patch, "name", "city", "secret") == [
        {"name": "North", "city": "Kiel", "secret": None},
        {"name": "South", "city": None, "secret": "s-secret"},
    ]


def test_a_filter_on_a_cell_that_is_not_seen_never_matches_negated_included(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    for text in (
        "city = 'Ulm'", "NOT city = 'Kiel'", "city <> 'Kiel'", "NOT (city = 'Kiel' OR city = 'x')", "NOT (NOT city = 'Ulm')",
        "city = NULL", "NOT city <> 'Ulm'", "IF(city = 'Ulm', TRUE, FALSE)", "LEN(city) = 3", "NOT LEN(city) = 4", "city IN ('Ulm')",
        "city NOT IN ('Kiel')", "CONTAINS(city, 'l') AND city <> 'Kiel'", "ISBLANK(city)",
    ):  # fmt: skip
        assert [row for row in run(shop, patch, "name", filter=text) if row["name"] == "South"] == [], text
    assert run(shop, patch, "name", filter="secret = 's-secret'") == [{"name": "South"}]
    assert run(shop, patch, "name", filter="secret = 'n-secret' OR city = 'Ulm'") == []
    assert run(shop, patch, "name", filter="city = secret OR NOT city = secret") == []


def test_conditions_as_json_are_guarded_like_formulas(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    for condition in (
        {"field": "city", "op": "eq", "value": "Ulm"},
        {"not": {"field": "city", "op": "eq", "value": "Kiel"}},
        {"field": "city", "op": "is_empty"},
    ):
        assert run(shop, patch, "name", conditions=condition) == [], condition


def test_the_order_tells_nothing_of_cells_that_are_not_seen(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    for sort in (("city",), ("-city",)):
        with shop.read() as work:
            page = shop.query.run(work, patch, Query("shop.customer", fields=("name",), sort=sort, limit=1))
            rest = shop.query.run(
                work, patch, Query("shop.customer", fields=("name",), sort=sort, limit=1, cursor=page.next_cursor)
            )
        assert [row["name"] for row in (*page.rows, *rest.rows)] == ["North", "South"]
        assert "Ulm" not in base64.urlsafe_b64decode(rest.previous_cursor + "==").decode()


def test_groups_and_measures_take_only_cells_that_are_seen(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    assert group(shop, patch, "city") == [{"city": "Kiel", "n": 1}, {"city": None, "n": 1}]
    measures = (
        Measure("most", "max", "secret"),
        Measure("few", "min", "secret"),
        Measure("k", "count_distinct", "city"),
        Measure("c", "count", filter="city = 'Ulm'"),
    )
    assert group(shop, patch, measures=measures) == [{"most": "s-secret", "few": "s-secret", "k": 1, "c": 0}]


def test_search_finds_by_no_cell_that_is_not_seen(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    assert run(shop, patch, "name", search="kiel") == [{"name": "North"}]
    assert run(shop, patch, "name", search="ulm") == []
    assert run(shop, patch, "name", search="secret") == [{"name": "South"}]
    clerk = make_person(shop, "Cleo", "clerk")
    assert run(shop, clerk, "name", search="secret") == []
    assert run(shop, clerk, "name", search="example") == []
    assert len(run(shop, SYSTEM, "name", search="secret")) == 3


# Fields closed on every row are refused by name, wherever they stand.

CLOSED: list[dict[str, Any]] = [
    {"fields": ("secret",)},
    {"sort": ("secret",)},
    {"filter": "secret = 'x'"},
    {"filter": "NOT secret = 'x'"},
    {"filter": "rating > 1 OR secret = 'x'"},
    {"conditions": {"field": "secret", "op": "eq", "value": "x"}},
    {"filter": "LEN(secret) > 0"},
    {"filter": "COUNT(orders, customer.secret = 'x') > 0"},
    {"filter": "COUNT(orders, NOT customer.email = 'x') > 0"},
    {"filter": "MAX(orders, customer.secret) = 'x'"},
]


@pytest.mark.parametrize("asked", CLOSED, ids=str)
def test_a_closed_field_cannot_be_named(shop: Runtime, asked: dict[str, Any]) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    with pytest.raises(NotAllowed) as fault:
        run(shop, clerk, *asked.get("fields", ("name",)), **{k: v for k, v in asked.items() if k != "fields"})
    assert "n-secret" not in str(fault.value)


@pytest.mark.parametrize("field", ["secret", "email"])
def test_a_closed_or_masked_field_cannot_be_grouped_measured_or_followed(shop: Runtime, field: str) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    for asked in (
        {"paths": (field,)},
        {"measures": (Measure("x", "max", field),)},
        {"measures": (Measure("x", "count", filter=f"NOT {field} = 'x'"),)},
    ):
        with pytest.raises(NotAllowed):
            group(shop, clerk, *asked.get("paths", ()), measures=asked.get("measures", (COUNT,)))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        group(shop, clerk, f"customer.{field}", entity="shop.order")
    with pytest.raises(NotAllowed):
        run(shop, clerk, "number", entity="shop.order", filter=f"customer.{field} = 'x'", sort=("number",))


def test_fields_that_are_not_named_come_only_as_far_as_they_are_seen(shop: Runtime) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    rows = run(shop, clerk)
    assert all({"secret", "pin"}.isdisjoint(row) for row in rows)
    assert rows[0]["email"] == {"masked": rows[0]["email"]["masked"]}
    assert "n@example.com" not in str(rows)


# Masks.


def test_a_masked_field_is_masked_in_the_answer_and_closed_elsewhere(shop: Runtime) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    for asked in ({"sort": ("email",)}, {"filter": "email = 'n@example.com'"}, {"filter": "NOT email = 'x'"}):
        with pytest.raises(NotAllowed):
            run(shop, clerk, "name", **asked)


def test_a_mask_lifts_where_another_grant_opens_the_row(shop: Runtime) -> None:
    masker = make_person(shop, "Mia", "masker")
    with shop.write() as work:
        shop.records.create(
            work, SYSTEM, "shop.customer", {"name": "Mine", "email": "mine@example.com", "owner_id": masker.user_id}
        )
    rows = {row["name"]: row["email"] for row in run(shop, masker, "name", "email")}
    assert rows["Mine"] == "mine@example.com"
    assert set(rows["North"]) == {"masked"}
    assert run(shop, masker, "name", filter="email <> 'x' OR email = 'x'") == [{"name": "Mine"}]
    assert [row["n"] for row in group(shop, masker, measures=(Measure("n", "count", "email"),))] == [1]
    assert run(shop, masker, "name", search="example") == [{"name": "Mine"}]


# Links to what is not seen.


def test_a_link_to_a_hidden_record_has_no_label_and_its_cells_read_as_nothing(shop: Runtime) -> None:
    packer = make_person(shop, "Paco", "packer")
    with shop.read() as work:
        rows = shop.query.run(work, packer, Query("shop.order", fields=("customer",), sort=("number",))).rows
    assert [row["customer"]["label"] for row in rows] == [None, None, None]
    with pytest.raises(NotAllowed):
        run(shop, packer, "customer.name", entity="shop.order", sort=("number",))
    patch = make_person(shop, "Pat", "patch")
    rows = run(shop, patch, "customer.name", "customer.city", "customer.secret", entity="shop.order", sort=("number",))
    assert [tuple(row.values()) for row in rows] == [
        ("North", "Kiel", None),
        ("South", None, "s-secret"),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "customer.name = 'Nowhere'",
        "NOT customer.name = 'North'",
        "customer.name <> 'South'",
        "customer.name = NULL",
        "NOT customer.city = 'Kiel'",
    ],
)
def test_a_condition_through_a_hidden_link_never_matches(shop: Runtime, text: str) -> None:
    patch = make_person(shop, "Pat", "patch")
    rows = run(shop, patch, "customer.name", entity="shop.order", filter=text, sort=("number",))
    assert {"customer.name": None} not in rows
    assert "city" not in text or rows == []


def test_relations_count_only_rows_that_are_seen(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    with shop.write() as work:
        mine = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Mine", "owner_id": seller.user_id})
        shop.records.create(
            work,
            SYSTEM,
            "shop.order",
            {
                "customer": mine["id"],
                "lines": [{"quantity": "1", "price": "5", "owner_id": seller.user_id}, {"quantity": "1", "price": "7"}],
            },
        )
    assert run(shop, seller, "number", entity="shop.order", filter="COUNT(lines) = 1", sort=("number",)) != []
    assert run(shop, seller, "number", entity="shop.order", filter="MAX(lines, price) > 6", sort=("number",)) == []
    with shop.read() as work:
        row = shop.query.run(work, seller, Query("shop.order", fields=("lines",))).rows[0]
    assert [line["price"] for line in row["lines"]] == ["5.00"]


def test_pairs_show_only_where_their_field_is_seen(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    with shop.write() as work:
        tea = shop.records.create(work, SYSTEM, "shop.product", {"name": "Tea"})["id"]
        jam = shop.records.create(work, SYSTEM, "shop.product", {"name": "Jam"})["id"]
        for row in shop.query.run(work, SYSTEM, Query("shop.customer", fields=("name",))).rows:
            liked = [tea] if row["name"] == "North" else [tea, jam]
            shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"favourites": liked}, row["row_version"])
    shown = run(shop, blind, "name", "favourites")
    assert {row["name"]: [one["label"] for one in row["favourites"]] for row in shown} == {
        "North": ["Tea"], "Nowhere": [], "South": [],
    }  # fmt: skip
    assert [row["name"] for row in run(shop, blind, "name", filter="COUNT(favourites) > 0")] == ["North"]
    assert [row["name"] for row in run(shop, blind, "name", filter="COUNT(favourites) > 1")] == []
    liked = run(shop, blind, "name", entity="shop.product", filter="COUNT(fans) > 0")
    assert [row["name"] for row in liked] == ["Tea"]
    assert run(shop, blind, "name", entity="shop.product", filter="COUNT(fans) > 1") == []
    assert len(run(shop, SYSTEM, "name", entity="shop.product", filter="COUNT(fans) > 1")) == 2


def test_pairs_with_records_of_a_closed_entity_are_none(shop: Runtime) -> None:
    clerk = make_person(shop, "Cleo", "clerk")  # reads the field, and no product
    empty = run(shop, clerk, "name", "favourites")
    with shop.write() as work:
        tea = shop.records.create(work, SYSTEM, "shop.product", {"name": "Tea"})["id"]
        row = shop.query.run(work, SYSTEM, Query("shop.customer", fields=("name",))).rows[0]
        shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"favourites": [tea]}, row["row_version"])
        assert shop.query.get(work, clerk, "shop.customer", row["id"], ("favourites",))["favourites"] == []
    assert run(shop, clerk, "name", "favourites") == empty
    assert run(shop, clerk, "name", filter="COUNT(favourites) > 0") == []


def test_counts_pages_and_groups_hold_only_rows_that_are_seen(shop: Runtime) -> None:
    patch = make_person(shop, "Pat", "patch")
    with shop.read() as work:
        page = shop.query.run(work, patch, Query("shop.customer", fields=("name",), count="exact", limit=1))
    assert page.count == 2
    assert group(shop, patch) == [{"n": 2}]
    stranger = replace(patch, roles=frozenset())
    with pytest.raises(NotAllowed):
        group(shop, stranger)
    for field in ("name", "id"):
        with pytest.raises(NotAllowed):
            run(shop, stranger, field, sort=("id",))


def test_no_actor_is_refused(shop: Runtime) -> None:
    for actor in (None, "system", object()):
        with shop.read() as work, pytest.raises(NotSignedIn):
            shop.query.run(work, actor, Query("shop.customer"))  # type: ignore[arg-type]
        with shop.write() as work, pytest.raises(NotSignedIn):
            shop.records.create(work, actor, "shop.customer", {"name": "x"})  # type: ignore[arg-type]
