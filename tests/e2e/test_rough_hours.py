"""Answers that get lost on their way, files that are not what they say, work on many records that breaks off, and no mouse."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import Library, SignIn
from tests.e2e.holding import Held
from tests.e2e.test_journeys import open_list

AUTHOR = "lib.author"


def _png(width: int, height: int) -> bytes:
    rows = b"".join(b"\0" + bytes((60, 84, 197)) * width for _ in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _rows(library: Library, entity: str, text: str, fields: tuple[str, ...] = ()) -> list[dict[str, object]]:
    rt = library.runtime
    with rt.read() as work:
        asked = Query(entity, fields=fields, filter=text, limit=200)
        return list(rt.query.run(work, system_actor("test"), asked).rows)


def _lose(page: Page, pattern: str, method: str, at: int = 1) -> Callable[[], int]:
    """The server does what it is asked, and the answer to one request of a method is lost; how many there were."""
    seen = 0

    def lose(route: Route) -> None:
        nonlocal seen
        if route.request.method != method:
            route.continue_()
            return
        seen += 1
        if seen != at:
            route.continue_()
            return
        assert route.fetch().ok
        route.abort("connectionreset")

    page.route(pattern, lose)
    return lambda: seen


@pytest.fixture
def author(library: Library) -> str:
    rt = library.runtime
    with rt.write() as work:
        [made] = rt.records.create_many(work, system_actor("seed"), AUTHOR, [{"name": "Rough Hours"}])
    return made


@pytest.fixture
def quiet(sign_in: SignIn) -> Page:
    """A page that may lose a connection; the browser writes that down by itself."""
    return sign_in(may_lose=True)


@pytest.mark.parametrize("country", ["", "Iceland"], ids=["as it was", "changed since"])
def test_a_record_whose_answer_was_lost_is_made_once(library: Library, quiet: Page, country: str) -> None:
    name = f"Lost and found {country}".strip()
    quiet.goto("/e/lib.author")
    quiet.keyboard.press("c")
    drawer = quiet.locator("dialog.lw-drawer")
    drawer.locator('[data-item="name"] input').fill(name)
    _lose(quiet, "**/api/v1/records/lib.author", "POST")
    quiet.keyboard.press("Control+Enter")
    expect(quiet.locator(".lw-toast--bad")).to_contain_text("did not answer")
    expect(drawer.locator('[data-item="name"] input')).to_have_value(name)
    if country:
        drawer.locator('[data-item="country"] input').fill(country)
    quiet.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    [row] = _rows(library, AUTHOR, f"name = '{name}'", ("country",))
    assert (row["country"] or "") == country


def test_a_change_whose_answer_was_lost_is_no_quarrel(library: Library, quiet: Page, author: str) -> None:
    quiet.goto(f"/e/lib.author/{author}")
    quiet.locator("[data-edit]").click()
    drawer = quiet.locator("dialog.lw-drawer")
    drawer.locator('[data-item="country"] input').fill("Norway")
    _lose(quiet, f"**/api/v1/records/lib.author/{author}", "PATCH")
    quiet.keyboard.press("Control+Enter")
    expect(quiet.locator(".lw-toast--bad")).to_be_visible()
    quiet.keyboard.press("Control+Enter")
    expect(quiet.locator("dialog[open]")).to_have_count(0)
    assert _rows(library, AUTHOR, f"id = '{author}'", ("country",))[0]["country"] == "Norway"


def test_a_note_whose_answer_was_lost_is_written_once(library: Library, quiet: Page, author: str) -> None:
    quiet.goto(f"/e/lib.author/{author}")
    _lose(quiet, "**/notes", "POST")
    note = quiet.locator("[data-note]")
    note.fill("Said once")
    note.press("Control+Enter")
    expect(quiet.locator(".lw-toast--bad")).to_be_visible()
    expect(note).to_have_value("Said once")
    note.press("Control+Enter")
    expect(note).to_have_value("")
    assert len(_rows(library, "system.note", f"record_id = '{author}'")) == 1


def test_a_change_of_many_goes_on_where_the_network_broke(library: Library, quiet: Page) -> None:
    open_list(quiet, "?search=Volume")
    total = int(quiet.locator("#lw-count").inner_text())
    rt = library.runtime
    with rt.write() as work:
        more = [{"title": f"Volume of many {n}", "price": "20", "copies": 2} for n in range(120 - total)]
        rt.records.create_many(work, system_actor("seed"), "lib.book", more)
    open_list(quiet, "?search=Volume")
    quiet.locator("[data-pick-all]").check(force=True)
    quiet.locator(".lw-bulk__all").click()
    expect(quiet.locator(".lw-bulk b")).to_have_text("120 selected")
    quiet.locator(".lw-bulk").get_by_role("button", name="Edit field").click()
    dialog = quiet.get_by_role("dialog")
    dialog.get_by_label("Field").select_option("copies")
    dialog.locator("lw-number input").fill("88")
    asked = _lose(quiet, "**/batch", "POST", at=2)
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("50 done, 70 left")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_have_count(0)
    expect(quiet.locator("#lw-toasts")).to_contain_text("70")
    assert asked() == 4  # 50, 50 without an answer, the same 50 again, 20
    assert len(_rows(library, "lib.book", "copies = 88")) == 120


def _portrait(page: Page, author: str) -> tuple[Locator, Locator]:
    page.goto(f"/e/lib.author/{author}")
    page.locator("[data-edit]").click()
    field = page.locator('dialog.lw-drawer [data-item="portrait"]')
    return field, field.locator("input[type=file]")


def test_a_picture_is_looked_at_before_it_is_taken(sign_in: SignIn, author: str, tmp_path: Path) -> None:
    page = sign_in()
    field, picker = _portrait(page, author)
    picker.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": _png(8, 6)})
    expect(field.get_by_role("link", name="me.png")).to_be_visible()
    expect(field.locator("img")).to_be_visible()
    for name, body, words in (
        ("fake.png", b"<script>alert(1)</script>", "of a type that is not taken"),
        ("none.png", b"", "is empty"),
        ("huge.png", 25_000_001, "more than the 25 MB"),
    ):
        file = tmp_path / name
        with file.open("wb") as target:
            target.truncate(body) if isinstance(body, int) else target.write(body)
        picker.set_input_files(file)
        expect(field.get_by_role("alert")).to_contain_text(f"“{name}”")
        expect(field.get_by_role("alert")).to_contain_text(words)
        expect(field.get_by_role("link", name="me.png")).to_be_visible()
    field.get_by_role("button", name="Remove").click()
    expect(field.locator("img")).to_have_count(0)
    expect(field.get_by_role("button", name="Choose file")).to_be_focused()


def test_a_dropped_picture_is_taken_and_a_strange_name_stays_what_it_is(
    library: Library, sign_in: SignIn, author: str
) -> None:
    page = sign_in()
    field, _ = _portrait(page, author)
    name = "<img src=x onerror=alert(1)> 图片 “é”.png"
    drop = page.evaluate_handle(
        """([name, bytes]) => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
          return held;
        }""",
        [name, list(_png(5, 5))],
    )
    frame = field.locator(".lw-control")
    for event in ("dragover", "drop"):
        frame.dispatch_event(event, {"dataTransfer": drop})
    expect(field.get_by_role("link")).to_have_text(name)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    stored = _rows(library, AUTHOR, f"id = '{author}'", ("portrait",))[0]["portrait"]
    assert isinstance(stored, dict)
    assert stored["name"] == name


def test_nothing_is_saved_while_a_file_is_on_its_way_and_a_lost_one_is_sent_again(
    library: Library, sign_in: SignIn, author: str
) -> None:
    page = sign_in()
    field, picker = _portrait(page, author)
    page.context.set_offline(True)
    picker.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": _png(8, 6)})
    expect(field.get_by_role("alert")).to_contain_text("was not uploaded")
    page.context.set_offline(False)
    held = Held(page, "**/api/v1/files")
    field.get_by_role("button", name="Try again").click()
    held.wait()
    page.keyboard.press("Control+Enter")
    expect(field.get_by_role("alert")).to_contain_text("still being uploaded")
    held.let_go()
    expect(field.get_by_role("link", name="me.png")).to_be_visible()
    expect(field.get_by_role("alert")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert _rows(library, AUTHOR, f"id = '{author}'", ("portrait",))[0]["portrait"] is not None


def test_picked_rows_are_reached_deleted_and_brought_back_by_keys(library: Library, sign_in: SignIn) -> None:
    rt = library.runtime
    with rt.write() as work:
        rt.records.create_many(work, system_actor("seed"), AUTHOR, [{"name": f"Keyboard {n}"} for n in range(3)])
    page = sign_in()
    page.goto("/e/lib.author?search=Keyboard")
    expect(page.locator("#lw-count")).to_have_text("3")
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('.lw-bulk') !== null")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator("#lw-count")).to_have_text("1")
    page.keyboard.press("Control+z")
    expect(page.locator("#lw-count")).to_have_text("3")
    expect(page.locator("#lw-toasts")).to_contain_text("2 records are back")


def test_a_press_beside_the_fields_does_not_take_the_keys_away_from_the_drawer(
    library: Library, sign_in: SignIn, author: str
) -> None:
    page = sign_in()
    page.goto(f"/e/lib.author/{author}")
    page.locator("[data-edit]").click()
    drawer = page.locator("dialog.lw-drawer")
    drawer.locator('[data-item="country"] input').fill("Chile")
    drawer.locator("h2").click()
    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    assert _rows(library, AUTHOR, f"id = '{author}'", ("country",))[0]["country"] == "Chile"


def test_the_palette_finds_what_stands_behind_the_name(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("Control+k")
    page.keyboard.type("settings")
    expect(page.locator("dialog.lw-palette [role=option]").first).to_contain_text("Settings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings")


def test_the_ring_shows_on_the_choice_that_is_on(sign_in: SignIn) -> None:
    page = sign_in()
    page.locator(".lw-user").press("Enter")
    page.keyboard.press("Tab")
    chosen = page.locator('#lw-user-menu [aria-pressed="true"]').first
    chosen.focus()
    rings = page.evaluate("""() => [...document.querySelectorAll('#lw-user-menu .lw-segments button')].map((one) => {
      one.focus({ focusVisible: true });
      return getComputedStyle(one).boxShadow;
    })""")
    assert len(set(rings)) == 1


def test_pages_beside_the_screens_follow_the_theme(sign_in: SignIn) -> None:
    page = sign_in()
    page.locator(".lw-user").click()
    with page.expect_response("**/settings/wishes"):
        page.locator('#lw-user-menu [data-wish="theme"][data-value="dark"]').click()
    dark = "[...document.querySelectorAll('html')].map((one) => one.dataset.theme)[0]"
    for path in ("/e/lib.nothing", "/operate", "/api/docs"):
        page.goto(path)
        assert page.evaluate(dark) == "dark", path
    card = page.locator(".api details").first
    assert card.evaluate("one => getComputedStyle(one).backgroundColor") != "rgb(255, 255, 255)"
    page.goto("/")
    page.locator(".lw-user").click()
    with page.expect_response("**/settings/wishes"):
        page.locator('#lw-user-menu [data-wish="theme"][data-value="system"]').click()
