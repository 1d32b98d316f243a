"""References: what is told, where, and what is not told twice."""

from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import load_catalog
from loomwork.catalog.faults.base import Drop, Put
from loomwork.core.diagnostics import Diagnostic
from tests.support.apps import write_example

BOOK = "entities/book.json"
VIEW = "views/book_all.json"
PAGE = "pages/book_page.json"


def _found(tmp_path: Path, *steps: Any) -> list[Diagnostic]:
    path, _ = write_example(tmp_path, steps)
    return list(load_catalog([path])[1])


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "pages", "op": "ge", "value": "100"},
        {"field": "author.name", "op": "contains", "value": "Le"},
        {"field": "copies.shelf", "op": "is_empty"},
        {"and": []},
        {"or": [{"field": "owner_id", "op": "is_me"}, {"not": {"field": "status", "op": "in", "value": ["new"]}}]},
        {"formula": "pages > 3"},
    ],
)
def test_trees_of_conditions_are_taken(tmp_path: Path, condition: dict[str, Any]) -> None:
    assert [one.as_text() for one in _found(tmp_path, Put(VIEW, "/filter", condition))] == []


@pytest.mark.parametrize(
    ("condition", "code", "pointer"),
    [
        ({"field": "pages", "op": "NE_FIELD", "value": 1}, "C204", "/filter/op"),
        ({"field": "pages", "op": "eq", "valeu": 1}, "C201", "/filter/valeu"),
        ({"and": [], "or": []}, "C215", "/filter"),
        ({"field": "pages"}, "C215", "/filter"),
        ({}, "C215", "/filter"),
        ({"and": {"field": "pages", "op": "eq"}}, "C203", "/filter/and"),
        ({"and": [{"field": "pgaes", "op": "eq", "value": 1}]}, "C303", "/filter/and/field"),
        ({"field": "copies.shlef", "op": "eq", "value": 1}, "C303", "/filter/field"),
        ({"field": "title.name", "op": "eq", "value": 1}, "C304", "/filter/field"),
        ({"field": "title", "op": "gt", "value": 1}, "C328", "/filter/op"),
    ],
)
def test_a_condition_that_cannot_be_understood_is_never_dropped(
    tmp_path: Path, condition: dict[str, Any], code: str, pointer: str
) -> None:
    found = [one for one in _found(tmp_path, Put(VIEW, "/filter", condition)) if one.place.file == VIEW]
    assert [(one.code, one.place.pointer) for one in found] == [(code, pointer)]


def test_paths_go_over_links_and_end_at_parts_of_values(tmp_path: Path) -> None:
    price = {"type": "money", "label": {"en": "Price"}}
    steps = (
        Put(BOOK, "/fields/price", price),
        Put(VIEW, "/columns/price.currency", {}),
        Put(VIEW, "/columns/author.created_by.unit.name", {}),
        Put(VIEW, "/sort", ["-author.name", "price"]),
        Put(VIEW, "/sums", ["price"]),
    )
    assert [one.as_text() for one in _found(tmp_path, *steps)] == []


@pytest.mark.parametrize("path", ["copies.shelf", "title.name", "pages.unit", "author.books"])
def test_columns_do_not_go_over_lists(tmp_path: Path, path: str) -> None:
    found = _found(tmp_path, Put(VIEW, f"/columns/{path}", {}))
    assert [one.code for one in found] in (["C304"], ["C303"])


def test_what_depends_on_a_refused_entity_is_not_told_again(tmp_path: Path) -> None:
    broken_child = Put("entities/copy.json", "/fields/shelf/requierd", True)
    assert [one.code for one in _found(tmp_path / "a", broken_child)] == ["C201"]
    broken_set = Put("choice_sets/status.json", "/choices/new/labl", {"en": "N"})
    assert [one.code for one in _found(tmp_path / "b", broken_set)] == ["C201"]
    related = Put("pages/author_page.json", "", {"entity": "lib.author", "related": {"books": {}}})
    broken_reverse = Put(BOOK, "/fields/pages/requierd", True)
    found = _found(tmp_path / "c", related, broken_reverse)
    assert [one.code for one in found] == ["C201"]


def test_a_missing_choice_set_is_one_fault(tmp_path: Path) -> None:
    found = _found(tmp_path, Drop("choice_sets/status.json"))
    assert [(one.code, one.place.pointer) for one in found] == [("C302", "/fields/status/properties/choice_set")]


def test_seed_records_of_all_files_of_an_app_belong_together(tmp_path: Path) -> None:
    more = {"records": {"tehanu": {"entity": "lib.book", "fields": {"title": "Tehanu", "author": {"seed": "le_guin"}}}}}
    assert _found(tmp_path, Put("seed/more.json", "", more)) == []


def test_imports_name_fields_links_and_formulas(tmp_path: Path) -> None:
    mapping = {
        "type": "import",
        "entity": "lib.book",
        "columns": {
            "Title": {"field": "title", "trim": True},
            "Author": {"field": "author", "lookup": "nmae"},
            "Pages": {"field": "pages", "lookup": "name"},
        },
        "constants": {"status": "lost"},
        "computed": {"titel": "UPPER(title)"},
        "match": ["title", "isbn"],
    }
    found = _found(tmp_path, Put("mappings/books.json", "", mapping))
    assert [(one.code, one.place.pointer) for one in found] == [
        ("C303", "/columns/Author/lookup"),
        ("C327", "/columns/Pages/lookup"),
        ("C412", "/constants/status"),
        ("C303", "/computed/titel"),
        ("C303", "/match"),
    ]


def test_roll_ups_name_a_relation_and_its_fields(tmp_path: Path) -> None:
    def roll_up(**properties: str) -> dict[str, Any]:
        return {"type": "roll_up", "label": {"en": "R"}, "properties": properties}

    author = "entities/author.json"
    found = _found(
        tmp_path,
        Put(author, "/fields/a", roll_up(relation="boks", function="count")),
        Put(author, "/fields/b", roll_up(relation="books", function="sum", value="pgaes")),
        Put(author, "/fields/c", roll_up(relation="books", function="sum")),
        Put(author, "/fields/d", roll_up(relation="books", function="sum", value="pages * 2")),
    )
    assert [(one.code, one.place.pointer) for one in found] == [
        ("C308", "/fields/a/properties/relation"),
        ("C303", "/fields/b/properties/value"),
        ("C216", "/fields/c/properties"),
    ]


def test_the_columns_of_a_child_table_are_fields_of_its_rows(tmp_path: Path) -> None:
    column = "/fields/copies/properties/columns"
    assert _found(tmp_path / "good", Put(BOOK, column, ["shelf"])) == []
    [found] = _found(tmp_path / "bad", Put(BOOK, column, ["shelf", "shlef"]))
    assert (found.code, found.place.pointer) == ("C303", column)
    assert "shelf" in found.hint


@pytest.mark.parametrize(
    ("quick", "code", "pointer"),
    [
        ({"type": "call", "to": ["author.mail"]}, "C329", "/to"),
        ({"type": "mail", "to": ["author.mial"]}, "C303", "/to"),
        ({"type": "mail"}, "C202", ""),
        ({"type": "mail", "to": ["author.mail"], "relation": "copies"}, "C201", ""),
        ({"type": "add", "relation": "copeis"}, "C308", "/relation"),
        ({"type": "add", "relation": "copies", "values": {"shlef": "A"}}, "C303", "/values"),
    ],
)
def test_a_quick_action_leads_to_somebody_or_adds_something(
    tmp_path: Path, quick: dict[str, Any], code: str, pointer: str
) -> None:
    found = [one for one in _found(tmp_path, Put(PAGE, "/quick", {"one": quick})) if one.place.file == PAGE]
    assert [(one.code, one.place.pointer) for one in found] == [(code, f"/quick/one{pointer}")]


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        ({"due": "created_at", "done": "lent", "who": ["owner_id", "book"]}, []),
        ({"due": "shelf", "done": "shelf", "who": ["shelf"], "at": "lent"}, ["C329", "C329", "C329", "C329"]),
        ({"due": "created_at", "done": "lent", "kind": "shelf"}, ["C312"]),
        ({"due": "created_at"}, ["C202"]),
    ],
)
def test_a_next_step_has_a_day_a_box_and_people(tmp_path: Path, step: dict[str, Any], codes: list[str]) -> None:
    lent = Put("entities/copy.json", "/fields/lent", {"type": "boolean", "label": {"en": "Lent"}, "order": "a9"})
    found = _found(tmp_path, lent, Put(PAGE, "/related/copies/next_step", step))
    assert [one.code for one in found if one.place.file == PAGE] == codes
