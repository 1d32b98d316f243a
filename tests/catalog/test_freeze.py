"""The frozen catalog: system fields, columns, relations, choices, results of roll-ups."""

from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import Catalog, load_catalog
from loomwork.catalog.faults.base import Put
from loomwork.catalog.model import SYSTEM_COLUMNS
from loomwork.core.errors import NotFound
from loomwork.core.kinds import ColumnSpec, Kind
from tests.support.apps import write_example

BOOK = "entities/book.json"


def _load(tmp_path: Path, *steps: Any, **more: Any) -> Catalog:
    path, _ = write_example(tmp_path, steps)
    catalog, found = load_catalog([path], **more)
    assert [one.as_text() for one in found] == []
    return catalog


def test_every_entity_has_the_system_fields_last(tmp_path: Path) -> None:
    catalog = _load(tmp_path)
    assert len(catalog.entities) >= 12
    for entity in catalog.entities.values():
        names = list(entity.fields)
        assert names[-len(SYSTEM_COLUMNS) :] == list(SYSTEM_COLUMNS)
        assert entity.fields["id"].columns == (ColumnSpec(Kind.ID),)
        assert entity.fields["owner_id"].is_link
        assert entity.fields["owner_id"].target == "system.user"
        assert not entity.fields["owner_id"].readonly
        assert entity.fields["created_by"].readonly
        assert all(entity.fields[name].is_system for name in SYSTEM_COLUMNS)
        assert all(entity.fields[name].label["zh-CN"] for name in SYSTEM_COLUMNS)


def test_relations_come_from_links_child_tables_and_many_to_many(tmp_path: Path) -> None:
    tags = {
        "type": "many_to_many",
        "label": {"en": "Readers"},
        "properties": {"entity": "lib.author", "reverse": "read_books", "reverse_label": {"en": "Has read"}},
    }
    parent = {"type": "tree_parent", "label": {"en": "Part of"}, "properties": {"reverse": "parts"}}
    catalog = _load(tmp_path, Put(BOOK, "/fields/readers", tags), Put(BOOK, "/fields/part_of", parent))
    book, author, piece = (catalog.entity(f"lib.{name}") for name in ("book", "author", "copy"))
    assert {name: (one.kind, one.entity, one.via) for name, one in author.relations.items()} == {
        "books": ("reverse", "lib.book", "author"),
        "read_books": ("join", "lib.book", "readers"),
    }
    assert author.relations["books"].label == {"en": "Books"}
    assert author.relations["read_books"].label == {"en": "Has read"}
    assert not author.relations["read_books"].is_owner
    assert author.relations["read_books"].owner == "lib.book"
    assert book.relations["readers"].is_owner
    assert book.relations["copies"].is_child
    assert book.relations["parts"].entity == "lib.book"
    assert book.fields["part_of"].is_link
    assert piece.parent_field == "book"
    assert book.parent_field == ""


def test_properties_carry_choices_currency_and_the_own_entity(tmp_path: Path) -> None:
    own = {
        "type": "choice",
        "label": {"en": "Size"},
        "properties": {
            "choices": {"big": {"label": {"en": "B"}, "order": "a1"}, "small": {"label": {"en": "S"}, "order": "a0"}}
        },
    }
    catalog = _load(tmp_path, Put(BOOK, "/fields/size", own), company_currency="EUR")
    fields = catalog.entity("lib.book").fields
    assert list(fields["size"].props["_choices"]) == ["small", "big"]
    assert list(fields["status"].props["_choices"]) == ["new", "lent", "gone"]
    assert fields["status"].props["_choices"] is catalog.choice_sets["lib.status"].choices
    assert fields["title"].props["_company_currency"] == "EUR"
    assert fields["title"].props["_entity"] == "lib.book"


def test_a_roll_up_takes_the_type_of_what_it_gathers(tmp_path: Path) -> None:
    def roll_up(function: str, value: str, relation: str) -> dict[str, Any]:
        return {
            "type": "roll_up",
            "label": {"en": "R"},
            "properties": {"relation": relation, "function": function, "value": value},
        }

    catalog = _load(
        tmp_path,
        Put(BOOK, "/fields/printed", {"type": "date", "label": {"en": "Printed"}}),
        Put("entities/author.json", "/fields/latest", roll_up("max", "printed", "books")),
        Put("entities/author.json", "/fields/longest", roll_up("max", "pages", "books")),
        Put(BOOK, "/fields/best_shelf", roll_up("min", "shelf", "copies")),
        Put("entities/author.json", "/fields/shelf", roll_up("min", "best_shelf", "books")),
    )
    author = catalog.entity("lib.author")
    assert author.fields["latest"].columns[0].kind is Kind.DATE
    assert author.fields["longest"].columns[0].kind is Kind.INTEGER
    assert author.fields["shelf"].columns[0].kind is Kind.TEXT


def test_titles_are_always_told(tmp_path: Path) -> None:
    nameless = {"label": {"en": "Loan"}, "fields": {"days": {"type": "integer", "label": {"en": "Days"}}}}
    noted = {"label": {"en": "Fine"}, "fields": {"reason": {"type": "text", "label": {"en": "Reason"}}}}
    catalog = _load(tmp_path, Put("entities/loan.json", "", nameless), Put("entities/fine.json", "", noted))
    titles = {name: catalog.entity(f"lib.{name}").title_field for name in ("author", "book", "loan", "fine")}
    assert titles == {"author": "name", "book": "title", "loan": "id", "fine": "reason"}


def test_an_unknown_entity_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r'did you mean "lib\.book"'):
        _load(tmp_path).entity("lib.bok")


def test_the_catalog_cannot_be_changed(tmp_path: Path) -> None:
    catalog = _load(tmp_path)
    with pytest.raises(TypeError):
        catalog.entities["lib.book"] = catalog.entity("lib.author")  # type: ignore[index]
    with pytest.raises(AttributeError):
        catalog.entity("lib.book").title_field = "pages"  # type: ignore[misc]


def test_grants_and_abilities_come_as_sets(tmp_path: Path) -> None:
    catalog = _load(
        tmp_path,
        Put("roles/clerk.json", "/abilities", ["use_api"]),
        Put("roles/clerk.json", "/grants/books/rows", {"formula": "pages > 10"}),
        Put("roles/clerk.json", "/grants/books/fields", {"read": ["title", "pages"], "mask": ["pages"], "write": []}),
    )
    role = catalog.roles["lib.clerk"]
    grant = role.grants[0]
    assert role.abilities == {"use_api"}
    assert (grant.rows, grant.rows_formula) == ("formula", "pages > 10")
    assert grant.read == {"title", "pages"}
    assert grant.mask == {"pages"}
    assert grant.write == frozenset()
    assert grant.states == {"new"}
