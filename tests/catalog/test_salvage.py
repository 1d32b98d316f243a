"""All faults in one run: a slip hides neither the other faults of its file nor those of others, and blames nobody else."""

from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import examine, load_catalog, read_overlay
from loomwork.catalog.faults.base import Put, Raw
from loomwork.catalog.linting import Rung
from loomwork.core.diagnostics import Diagnostic
from loomwork.runtime.checks import check_formulas
from tests.support.apps import write_example

BOOK, VIEW = "entities/book.json", "views/book_all.json"
NO_FORMULA = {"type": "formula", "label": {"en": "Twice"}, "properties": {"result": "integer"}}
TOTAL = {
    "type": "roll_up",
    "label": {"en": "Twice"},
    "properties": {"relation": "books", "function": "sum", "value": "twice"},
}


def _found(tmp_path: Path, *steps: Any, layer: dict[str, Any] | None = None) -> list[Diagnostic]:
    path, _ = write_example(tmp_path, steps)
    overlay, in_layer = read_overlay(layer) if layer else (None, ())
    return [*in_layer, *load_catalog([path], overlay=overlay, checks=[check_formulas])[1]]


def _places(found: list[Diagnostic]) -> set[tuple[str, str]]:
    return {(one.place.file, one.place.pointer) for one in found}


def test_a_slip_hides_no_other_fault_and_blames_no_other_file(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        Put(BOOK, "/fields/twice", NO_FORMULA),
        Put(BOOK, "/fields/pages/colour", "red"),
        Put(BOOK, "/title_field", "nothing"),
        Put(BOOK, "/validations", {"v": {"check": "pagse > 1", "message": {"en": "x"}}}),
        Put(VIEW, "/columns/twice", {}),
        Put(VIEW, "/sort", ["-nowhere"]),
        Put("entities/author.json", "/fields/total", TOTAL),
    )
    assert {file for file, _ in _places(found)} == {BOOK, VIEW}
    assert _places(found) >= {
        (BOOK, "/title_field"),
        (BOOK, "/fields/pages/colour"),
        (BOOK, "/validations/v/check"),
        (VIEW, "/sort"),
    }
    assert not [one for one in found if "twice" in one.message]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"fields": 3}', b"\xff"])
def test_an_entity_that_cannot_be_read_is_the_only_one_to_blame(tmp_path: Path, content: bytes) -> None:
    assert {file for file, _ in _places(_found(tmp_path, Raw("entities/copy.json", content)))} == {"entities/copy.json"}


def test_a_field_of_a_layer_with_a_wrong_type_blames_nobody_below(tmp_path: Path) -> None:
    wrong = {
        "kind": "entity",
        "name": "lib.book",
        "path": "/fields/x_a",
        "op": "add",
        "value": {"type": "txt", "label": {"en": "A"}},
    }
    shown = {"kind": "view", "name": "lib.book_all", "path": "/columns/x_a", "op": "add", "value": {}}
    found = _found(tmp_path, layer={"layer": "customer", "patches": [wrong, shown]})
    assert [one.code for one in found] == ["C210"], [one.as_text() for one in found]


def test_wrong_patches_are_numbered_and_hide_no_others(tmp_path: Path) -> None:
    patches = [
        {"kind": "entity", "name": "lib.book", "path": "/label/en", "op": "sett", "value": "Work"},
        {"kind": "entity", "name": "lib.nothing", "path": "/label/en", "op": "set", "value": "Work"},
        {"kind": "entity", "name": "lib.book", "path": "/label/en", "op": "chnge", "value": "Work"},
    ]
    found = _found(tmp_path, layer={"layer": "customer", "patches": patches})
    pointers = [one.place.pointer for one in found]
    assert pointers[:2] == ["/patches/0/op", "/patches/2/op"]
    assert len(found) == 3
    assert "lib.nothing" in found[2].message


def test_names_that_begin_like_those_of_companies_are_for_companies(tmp_path: Path) -> None:
    field = {"type": "text", "label": {"en": "A"}}
    vendor = _found(tmp_path / "vendor", Put(BOOK, "/fields/x_a", field))
    assert [(one.code, one.place.pointer) for one in vendor] == [("C236", "/fields/x_a")]
    assert examine(tmp_path / "vendor" / "library").rung is Rung.BROKEN
    patch = {"kind": "entity", "name": "lib.book", "path": "/fields/x_a", "op": "add", "value": field}
    assert _found(tmp_path / "own", layer={"layer": "customer", "patches": [patch]}) == []


def test_a_wrong_word_at_the_head_of_a_file_hides_nothing_below(tmp_path: Path) -> None:
    found = _found(tmp_path, Put(VIEW, "/type", "kanban"), Put(VIEW, "/sort", ["-nowhere"]))
    assert _places(found) == {(VIEW, "/type"), (VIEW, "/sort")}


def test_a_fault_in_what_a_layer_wrote_stands_at_its_patch(tmp_path: Path) -> None:
    twice = {**NO_FORMULA, "properties": {"result": "integer", "formula": "pagse * 2"}}
    patches = [
        {"kind": "entity", "name": "lib.book", "path": "/fields/x_twice", "op": "add", "value": twice},
        {"kind": "view", "name": "lib.book_all", "path": "/columns/x_nothing", "op": "add", "value": {}},
        {"kind": "entity", "name": "lib.book", "path": "/title_field", "op": "set", "value": "nowhere"},
    ]
    found = _found(tmp_path, layer={"layer": "customer", "patches": patches})
    assert {(one.place.app, one.place.pointer) for one in found} == {
        ("customer", "/entity/lib.book/fields/x_twice/properties/formula"),
        ("customer", "/view/lib.book_all/columns/x_nothing"),
        ("customer", "/entity/lib.book/title_field"),
    }


def test_a_layer_that_hides_what_every_record_must_have_is_told_so(tmp_path: Path) -> None:
    hides = {"kind": "entity", "name": "lib.book", "path": "/fields/title", "op": "hide"}
    found = _found(tmp_path, layer={"layer": "customer", "patches": [hides]})
    assert [(one.code, one.place.pointer) for one in found] == [("C419", "/entity/lib.book/fields/title")]
    assert "hidden" in found[0].message
