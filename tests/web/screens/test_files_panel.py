"""The files of a record on its page: what each line says, who sees buttons, and where more of them are."""

from __future__ import annotations

import pytest

from loomwork.core.errors import NotFound
from loomwork.permissions.actor import system_actor
from loomwork.runtime import Runtime
from loomwork.web.screens import env, figures
from loomwork.web.screens.views.record.files import all_files
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from tests.web.screens.conftest import OpenDesk

SEED = system_actor("seed")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def hang(runtime: Runtime, *files: tuple[str, str, int]) -> str:
    """A book with files of given names, types and sizes."""
    with runtime.write() as work:
        book = str(runtime.records.create(work, SEED, "lib.book", {"title": "With files"})["id"])
        place = {"entity": "lib.book", "record_id": book, "sha256": "0" * 64}
        rows = [{"name": name, "type": kind, "size": size, **place} for name, kind, size in files]
        runtime.records.create_many(work, SEED, "system.file", rows)
    return book


def test_a_file_is_named_as_people_name_it(runtime: Runtime, desk: OpenDesk) -> None:
    book = hang(
        runtime,
        ("offer.pdf", "application/pdf", 1_234_567),
        ("plan.xlsx", SHEET, 20_000),
        ("me.jpeg", "image/jpeg", 512),
        ("names.csv", "text/plain", 3_000_000),
        ("README", "application/octet-stream", 1),
    )
    with desk() as place:
        panel = record_page(place, "lib.book", book).files
        assert panel is not None
        told = {one.name: (one.kind, one.size) for one in panel.lines}
    assert told == {
        "offer.pdf": ("PDF", "1.2 MB"),
        "plan.xlsx": ("Excel", "20 KB"),
        "me.jpeg": ("JPEG", "512 B"),
        "names.csv": ("CSV", "3 MB"),
        "README": ("File", "1 B"),
    }
    assert all(one.person and one.when and one.full_when for one in panel.lines)
    assert (panel.count, panel.may_change, panel.more_url) == ("5", True, "")


def page_of(desk: OpenDesk, book: str, role: str, language: str = "en") -> str:
    with desk(role, language=language) as place:
        page = record_page(place, "lib.book", book)
        return env.render("record.html", place.wishes, shell=shell(place, "lib.book"), title=page.title, page=page)


def test_who_may_not_change_the_record_reads_its_files_and_no_more(runtime: Runtime, desk: OpenDesk) -> None:
    full, empty = hang(runtime, ("offer.pdf", "application/pdf", 10)), hang(runtime)
    clerk, visitor = (page_of(desk, full, role) for role in ("lib.clerk", "lib.visitor"))
    assert "Download offer.pdf" in visitor
    for words in ("Delete offer.pdf", "Add files", "Drop files here"):
        assert words in clerk
        assert words not in visitor
    assert "Add files" in page_of(desk, empty, "lib.clerk")
    assert "lw-files" not in page_of(desk, empty, "lib.visitor").replace("lw-files--drop", "")
    assert "添加文件" in page_of(desk, empty, "lib.clerk", "zh-CN")


def test_a_record_in_the_trash_offers_no_files(runtime: Runtime, desk: OpenDesk) -> None:
    book = hang(runtime, ("offer.pdf", "application/pdf", 10))
    with runtime.write() as work:
        runtime.records.delete(work, SEED, "lib.book", book, 1)
    with desk() as place:
        assert record_page(place, "lib.book", book).files is None


def test_all_of_many_files_are_reached_page_by_page(runtime: Runtime, desk: OpenDesk) -> None:
    book = hang(runtime, *((f"{n:03}.txt", "text/plain", 1) for n in range(230)))
    with desk() as place:
        panel = record_page(place, "lib.book", book).files
        assert panel is not None
        assert (len(panel.lines), panel.count, panel.more_url) == (50, "50+", f"/e/lib.book/{book}/files")
        first = all_files(place, "lib.book", book, "")
        rest = all_files(place, "lib.book", book, first.more_url.partition("after=")[2])
    names = [one.name for one in (*first.lines, *rest.lines)]
    assert len(first.lines) == 200
    assert sorted(names) == [f"{n:03}.txt" for n in range(230)]
    assert rest.more_url == ""


def test_files_of_a_record_that_is_not_seen_are_not_listed(runtime: Runtime, desk: OpenDesk) -> None:
    book = hang(runtime, ("offer.pdf", "application/pdf", 10))
    with desk("lib.editor") as place, pytest.raises(NotFound):
        all_files(place, "lib.book", book, "")


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (25_000_000, "25 MB"), (1_240_000_000, "1.2 GB")]
)
def test_sizes_are_said_without_zeros_at_the_end(size: int, text: str) -> None:
    assert figures.size(size) == text
