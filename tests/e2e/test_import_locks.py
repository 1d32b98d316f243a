"""An import, and taking it back, is begun once: while it goes on its buttons are locked and say how far it is."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import Library, SignIn
from tests.e2e.test_accessibility import findings

AUTHOR = "lib.author"


def checked(page: Page, rows: bytes) -> None:
    page.goto(f"/e/{AUTHOR}/import")
    page.locator("[data-file]").set_input_files({"name": "locks.csv", "mimeType": "text/csv", "buffer": rows})
    page.locator("[data-check]").click()
    expect(page.locator("[data-run]")).to_be_visible()


def hold(page: Page, pattern: str) -> list[Route]:
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route))  # noqa: PLW0108 - a builtin takes no mark
    return held


def press_again(page: Page, selector: str) -> None:
    """As impatient people do, with the pointer and with keys; a script is heard even where they are not."""
    page.locator(selector).first.evaluate(
        "one => { one.click(); one.dispatchEvent(new MouseEvent('click', {bubbles: true})) }"
    )


def made(library: Library, name: str) -> int:
    rt = library.runtime
    with rt.read() as work:
        query = Query(AUTHOR, ("name",), filter="name = :name", params={"name": name}, limit=10)
        return len(rt.query.run(work, system_actor("test"), query).rows)


def test_an_import_that_goes_on_is_not_begun_again(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    checked(page, b"Name\nOnce Only\n")
    held = hold(page, "**/import/run")
    with page.expect_request("**/import/run"):
        page.locator("[data-run]").click()
    press_again(page, "[data-run]")
    press_again(page, "[data-check]")
    expect(page.locator("[data-busy]")).to_be_visible()
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("[data-line]")).to_have_text("1 rows imported.")
    assert len(held) == 1
    assert made(library, "Once Only") == 1


def test_an_import_is_taken_back_once_and_shows_how_far_it_is(library: Library, sign_in: SignIn) -> None:
    page = sign_in("zh", language="zh-CN")
    checked(page, b"Name\nTaken Back\nTaken Too\n")
    page.locator("[data-run]").click()
    expect(page.locator("[data-undo]")).to_be_visible()
    held = hold(page, "**/undo")
    page.route(
        "**/import/progress/*", lambda route: route.fulfill(json={"rows": 1000, "done_rows": 1000, "undone_rows": 500})
    )
    page.locator("[data-undo]").click()
    dialog = page.get_by_role("dialog")
    with page.expect_request("**/undo"):
        dialog.get_by_role("button", name="撤销导入").click()
    expect(dialog).to_contain_text("已撤销 500 / 1,000 行")
    expect(dialog.locator("progress").first).to_have_js_property("value", 500)
    dialog.locator("[data-cancel]").click()
    expect(dialog).to_have_count(0)
    undo = page.locator("[data-undo]")
    expect(undo).to_be_disabled()
    expect(page.locator("[data-stage=report] progress")).to_be_visible()
    expect(page.locator("[data-stage=report]")).to_contain_text("已撤销 500 / 1,000 行")
    assert findings(page) == []
    press_again(page, "[data-undo]")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("[data-line]")).to_contain_text("2")
    expect(undo).to_be_hidden()
    assert made(library, "Taken Back") == 0


def test_an_undo_that_was_refused_may_be_tried_again(sign_in: SignIn) -> None:
    page = sign_in(may_lose=True)
    checked(page, b"Name\nTried Twice\n")
    page.locator("[data-run]").click()
    held = hold(page, "**/undo")
    page.locator("[data-undo]").click()
    dialog = page.get_by_role("dialog")
    with page.expect_request("**/undo"):
        dialog.get_by_role("button", name="Undo import").click()
    held[0].abort("connectionreset")
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(page.locator("[data-undo]")).to_be_enabled()
    dialog.get_by_role("button", name="Undo import").click()
    page.wait_for_function("() => document.querySelector('dialog .lw-stack:not([hidden])')")
    held[-1].continue_()
    expect(page.locator("[data-line]")).to_contain_text("1 records were taken back")


def test_the_list_of_recent_imports_locks_the_one_that_is_taken_back(sign_in: SignIn) -> None:
    page = sign_in()
    checked(page, b"Name\nFrom The List\n")
    page.locator("[data-run]").click()
    expect(page.locator("[data-undo]")).to_be_visible()
    page.goto(f"/e/{AUTHOR}/import")
    button = page.locator("[data-undo-id]").first
    held = hold(page, "**/undo")
    button.click()
    dialog = page.get_by_role("dialog")
    with page.expect_request("**/undo"):
        dialog.get_by_role("button", name="Undo import").click()
    dialog.locator("[data-cancel]").click()
    expect(button).to_be_disabled()
    press_again(page, "[data-undo-id]")
    expect(page.get_by_role("dialog")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".lw-toast")).to_contain_text("1 records were taken back")
    assert len(held) == 1
