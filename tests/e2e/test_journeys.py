"""What people do with the generated screens, in a real browser, against a real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Library, SignIn

OLDEST = "?sort=created_at"
"""The library's own books first, however many were made since."""


def open_list(page: Page, query: str = "") -> None:
    page.goto(f"/e/lib.book{query}")
    expect(page.locator("#lw-rows tr").first).to_be_visible()


def wish(page: Page, name: str, value: str) -> None:
    page.locator(".lw-user").click()
    with page.expect_response("**/settings/wishes"):
        page.locator(f'#lw-user-menu [data-wish="{name}"][data-value="{value}"]').click()


def test_a_wrong_password_is_told_and_the_right_one_leads_where_the_person_wanted(
    library: Library, sign_in: SignIn
) -> None:
    page = sign_in()
    page.context.clear_cookies()
    page.goto("/e/lib.book?view=lib.book_shelf")
    assert "/sign-in?next=" in page.url
    page.fill("input[name=email]", library.people["lib.clerk"])
    page.fill("input[name=password]", "certainly-not-this-one")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("input[name=password]", "warp-and-weft-over-under")
    page.click("button[type=submit]")
    page.wait_for_url("**/e/lib.book?view=lib.book_shelf")


def test_home_leads_to_the_lists(sign_in: SignIn) -> None:
    page = sign_in()
    expect(page.locator(".lw-tile__figure").first).to_have_text(re.compile(r"^\d+$"))
    page.locator(".lw-side").get_by_role("link", name="Books").click()
    expect(page.locator("h1")).to_have_text("Books")
    expect(page.locator(".lw-groups")).to_contain_text("Value")


def test_a_list_is_sorted_searched_paged_and_counted(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.locator('th[data-path="price"] a').click()
    expect(page.locator('th[data-path="price"]')).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#lw-rows tr").first).to_contain_text("10.50")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".lw-range")).to_contain_text("51–")
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator(".lw-range")).to_contain_text("1–50")
    page.locator("[data-find]").fill("第 010")
    expect(page.locator("#lw-rows tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("search="))


def test_a_filter_is_built_from_chips_changed_saved_and_cleared(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.keyboard.type("Price")
    page.keyboard.press("Enter")
    page.keyboard.type("600")
    page.keyboard.press("Enter")
    expect(page.locator("[data-chip]")).to_contain_text("≥")
    rows = page.locator("#lw-rows tr")
    expect(rows).not_to_have_count(50)
    found = rows.count()  # five, and what other journeys have added by now
    assert 5 <= found < 10
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name of the view").fill("Dear ones")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**view=own:**")
    expect(page.get_by_role("link", name="Dear ones")).to_have_attribute("aria-current", "page")
    expect(rows).to_have_count(found)
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page.locator("#lw-rows tr")).to_have_count(50)


def test_a_filter_that_finds_nothing_offers_to_clear_it(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto('/e/lib.book?filter={"and":[{"field":"copies","op":"ge","value":5000}]}')
    expect(page.get_by_text("No record meets these filters.")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("#lw-rows tr").first).to_be_visible()


def test_a_cell_is_edited_by_keyboard_and_its_formula_follows(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    row = page.locator(f'tr[data-id="{library.books[4]}"]')
    open_list(page, OLDEST)
    row.locator('[data-path="copies"]').dblclick()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(row.locator('[data-path="copies"]')).to_have_text("12")
    expect(row.locator('[data-path="worth"] .lw-full')).to_have_text("606")
    row.locator('[data-path="copies"]').dblclick()
    page.keyboard.type("99999")
    page.keyboard.press("Enter")
    expect(row.get_by_role("alert")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row.locator('[data-path="copies"]')).to_have_text("12")


def test_two_people_change_one_cell_and_the_second_sees_both_sides(library: Library, sign_in: SignIn) -> None:
    first, second = sign_in(), sign_in()
    book = library.books[6]
    for page in (first, second):
        open_list(page, OLDEST)
    for page, value in ((first, "41"), (second, "42")):
        page.locator(f'tr[data-id="{book}"] [data-path="copies"]').dblclick()
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        if page is first:
            expect(page.locator(f'tr[data-id="{book}"] [data-path="copies"]')).to_have_text("41")
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("41")
    expect(dialog).to_contain_text("42")
    dialog.get_by_role("button", name="Save choice").click()
    expect(second.locator(f'tr[data-id="{book}"] [data-path="copies"]')).to_have_text("42")


def test_rows_are_picked_by_keys_deleted_together_and_brought_back(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page, "?view=lib.book_shelf")
    before = page.locator("#lw-count").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.locator(".lw-bulk")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2").click()
    expect(page.locator("#lw-count")).to_have_text(str(int(before) - 2))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#lw-count")).to_have_text(before)


def test_a_field_of_several_records_is_changed_at_once(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    for at in (10, 11):
        page.locator("#lw-rows tr").nth(at).locator("[data-pick]").check(force=True)
    page.locator(".lw-bulk").get_by_role("button", name="Edit field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option("copies")
    dialog.locator("lw-number input").fill("77")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator('#lw-rows [data-path="copies"]', has_text="77")).to_have_count(2)


def test_a_record_is_made_in_the_drawer_with_rules_formulas_and_rows(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("c")
    drawer = page.locator("dialog.lw-drawer")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.locator("[data-to-fix]")).to_have_text("1 to fix")
    drawer.locator('[data-item="title"] input').fill("A new book")
    expect(drawer.locator("[data-to-fix]")).to_be_hidden()
    drawer.locator('[data-item="price"] input').first.fill("12.50")
    drawer.locator('[data-item="copies"] input').fill("3")
    expect(drawer.locator('[data-item="worth"]')).to_contain_text("37.5")
    expect(drawer.locator('[data-item="reason"]')).to_be_hidden()
    drawer.locator('[data-item="status"] input').click()
    page.get_by_role("option", name="Written off").click()
    expect(drawer.locator('[data-item="reason"]')).to_be_visible()
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.locator('[data-item="reason"] .lw-field__error')).to_be_visible()
    drawer.locator('[data-item="reason"] textarea').fill("Water damage")
    drawer.get_by_role("button", name="Add line").click()
    drawer.locator('[data-item="loans"] tbody input').first.fill("Mei")
    page.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("h1")).to_have_text("A new book")
    expect(page.locator("#related-loans")).to_contain_text("Mei")


def test_an_author_is_made_while_a_book_is_written_down(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("c")
    drawer = page.locator("dialog.lw-drawer").first
    drawer.locator('[data-item="title"] input').fill("Another book")
    drawer.locator('[data-item="author"] input').fill("Zhang Ailing")
    page.get_by_role("option", name="Create “Zhang Ailing”").click()
    inner = page.locator("dialog.lw-drawer").nth(1)
    expect(inner.locator('[data-item="name"] input')).to_have_value("Zhang Ailing")
    inner.get_by_role("button", name="Save").click()
    expect(page.locator("dialog.lw-drawer")).to_have_count(1)
    expect(drawer.locator('[data-item="author"]')).to_contain_text("Zhang Ailing")


def test_leaving_a_changed_form_asks_once(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    page.keyboard.press("c")
    drawer = page.locator("dialog.lw-drawer")
    drawer.locator('[data-item="title"] input').fill("Half a thought")
    page.keyboard.press("Escape")
    question = page.locator("dialog.lw-dialog")
    expect(question).to_contain_text("Leave without saving?")
    question.get_by_role("button", name="Keep editing").click()
    expect(drawer.locator('[data-item="title"] input')).to_have_value("Half a thought")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Leave").click()
    expect(drawer).to_have_count(0)


def test_a_record_is_edited_in_place_moved_on_noted_and_remembers_it(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/lib.book/{library.books[8]}")
    page.locator('.lw-value[data-path="copies"]').click()
    page.keyboard.type("15")
    page.keyboard.press("Enter")
    expect(page.locator('.lw-value[data-path="copies"]')).to_have_text("15")
    expect(page.locator(".lw-event").first).to_contain_text("changed Copies")
    page.get_by_role("button", name="Move to On the shelf").click()
    expect(page.locator('.lw-path [aria-current="step"]')).to_contain_text("On the shelf")
    page.locator("[data-note]").fill("Ordered a second one.\n<b>really</b>")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".lw-event__card").first).to_contain_text("<b>really</b>")


def test_a_deleted_record_comes_back_from_its_page_and_from_the_trash(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    book = library.books[20]
    page.goto(f"/e/lib.book/{book}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Delete Book").click()
    expect(page.get_by_text("This record is in the trash.")).to_be_visible()
    page.goto("/trash/lib.book")
    page.get_by_role("row").filter(has_text="Volume 021").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Volume 021")).to_have_count(0)
    page.goto(f"/e/lib.book/{book}")
    expect(page.get_by_text("This record is in the trash.")).to_have_count(0)


def test_a_visitor_sees_masks_and_no_buttons_and_may_reveal(library: Library, sign_in: SignIn) -> None:
    page = sign_in("lib.visitor")
    open_list(page)
    expect(page.locator("main a[href$='/new']")).to_have_count(0)
    expect(page.locator("td[data-field]")).to_have_count(0)
    page.goto("/e/lib.author")
    page.locator("#lw-rows .lw-name a", has_text="林语堂").first.click()
    masked = page.locator("[data-masked]")
    expect(masked).to_contain_text("*")
    page.get_by_role("button", name="Reveal").click()
    expect(masked).to_have_text("+8613800138000")
    page.goto(f"/e/lib.book/{library.books[0]}/edit")
    expect(page.locator("h1")).to_have_text("You may not do this")


def test_the_palette_finds_records_and_pages_in_both_languages(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill("第 010")
    line = page.get_by_role("option").filter(has_text="第 010 卷")
    expect(line).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/e/lib.book/"))
    expect(page.locator("h1")).to_have_text("第 010 卷")


def test_language_theme_and_density_stay_with_the_person(sign_in: SignIn) -> None:
    page = sign_in("lib.visitor")
    wish(page, "theme", "dark")
    wish(page, "density", "compact")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.goto("/settings")
    with page.expect_navigation():
        page.locator("#s-language").select_option("zh-CN")
    open_list(page)
    expect(page.locator("h1")).to_have_text("图书")
    expect(page.locator('th[data-path="price"]')).to_contain_text("单价（元）")
    with page.expect_navigation():
        page.goto("/settings")
    with page.expect_navigation():
        page.locator("#s-language").select_option("en")


@pytest.mark.parametrize(
    "path", ["/e/lib.nothing", "/e/lib.book/0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "/e/lib.book/x", "/nowhere"]
)
def test_what_is_not_there_gets_a_page_that_leads_home(sign_in: SignIn, path: str) -> None:
    page = sign_in()
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("link", name="Go home").click()
    expect(page.locator(".lw-page__head h1")).to_be_visible()


def test_a_file_is_matched_checked_imported_and_taken_back(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.author/import")
    good = "Name,国家,Remark\nLao She,中国,x\nBa Jin,中国,y\n"
    page.locator("[data-file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": good.encode()})
    expect(page.locator('[data-column="国家"]')).to_have_value("country")
    page.get_by_role("button", name="Check without importing").click()
    expect(page.locator("[data-line]")).to_have_text("Every row can be imported.")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator("[data-line]")).to_have_text("2 rows imported.")
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("Undone").filter(visible=True).first).to_be_visible()


def test_on_the_phone_a_list_shows_cards_and_a_record_is_made_on_the_whole_screen(sign_in: SignIn) -> None:
    page = sign_in(size=PHONE)
    page.locator(".lw-bottom").get_by_role("link", name="Books").click()
    first = page.locator("#lw-rows tr").first
    expect(first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    assert (first.bounding_box() or {"height": 0})["height"] > 60
    page.locator(".lw-bottom").get_by_role("button", name="Create").click()
    drawer = page.locator("dialog.lw-drawer")
    expect(drawer).to_be_visible()
    drawer.locator('[data-item="title"] input').fill("Pocket book")
    drawer.get_by_role("button", name="Save").tap()
    expect(drawer).to_have_count(0)
    page.locator(".lw-bottom").get_by_role("button", name="More").click()
    expect(page.locator("#lw-more")).to_contain_text("Authors")


def test_in_chinese_everything_is_chinese(library: Library, sign_in: SignIn) -> None:
    page = sign_in("zh")
    expect(page.locator(".lw-page__head h1")).to_contain_text("林管理")
    open_list(page)
    expect(page.locator('th[data-path="price"]')).to_contain_text("单价（元）")
    expect(page.locator(".lw-foot")).to_contain_text("单价合计")
    expect(page.locator(".lw-foot")).to_contain_text("万")
    page.keyboard.press("c")
    drawer = page.locator("dialog.lw-drawer")
    drawer.get_by_role("button", name="保存").click()
    expect(drawer.locator("[data-to-fix]")).to_have_text("1 处需要修改")
    expect(drawer.locator('[data-item="title"] .lw-field__error')).to_have_text("填写书名")
    drawer.locator('[data-item="title"] input').fill("新书")
    drawer.locator('[data-item="price"] input').first.fill("1.2万")
    drawer.locator('[data-item="status"] input').click()
    page.get_by_role("option", name="注销").click()
    drawer.get_by_role("button", name="保存").click()
    expect(drawer.locator('[data-item="reason"] .lw-field__error')).to_be_visible()
    drawer.locator('[data-item="reason"] textarea').fill("受潮")
    drawer.get_by_role("button", name="保存").click()
    expect(drawer).to_have_count(0)
    expect(page.locator("#lw-toasts")).to_contain_text("已新建“新书”")
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_on_the_phone_in_chinese_a_record_is_read_and_moved_on(library: Library, sign_in: SignIn) -> None:
    page = sign_in("zh", size=PHONE)
    page.goto(f"/e/lib.book/{library.books[11]}")
    expect(page.locator(".lw-path__phone")).to_contain_text("第 1 步，共 3 步")
    page.get_by_role("button", name="推进到在架").tap()
    expect(page.locator(".lw-path__phone")).to_contain_text("第 2 步，共 3 步")
    page.get_by_role("tab", name="动态").tap()
    expect(page.locator(".lw-event").first).to_contain_text("修改了状态")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
