from __future__ import annotations

import io
import json

import pytest

from loomwork.core.errors import InvalidInput, NotAllowed, NotFound
from loomwork.runtime import Runtime
from loomwork.web.screens import chips, list_state
from loomwork.web.screens.views.export_view import export_list
from loomwork.web.screens.views.import_view import importable, progress_of
from loomwork.web.screens.views.list_view import list_page, single_row
from tests.web.screens.conftest import OpenDesk

OPEN = {"and": [{"field": "copies", "op": "ge", "value": 58}]}


def test_a_list_shows_a_page_its_count_and_its_sums(desk: OpenDesk) -> None:
    with desk() as place:
        page = list_page(place, "lib.book", {})
    assert len(page.table.rows) == 50
    assert page.table.count == 60
    assert [column.path for column in page.table.columns][:3] == ["title", "author", "status"]
    assert [(group.label, group.span) for group in page.table.groups] == [
        ("", 1),
        ("About", 2),
        ("Value", 4),
        ("Keeper", 1),
    ]
    assert page.table.sums[0].full == "¥1,860.00"
    assert page.table.previous_url == ""
    assert "cursor=" in page.table.next_url


def test_the_next_page_goes_on_where_the_first_ended_and_back(desk: OpenDesk) -> None:
    from urllib.parse import parse_qsl, urlsplit

    with desk() as place:
        first = list_page(place, "lib.book", {})
        second = list_page(place, "lib.book", dict(parse_qsl(urlsplit(first.table.next_url).query)))
        again = list_page(place, "lib.book", dict(parse_qsl(urlsplit(second.table.previous_url).query)))
    assert second.table.first == 51
    assert len(second.table.rows) == 10
    assert second.table.next_url == ""
    assert [row.id for row in again.table.rows] == [row.id for row in first.table.rows]


def test_conditions_of_the_address_narrow_the_list_and_stand_as_chips(desk: OpenDesk) -> None:
    with desk(language="zh-CN") as place:
        page = list_page(place, "lib.book", {"filter": json.dumps(OPEN), "search": ""})
    assert page.table.count == 3
    assert [(chip.field, chip.operator, chip.value) for chip in page.chips] == [("册数", "≥", "58")]
    assert page.is_changed
    assert page.table.is_filtered
    assert "filter" not in page.table.clear_url


def test_a_nested_tree_is_no_row_of_chips() -> None:
    assert chips.is_flat(OPEN)
    assert not chips.is_flat({"or": OPEN["and"]})
    assert not chips.is_flat({"and": [{"or": OPEN["and"]}]})


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "null", "x" * 10_000, '{"a":' * 9_000])
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        list_state.read_conditions(text)


def test_empty_groups_ask_nothing_and_labels_stay_on_the_screen() -> None:
    assert list_state.bare({"and": [{"or": []}, {"and": []}]}) is None
    assert list_state.bare({"and": [{"field": "a", "op": "eq", "value": 1, "label": "x"}]}) == {
        "and": [{"field": "a", "op": "eq", "value": 1}]
    }


def test_unknown_views_entities_and_columns(desk: OpenDesk) -> None:
    with desk() as place:
        with pytest.raises(NotFound):
            list_page(place, "lib.book", {"view": "lib.other"})
        with pytest.raises(NotFound):
            list_page(place, "lib.nothing", {})
        page = list_page(place, "lib.book", {"columns": "copies,nothing,author.name,author.nothing"})
    assert [column.path for column in page.table.columns] == ["title", "copies", "author.name"]


def test_a_reader_edits_nothing_and_creates_nothing(desk: OpenDesk) -> None:
    with desk("lib.visitor") as place:
        page = list_page(place, "lib.book", {})
        authors = list_page(place, "lib.author", {})
    assert [page.may_create, page.may_delete, page.may_update, page.may_import] == [False] * 4
    assert all(cell.wire == "" for row in page.table.rows for cell in row.cells)
    shown = [str(cell.html) for row in authors.table.rows for cell in row.cells if cell.path == "phone"]
    assert shown
    assert all("13800138000" not in html and "*" in html for html in shown)
    phone = next(spec for spec in authors.spec["fields"] if spec["name"] == "phone")
    assert phone["operators"] == []


def test_without_a_role_nothing_opens(desk: OpenDesk) -> None:
    with desk("lib.stranger") as place, pytest.raises((NotFound, NotAllowed)):
        list_page(place, "lib.book", {})


def test_one_row_comes_back_in_the_lists_own_columns(desk: OpenDesk) -> None:
    with desk() as place:
        page = list_page(place, "lib.book", {"columns": "title,copies"})
        row = page.table.rows[3]
        table = single_row(place, "lib.book", {"columns": "title,copies", "only": row.id, "no": "4"})
    assert table.rows == (row,)


def test_a_list_is_exported_as_it_stands_and_the_look_is_written_down(runtime: Runtime, desk: OpenDesk) -> None:
    from python_calamine import load_workbook

    from loomwork.storage.access_log import count_access

    with desk(language="zh-CN") as place:
        args = {"filter": json.dumps(OPEN), "columns": "title,copies"}
        answer = export_list(place, "lib.book", args)
        actor = place.actor.user_id
    rows = load_workbook(io.BytesIO(answer.get_data())).get_sheet_by_index(0).to_python()
    assert rows[0] == ["书名", "册数"]
    assert len(rows) == 4
    with runtime.read() as work:
        assert count_access(work, actor=actor, verb="exported", since_micros=0) == 1


def test_who_may_not_export_gets_no_file(desk: OpenDesk) -> None:
    with desk("lib.visitor") as place, pytest.raises(NotAllowed):
        export_list(place, "lib.book", {})


def test_who_imports_nothing_learns_nothing_of_imports(desk: OpenDesk) -> None:
    with desk("lib.clerk") as place:
        nothing = {"rows": 0, "done_rows": 0, "undone_rows": 0}
        assert progress_of(place, "lib.book", "0192f0c1-7b2a-7c3d-8e4f-0123456789ac") == nothing
    with desk("lib.visitor") as place:
        for asked in (lambda: progress_of(place, "lib.book", "x"), lambda: importable(place, "lib.book")):
            with pytest.raises(NotAllowed):
                asked()


def test_averages_stand_beside_the_sums_and_follow_the_conditions(desk: OpenDesk) -> None:
    with desk() as place:
        page = list_page(place, "lib.book", {"filter": json.dumps(OPEN)})
    assert [(figure.label, figure.value) for figure in page.table.sums] == [
        ("Sum of price", "¥178"),
        ("Sum of worth", "¥10.53K"),
        ("Average copies", "59"),
    ]
    with desk("lib.visitor", language="zh-CN") as place:
        shown = [figure.label for figure in list_page(place, "lib.book", {}).table.sums]
    assert "平均册数" in shown


def test_columns_have_the_widths_of_their_view(desk: OpenDesk) -> None:
    with desk() as place:
        columns = {column.path: column.width for column in list_page(place, "lib.book", {}).table.columns}
    assert columns["price"] == 130
    assert columns["copies"] == 0


def test_fields_with_a_button_of_their_own_are_those_that_the_reader_may_write(desk: OpenDesk) -> None:
    with desk() as place:
        assert list_page(place, "lib.book", {}).spec["bulk"] == ["status", "tags"]
    with desk("lib.visitor") as place:
        assert list_page(place, "lib.book", {}).spec["bulk"] == []
