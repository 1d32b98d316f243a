"""Exports in sight: while the file is made, when it is stopped, refused, or its connection breaks off."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Library, SignIn
from tests.e2e.holding import Held
from tests.e2e.test_accessibility import findings

MAKING = "Making the file…"


def press(page: Page) -> None:
    if page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
        page.locator("[data-menu=lw-list-more]").click()
    page.locator("[data-action=export]").locator("visible=true").click()


def hold(page: Page) -> Held:
    """Keeps what asks for an export waiting."""
    return Held(page, lambda url: urlparse(url).path.endswith("/export"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_export_shows_that_it_goes_on_and_gives_the_file(sign_in: SignIn, size: tuple[int, int]) -> None:
    page = sign_in(size=size)
    page.goto("/e/lib.book?search=Volume")
    held = hold(page)
    press(page)
    expect(page.locator(".lw-toast")).to_contain_text(MAKING)
    assert findings(page) == []
    if size == DESK:
        button = page.locator("[data-action=export]").locator("visible=true")
        expect(button).to_have_attribute("aria-busy", "true")
        button.dispatch_event("click")
        button.focus()
        page.keyboard.press("Enter")
    held.wait()
    assert len(held.routes) == 1
    with page.expect_download() as got:
        held.routes[0].continue_()
    assert got.value.suggested_filename == "lib.book.xlsx"
    with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as book:
        assert "xl/workbook.xml" in book.namelist()
    expect(page.locator(".lw-toast")).to_contain_text("The file has been downloaded")
    expect(page.locator(".lw-toast progress")).to_have_count(0)


def test_an_export_is_stopped_and_begun_anew(sign_in: SignIn) -> None:
    page = sign_in("zh", language="zh-CN")
    page.goto("/e/lib.book")
    held = hold(page)
    press(page)
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".lw-toast")).to_contain_text("已停止导出，没有保存文件。")
    press(page)
    expect(page.locator(".lw-toast").last).to_contain_text("正在生成文件…")
    held.wait(2)
    assert len(held.routes) == 2
    with page.expect_download():
        held.routes[1].continue_()


def test_a_connection_that_breaks_off_is_a_message_and_no_file(sign_in: SignIn) -> None:
    page = sign_in(may_lose=True)
    page.goto("/e/lib.book")
    held = hold(page)
    press(page)
    expect(page.locator(".lw-toast")).to_contain_text(MAKING)
    held.wait()
    held.routes[0].abort("connectionreset")
    expect(page.get_by_role("alert")).to_contain_text("Not exported: the connection broke off. Try again.")
    expect(page.locator("[data-action=export]").first).not_to_have_attribute("aria-busy", "true")


def test_a_right_that_was_taken_away_meanwhile_is_said(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book")
    # The page was drawn with the right; the address is that of an entity without it.
    page.locator("lw-list").evaluate("list => { list.dataset.url = '/e/system.user' }")
    press(page)
    expect(page.get_by_role("alert")).to_contain_text("Not exported. You may not export these records.")
    assert page.url.endswith("/e/lib.book")


def test_picked_records_are_exported_the_same_way(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book")
    page.locator("[data-pick-all]").click()
    with page.expect_download() as got:
        page.locator(".lw-bulk").get_by_role("button", name="Export").click()
    assert got.value.suggested_filename.endswith(".xlsx")
    expect(page.locator(".lw-toast")).to_contain_text("The file has been downloaded")


def test_a_session_that_ended_leads_to_the_sign_in_page(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book")
    page.context.clear_cookies()
    press(page)
    page.wait_for_url("**/sign-in**")
