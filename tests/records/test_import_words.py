"""Words of import mappings: from, other, computed, look-ups, rows that repeat. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from loomwork.core.errors import InvalidInput
from loomwork.core.sheets import guard_cell
from loomwork.query.tree import Query
from loomwork.records.importing import Import, ImportReport, read_sheet, run_import
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _import(
    rt: Runtime, text: str, entity: str = "shop.customer", *, dry_run: bool = False, **mapping: Any
) -> ImportReport:
    body = {"type": "import", "entity": entity, **mapping}
    return run_import(rt, SYSTEM, Import(entity, read_sheet(text.encode(), "file.csv"), body, dry_run=dry_run))


def _all(rt: Runtime, entity: str, *fields: str) -> list[dict[str, Any]]:
    with rt.read() as work:
        return list(rt.query.run(work, SYSTEM, Query(entity, fields, sort=("created_at", "id"), limit=200)).rows)


def test_one_column_fills_two_fields(shop: Runtime) -> None:
    columns = {
        "name": {"field": "name"},
        "place": {"field": "city"},
        "side": {"from": "place", "field": "region", "values": {"Oslo": "north"}, "other": "empty"},
    }
    report = _import(shop, "name,place\nA,Oslo\nB,Rome\n", columns=columns)
    assert (report.state, report.created, report.unused) == ("done", 2, [])
    found = {row["name"]: (row["city"], row["region"]) for row in _all(shop, "shop.customer", "name", "city", "region")}
    assert found == {"A": ("Oslo", "north"), "B": ("Rome", None)}


def test_texts_without_a_decision_are_refused_where_the_mapping_says_so(shop: Runtime) -> None:
    columns = {"name": {"field": "name"}, "side": {"field": "region", "values": {"N": "north"}, "other": "refuse"}}
    report = _import(shop, "name,side\nA,N\nB,E\nC,\n", columns=columns)
    assert report.state == "refused"
    assert [(fault["row"], fault["column"], fault["code"], fault["value"]) for fault in report.faults] == [
        (3, "side", "not_mapped", "E")
    ]
    assert _all(shop, "shop.customer", "name") == []


def test_values_are_computed_from_the_row(shop: Runtime) -> None:
    report = _import(
        shop,
        "name,score\nAda Byron,4\n",
        columns={"name": {"field": "name"}, "score": {"field": "rating"}},
        computed={"email": "LOWER(SUBSTITUTE(name, ' ', '.')) & '@shop.example'", "city": "'rated ' & TEXT(rating)"},
    )
    assert report.state == "done", report.faults
    row = _all(shop, "shop.customer", "email", "city")[0]
    assert (row["email"], row["city"]) == ("ada.byron@shop.example", "rated 4")


def test_computed_formulas_that_do_not_fit_are_refused_with_their_place(shop: Runtime) -> None:
    with pytest.raises(InvalidInput) as caught:
        _import(
            shop,
            "name\nA\n",
            columns={"name": {"field": "name"}},
            computed={"cty": "name", "city": "nme", "code": "name", "rating": "COUNT(orders)"},
        )
    places = {detail.path: detail.code for detail in caught.value.details}
    assert set(places) == {"computed.cty", "computed.city", "computed.code", "computed.rating"}
    assert places["computed.rating"] == "looks_outward"


def test_rows_that_make_the_same_record_are_skipped_or_refused(shop: Runtime) -> None:
    text = "name,city\nA,Oslo\nB,Rome\nA,Bergen\n"
    columns = {"name": {"field": "name"}, "city": {"field": "city"}}
    refused = _import(shop, text, columns=columns, match=["name"], on_match="refuse")
    assert [(fault["row"], fault["code"]) for fault in refused.faults] == [(4, "repeated")]
    report = _import(shop, text, columns=columns, match=["name"], on_match="skip")
    assert (report.created, report.skipped, report.skipped_rows) == (2, 1, [{"row": 4, "same_as": 2}])
    assert [row["city"] for row in _all(shop, "shop.customer", "city")] == ["Oslo", "Rome"]
    again = _import(shop, text, columns=columns, match=["name"], on_match="skip")
    assert (again.created, again.skipped) == (0, 3)


def test_a_decision_lets_an_unknown_name_through(shop: Runtime) -> None:
    _import(shop, "name\nGTX Pro\n", "shop.product", columns={"name": {"field": "name"}})
    line = {"field": "product", "lookup": "name"}
    text = "owner,product\n1,GTXPro\n"
    stopped = _import(shop, text, "shop.line", columns={"product": line, "owner": {"field": "quantity"}})
    assert [(fault["code"], fault["value"]) for fault in stopped.faults] == [("not_found", "GTXPro")]
    decided = {**line, "values": {"GTXPro": "GTX Pro"}}
    checked = _import(
        shop, text, "shop.line", columns={"product": decided, "owner": {"field": "quantity"}}, dry_run=True
    )
    assert [one for one in checked.faults if one["column"] == "product"] == []
    assert checked.changed == [{"column": "product", "from": "GTXPro", "to": "GTX Pro", "rows": 1}]


@pytest.mark.parametrize("text", ["=1+1", "-5 %", "@home", "%s", "'=1+1", "plain", "' quoted"])
def test_what_an_export_guards_comes_in_as_it_was(shop: Runtime, text: str) -> None:
    report = _import(
        shop,
        f'name,city\nA,"{guard_cell(text)}"\n',
        columns={"name": {"field": "name"}, "city": {"field": "city", "trim": False}},
    )
    assert report.state == "done", report.faults
    assert _all(shop, "shop.customer", "city")[0]["city"] == text


def test_characters_that_a_workbook_writes_as_escapes_come_in_as_they_were(shop: Runtime) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, cell in enumerate(("name", "A\ufffeB")):
        sheet.write_string(place, 0, cell)
    book.close()
    read = read_sheet(buffer.getvalue(), "file.xlsx")
    assert read.rows == [["A\ufffeB"]]
