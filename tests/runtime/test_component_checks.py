"""Formulas everywhere in the metadata are compiled at load; computed fields in a circle are refused."""

from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import load_catalog
from loomwork.catalog.faults.base import Put
from loomwork.core.diagnostics import Diagnostic
from loomwork.runtime.checks import check_formulas
from tests.support.apps import write_example

BOOK = "entities/book.json"
AUTHOR = "entities/author.json"
LOOK_UP = "/fields/author/properties/filter"
IMPORT = {"type": "import", "entity": "lib.book", "columns": {"Title": {"field": "title"}}}


def _found(tmp_path: Path, *steps: Any) -> list[Diagnostic]:
    path, _ = write_example(tmp_path, steps)
    return list(load_catalog([path], checks=[check_formulas])[1])


def _formula(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "formula", "label": {"en": "F"}, "properties": {"formula": text, "result": "decimal", **more}}


def _sum(relation: str, value: str) -> dict[str, Any]:
    properties = {"relation": relation, "function": "sum", "value": value}
    return {"type": "roll_up", "label": {"en": "S"}, "properties": properties}


def _counted(text: str) -> dict[str, Any]:
    properties = {"relation": "books", "function": "count", "filter": text}
    return {"type": "roll_up", "label": {"en": "C"}, "properties": properties}


def _reader(text: str) -> dict[str, Any]:
    grant = {"entity": "lib.book", "actions": ["read"], "rows": {"formula": text}}
    return {"label": {"en": "Reader"}, "grants": {"books": grant}}


@pytest.mark.parametrize(
    ("step", "pointer"),
    [
        (Put("views/book_all.json", "/filter", {"and": [{"formula": "pgaes > 3"}]}), "/filter"),
        (Put("views/book_all.json", "/filter", {"field": "pages", "op": "ge", "value": "many"}), "/filter"),
        (Put("forms/book_main.json", "/when", "pages + 'x' > 3"), "/when"),
        (Put("actions/book_reprint.json", "/when", "status ="), "/when"),
        (
            Put(
                "pages/book_page.json", "/captions", {"c": {"of": "pages", "value": "pgaes", "text": {"en": "{value}"}}}
            ),
            "/captions/c/value",
        ),
        (Put("mappings/reprint.json", "/targets/author/when", "pages"), "/targets/author/when"),
        (
            Put("mappings/reprint.json", "/targets/author/fields/mail", {"formula": "NOSUCH(title)"}),
            "/targets/author/fields/mail/formula",
        ),
        (Put("mappings/reprint.json", "/after/pages", {"formula": "titel"}), "/after/pages/formula"),
        (Put("mappings/books.json", "", {**IMPORT, "computed": {"pages": "LEN(titel)"}}), "/computed/pages"),
        (Put(BOOK, LOOK_UP, "nmae = 'x'"), "/fields/author/properties/filter"),
        (Put(BOOK, LOOK_UP, "name = parent.nothing"), "/fields/author/properties/filter"),
    ],
)
def test_a_wrong_formula_is_told_with_its_place(tmp_path: Path, step: Put, pointer: str) -> None:
    found = _found(tmp_path, step)
    assert [(one.place.file, one.place.pointer) for one in found] == [(step.file, pointer)]
    assert found[0].code.startswith("X")


@pytest.mark.parametrize(
    "step",
    [
        Put("views/book_all.json", "/filter", {"formula": "pages > 3 AND author.name <> ''"}),
        Put("forms/book_main.json", "/when", "status = 'new'"),
        Put("mappings/reprint.json", "/targets/author/fields/mail", {"formula": "author.mail"}),
        Put("mappings/books.json", "", {**IMPORT, "computed": {"pages": "LEN(title)"}}),
        Put(BOOK, LOOK_UP, "name = parent.title"),
    ],
)
def test_right_formulas_are_taken(tmp_path: Path, step: Put) -> None:
    assert [one.as_text() for one in _found(tmp_path, step)] == []


READS = "PINYIN(title) = 'x'"
OUTWARD = "PINYIN(author.name)"
TEXT = {"result": "text"}


@pytest.mark.parametrize(
    "step",
    [
        Put("views/book_all.json", "/filter", {"formula": READS}),
        Put("actions/book_reprint.json", "/when", READS),
        Put("mappings/reprint.json", "/targets/author/when", READS),
        Put("mappings/reprint.json", "/targets/author/fields/mail", {"formula": "PINYIN(title)"}),
        Put(BOOK, LOOK_UP, "PINYIN(name) = 'x'"),
        Put(BOOK, "/fields/sound", _formula("PINYIN(title)", **TEXT, stored=False)),
        Put(BOOK, "/fields/sound", _formula(OUTWARD, **TEXT)),
        Put(BOOK, "/validations", {"sound": {"check": f"{OUTWARD} <> 'x'", "message": {"en": "No"}}}),
        Put(BOOK, "/rules", {"sound": {"when": "TRUE", "set": {"title": OUTWARD}}}),
        Put(AUTHOR, "/fields/count", _counted(READS)),
        Put("roles/reader.json", "", _reader(READS)),
    ],
)
def test_a_function_without_sql_cannot_stand_where_the_database_computes(tmp_path: Path, step: Put) -> None:
    """On PostgreSQL every reader of such an entity would be refused."""
    found = _found(tmp_path, step)
    assert [(one.code, one.place.file) for one in found] == [("X130", step.file)]
    assert "PINYIN has no SQL" in found[0].message


@pytest.mark.parametrize(
    "step",
    [
        Put(BOOK, "/fields/sound", _formula("PINYIN(title)", **TEXT)),
        Put(BOOK, "/validations", {"sound": {"check": "PINYIN(title) <> 'x'", "message": {"en": "No"}}}),
        Put("forms/book_main.json", "/when", READS),
        Put("mappings/books.json", "", {**IMPORT, "computed": {"pages": "LEN(PINYIN(title))"}}),
    ],
)
def test_a_function_without_sql_is_taken_where_the_platform_computes(tmp_path: Path, step: Put) -> None:
    assert [one.as_text() for one in _found(tmp_path, step)] == []


def test_computed_fields_in_a_circle_are_refused(tmp_path: Path) -> None:
    found = _found(tmp_path, Put(BOOK, "/fields/a", _formula("b + 1")), Put(BOOK, "/fields/b", _formula("a + 1")))
    assert [(one.code, one.message) for one in found] == [
        ("X150", "computed fields need each other in a circle: lib.book.a → lib.book.b → lib.book.a")
    ]
    itself = _found(tmp_path / "itself", Put(BOOK, "/fields/a", _formula("a + 1")))
    assert [one.code for one in itself] == ["X150"]


def test_a_circle_over_roll_ups_and_links_is_found(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        Put(AUTHOR, "/fields/total", _sum("books", "share")),
        Put(BOOK, "/fields/share", _formula("author.total / 2")),
    )
    assert [one.code for one in found] == ["X150"]


def test_a_roll_up_of_a_roll_up_is_no_circle(tmp_path: Path) -> None:
    price = {"type": "decimal", "label": {"en": "Price"}}
    found = _found(
        tmp_path,
        Put("entities/copy.json", "/fields/price", price),
        Put(BOOK, "/fields/total", _sum("copies", "price")),
        Put(AUTHOR, "/fields/total", _sum("books", "total")),
    )
    assert [one.as_text() for one in found] == []


def test_what_changes_with_the_day_cannot_be_stored(tmp_path: Path) -> None:
    age = "YEAR(TODAY())"
    stored = _found(tmp_path / "stored", Put(BOOK, "/fields/age", _formula(age)))
    assert "X151" in {one.code for one in stored}
    read = _found(tmp_path / "read", Put(BOOK, "/fields/age", _formula(age, stored=False)))
    assert "X151" not in {one.code for one in read}


@pytest.mark.parametrize(
    ("properties", "is_right"),
    [
        ({"function": "max", "value": "title", "result": "integer"}, False),
        ({"function": "max", "value": "title", "result": "text"}, True),
        ({"function": "max", "value": "title"}, True),
        ({"function": "sum", "value": "title"}, False),
        ({"function": "min", "value": "pages", "result": "date"}, False),
        ({"function": "min", "value": "pages", "result": "decimal"}, True),
        ({"function": "count", "result": "integer"}, True),
    ],
)
def test_a_roll_up_gives_what_its_result_says(tmp_path: Path, properties: dict[str, Any], is_right: bool) -> None:
    body = {"type": "roll_up", "label": {"en": "R"}, "properties": {"relation": "books", **properties}}
    found = _found(tmp_path, Put(AUTHOR, "/fields/rolled", body))
    assert [one.code for one in found if one.code.startswith("X")] == ([] if is_right else [found[0].code])
    assert {one.place.pointer for one in found} == (set() if is_right else {"/fields/rolled/properties"})
