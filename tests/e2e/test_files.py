"""Files on a record in a real browser: chosen, dropped, refused, lost and sent again, downloaded, taken away and brought back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from loomwork.permissions.actor import system_actor
from tests.e2e.conftest import DESK, PHONE, Library, SignIn
from tests.e2e.test_accessibility import findings

SEED = system_actor("seed")
PDF = {"name": "offer v3.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 offer"}
TEXT = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"}
PROGRAM = {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0\xff"}
DISGUISED = {**PROGRAM, "name": "picture.png"}
DROP = """
([target, name, kind]) => {
  const data = new DataTransfer();
  data.items.add(new File(["dropped"], name, { type: "text/plain" }));
  document.querySelector(target).dispatchEvent(
    new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })
  );
}
"""


@pytest.fixture
def book(library: Library) -> str:
    """A book of its own for each journey."""
    with library.runtime.write() as work:
        return str(library.runtime.records.create(work, SEED, "lib.book", {"title": "With files"})["id"])


def show(page: Page, book: str) -> Locator:
    page.goto(f"/e/lib.book/{book}")
    panel = page.locator("lw-files")
    page.locator("[data-record-tab=files]").click()
    expect(panel.get_by_role("heading", name="Files")).to_be_in_viewport()
    return panel


def choose(panel: Locator, *files: dict[str, Any]) -> None:
    panel.locator("input[type=file]").set_input_files(list(files))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_files_are_added_downloaded_taken_away_and_brought_back(
    library: Library, sign_in: SignIn, book: str, size: tuple[int, int]
) -> None:
    page = sign_in(size=size)
    panel = show(page, book)
    choose(panel, PDF, TEXT)
    lines = page.locator("lw-files [data-lines] > li")
    expect(lines).to_have_count(2)
    offer = lines.filter(has_text="offer v3.pdf")
    for words in ("PDF", "14 B", "Ada Keeper", "Today"):
        expect(offer).to_contain_text(words)
    expect(page.locator("[data-record-tab=files]")).to_contain_text("2")
    with page.expect_download() as got:
        offer.get_by_role("link", name="Download offer v3.pdf").click()
    assert got.value.suggested_filename == "offer v3.pdf"
    assert got.value.path().read_bytes() == PDF["buffer"]
    offer.get_by_role("button", name="Delete offer v3.pdf").click()
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(lines).to_have_count(2)
    expect(page.locator("[data-record-tab=files]")).to_have_attribute("aria-selected", "true")


def test_a_file_may_be_dropped_anywhere_on_the_record(sign_in: SignIn, book: str) -> None:
    page = sign_in()
    panel = show(page, book)
    page.evaluate(DROP, [".lw-record__right", "dropped.txt", "dragenter"])
    expect(panel).to_have_class("lw-related-list lw-files lw-files--drop")
    page.evaluate(DROP, [".lw-record__right", "dropped.txt", "drop"])
    expect(page.locator("lw-files [data-lines]")).to_contain_text("dropped.txt")
    expect(page.locator("lw-files")).not_to_have_class("lw-related-list lw-files lw-files--drop")
    expect(page.locator(".lw-timeline__day").first).to_be_visible()
    expect(page.locator(".lw-record__right .lw-event__card", has_text="dropped.txt")).to_be_visible()


def test_what_is_refused_says_why_and_what_is_taken_goes_on(sign_in: SignIn, book: str, tmp_path: Any) -> None:
    page = sign_in("zh", language="zh-CN")
    page.goto(f"/e/lib.book/{book}")
    panel = page.locator("lw-files")
    big = tmp_path / "film.mp4"
    with big.open("wb") as target:
        target.truncate(26_000_000)
    panel.locator("input[type=file]").set_input_files(big)
    expect(page.locator("lw-files [role=alert]")).to_contain_text("“film.mp4”有 26 MB，超过此处的上限 25 MB")
    choose(panel, PROGRAM, DISGUISED, TEXT)
    expect(page.locator("lw-files [data-lines] > li")).to_have_count(1)
    alerts = page.locator("lw-files [role=alert]")
    expect(alerts).to_have_count(3)
    expect(alerts.filter(has_text="setup.exe")).to_contain_text("程序文件")
    expect(alerts.filter(has_text="picture.png")).to_contain_text("不接受会直接运行的程序文件")
    assert findings(page) == []
    page.get_by_role("button", name="收起film.mp4").focus()
    page.keyboard.press("Enter")
    expect(alerts).to_have_count(2)
    expect(page.get_by_role("button", name="收起setup.exe")).to_be_focused()


def test_a_file_that_was_lost_on_its_way_is_sent_again_and_is_there_once(
    library: Library, sign_in: SignIn, book: str
) -> None:
    page = sign_in(may_lose=True)
    panel = show(page, book)
    address = f"**/api/v1/records/lib.book/{book}/files"

    def lose(route: Route) -> None:
        route.fetch()  # it arrives; the answer does not
        route.abort("connectionreset")

    page.route(address, lose)
    choose(panel, TEXT)
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.locator("lw-files [role=alert]")).to_contain_text("was not uploaded")
    page.unroute(address)
    again.click()
    expect(again).to_have_count(0)
    expect(page.locator("lw-files [data-lines] > li")).to_have_count(1)
    answer = page.evaluate("path => fetch(path).then(one => one.text())", f"/api/v1/records/lib.book/{book}/files")
    assert [one["name"] for one in json.loads(answer)["items"]] == ["notes.txt"]


def test_an_upload_under_way_shows_how_far_it_is_and_is_cancelled(sign_in: SignIn, book: str) -> None:
    page = sign_in()
    panel = show(page, book)
    held: list[Route] = []
    page.route(f"**/api/v1/records/lib.book/{book}/files", lambda route: held.append(route))  # noqa: PLW0108 - a builtin takes no mark
    choose(panel, TEXT, PDF)
    bars = page.locator("lw-files progress")
    expect(bars).to_have_count(1)
    expect(page.locator("lw-files [data-coming] > li").nth(1)).to_contain_text("Waiting")
    page.get_by_role("button", name="Cancel the upload of offer v3.pdf").click()
    expect(page.locator("lw-files [data-coming] > li")).to_have_count(1)
    assert findings(page) == []
    page.get_by_role("button", name="Cancel the upload of notes.txt").click()
    expect(page.locator("lw-files [data-coming] > li")).to_have_count(0)
    expect(page.locator("[data-do=add-files]")).to_be_focused()


def test_readers_of_a_record_download_its_files_and_no_more(library: Library, sign_in: SignIn, book: str) -> None:
    page = sign_in()
    choose(show(page, book), TEXT)
    expect(page.locator("lw-files [data-lines] > li")).to_have_count(1)
    guest = sign_in("lib.visitor")
    panel = show(guest, book)
    expect(panel.get_by_role("link", name="Download notes.txt")).to_be_visible()
    expect(panel.get_by_role("button")).to_have_count(0)
    guest.evaluate(DROP, [".lw-record__right", "dropped.txt", "drop"])
    expect(panel.locator("[data-coming] > li")).to_have_count(0)
    assert findings(guest) == []
