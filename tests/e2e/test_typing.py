"""What somebody types is never lost: not to a slow answer, not to an input method, not to a session that ended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from loomwork.permissions.actor import system_actor
from tests.e2e.conftest import PASSWORD, Library, SignIn
from tests.e2e.holding import Held
from tests.e2e.test_journeys import open_list

# Timers of a page go in the order of their ends: after this one, whatever a pause in typing begins has begun.
LATER = "() => new Promise((done) => setTimeout(done, 500))"


@pytest.fixture
def book(library: Library) -> str:
    """A book of its own, so that journeys do not meet."""
    rt = library.runtime
    with rt.write() as work:
        [made] = rt.records.create_many(
            work, system_actor("seed"), "lib.book", [{"title": "Book of the typist", "price": "20", "copies": 2}]
        )
    return made


def test_a_cell_that_is_typed_in_survives_the_saving_of_the_one_before(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    held = Held(page, "**/api/v1/records/**", "PATCH")
    page.locator('.lw-value[data-path="copies"]').click()
    page.keyboard.type("9")
    page.locator('.lw-value[data-path="price"]').click()
    held.wait(1)
    page.keyboard.press("Control+a")
    page.keyboard.type("31")
    held.let_go()
    # The page is drawn anew once no cell is typed in: until then the saved box says that it is saved.
    expect(page.locator('.lw-value[data-path="copies"] .lw-cell-edit[data-saved]')).to_be_attached()
    expect(page.locator('.lw-value[data-path="price"] input')).to_be_focused()
    page.keyboard.type(".5")
    page.keyboard.press("Enter")
    expect(page.locator('.lw-value[data-path="price"]')).to_have_text("¥31.50")
    expect(page.locator('.lw-value[data-path="copies"]')).to_have_text("9")
    expect(page.locator(".lw-cell-edit")).to_have_count(0)


def test_a_note_begun_while_a_cell_is_saved_is_kept_with_its_place(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    held = Held(page, f"**/e/lib.book/{book}", "GET")
    page.locator('.lw-value[data-path="copies"]').click()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    held.wait(1)
    page.locator("[data-note]").click()
    page.keyboard.type("Call them")
    held.let_go()
    expect(page.locator('.lw-value[data-path="copies"]')).to_have_text("8")
    page.keyboard.type(" tomorrow")
    expect(page.locator("[data-note]")).to_have_value("Call them tomorrow")


def test_a_search_on_a_slow_server_keeps_every_letter_and_shows_the_newest_answer(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    held = Held(page, "**/e/lib.book?*", "GET")
    page.locator("[data-find]").click()
    page.keyboard.type("Volume")
    held.wait(1)
    page.keyboard.type(" 00")
    held.wait(2)
    page.keyboard.type("7")
    held.wait(3)
    held.let_go()
    expect(page.locator("#lw-count")).to_have_text("1")
    expect(page.locator("[data-find]")).to_have_value("Volume 007")
    expect(page.locator("[data-find]")).to_be_focused()
    expect(page).to_have_url(re.compile(r"search=Volume\+007"))


def test_an_input_method_is_left_in_peace(library: Library, sign_in: SignIn) -> None:
    page = sign_in("zh", language="zh")
    page.goto("/e/lib.book")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "search=" in one.url else None)
    keyboard = page.context.new_cdp_session(page)
    page.locator("[data-find]").click()
    keyboard.send("Input.imeSetComposition", {"text": "di", "selectionStart": 2, "selectionEnd": 2})
    page.evaluate(LATER)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "第 002"})
    expect(page.locator("#lw-count")).to_have_text("1")
    expect(page.locator("[data-find]")).to_have_value("第 002")
    page.locator("#lw-rows [data-path=copies]").dblclick()
    cell = page.locator(".lw-cell-edit input")
    cell.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(cell).to_be_visible()
    page.keyboard.press("Escape")


def test_a_session_that_ended_leads_to_the_sign_in_page_and_back(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.context.clear_cookies()
    page.locator('th[data-path="copies"] a').click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.fill("input[name=email]", library.people["lib.clerk"])
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("lw-list")).to_be_visible()


def test_a_note_outlives_the_session_and_is_saved_in_the_next_one(library: Library, book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    page.locator("[data-note]").fill("Not to be lost")
    page.context.clear_cookies()
    page.locator("[data-note]").press("Control+Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Your session has ended")
    with page.context.expect_page() as opened:
        question.get_by_role("button", name="Sign in").click()
    other = opened.value
    other.fill("input[name=email]", library.people["lib.clerk"])
    other.fill("input[name=password]", PASSWORD)
    other.click("button[type=submit]")
    other.wait_for_url(f"{library.address}/")
    expect(question).to_have_count(0)
    expect(page.locator("[data-note]")).to_have_value("Not to be lost")
    page.locator("[data-note]").press("Control+Enter")
    expect(page.locator(".lw-event", has_text="Not to be lost")).to_be_visible()


def test_a_refused_cell_is_not_sent_again_while_the_next_one_is_typed_in(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=422, json={"error": {"code": "invalid", "message": "No", "details": []}})

    page.route("**/api/v1/records/**", refuse)
    page.locator('.lw-value[data-path="copies"]').click()
    page.keyboard.type("9")
    page.locator('.lw-value[data-path="price"]').click()
    expect(page.locator('.lw-value[data-path="copies"] [role=alert]')).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("41")
    expect(page.locator('.lw-value[data-path="price"] input')).to_have_value("41")
    page.evaluate(LATER)
    assert len(sent) == 1


def test_conditions_are_joined_by_and_and_or_and_gaps_are_told(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("f")
    page.get_by_role("button", name="Combine with").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no value yet")
    dialog.get_by_label("Field").select_option("copies")
    first = dialog.locator(".lw-cond").first
    first.locator("select").nth(1).select_option("ge")
    first.locator("input").fill("60")
    dialog.get_by_role("button", name="Add group").click()
    inner = dialog.locator(".lw-cond-group .lw-cond-group")
    inner.get_by_role("button", name="Add condition").click()
    for at, text in enumerate(("Volume 061", "Volume 063")):
        row = inner.locator(".lw-cond").nth(at)
        row.locator("select").first.select_option("title")
        row.locator("select").nth(1).select_option("eq")
        row.locator("input").fill(text)
    row.locator("input").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#lw-count")).to_have_text("2")
    page.get_by_role("button", name="Grouped conditions").click()
    expect(page.get_by_role("dialog").locator(".lw-cond")).to_have_count(3)


def test_columns_are_ordered_by_keys(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    before = page.locator("thead th[data-path]").evaluate_all("all => all.map((one) => one.dataset.path)")
    page.get_by_role("button", name="columns").click()
    menu = page.locator(".lw-menu:popover-open")
    expect(menu.get_by_role("button", name="Apply")).to_be_in_viewport()
    menu.locator("input").nth(1).focus()
    page.keyboard.press("Alt+ArrowDown")
    menu.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th[data-path]").nth(1)).to_have_attribute("data-path", before[2])


def test_a_menu_gives_the_focus_back_and_enter_keeps_a_view(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page, "?search=Volume")
    add = page.locator("[data-action=add-filter]")
    add.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("copies")
    page.keyboard.press("Enter")
    expect(page.locator(".lw-menu--form:popover-open input").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(add).to_be_focused()
    page.get_by_role("button", name="Save view").click()
    page.keyboard.type("Only volumes")
    page.keyboard.press("Enter")
    expect(page.locator(".lw-tab[aria-current]")).to_contain_text("Only volumes")
    expect(page.locator(".lw-tab[aria-current]")).to_be_in_viewport()
    page.locator("[data-menu=lw-list-more]").click()
    page.get_by_role("button", name="Delete this view").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete view").click()
    expect(page.locator(".lw-tab", has_text="Only volumes")).to_have_count(0)


def test_changes_that_meet_are_told_by_name_and_not_by_id(library: Library, book: str, sign_in: SignIn) -> None:
    rt = library.runtime
    with rt.write() as work:
        rt.records.create_many(work, system_actor("seed"), "lib.author", [{"name": "Eileen Chang"}, {"name": "Lu Xun"}])
    page = sign_in()
    other = page.context.new_page()
    for tab, author, price in ((page, "Eileen", "1200"), (other, "Lu Xun", "1300.5")):
        tab.goto(f"/e/lib.book/{book}/edit")
        tab.locator('[data-item="price"] input').first.fill(price)
        tab.locator('[data-item="author"] input').fill(author)
        expect(tab.locator("[role=option]").first).to_contain_text(author)
        tab.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("lw-record")).to_be_visible()
    other.keyboard.press("Control+Enter")
    rows = other.get_by_role("dialog").locator("tbody tr")
    expect(rows.filter(has_text="Author").locator("td")).to_have_text(["Lu Xun", "Eileen Chang"])
    expect(rows.filter(has_text="Price").locator("td")).to_have_text(["¥1,300.5", "¥1,200"])


def test_the_box_takes_the_place_of_the_value_and_gives_it_back(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    cell = page.locator('.lw-value[data-path="copies"]')
    cell.click()
    expect(cell.locator("input")).to_be_visible()
    assert "2" not in cell.inner_text()
    page.keyboard.press("Escape")
    expect(cell).to_have_text("2")


def test_one_escape_closes_the_search_and_a_chosen_menu_is_gone(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    page.keyboard.press("Control+k")
    page.keyboard.type("Vol")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lw-palette")).to_have_count(0)
    more = page.locator("[data-menu=lw-record-more]")
    more.click()
    page.get_by_role("link", name="Why can I not").click()
    expect(page.locator("dialog.lw-drawer")).to_be_visible()
    expect(page.locator("#lw-record-more")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()


@pytest.mark.parametrize("who", ["lib.clerk", "zh"])
def test_what_a_form_lacks_is_said_with_what_its_rows_lack(sign_in: SignIn, who: str) -> None:
    page = sign_in(who)
    page.goto("/e/lib.book/new")
    loans = page.locator('[data-item="loans"]')
    for _ in range(2):
        loans.locator(".lw-section-head button").click()
    borrowers = loans.locator("tbody tr td:nth-child(2) input")
    borrowers.nth(0).fill("Li Lei")
    page.locator("[data-save]").click()
    expect(page.locator('[data-item="title"] input')).to_have_attribute("aria-invalid", "true")
    expect(borrowers.nth(1)).to_have_attribute("aria-invalid", "true")
    expect(borrowers.nth(0)).not_to_have_attribute("aria-invalid", "true")
    said = loans.locator("> .lw-field__error")
    expect(said).to_contain_text("第 2 行 · 借书人：" if who == "zh" else "Row 2 · Borrower: ")
    borrowers.nth(1).fill("Han Mei")
    borrowers.nth(1).blur()
    expect(borrowers.nth(1)).not_to_have_attribute("aria-invalid", "true")
    expect(said).to_be_hidden()
