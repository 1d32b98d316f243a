"""The customer's layer: what it may change, how it reads, and that it never deletes."""

from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import Catalog, Op, Overlay, Patch, load_catalog, read_overlay, source_of
from loomwork.core.diagnostics import Diagnostic
from tests.support.apps import write_example, write_package

BOOK = ("entity", "lib.book")


def _load(tmp_path: Path, *patches: Patch) -> tuple[Catalog, list[Diagnostic]]:
    path, _ = write_example(tmp_path)
    catalog, found = load_catalog([path], overlay=Overlay(patches))
    return catalog, list(found)


def _patch(path: str, op: Op, value: Any = None, *, target: tuple[str, str] = BOOK, **more: Any) -> Patch:
    return Patch(*target, path, op, value, **more)


def test_a_customer_adds_relabels_hides_reorders_and_changes_a_choice(tmp_path: Path) -> None:
    catalog, found = _load(
        tmp_path,
        _patch("/fields/x_shelf_mark", Op.ADD, {"type": "text", "label": {"en": "Shelf mark"}, "order": "a0m"}),
        _patch("/fields/pages/label/en", Op.SET, "Sheets", base="Pages"),
        _patch("/fields/pages/order", Op.SET, "a00", base="a3"),
        _patch("/fields/author", Op.HIDE),
        _patch("/choices/lent/label/en", Op.SET, "On loan", target=("choice_set", "lib.status")),
        _patch("/choices/new", Op.HIDE, target=("choice_set", "lib.status")),
        _patch(
            "/choices/x_lost", Op.ADD, {"label": {"en": "Lost"}, "order": "a9"}, target=("choice_set", "lib.status")
        ),
        _patch("/fields/status/default", Op.SET, "lent"),
    )
    assert [one.as_text() for one in found] == []
    book = catalog.entity("lib.book")
    own = [one.name for one in book.fields.values() if not one.is_system]
    assert own == ["title", "pages", "x_shelf_mark", "author", "status", "copies"]
    assert book.fields["pages"].label == {"en": "Sheets"}
    assert book.fields["author"].hidden
    choices = book.fields["status"].props["_choices"]
    assert choices["lent"].label == {"en": "On loan"}
    assert not choices["new"].active
    assert list(choices) == ["new", "lent", "gone", "x_lost"]


def test_every_value_names_its_layer(tmp_path: Path) -> None:
    catalog, _ = _load(
        tmp_path,
        _patch("/fields/x_mark", Op.ADD, {"type": "text", "label": {"en": "Mark"}}),
        _patch("/fields/pages/label/en", Op.SET, "Sheets"),
        _patch("/fields/author", Op.HIDE),
    )
    assert source_of(catalog, *BOOK, "/fields/x_mark/label/en") == "customer"
    assert source_of(catalog, *BOOK, "/fields/pages/label/en") == "customer"
    assert source_of(catalog, *BOOK, "/fields/pages/type") == "library"
    assert source_of(catalog, *BOOK, "/fields/author/hidden") == "customer"
    assert source_of(catalog, *BOOK, "/fields/author/label") == "library"
    assert source_of(catalog, "entity", "system.user", "/label") == "system"
    assert source_of(catalog, "entity", "lib.none", "/label") == ""


def test_a_component_of_the_customers_own_lives_in_the_namespace_x(tmp_path: Path) -> None:
    body = {
        "label": {"en": "Visit"},
        "fields": {
            "topic": {"type": "text", "label": {"en": "Topic"}},
            "book": {
                "type": "link",
                "label": {"en": "Book"},
                "properties": {"entity": "lib.book", "reverse": "x_visits"},
            },
        },
    }
    catalog, found = _load(
        tmp_path,
        _patch("/fields/topic/required", Op.SET, True, target=("entity", "x.visit")),
        _patch("", Op.ADD, body, target=("entity", "x.visit")),
    )
    assert found == []
    assert catalog.entity("x.visit").fields["topic"].required
    assert catalog.entity("x.visit").table == "x__visit"
    assert catalog.entity("lib.book").relations["x_visits"].entity == "x.visit"
    assert source_of(catalog, "entity", "x.visit", "/label/en") == "customer"


def test_a_hidden_view_is_gone_for_engines_and_kept_in_the_metadata(tmp_path: Path) -> None:
    catalog, found = _load(
        tmp_path,
        _patch("", Op.HIDE, target=("view", "lib.author_all")),
        _patch("/items/stock/items/all", Op.HIDE, target=("navigation", "lib.main")),
        _patch("/columns/pages", Op.HIDE, target=("view", "lib.book_all")),
    )
    assert found == []
    assert "lib.author_all" not in catalog.of_kind("view")
    assert catalog.raw["view"]["lib.author_all"]["label"] == {"en": "All authors"}
    menu = catalog.of_kind("navigation")["lib.main"].body
    assert list(menu["items"]["stock"]["items"]) == ["books", "authors"]
    assert list(catalog.of_kind("view")["lib.book_all"].body["columns"]) == ["title", "author.name"]
    assert "pages" in catalog.raw["view"]["lib.book_all"]["columns"]


def test_a_translation_may_be_set_where_there_was_none(tmp_path: Path) -> None:
    catalog, found = _load(tmp_path, _patch("/label/zh-CN", Op.SET, "图书"), _patch("/help/zh-CN", Op.SET, "馆藏图书"))
    assert found == []
    assert catalog.entity("lib.book").label == {"en": "Book", "zh-CN": "图书"}
    assert catalog.entity("lib.book").help["zh-CN"] == "馆藏图书"


def test_what_cannot_be_applied_is_left_out_and_the_rest_still_applies(tmp_path: Path) -> None:
    catalog, found = _load(
        tmp_path,
        _patch("/fields/chapters/label/en", Op.SET, "Chapters"),
        _patch("/fields/pages/label/en", Op.SET, "Sheets", base="Leaves"),
        _patch("/label/en", Op.SET, "Work"),
    )
    assert [one.code for one in found] == ["C501", "C502"]
    assert catalog.entity("lib.book").label == {"en": "Work"}
    assert catalog.entity("lib.book").fields["pages"].label == {"en": "Pages"}


def test_a_published_layer_survives_changes_of_the_apps_below(tmp_path: Path) -> None:
    """An upgrade must not stop the server: conflicts keep the customer's value, patches without a target wait; both are told."""
    patches = (
        _patch("/fields/chapters/label/en", Op.SET, "Chapters"),
        _patch("/fields/pages/label/en", Op.SET, "Sheets", base="Leaves"),
    )
    path, _ = write_example(tmp_path)
    catalog, found = load_catalog([path], overlay=Overlay(patches, is_published=True))
    assert [(one.code, one.severity.value) for one in found] == [("C501", "warning"), ("C502", "warning")]
    assert catalog.entity("lib.book").fields["pages"].label == {"en": "Sheets"}
    assert source_of(catalog, *BOOK, "/fields/pages/label/en") == "customer"
    wrong = Overlay((_patch("/fields/pages/required", Op.SET, "yes", base=True),), is_published=True)
    assert [one.code for one in load_catalog([path], overlay=wrong)[1].errors] == ["C203"]


def test_a_patch_that_breaks_the_shape_is_told_as_such(tmp_path: Path) -> None:
    _, found = _load(tmp_path, _patch("/fields/pages/required", Op.SET, "yes"))
    assert [one.code for one in found] == ["C203"]
    assert found[0].place.app == "customer"
    assert found[0].place.pointer == "/entity/lib.book/fields/pages/required"


@pytest.mark.parametrize(
    "path",
    ["/fields/title/type", "/fields/author/properties/entity", "/fields/title/label", "/fields/title"],
)
def test_locked_properties_stay(tmp_path: Path, path: str) -> None:
    library, _ = write_example(tmp_path)
    file = library / "entities" / "book.json"
    file.write_text(
        file.read_text().replace('"label": {', '"policies": {"/fields/title/label": "locked"},\n "label": {', 1)
    )
    op = Op.HIDE if path == "/fields/title" else Op.SET
    found = load_catalog([library], overlay=Overlay((_patch(path, op, "text"),)))[1]
    assert [one.code for one in found] == ["C503"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/fields", {}),
        ("/fields/pages", {"type": "text", "label": {"en": "Pages"}}),
        ("/fields/author/properties", {"entity": "system.user"}),
    ],
)
def test_whole_elements_are_not_replaced(tmp_path: Path, path: str, value: dict[str, Any]) -> None:
    """A copy of an element would change locked properties with it, and hide what the vendor adds later."""
    catalog, found = _load(tmp_path, _patch(path, Op.SET, value))
    assert [one.code for one in found] == ["C507"]
    assert catalog.entity("lib.book").fields["pages"].type.name == "integer"


def test_values_that_are_objects_are_set_whole(tmp_path: Path) -> None:
    view = ("view", "lib.book_all")
    catalog, found = _load(
        tmp_path,
        _patch("/filter", Op.SET, {"and": [{"field": "pages", "op": "gt", "value": "3"}]}, target=view),
        _patch("/label", Op.SET, {"en": "Works"}),
        _patch("/grants/books/rows", Op.SET, {"formula": "pages > 3"}, target=("role", "lib.clerk")),
        _patch("/fields/pages/default", Op.SET, {"formula": "1 + 1"}),
        _patch("/fields/title/properties", Op.SET, {"max_length": 80}),
    )
    assert [one.as_text() for one in found] == []
    assert catalog.entity("lib.book").label == {"en": "Works"}
    assert catalog.entity("lib.book").fields["title"].props["max_length"] == 80


def test_an_app_lays_over_another_with_its_own_prefix(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    shop = {
        "app.json": {
            "format": 1,
            "name": "shop",
            "namespace": "shop",
            "version": "1.0.0",
            "label": {"en": "Shop"},
            "depends_on": ["library"],
        },
        "overlays/prices.json": {
            "patches": [
                {
                    "kind": "entity",
                    "name": "lib.book",
                    "path": "/fields/shop_price",
                    "op": "add",
                    "value": {"type": "money", "label": {"en": "Price"}},
                },
                {
                    "kind": "entity",
                    "name": "lib.book",
                    "path": "/fields/price",
                    "op": "add",
                    "value": {"type": "money", "label": {"en": "Price"}},
                },
            ]
        },
    }
    folder = write_package(tmp_path / "shop", shop)
    catalog, found = load_catalog([folder, library])
    assert [one.code for one in found] == ["C227"]
    assert found.errors[0].place.file == "overlays/prices.json"
    assert "shop_price" in catalog.entity("lib.book").fields
    assert source_of(catalog, *BOOK, "/fields/shop_price/label") == "shop"


def test_message_files_fill_labels_of_further_languages(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    (library / "messages" / "fr.json").write_text(
        '{"lib.book#label": "Livre", "lib.book#fields/title/label": "Titre", "view:lib.book_all#label": "Tous"}'
    )
    catalog, found = load_catalog([library])
    assert list(found) == []
    assert catalog.entity("lib.book").label["fr"] == "Livre"
    assert catalog.entity("lib.book").fields["title"].label == {"en": "Title", "fr": "Titre"}
    assert catalog.of_kind("view")["lib.book_all"].body["label"]["fr"] == "Tous"
    assert catalog.messages["fr"]["lib.book#label"] == "Livre"


def test_an_overlay_reads_from_its_wire_form_and_back() -> None:
    overlay = Overlay((_patch("/label/en", Op.SET, "Work", base="Book"), _patch("/fields/pages", Op.HIDE)))
    again, found = read_overlay(overlay.as_json())
    assert list(found) == []
    assert again.as_json() == overlay.as_json()
    assert again.as_json()["patches"][0] == {
        "kind": "entity",
        "name": "lib.book",
        "path": "/fields/pages",
        "op": "hide",
    }


def test_an_overlay_of_wrong_shape_is_refused_in_words() -> None:
    overlay, found = read_overlay({"patches": [{"kind": "entity", "name": "lib.book", "op": "delete"}], "author": 1})
    assert overlay.patches == ()
    assert {one.code for one in found} == {"C201", "C204"}
