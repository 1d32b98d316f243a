"""Drawers, questions and messages: what has the focus when they come and go, and what they leave free."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import DESK, PHONE, Library, SignIn
from tests.e2e.holding import Held, until
from tests.e2e.test_daily_work import hold_second_piece

AUTHOR = "lib.author"


def _delete(library: Library, ids: list[str]) -> None:
    rt, actor = library.runtime, system_actor("seed")
    with rt.write() as work:
        asked = Query(AUTHOR, conditions={"field": "id", "op": "in", "value": ids}, limit=200)
        for row in rt.query.run(work, actor, asked).rows:
            rt.records.delete(work, actor, AUTHOR, row["id"], row["row_version"])


@pytest.fixture
def author(library: Library) -> Iterator[str]:
    rt = library.runtime
    with rt.write() as work:
        made = rt.records.create_many(work, system_actor("seed"), AUTHOR, [{"name": "Layered"}])
    yield made[0]
    _delete(library, made)


@pytest.fixture
def ribbons(library: Library) -> Iterator[None]:
    """130 authors, which are gone afterwards."""
    rt = library.runtime
    with rt.write() as work:
        rows = [{"name": f"Ribbon {n:03}"} for n in range(130)]
        made = rt.records.create_many(work, system_actor("seed"), AUTHOR, rows)
    yield
    _delete(library, made)


def _mark(page: Page, selector: str) -> None:
    """Marks what stands in the page now, so that its replacement is told from it."""
    page.locator(selector).evaluate("one => { one.dataset.old = '1'; }")


@pytest.mark.parametrize("key", ["", "e"], ids=["pointer", "key"])
def test_after_saving_the_drawer_of_a_record_its_button_has_the_focus(sign_in: SignIn, author: str, key: str) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}/{author}")
    _mark(page, "lw-record")
    if key:
        page.keyboard.press(key)
    else:
        page.locator("[data-edit]").click()
    drawer = page.locator("dialog.lw-drawer")
    drawer.locator('[data-item="country"] input').fill("Peru")
    drawer.locator("[data-save]").click()
    expect(page.locator("lw-record:not([data-old])")).to_have_count(1)
    expect(drawer).to_have_count(0)
    expect(page.locator("[data-edit]")).to_be_focused()


@pytest.mark.parametrize("key", ["", "c"], ids=["pointer", "key"])
def test_after_saving_the_drawer_of_a_list_its_button_has_the_focus(sign_in: SignIn, key: str) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}")
    _mark(page, "#lw-table")
    if key:
        page.keyboard.press(key)
    else:
        page.locator("main a[data-drawer][href$='/new']").first.click()
    drawer = page.locator("dialog.lw-drawer")
    drawer.locator('[data-item="name"] input').fill(f"Made from a list by {key or 'pointer'}")
    drawer.locator("[data-save]").click()
    expect(page.locator("#lw-table:not([data-old])")).to_have_count(1)
    expect(drawer).to_have_count(0)
    expect(page.locator("main a[data-drawer][href$='/new']").first).to_be_focused()


def test_the_head_of_a_column_keeps_the_focus_while_it_is_sorted_by(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}")
    head = page.locator('th[data-path="country"] a').first
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator('th[data-path="country"]')).to_have_attribute("aria-sort", "ascending")
    expect(head).to_be_focused()


def test_the_question_about_unsaved_changes_offers_to_go_on_first(
    library: Library, sign_in: SignIn, author: str
) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}/{author}")
    page.locator("[data-edit]").click()
    drawer = page.locator("dialog.lw-drawer")
    country = drawer.locator('[data-item="country"] input')
    country.fill("Half a wor")
    page.keyboard.press("Escape")
    question = page.locator("dialog.lw-dialog")
    stay = question.get_by_role("button", name="Keep editing")
    expect(stay).to_be_focused()
    expect(question.locator(".lw-btn--primary")).to_have_text("Keep editing")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    expect(country).to_have_value("Half a wor")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Leave").click()
    expect(drawer).to_have_count(0)
    expect(page.locator("[data-edit]")).to_be_focused()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_message_leaves_the_pages_of_a_list_free(sign_in: SignIn, size: tuple[int, int]) -> None:
    page = sign_in(size=size)
    page.goto("/e/lib.book")
    page.locator("#lw-rows > tr").first.wait_for()
    page.context.set_offline(True)
    page.locator("[data-find]").fill("no way")
    message = page.locator(".lw-toast")
    expect(message).to_be_visible()
    below = page.locator(".lw-bottom" if size == PHONE else ".lw-foot").bounding_box()
    assert below is not None
    # It rises from below.
    until(page, lambda: (box := message.bounding_box()) is not None and box["y"] + box["height"] <= below["y"])


def test_a_search_typed_without_a_connection_is_done_once_it_is_back(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book?sort=-copies")
    expect(page.locator("#lw-count")).not_to_have_text("1")
    page.context.set_offline(True)
    page.locator("[data-find]").fill("Volume 007")
    expect(page.locator(".lw-toast")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#lw-count")).to_have_text("1")
    expect(page).to_have_url(re.compile(r"search=Volume\+007"))
    expect(page).to_have_url(re.compile("sort=-copies"))
    page.go_back()
    expect(page.locator("#lw-count")).not_to_have_text("1")


@pytest.mark.parametrize(
    ("role", "language", "words"), [("zh", "zh-CN", "注销原因：写明注销原因"), ("lib.clerk", "en", "Reason: Say why")]
)
def test_a_refusal_in_a_cell_names_the_field_with_the_colon_of_the_language(
    library: Library, sign_in: SignIn, role: str, language: str, words: str
) -> None:
    page = sign_in(role, language=language)
    page.goto("/e/lib.book?search=007")
    cell = page.locator('#lw-rows > tr td[data-path="status"]').first
    cell.dblclick()
    page.get_by_role("option", name="注销" if role == "zh" else "Written off").click()
    expect(page.locator(".lw-cell-edit [role=alert]")).to_contain_text(words)
    page.keyboard.press("Escape")


def _phone_of(library: Library, author: str) -> object:
    rt = library.runtime
    with rt.read() as work:
        return rt.query.get(work, system_actor("test"), AUTHOR, author, ("phone",))["phone"]


def test_a_phone_number_is_edited_in_groups_and_kept_as_it_is(library: Library, sign_in: SignIn, author: str) -> None:
    rt = library.runtime
    with rt.write() as work:
        row = rt.query.get(work, system_actor("seed"), AUTHOR, author, ("id",))
        given = {"phone": "+8613800138000"}
        rt.records.update(work, system_actor("seed"), AUTHOR, author, given, row["row_version"])
    page = sign_in()
    page.goto(f"/e/{AUTHOR}/{author}")
    drawer = page.locator("dialog.lw-drawer")
    page.locator("[data-edit]").click()
    number = drawer.locator('[data-item="phone"] input')
    expect(number).to_have_value("+86 138 0013 8000")
    number.press("End")
    number.press("Backspace")
    number.press("0")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)  # as it was, so that nothing is asked
    page.locator("[data-edit]").click()
    number.fill("+86 138 0013 8001")
    drawer.locator("[data-save]").click()
    expect(drawer).to_have_count(0)
    expect(page.locator('.lw-value[data-path="phone"]')).to_contain_text("+86 138 0013 8001")
    assert _phone_of(library, author) == "+8613800138001"
    page.locator('.lw-value[data-path="phone"]').press("Enter")
    box = page.locator(".lw-cell-edit input")
    expect(box).to_have_value("+86 138 0013 8001")
    box.fill("138 0013 8002")
    box.press("Enter")
    expect(page.locator('.lw-value[data-path="phone"]')).to_contain_text("+86 138 0013 8002")
    assert _phone_of(library, author) == "+8613800138002"


@pytest.mark.usefixtures("ribbons")
def test_bringing_many_records_back_stops_with_its_dialog(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}?search=Ribbon")
    page.locator("[data-pick-all]").check()
    bar = page.locator(".lw-bulk")
    bar.get_by_role("button", name="Select all 130").click()
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 130").click()
    expect(page.locator(".lw-toast")).to_contain_text("130")
    hold_second_piece(page)
    page.get_by_role("button", name="Undo").click()
    dialog = page.locator("dialog.lw-dialog")
    expect(dialog).to_contain_text("50 of 130 done")
    expect(dialog.get_by_role("button")).to_have_text(["Stop"])
    # Browsers close a dialog without asking where a person insists.
    dialog.evaluate("one => one.close()")
    page.evaluate("window.letGo()")
    expect(page.locator(".lw-toast").last).to_contain_text("Stopped. 100 of 130")
    expect(page.locator("#lw-count")).to_have_text("100")


def test_taking_an_import_back_is_left_alone_and_still_told(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/{AUTHOR}/import")
    rows = b"Name\nShen Congwen\nXiao Hong\n"
    page.locator("[data-file]").set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": rows})
    page.get_by_role("button", name="Check without importing").click()
    page.get_by_role("button", name="Import 2 rows").click()
    held = Held(page, "**/undo")
    page.get_by_role("button", name="Undo this import").click()
    dialog = page.locator("dialog.lw-dialog")
    dialog.get_by_role("button", name="Undo import").click()
    held.wait()
    expect(dialog.get_by_role("button", name="Cancel")).to_have_count(0)
    dialog.get_by_role("button", name="Carry on in the background").click()
    expect(dialog).to_have_count(0)
    held.let_go()
    expect(page.locator(".lw-toast")).to_contain_text("2 records were taken back")
    expect(page.locator("[data-line]")).to_contain_text("2 records were taken back")
