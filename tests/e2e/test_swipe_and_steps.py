"""Cards that uncover actions under a finger, and the next step of a record that is ticked off in place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from loomwork.core import clock
from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from tests.e2e.conftest import DESK, PHONE, Library, SignIn
from tests.e2e.test_accessibility import findings

SEED = system_actor("seed")
OPEN = "#lw-rows > tr.lw-swiped"
# Other journeys make books of their own, and some of those have nobody to call.
BOOKS = '/e/lib.book?filter={"and":[{"field":"author.name","op":"eq","value":"林语堂"}]}'
# Who taps at once meets a card that still moves: the tap would land where the link was, and close the card.
AT_REST = """async (card) => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.all(card.getAnimations({ subtree: true }).map((one) => one.finished.catch(() => null)));
}"""


# Seconds between two moves of the finger: its speed is told with each of them, however slow the machine sends them.
PACE_S = 0.016


def touch(page: Page, ways: Sequence[tuple[float, float]], rest_s: float = 0) -> None:
    """A finger that goes from the first point over all others, rests and leaves, by Chromium's own touch emulation."""
    session = page.context.new_cdp_session(page)
    began = time.time() - len(ways) * PACE_S - rest_s - 1
    for at, (x, y) in enumerate(ways):
        point = {"type": "touchMove" if at else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        session.send("Input.dispatchTouchEvent", point | {"timestamp": began + at * PACE_S})
    left = {"type": "touchEnd", "touchPoints": [], "timestamp": began + len(ways) * PACE_S + rest_s}
    session.send("Input.dispatchTouchEvent", left)
    session.detach()


def swipe(card: Locator, by: int) -> None:
    """Draws a card sideways, with the small ups and downs of a thumb, and waits until it is at rest."""
    box = card.bounding_box()
    assert box
    x, y = (320.0 if by < 0 else 120.0), box["y"] + box["height"] / 2
    touch(card.page, [(x + by * step / 12, y + step % 3) for step in range(13)])
    card.evaluate(AT_REST)


def books(sign_in: SignIn, role: str = "lib.clerk", language: str = "en") -> Page:
    page = sign_in(role, language=language, size=PHONE)
    page.goto(BOOKS)
    expect(page.locator("#lw-rows > tr").first).to_be_visible()
    return page


def test_a_card_uncovers_its_actions_and_one_is_open_at_a_time(sign_in: SignIn) -> None:
    page = books(sign_in)
    address = page.url
    cards = page.locator("#lw-rows > tr")
    call = cards.nth(1).locator("a[href='tel:+8613800138000']")
    expect(call).not_to_be_in_viewport()
    swipe(cards.nth(1), -170)
    expect(call).to_be_in_viewport(ratio=1)
    expect(cards.nth(1).get_by_role("link", name="Follow up: ")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.querySelector('.lw-grid').scrollWidth") <= PHONE[0]
    swipe(cards.nth(2), -170)
    expect(page.locator(OPEN)).to_have_count(1)
    expect(call).not_to_be_in_viewport()
    swipe(cards.nth(2), 170)
    expect(page.locator(OPEN)).to_have_count(0)
    # Too short a way is no swipe, and none of them opens a record.
    swipe(cards.nth(3), -30)
    expect(page.locator(OPEN)).to_have_count(0)
    swipe(cards.nth(3), -170)
    expect(page.locator(OPEN)).to_have_count(1)
    cards.nth(0).locator(".lw-name a").first.tap()
    expect(page.locator(OPEN)).to_have_count(0)
    assert page.url == address
    cards.nth(0).locator(".lw-name a").first.tap()
    expect(page.locator("lw-record")).to_be_visible()


def test_scrolling_stays_the_browsers(sign_in: SignIn) -> None:
    page = books(sign_in)
    touch(page, [(200 - step, 600 - step * 25) for step in range(17)])
    page.wait_for_function("document.querySelector('.lw-grid').scrollTop > 100")
    expect(page.locator(OPEN)).to_have_count(0)
    expect(page.locator(".lw-dragged")).to_have_count(0)


def test_a_follow_up_is_logged_from_a_card(library: Library, sign_in: SignIn) -> None:
    page = books(sign_in, "zh", "zh-CN")
    card, address = page.locator("#lw-rows > tr").nth(4), page.url
    book = card.get_attribute("data-id")
    swipe(card, -170)
    card.get_by_role("link", name="跟进：").tap()
    form = page.locator("dialog.lw-drawer")
    expect(form.locator("input[type=text]").first).to_have_value("Follow up")
    form.get_by_role("button", name="保存").tap()
    expect(page.locator(".lw-toast")).to_contain_text("Follow up")
    assert page.url == address
    with library.runtime.read() as work:
        found = library.runtime.query.run(work, SEED, _errands(str(book)))
    assert [row["title"] for row in found.rows] == ["Follow up"]


def test_keys_reach_what_a_swipe_uncovers(sign_in: SignIn) -> None:
    page = books(sign_in)
    card = page.locator("#lw-rows > tr").nth(2)
    card.locator(".lw-name a").first.focus()
    page.keyboard.press("Tab")
    expect(card.get_by_role("link", name="Call: ")).to_be_focused()
    expect(card.get_by_role("link", name="Call: ")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(card.locator(".lw-name a").first).to_be_focused()
    expect(page.locator(OPEN)).to_have_count(0)
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator(OPEN)).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("dialog.lw-drawer")).to_be_visible()


def test_where_nothing_may_be_done_nothing_is_uncovered(library: Library, sign_in: SignIn) -> None:
    page = books(sign_in, "lib.visitor")
    card = page.locator("#lw-rows > tr").nth(1)
    swipe(card, -170)
    expect(page.locator(OPEN)).to_have_count(0)
    assert "tel:" not in page.content()
    page.goto(f"/e/lib.book/{library.books[5]}")
    expect(page.locator(".lw-quick")).to_have_count(0)


def _errands(book: str) -> Query:
    return Query("lib.errand", ("title", "done"), conditions={"field": "book", "op": "eq", "value": book})


def _errand(library: Library, book: str, title: str, days: int) -> str:
    due = (clock.today_in("Asia/Shanghai") + timedelta(days=days)).isoformat()
    with library.runtime.write() as work:
        made = library.runtime.records.create(
            work, SEED, "lib.errand", {"title": title, "book": book, "due_on": due, "person": None}
        )
    return str(made["id"])


def test_the_next_step_is_ticked_off_on_the_phone_and_taken_back(library: Library, sign_in: SignIn) -> None:
    book = library.books[20]
    _errand(library, book, "寄出样书", -2)
    page = sign_in("zh", language="zh-CN", size=PHONE)
    page.goto(f"/e/lib.book/{book}")
    step = page.get_by_role("region", name="下一步")
    expect(step).to_be_hidden()
    page.get_by_role("tab", name="动态").tap()
    expect(step).to_contain_text("下一步：寄出样书")
    expect(step).to_contain_text("逾期 2 天")
    box = step.get_by_role("checkbox", name="完成：寄出样书")
    target = box.locator("..").bounding_box()
    assert target
    assert min(target["width"], target["height"]) >= 44
    _errand(library, book, "核对库存", 3)
    box.tap()
    expect(page.locator(".lw-toast")).to_contain_text("已完成：寄出样书")
    expect(step).to_contain_text("下一步：核对库存")
    # The place is kept: the tab, and what follows the step that is gone.
    expect(page.get_by_role("tab", name="动态")).to_have_attribute("aria-selected", "true")
    expect(step.get_by_role("checkbox")).to_be_focused()
    page.locator(".lw-toast").get_by_role("button", name="撤销").tap()
    expect(step).to_contain_text("下一步：寄出样书")


def test_the_next_step_stands_on_one_line_on_the_desk_and_says_what_is_missing(
    library: Library, sign_in: SignIn
) -> None:
    book = library.books[22]
    _errand(library, book, "Ask for the outcome", 5)
    page = sign_in()
    page.goto(f"/e/lib.book/{book}")
    step = page.get_by_role("region", name="Next step")
    expect(step).to_contain_text("Next step: Ask for the outcome")
    assert (step.bounding_box() or {"height": 99})["height"] < 44
    box = step.get_by_role("checkbox", name="Done: Ask for the outcome")
    box.focus()
    page.keyboard.press("Space")
    toast = page.locator(".lw-toast--bad")
    expect(toast).to_contain_text("Say what came of it")
    expect(box).not_to_be_checked()
    toast.get_by_role("button", name="Open").click()
    expect(page.locator("lw-record[data-entity='lib.errand']")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_in_open_cards_and_next_steps(
    library: Library, sign_in: SignIn, theme: str, size: tuple[int, int]
) -> None:
    _errand(library, library.books[24], "Late", -9)
    page = sign_in("zh" if theme == "dark" else "lib.clerk", size=size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(f"/e/lib.book/{library.books[24]}")
    if size == PHONE:
        page.locator("[data-record-tab=timeline]").tap()
    expect(page.locator(".lw-todo")).to_be_visible()
    found = {"step": findings(page)}
    page.goto("/e/lib.book")
    if size == PHONE:
        swipe(page.locator("#lw-rows > tr").nth(1), -170)
        expect(page.locator(OPEN)).to_have_count(1)
        expect(page.locator(".lw-dragged")).to_have_count(0)
    found["list"] = findings(page)
    assert found == {"step": [], "list": []}
