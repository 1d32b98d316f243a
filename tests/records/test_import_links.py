"""Files name many records in one cell, and what was exported comes in again. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.query.tree import Query
from loomwork.records.around.exporting import export_fields, export_pages
from loomwork.records.importing import Import, read_sheet, run_import
from loomwork.records.importing.undo import undo
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _products(rt: Runtime, *names: str) -> list[str]:
    with rt.write() as work:
        return rt.records.create_many(work, SYSTEM, "shop.product", [{"name": one, "sku": one} for one in names])


def _customers(rt: Runtime) -> list[dict[str, Any]]:
    with rt.read() as work:
        query = Query("shop.customer", ("name", "rating", "favourites"), sort=("created_at", "id"), limit=50)
        return list(rt.query.run(work, SYSTEM, query).rows)


def test_several_records_are_named_in_one_cell(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    text = f"name,favourites\nA,Bolt; Nut\nB,{nut}\nC,\n"
    report = run_import(shop, SYSTEM, Import("shop.customer", read_sheet(text.encode(), "file.csv")))
    assert report.state == "done", report.faults
    found = [[one["id"] for one in row["favourites"]] for row in _customers(shop)]
    assert found == [[bolt, nut], [nut], []]


def test_one_name_that_nobody_has_refuses_the_row(shop: Runtime) -> None:
    _products(shop, "Bolt")
    sheet = read_sheet(b"name,favourites\nA,Bolt; Screw\n", "file.csv")
    report = run_import(shop, SYSTEM, Import("shop.customer", sheet))
    assert [(one["row"], one["column"], one["code"]) for one in report.faults] == [
        (2, "favourites", "not_found"),
    ]
    assert _customers(shop) == []


def test_changed_links_come_back_when_the_import_is_undone(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    with shop.write() as work:
        shop.records.create(
            work, SYSTEM, "shop.customer", {"name": "A", "email": "a@example.com", "favourites": [bolt]}
        )
    columns = {name: {"field": name} for name in ("email", "favourites")}
    body = {"type": "import", "entity": "shop.customer", "columns": columns, "match": ["email"], "on_match": "update"}
    sheet = read_sheet(b"email,favourites\na@example.com,Nut\n", "file.csv")
    report = run_import(shop, SYSTEM, Import("shop.customer", sheet, body))
    assert [one["id"] for one in _customers(shop)[0]["favourites"]] == [nut]
    with shop.write() as work:
        assert undo(shop.program, work, SYSTEM, report.id)["undone"] == 1
    assert [one["id"] for one in _customers(shop)[0]["favourites"]] == [bolt]


def test_what_was_exported_comes_in_again_and_what_the_system_gives_is_told(shop: Runtime) -> None:
    (bolt,) = _products(shop, "Bolt")
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.customer", {"name": "A", "rating": 60, "favourites": [bolt]})
    with shop.read() as work:
        names = export_fields(work, SYSTEM, "shop.customer")
        (page,) = export_pages(work, SYSTEM, Query("shop.customer", names))
    fields = shop.catalog.entities["shop.customer"].fields
    cells = [fields[name].type.to_file(page.rows[0][name], fields[name].props) for name in names]
    text = f"{','.join(names)}\n{','.join(cells)}\n"
    report = run_import(shop, SYSTEM, Import("shop.customer", read_sheet(text.encode(), "file.csv")))
    assert report.state == "done", report.faults
    assert set(report.unused) == {"id", "code", "orders_total", "orders_open", "rank"}
    first, second = _customers(shop)
    assert (
        [first["rating"], first["favourites"]] == [second["rating"], second["favourites"]] == [60, first["favourites"]]
    )
