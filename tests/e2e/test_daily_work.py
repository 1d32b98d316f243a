"""The less friendly hours: no network, two tabs, the back button, very long names, many records at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import DESK, PHONE, Library, SignIn
from tests.e2e.holding import Held
from tests.e2e.test_journeys import open_list

LONG = "天津滨海新区第三期储能电站电池管理系统与能量管理系统一体化改造暨智慧运维平台建设项目" * 4
COPIES = '?filter={"and":[{"field":"copies","op":"ge","value":30}]}'


@pytest.fixture
def book(library: Library) -> str:
    """A book of its own, so that journeys do not meet."""
    rt = library.runtime
    with rt.write() as work:
        [made] = rt.records.create_many(
            work, system_actor("seed"), "lib.book", [{"title": "Book of the day", "price": "20", "copies": 2}]
        )
    return made


def test_without_network_what_was_typed_stays_and_is_saved_later(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    page.locator("[data-note]").fill("Half a note")
    page.locator('.lw-value[data-path="copies"]').click()
    page.context.set_offline(True)
    expect(page.locator("#lw-offline")).to_be_visible()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    cell = page.locator('.lw-value[data-path="copies"]')
    expect(cell.get_by_role("alert")).to_contain_text("offline")
    expect(cell.locator("input")).to_have_value("9")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(cell).to_have_text("9")
    expect(page.locator("[data-note]")).to_have_value("Half a note")


def test_a_form_that_cannot_be_sent_keeps_everything(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("c")
    drawer = page.locator("dialog.lw-drawer")
    drawer.locator('[data-item="title"] input').fill("Not lost")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".lw-toast--bad")).to_contain_text("offline")
    expect(drawer.locator('[data-item="title"] input')).to_have_value("Not lost")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    expect(page.locator("#lw-toasts")).to_contain_text("Not lost")


def test_the_back_button_goes_back_one_filter_at_a_time(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.locator("[data-find]").fill("Volume")
    expect(page).to_have_url(re.compile("search=Volume"))
    page.locator('th[data-path="copies"] a').click()
    expect(page).to_have_url(re.compile("sort=copies"))
    page.locator("#lw-rows tr").first.locator(".lw-name a").first.click()
    expect(page.locator("lw-record")).to_be_visible()
    page.go_back()
    expect(page.locator('th[data-path="copies"]')).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("[data-find]")).to_have_value("Volume")
    page.go_back()
    expect(page.locator('th[data-path="copies"][aria-sort]')).to_have_count(0)
    expect(page.locator("[data-find]")).to_have_value("Volume")
    page.go_back()
    expect(page.locator("[data-find]")).to_have_value("")


def test_a_step_back_while_a_slow_list_still_starts_is_taken(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.locator("[data-find]").fill("Volume")
    expect(page).to_have_url(re.compile("search=Volume"))
    page.locator('th[data-path="copies"] a').click()
    expect(page).to_have_url(re.compile("sort=copies"))
    script = Held(page, "**/screens.js*")
    page.evaluate("history.back()")
    script.wait()
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/e/lib.book$"))
    script.let_go()
    expect(page.locator("[data-find]")).to_have_value("")


def test_two_tabs_change_one_record_and_what_only_one_touched_is_merged(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"/e/lib.book/{book}")
        tab.locator("[data-edit]").click()
        expect(tab.locator('dialog [data-item="copies"] input')).to_be_visible()
    page.locator('dialog [data-item="copies"] input').fill("11")
    page.locator('dialog [data-item="price"] input').first.fill("21")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog.lw-drawer")).to_have_count(0)
    other.locator('dialog [data-item="copies"] input').fill("12")
    other.locator('dialog [data-item="title"] input').fill("Book of two tabs")
    other.keyboard.press("Control+Enter")
    question = other.locator("dialog.lw-dialog")
    expect(question).to_contain_text("11")
    expect(question).to_contain_text("12")
    question.locator('input[value="theirs"]').first.check()
    question.get_by_role("button", name="Save choice").click()
    expect(other.locator("h1")).to_have_text("Book of two tabs")
    expect(other.locator('.lw-value[data-path="copies"]')).to_have_text("11")
    expect(other.locator('.lw-value[data-path="price"]')).to_have_text("¥21")


def test_neighbours_in_the_list_are_one_key_away(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page, COPIES)
    titles = page.locator("#lw-rows .lw-name a.lw-cut").all_inner_texts()[:3]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(titles[1])
    expect(page.locator("[data-trail]")).to_contain_text(re.compile(r"2 of \d+"))
    page.keyboard.press("j")
    expect(page.locator("h1")).to_have_text(titles[2])
    page.keyboard.press("k")
    expect(page.locator("h1")).to_have_text(titles[1])
    page.locator(".lw-crumbs a").click()
    expect(page.locator("[data-chip]")).to_have_count(1)
    page.goto("/")
    expect(page.locator("[data-seen]")).to_contain_text(titles[1])


def test_all_records_that_fit_are_changed_not_only_the_page(library: Library, sign_in: SignIn) -> None:
    rt = library.runtime
    with rt.write() as work:
        rows = [{"title": f"Crate {n:03}", "copies": 1} for n in range(260)]
        rt.records.create_many(work, system_actor("seed"), "lib.book", rows)
    page = sign_in()
    open_list(page, "?search=Crate")
    expect(page.locator('[data-view="lib.book_all"] .lw-count')).to_have_text(re.compile(r"\d{3}"))
    page.locator("[data-pick-all]").check()
    bar = page.locator(".lw-bulk")
    expect(bar).to_contain_text("50 selected")
    bar.get_by_role("button", name="Select all 260").click()
    expect(bar).to_contain_text("260 selected")
    bar.get_by_role("button", name="Edit field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option("copies")
    dialog.locator("lw-number input").fill("7")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator(".lw-toast")).to_contain_text("260")
    page.goto('/e/lib.book?search=Crate&filter={"and":[{"field":"copies","op":"eq","value":7}]}')
    expect(page.locator("#lw-count")).to_have_text("260")
    page.locator("[data-pick-all]").check()
    bar.get_by_role("button", name="Select all 260").click()
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 260").click()
    page.locator(".lw-toast", has_text="260").last.hover()  # it stays while the pointer is on it
    expect(page.get_by_text("No record meets these filters.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#lw-count")).to_have_text("260")
    with rt.write() as work:
        for row in rt.query.run(work, system_actor("seed"), _titled("Crate")).rows:
            rt.records.delete(work, system_actor("seed"), "lib.book", row["id"], row["row_version"])


def test_long_work_on_many_records_is_stopped_and_what_is_done_is_told(library: Library, sign_in: SignIn) -> None:
    rt = library.runtime
    with rt.write() as work:
        rows = [{"title": f"Bale {n:03}", "copies": 1} for n in range(180)]
        rt.records.create_many(work, system_actor("seed"), "lib.book", rows)
    page = sign_in()
    open_list(page, "?search=Bale")
    page.locator("[data-pick-all]").check()
    bar = page.locator(".lw-bulk")
    bar.get_by_role("button", name="Select all 180").click()
    bar.get_by_role("button", name="Edit field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option("copies")
    dialog.locator("lw-number input").fill("7")
    hold_second_piece(page)
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_contain_text("50 of 180 done")
    expect(dialog.get_by_role("progressbar")).to_have_attribute("value", "50")
    dialog.get_by_role("button", name="Stop").click()
    page.evaluate("window.letGo()")
    expect(page.locator(".lw-toast")).to_contain_text("Stopped. 100 of 180 changed.")
    page.goto('/e/lib.book?search=Bale&filter={"and":[{"field":"copies","op":"eq","value":7}]}')
    expect(page.locator("#lw-count")).to_have_text("100")
    page.goto("/e/lib.book?search=Bale")
    page.locator("[data-pick-all]").check()
    bar.get_by_role("button", name="Select all 180").click()
    bar.get_by_role("button", name="Delete").click()
    hold_second_piece(page)
    dialog.get_by_role("button", name="Delete 180").click()
    expect(dialog).to_contain_text("50 of 180 done")
    page.keyboard.press("Escape")
    page.evaluate("window.letGo()")
    page.locator(".lw-toast", has_text="Stopped. 100 of 180 moved to the trash.").hover()  # it stays under the pointer
    expect(page.locator("#lw-count")).to_have_text("80")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#lw-count")).to_have_text("180")
    with rt.write() as work:
        for row in rt.query.run(work, system_actor("seed"), _titled("Bale")).rows:
            rt.records.delete(work, system_actor("seed"), "lib.book", row["id"], row["row_version"])


def hold_second_piece(page: Page) -> None:
    """The second request of a batch waits until the page is told to let it go."""
    page.evaluate(
        """() => {
          const ask = window.fetch; let pieces = 0;
          window.fetch = async (...given) => {
            if (String(given[0]).endsWith("/batch") && ++pieces === 2) {
              await new Promise((done) => { window.letGo = done; });
              window.fetch = ask;
            }
            return ask(...given);
          };
        }"""
    )


def _titled(head: str) -> Query:
    return Query("lib.book", ("id",), filter=f"STARTSWITH(title, '{head}')", limit=200)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_very_long_name_breaks_nothing(library: Library, sign_in: SignIn, size: tuple[int, int]) -> None:
    rt = library.runtime
    with rt.write() as work:
        [made] = rt.records.create_many(work, system_actor("seed"), "lib.book", [{"title": LONG[:120], "copies": 1}])
    page = sign_in("zh", size=size)
    for path in (f"/e/lib.book?search={LONG[:8]}", f"/e/lib.book/{made}", f"/e/lib.book/{made}/edit", "/"):
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    page.goto(f"/e/lib.book/{made}")
    expect(page.locator("h1")).to_have_text(LONG[:120])
    top = page.locator(".lw-top").bounding_box()
    assert top is not None
    assert top["height"] < 70


def test_an_empty_form_says_what_is_missing_and_goes_there(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book/new")
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_in_viewport()
    save.click()
    title = page.locator('[data-item="title"] input')
    expect(title).to_be_focused()
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-to-fix]")).to_be_visible()


def test_the_keys_do_what_the_help_says(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("dt", has_text="/").locator("+ dd")).to_have_text("Search this list")
    expect(dialog.locator("dt", has_text="F").locator("+ dd")).to_have_text("Filter")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("[data-find]")).to_be_focused()
    page.locator("h1").click()
    page.locator("body").press("f")
    expect(page.locator(".lw-menu:popover-open")).to_be_visible()


def test_a_drawer_keeps_the_focus_inside_and_gives_it_back(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    button = page.locator("main a[href$='/new']").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator('dialog [data-item="title"] input')).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lw-drawer")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_slow_server_is_waited_for_with_the_shape_of_what_comes(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    held = Held(page, "**/e/lib.book/new")
    page.keyboard.press("c")
    expect(page.locator("dialog.lw-drawer .lw-skeleton").first).to_be_visible()
    held.wait()
    held.let_go()
    expect(page.locator('dialog [data-item="title"] input')).to_be_visible()
    expect(page.locator("dialog .lw-skeleton")).to_have_count(0)


def test_a_record_page_changed_twice_is_loaded_once_each_time(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    asked = _count_loads(page, book)
    for n in (3, 4, 5):
        page.locator('.lw-value[data-path="copies"]').click()
        page.keyboard.type(str(n))
        page.keyboard.press("Enter")
        expect(page.locator('.lw-value[data-path="copies"]')).to_have_text(str(n))
    page.locator("[data-edit]").click()
    page.locator('dialog [data-item="copies"] input').fill("6")
    page.keyboard.press("Control+Enter")
    expect(page.locator('.lw-value[data-path="copies"]')).to_have_text("6")
    page.wait_for_load_state("networkidle")
    assert len(asked) == 4


def _count_loads(page: Page, book: str) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith(f"/e/lib.book/{book}") else None)
    return asked


def test_what_cannot_be_read_is_told_and_never_saved_as_something_else(book: str, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    cell = page.locator('.lw-value[data-path="copies"]')
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text("number")
    expect(cell.locator("input")).to_have_value("many")
    page.keyboard.press("Escape")
    expect(cell).to_have_text("2")
    page.keyboard.press("e")
    drawer = page.locator("dialog.lw-drawer")
    copies = drawer.locator('[data-item="copies"] input')
    copies.fill("many")
    page.keyboard.press("Control+Enter")
    expect(drawer.locator('[data-item="copies"] [role=alert]')).to_contain_text("number")
    expect(copies).to_have_value("many")
    copies.fill("3")
    page.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    expect(cell).to_have_text("3")
