from __future__ import annotations

import json
from dataclasses import replace

import pytest

from loomwork.core.errors import InvalidInput, NotAllowed, NotFound
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.web.screens import env, ui
from loomwork.web.screens.specs import child_columns
from loomwork.web.screens.views.find_view import lookup, palette
from loomwork.web.screens.views.form_view import edit_form, new_form
from loomwork.web.screens.views.home_view import home_page
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from tests.web.screens.conftest import OpenDesk


@pytest.fixture
def book(runtime: Runtime, desk: OpenDesk) -> str:
    with desk() as place:
        return str(place.run(Query("lib.book", ("id",), sort=("title",), limit=1)).rows[0]["id"])


def test_a_record_page_holds_path_details_relations_and_history(desk: OpenDesk, book: str) -> None:
    with desk() as place:
        page = record_page(place, "lib.book", book)
        html = env.render("record.html", place.wishes, shell=shell(place, "lib.book"), title=page.title, page=page)
    assert page.title == "Volume 001"
    assert page.path is not None
    assert [step.state for step in page.path.steps] == ["done", "now", "next"]
    assert page.path.next_label == "Lent out"
    assert [figure.label for figure in page.highlights] == ["Price", "Copies", "Worth", "Bought on"]
    assert page.days[0].events[-1].verb == "created the record"
    assert html.count("<h1>") == 1


def test_a_reader_gets_the_page_without_ways_to_change_it(desk: OpenDesk, book: str) -> None:
    with desk("lib.visitor") as place:
        page = record_page(place, "lib.book", book)
    assert [page.may_update, page.may_delete, page.may_share] == [False] * 3
    assert page.spec["fields"] == []
    assert page.path is not None
    assert page.path.next_value == ""
    assert all(detail.wire == "" for section in page.sections for detail in section.details)


def test_what_is_not_there_is_not_found(desk: OpenDesk) -> None:
    with desk() as place:
        for record_id in ("0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "x", "' OR 1=1"):
            with pytest.raises(NotFound):
                record_page(place, "lib.book", record_id)


def test_a_new_form_has_defaults_and_what_the_address_gives(desk: OpenDesk) -> None:
    given = {"copies": 4, "nothing": 1, "author": {"id": "0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "label": "X"}}
    with desk() as place:
        page = new_form(place, "lib.book", {"values": json.dumps(given), "title": "A title"})
    items = {item.name: item for tab in page.tabs for section in tab.sections for item in section.items}
    assert json.loads(items["status"].wire) == "ordered"
    assert json.loads(items["copies"].wire) == 4
    assert json.loads(items["title"].wire) == "A title"
    assert json.loads(items["owner_id"].wire)["label"] == "Ada"
    assert items["worth"].mode == "computed"
    assert [spec["name"] for spec in items["loans"].spec["columns"]] == ["borrower", "due_on"]
    assert not page.is_simple


def test_a_child_table_shows_the_columns_that_it_names(desk: OpenDesk) -> None:
    with desk() as place:
        loans = place.catalog.entity("lib.book").fields["loans"]
        named = replace(loans, props={**loans.props, "columns": ["due_on"]})
        assert [spec["name"] for spec in child_columns(place, named)] == ["due_on"]


@pytest.mark.parametrize("values", ["[]", "{", "x" * 9_000])
def test_values_of_the_address_that_cannot_be_read_are_refused(desk: OpenDesk, values: str) -> None:
    with desk() as place, pytest.raises(InvalidInput):
        new_form(place, "lib.book", {"values": values})


def test_forms_are_for_those_who_may_write(desk: OpenDesk, book: str) -> None:
    with desk("lib.visitor") as place:
        with pytest.raises(NotAllowed):
            new_form(place, "lib.book", {})
        with pytest.raises(NotAllowed):
            edit_form(place, "lib.book", book)


def test_an_edited_record_brings_its_rows_and_its_version(desk: OpenDesk, book: str) -> None:
    with desk(language="zh-CN") as place:
        page = edit_form(place, "lib.book", book)
        html = env.render("parts/form.html", place.wishes, page=page, is_drawer=True, full_url="/")
    assert page.version == 1
    assert page.heading == "编辑图书"
    assert page.record["values"]["price"] == "1.50"
    assert "<lw-money" in html
    assert "<lw-child-table" in html


def test_look_ups_find_by_text_and_say_whether_one_may_create(desk: OpenDesk) -> None:
    with desk() as place:
        found = lookup(place, "lib.book", "author", {"q": "语堂"})
        nobody = lookup(place, "lib.book", "author", {"q": "zzz"})
        with pytest.raises(NotFound):
            lookup(place, "lib.book", "nothing", {})
    assert [item["label"] for item in found["items"]] == ["林语堂"]
    assert found["may_create"] is True
    assert nobody["items"] == []
    with desk("lib.visitor") as place:
        assert lookup(place, "lib.book", "author", {"q": ""})["may_create"] is False


def test_the_palette_offers_pages_records_and_new_ones(desk: OpenDesk) -> None:
    with desk() as place:
        frame = shell(place, "")
        groups = dict(palette(place, frame, "Volume 01"))
        assert [line.label for line in groups["Books"]]
        assert "New book" in [line.label for line in dict(palette(place, frame, "create book"))["Create"]]
        assert dict(palette(place, frame, "<b>nothing</b>")) == {}
    with desk("lib.visitor") as place:
        assert "Create" not in dict(palette(place, shell(place, ""), ""))


def test_home_counts_only_what_the_reader_sees(desk: OpenDesk) -> None:
    with desk() as place:
        page = home_page(place, shell(place, "home"))
    assert [(tile.label, tile.value) for tile in page.tiles] == [("Books", "60"), ("Authors", "1")]
    assert len(page.recent) == 5
    with desk("lib.stranger") as place:
        page = home_page(place, shell(place, "home"))
        assert page.tiles == ()
        assert page.recent == ()
        env.render("home.html", place.wishes, shell=shell(place, "home"), page=page, title="x")


def test_error_pages_speak_the_readers_language() -> None:
    wishes = ui.Ui(language="zh-CN")
    with ui.used(wishes):
        html = env.render("error.html", wishes, title=ui.t("error.404.title"), message="", status=404, request_id="abc")
    assert "这里没有内容" in html
    assert "abc" in html
