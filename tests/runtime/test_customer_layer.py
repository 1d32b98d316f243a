"""The customer's layer all the way down: published, it has tables, columns, queries and rules; taken back, all is as before."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.catalog import Op, Overlay, Patch, source_of
from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.core.settings import load_settings
from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.apps import write_example

ACTOR = system_actor("test")
MARK = {"type": "text", "label": {"en": "Mark"}, "indexed": True, "properties": {"max_length": 5}}
VISIT = {
    "label": {"en": "Visit"},
    "fields": {
        "name": {"type": "text", "label": {"en": "Topic"}, "searchable": True},
        "book": {"type": "link", "label": {"en": "Book"}, "properties": {"entity": "lib.book", "reverse": "x_visits"}},
    },
}
LAYER = Overlay(
    (
        Patch("entity", "lib.book", "/fields/x_mark", Op.ADD, MARK),
        Patch("entity", "lib.book", "/label/en", Op.SET, "Work", base="Book"),
        Patch("entity", "lib.book", "/fields/pages/required", Op.SET, True),
        Patch("entity", "x.visit", "", Op.ADD, VISIT),
    )
)


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    folder, _ = write_example(tmp_path)
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path / "home"), "LOOMWORK_DATABASE_URL": database_url})
    runtime = Runtime.start(settings, app_folders=[folder])
    yield runtime
    runtime.close()


def _publish(library: Runtime, overlay: Overlay | None) -> int:
    text = json.dumps(overlay.as_json()) if overlay else ""
    return library.publish(text, author="tester", message="a change")


def test_what_a_customer_adds_can_be_written_and_asked_for(library: Runtime) -> None:
    _publish(library, LAYER)
    with library.write() as work:
        book = library.records.create(work, ACTOR, "lib.book", {"title": "Tehanu", "pages": 226, "x_mark": "K12"})
        library.records.create(work, ACTOR, "x.visit", {"name": "Reading", "book": book["id"]})
    with library.read() as work:
        visits = library.query.run(work, ACTOR, Query("x.visit", ("name", "book.x_mark"))).rows
        assert [(row["name"], row["book.x_mark"]) for row in visits] == [("Reading", "K12")]
        found = Query("lib.book", ("title",), filter="COUNT(x_visits) = 1 AND x_mark = 'K12'")
        assert [row["title"] for row in library.query.run(work, ACTOR, found).rows] == ["Tehanu"]
    assert library.catalog.entity("lib.book").label["en"] == "Work"
    assert source_of(library.catalog, "entity", "lib.book", "/fields/x_mark/type") == "customer"


def test_what_a_customer_demands_holds_at_the_door(library: Runtime) -> None:
    _publish(library, LAYER)
    with pytest.raises(InvalidInput) as fault, library.write() as work:
        library.records.create(work, ACTOR, "lib.book", {"title": "Tehanu", "x_mark": "far too long"})
    assert {one.path for one in fault.value.details} == {"pages", "x_mark"}


def test_a_faulty_layer_is_refused_and_changes_nothing(library: Runtime) -> None:
    before = library.catalog.version
    faulty = LAYER.with_patches([Patch("entity", "lib.book", "/fields/chapters/label/en", Op.SET, "Chapters")])
    with pytest.raises(PlatformError):
        _publish(library, faulty)
    assert library.catalog.version == before
    assert "x.visit" not in library.catalog.entities


def test_a_field_that_was_taken_back_and_made_anew_inherits_nothing(library: Runtime) -> None:
    """The old column is kept aside: who may read the new field must not thereby read the old one's values."""
    _publish(library, LAYER)
    with library.write() as work:
        made = library.records.create(work, ACTOR, "lib.book", {"title": "Tehanu", "pages": 226, "x_mark": "K12"})
    _publish(library, None)
    assert "x_mark" not in library.catalog.entity("lib.book").fields
    _publish(library, LAYER)
    with library.read() as work:
        row = library.query.get(work, ACTOR, "lib.book", made["id"], ("title", "x_mark"))
    assert (row["title"], row["x_mark"]) == ("Tehanu", None)


def test_an_upgraded_app_starts_under_the_layer_that_was_published(library: Runtime) -> None:
    """The vendor changes what the customer has changed too: the server starts, the customer's word stands, it is told."""
    _publish(library, LAYER)
    file = library.app_folders[0] / "entities" / "book.json"
    file.write_text(file.read_text().replace('"en": "Book"', '"en": "Volume"', 1))
    again = Runtime.start(library.settings, app_folders=library.app_folders)
    try:
        assert again.catalog.entity("lib.book").label["en"] == "Work"
        with pytest.raises(PlatformError, match="C502"):
            _publish(again, LAYER)
    finally:
        again.close()
