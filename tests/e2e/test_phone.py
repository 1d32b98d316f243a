"""What is different on the phone: the composer at the bottom of a record, and what stands above the cards of a list."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Library, SignIn
from tests.e2e.test_journeys import open_list


def test_on_the_phone_the_composer_stays_at_the_bottom_whatever_is_shown(library: Library, sign_in: SignIn) -> None:
    page = sign_in(size=PHONE)
    page.goto(f"/e/lib.book/{library.books[13]}")
    composer = page.locator(".lw-composer")
    for way in ("Overview", "Timeline"):
        page.get_by_role("tab", name=way).tap()
        page.locator(".lw-record").evaluate("(one) => one.scrollTo(0, 400)")
        box = composer.bounding_box() or {"y": 0, "height": 0}
        assert box["y"] + box["height"] == PHONE[1]
    expect(page.locator(".lw-bottom")).to_be_hidden()
    page.get_by_placeholder("Write a note…").fill("Asked for a second copy")
    page.get_by_role("button", name="Save note").tap()
    expect(page.locator(".lw-event").first).to_contain_text("Asked for a second copy")
    page.get_by_role("button", name="More").tap()
    page.get_by_role("link", name="Edit").tap()
    expect(page.locator("dialog.lw-drawer")).to_be_visible()


def test_on_the_phone_search_views_filter_and_order_stand_above_the_cards(sign_in: SignIn) -> None:
    page = sign_in(size=PHONE)
    open_list(page)
    tops = [
        (page.locator(f"lw-list {one}").first.bounding_box() or {"y": -1})["y"]
        for one in (".lw-find", ".lw-tabs", ".lw-foot", "#lw-rows tr")
    ]
    assert tops == sorted(tops)
    expect(page.get_by_role("button", name="Filter", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Next page").filter(visible=True).tap()
    expect(page.get_by_role("link", name="Previous page").filter(visible=True)).to_have_count(1)
