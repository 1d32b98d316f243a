"""Looking after people, files and the company, in a real browser, in both languages, on desk and phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import PHONE, Library, SignIn
from tests.e2e.test_accessibility import findings

SECRET = "shuttle-and-heddle-together"


def choose_file(page: Page, name: str, content: bytes) -> None:
    page.locator("[data-file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_a_colleague_is_invited_signs_in_and_is_let_go_with_a_hand_over(
    library: Library, browser: Browser, sign_in: SignIn
) -> None:
    page = sign_in("steward")
    drawer = page.locator("lw-account")
    address = _invite(page)
    row = page.locator("#lw-rows tr", has_text="Noa New")
    expect(row).to_contain_text("Invited")

    other = browser.new_context(base_url=library.address, locale="en").new_page()
    other.goto(address.removeprefix(library.address))
    other.fill("input[type=password]", SECRET)
    other.click("button[type=submit]")
    other.wait_for_url(f"{library.address}/")
    other.goto("/e/lib.book")
    expect(other.locator("h1")).to_have_text("Books")
    _own(library, "noa@library.example", 3)

    page.reload()
    expect(row).to_contain_text("Active")
    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Deactivate").click()
    expect(drawer.locator('[data-entity="lib.book"]')).to_contain_text("3")
    drawer.locator("lw-user input").fill("Ada")
    page.get_by_role("option", name="Ada Keeper").click()
    expect(drawer.locator('[data-entity="lib.book"] [data-to]')).to_have_text("Ada Keeper")
    drawer.locator("[data-go]").click()
    expect(drawer.locator("[data-summary]")).to_contain_text("3 records were handed over")
    drawer.locator("[data-go]").click()
    expect(page.locator(".lw-record__name")).to_contain_text("Deactivated")
    other.goto("/e/lib.book")
    other.wait_for_url("**/sign-in**")
    page.get_by_role("link", name="Reactivate").click()
    expect(drawer).to_have_count(1)
    drawer.locator("[data-go]").click()
    expect(page.locator(".lw-record__name")).to_contain_text("Active")
    other.context.close()


def _invite(page: Page) -> str:
    """Invite Noa, a clerk; the link that is shown."""
    page.goto("/e/system.user")
    page.get_by_role("link", name="Invite").click()
    drawer = page.locator("lw-account")
    drawer.get_by_role("button", name="Invite").click()
    expect(drawer.locator('[data-item="name"] .lw-field__error')).to_be_visible()
    drawer.locator('[data-item="name"] input').fill("Noa New")
    drawer.locator('[data-item="email"] input').fill("noa@library.example")
    drawer.locator('[data-item="roles"] input').click()
    page.get_by_role("option", name="Clerk").click()
    drawer.get_by_role("button", name="Invite").click()
    link = drawer.locator("[data-link]")
    expect(link).to_have_value(re.compile("/invitation/"))
    address = link.input_value()
    drawer.locator("[data-go]").click()
    return address


def _own(library: Library, email: str, number: int) -> None:
    """Give a person books."""
    service, rt = system_actor("test"), library.runtime
    with rt.write() as work:
        user = rt.query.run(work, service, Query("system.user", filter="email = :e", params={"e": email})).rows[0]["id"]
        for n in range(number):
            rt.records.create(work, service, "lib.book", {"title": f"Noa's {n}", "owner_id": user})


def test_roles_are_picked_and_shown_by_their_names(library: Library, sign_in: SignIn) -> None:
    page = sign_in("steward", language="zh-CN")
    page.goto("/e/system.role_assignment")
    expect(page.locator("#lw-rows")).not_to_contain_text("lib.clerk")
    page.keyboard.press("c")
    page.locator('dialog [data-item="role"] input').click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert not [text for text in page.get_by_role("option").all_inner_texts() if "." in text]


def test_a_role_goes_with_one_press_and_comes_back_with_undo(library: Library, sign_in: SignIn) -> None:
    page = sign_in("steward")
    page.goto("/e/system.user?search=Vera")
    page.locator("#lw-rows").get_by_role("link", name="Vera Guest").click()
    roles = page.locator("#related-assignments tbody tr")
    expect(roles).to_have_text(re.compile("Visitor"))
    page.get_by_role("button", name="Remove Visitor").click()
    expect(roles).to_have_count(0)
    expect(page.locator(".lw-toast")).to_contain_text("“Visitor” is in the trash")
    page.get_by_role("button", name="Undo").click()
    expect(roles).to_have_text(re.compile("Visitor"))


@pytest.mark.parametrize(
    ("language", "remove", "confirm", "words"),
    [
        ("en", "Remove Administrator", "Give up role", "the last person who may manage users"),
        ("zh-CN", "移除系统管理员", "放弃角色", "最后一位可以管理用户的人员"),
    ],
)
def test_the_last_administrator_keeps_the_role_and_is_told_why(
    sign_in: SignIn, language: str, remove: str, confirm: str, words: str
) -> None:
    page = sign_in("steward", language=language)
    _speak(page, language)
    page.goto("/e/system.user?search=Steward")
    page.locator("#lw-rows").get_by_role("link", name="Sam Steward").click()
    page.get_by_role("button", name=remove).click()
    page.get_by_role("dialog").get_by_role("button", name=confirm).click()
    expect(page.locator(".lw-toast")).to_contain_text(words)
    expect(page.get_by_role("button", name=remove)).to_be_enabled()
    _speak(page, "en")


def _speak(page: Page, language: str) -> None:
    """Choose the language without the reload that follows a choice in the menu."""
    page.evaluate(
        """(language) => fetch("/settings/wishes", {
          method: "POST", body: JSON.stringify({ language }),
          headers: { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content },
        })""",
        language,
    )


def test_a_file_with_faults_is_checked_row_by_row_and_the_rest_goes_in(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in()
    page.goto("/e/lib.author/import")
    choose_file(
        page, "authors.csv", "Name,Phone\nZadie,+44 20 7946 0000\n,+44 20 7946 0001\nOlga,nothing\n".encode("utf-16")
    )
    page.get_by_role("button", name="Check without importing").click()
    expect(page.locator("[data-line]")).to_contain_text("2 of 3 rows are refused")
    expect(page.locator('tr[data-state="refused"] [data-reason]')).to_have_count(2)
    page.get_by_label("Refused rows only").check()
    expect(page.locator('tr[data-state="taken"]')).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="Refused rows as CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("Name,Phone,Reason", 3)
    page.get_by_role("button", name="Import the other 1 rows").click()
    expect(page.locator("[data-line]")).to_have_text("1 rows imported, 2 refused rows left out.")
    expect(page.locator('[data-step="run"]')).to_have_attribute("aria-current", "step")
    expect(page.get_by_role("button", name="Refused rows as CSV")).to_be_visible()
    page.get_by_role("link", name="To the list").click()
    page.wait_for_url("**/e/lib.author")
    page.goto("/e/lib.author/import")
    recent = page.locator("[data-import]").first
    expect(recent).to_contain_text("authors.csv")
    recent.get_by_role("button", name="Undo this import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo import").click()
    expect(recent.get_by_role("button")).to_have_count(0)
    expect(page.locator("#lw-toasts")).to_contain_text("1 records were taken back")


def test_a_mapping_of_the_app_is_offered_and_one_of_the_person_is_kept(sign_in: SignIn) -> None:
    page = sign_in("zh", language="zh-CN")
    page.goto("/e/lib.author/import")
    choose_file(page, "trade.csv", "Full name,Land\n莫言,中国\n".encode("gb18030"))
    expect(page.locator("[data-mapping]")).to_have_value("lib.author_list")
    page.get_by_role("button", name="试运行").click()
    expect(page.locator("[data-line]")).to_have_text("所有行都可以导入。")
    page.get_by_role("button", name="调整映射").click()
    page.locator("[data-mapping]").select_option("")
    page.locator('[data-column="Full name"]').select_option("name")
    page.get_by_role("button", name="保存映射").click()
    page.get_by_role("dialog").get_by_label("映射名称").fill("我的清单")
    with page.expect_response(lambda answer: "system.saved_mapping" in answer.url and answer.request.method == "POST"):
        page.get_by_role("dialog").get_by_role("button", name="保存").click()
    page.goto("/e/lib.author/import")
    expect(page.locator("[data-mapping] option", has_text="我的清单")).to_have_count(1)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty"), (b'Name\n"half', "is a quote not closed"), (b"Name,x\nM\xfcller\x80,\xff\n", "UTF-8")],
)
def test_a_file_that_cannot_be_read_says_why(sign_in: SignIn, content: bytes, words: str) -> None:
    page = sign_in()
    page.goto("/e/lib.author/import")
    choose_file(page, "broken.csv", content)
    expect(page.locator("[data-fault]")).to_contain_text(words.replace("The file is empty", "is empty"))


def test_the_company_gives_its_name_to_the_sidebar_and_the_sign_in_page(library: Library, sign_in: SignIn) -> None:
    page = sign_in("steward")
    page.goto("/e/system.company")
    page.wait_for_url("**/e/system.company/new")
    page.locator('[data-item="name"] input').fill("Warp & Weft Library")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/e/system.company/0**")
    expect(page.locator(".lw-switch")).to_contain_text("Warp & Weft Library")
    page.goto("/e/system.company")
    page.wait_for_url("**/e/system.company/0**")
    page.context.clear_cookies()
    page.goto("/sign-in")
    expect(page.locator(".lw-alone__brand")).to_contain_text("Warp & Weft Library")


def test_the_company_shows_the_base_currency_and_why_it_stays(sign_in: SignIn) -> None:
    page = sign_in("steward")
    page.goto("/company/currency")
    drawer = page.locator("lw-account")
    expect(drawer).to_contain_text("At present: CNY")
    expect(drawer).to_contain_text("Amounts are stored in CNY already")
    expect(drawer).to_contain_text("Books · Price")
    expect(drawer.locator("[data-go]")).to_have_count(0)
    assert findings(page) == []


@pytest.mark.parametrize(("language", "size"), [("en", PHONE), ("zh-CN", PHONE)])
def test_settings_list_devices_and_tokens(sign_in: SignIn, language: str, size: tuple[int, int]) -> None:
    there, page = sign_in("leaver"), sign_in("leaver", language=language, size=size)
    page.goto("/settings")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#sessions [data-end-others]").click()
    expect(page.locator("#sessions li")).to_have_count(1)
    there.goto("/settings")
    there.wait_for_url("**/sign-in**")
    page.fill("#p-old_password", "wrong-wrong-wrong")
    page.fill("#p-new_password", SECRET)
    page.fill("#p-again", SECRET)
    page.locator("[data-password] button").click()
    expect(page.locator('[data-item="old_password"] .lw-field__error')).to_be_visible()


def test_the_tree_of_units_is_built_moved_folded_and_cleared_by_keys(library: Library, sign_in: SignIn) -> None:
    page = sign_in("steward")
    page.goto("/settings/units")
    page.get_by_role("button", name="New unit").click()
    _name_unit(page, "House")
    _below(page, "House", "East")
    _below(page, "East", "Harbour")
    _below(page, "House", "West")
    rows = page.locator("lw-units tbody tr")
    expect(rows).to_have_text([re.compile(one) for one in ("House", "East", "Harbour", "West")])
    assert findings(page) == []
    _move_unit(page, "East", "Harbour")
    expect(page.get_by_role("dialog")).to_contain_text("Harbour is East itself or belongs to it.")
    page.keyboard.press("Escape")
    _move_unit(page, "Harbour", "West")
    expect(page.locator(".lw-toast").last).to_contain_text("Harbour now belongs to West")
    page.get_by_role("button", name="Undo").last.click()
    expect(rows).to_have_text([re.compile(one) for one in ("House", "East", "Harbour", "West")])
    row = page.locator('lw-units tr[data-name="East"]')
    row.focus()
    page.keyboard.press("ArrowLeft")
    expect(row).to_have_attribute("aria-expanded", "false")
    expect(rows.filter(visible=True)).to_have_count(3)
    page.keyboard.press("F2")
    page.get_by_role("dialog").get_by_label("Name").fill("Far East")
    page.keyboard.press("ControlOrMeta+Enter")
    row = page.locator('lw-units tr[data-name="Far East"]')
    expect(row).to_be_focused()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Units directly below: 1")
    dialog.get_by_role("button", name="Move and remove").click()
    expect(rows).to_have_text([re.compile(one) for one in ("House", "Harbour", "West")])
    page.locator('lw-units tr[data-name="West"]').focus()
    page.keyboard.press("Delete")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo").last.click()
    expect(rows).to_have_count(3)


def _menu(page: Page, name: str, what: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.locator("#lw-unit-menu").get_by_role("button", name=what).click()


def _name_unit(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Create unit").click()
    expect(page.locator(f'lw-units tr[data-name="{name}"]')).to_be_focused()


def _below(page: Page, above: str, name: str) -> None:
    _menu(page, above, "New sub-unit")
    _name_unit(page, name)


def _move_unit(page: Page, name: str, place: str) -> None:
    _menu(page, name, "Move…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill(place)
    page.get_by_role("option", name=place).first.click()
    dialog.get_by_role("button", name="Move unit").click()
