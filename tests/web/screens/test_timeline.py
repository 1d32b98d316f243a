"""The timeline says who did what: field, old and new in the reader's words, files and notes, also of a record in the trash."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.permissions.actor import system_actor
from loomwork.runtime import Runtime
from loomwork.storage.access_log import note_access
from loomwork.web.screens import env
from loomwork.web.screens.told import Event
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from tests.web.screens.conftest import OpenDesk

SEED = system_actor("seed")


@pytest.fixture
def told(runtime: Runtime) -> str:
    """A book that was changed three times, and has a note and a file."""
    with runtime.write() as work:
        first = runtime.records.create(work, SEED, "lib.author", {"name": "林语堂"})["id"]
        other = runtime.records.create(work, SEED, "lib.author", {"name": "Ada"})["id"]
        row = runtime.records.create(work, SEED, "lib.book", {"title": "Told", "author": first, "copies": 1})
    changes: list[dict[str, Any]] = [
        {"price": {"amount": "1234.50", "currency": "CNY"}},
        {"author": other, "bought_on": "2026-02-03"},
        {"status": "shelved"},
    ]
    for version, change in enumerate(changes, start=1):
        with runtime.write() as work:
            runtime.records.update(work, SEED, "lib.book", row["id"], change, version)
    place = {"entity": "lib.book", "record_id": row["id"]}
    with runtime.write() as work:
        runtime.records.create(work, SEED, "system.note", {"body": "A note", **place})
        file = {"name": "offer.pdf", "size": 1, "type": "application/pdf", "sha256": "0" * 64, **place}
        runtime.records.create(work, SEED, "system.file", file)
    return str(row["id"])


def _events(desk: OpenDesk, book: str, language: str = "en", role: str = "lib.clerk") -> dict[str, Event]:
    with desk(role, language=language) as place:
        page = record_page(place, "lib.book", book)
    return {event.verb: event for day in page.days for event in day.events}


def _text(event: Event) -> list[tuple[str, str, str]]:
    return [(one.label, one.old.striptags(), one.new.striptags()) for one in event.changes]


def test_a_change_says_field_old_and_new_in_the_readers_language(desk: OpenDesk, told: str) -> None:
    english, chinese = _events(desk, told), _events(desk, told, "zh-CN")
    assert _text(english["changed Price"]) == [("Price", "empty", "¥1,234.50")]
    [(label, old, new)] = _text(chinese["修改了状态"])
    assert (label, new) == ("状态", "在架")
    assert old
    author, bought = _text(english["changed 2 fields"])
    assert (author[0], author[1][-3:], author[2][-3:]) == ("Author", "林语堂", "Ada")
    assert bought == ("Bought on", "empty", "2026-02-03")
    assert "修改了 2 个字段" in chinese


def test_one_change_stands_on_the_line_of_its_author(desk: OpenDesk, told: str) -> None:
    with desk() as place:
        page = record_page(place, "lib.book", told)
        html = env.render("record.html", place.wishes, shell=shell(place, "lib.book"), title=page.title, page=page)
    head = next(part for part in html.split("lw-event__head")[1:] if "changed Price" in part).partition("</p>")[0]
    assert "¥1,234.50" in head
    assert "Price</span>" not in head


def test_files_and_notes_are_told_with_their_author_and_time(desk: OpenDesk, told: str) -> None:
    events = _events(desk, told)
    note, file = events["wrote a note"], events["added a file"]
    assert (note.text, file.title) == ("A note", "offer.pdf")
    assert file.url.startswith("/api/v1/files/")
    assert all(one.person and one.time for one in (note, file))


def test_a_record_in_the_trash_tells_who_put_it_there(runtime: Runtime, desk: OpenDesk, told: str) -> None:
    with runtime.write() as work:
        runtime.records.delete(work, SEED, "lib.book", told, 4)
    events = _events(desk, told)
    assert next(iter(events)) == "moved the record to the trash"
    assert {"created the record", "changed Price", "wrote a note"} <= set(events)
    with desk() as place:
        assert runtime.query.history(place.work, place.actor, "lib.book", told)[0]["verb"] == "deleted"
    with pytest.raises(Exception, match="no such"):
        _events(desk, told, role="lib.visitor")


def test_a_share_and_a_look_in_clear_are_told_in_words(runtime: Runtime, desk: OpenDesk, told: str) -> None:
    with runtime.write() as work:
        who = runtime.records.create(work, SEED, "system.user", {"name": "Mia", "email": "mia@x.example"})["id"]
        runtime.records.share(work, SEED, "lib.book", told, principal=who, level="read")
        note_access(work, actor=who, entity="lib.book", record_id=told, verb="revealed", about={"price": "revealed"})
    for language, words in (
        ("en", {"shared the record with Mia", "looked at Price in clear"}),
        ("zh-CN", {"将记录共享给 Mia", "查看了单价的完整内容"}),
    ):
        with desk("lib.clerk", "system.everyone", language=language) as place:
            page = record_page(place, "lib.book", told)
        assert words <= {event.verb for day in page.days for event in day.events}
    assert "shared the record" in _events(desk, told), "whom the reader does not see is not named"
