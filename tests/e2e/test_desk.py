"""What a desk offers beyond the journeys: widths of columns, buttons for many records, masks in forms, zoom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from loomwork.permissions.actor import system_actor
from tests.e2e.conftest import Library, SignIn
from tests.e2e.test_journeys import open_list

PRICE = 'th[data-path="price"]'


def width_of(head: Locator) -> float:
    box = head.bounding_box()
    assert box is not None
    return box["width"]


def draw(page: Page, head: Locator, by: int) -> None:
    """Drags the edge of a column."""
    box = head.locator("[data-size]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()


@pytest.fixture
def three(library: Library) -> Iterator[list[str]]:
    """Books of their own, two of them with a tag; gone afterwards, for other journeys count on the first rows."""
    rt, actor = library.runtime, system_actor("seed")
    rows = [
        {"title": f"Desk book {n}", "price": "20", "copies": 1, "tags": ["loan", f"n{n}"] if n < 3 else []}
        for n in (1, 2, 3)
    ]
    with rt.write() as work:
        made = rt.records.create_many(work, actor, "lib.book", rows)
    yield made
    with rt.write() as work:
        for book in made:
            row = rt.query.get(work, actor, "lib.book", book, ("id",))
            rt.records.delete(work, actor, "lib.book", book, row["row_version"])


def test_a_column_is_drawn_wider_keeps_its_width_and_takes_it_back(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    head = page.locator(PRICE)
    given = width_of(head)
    draw(page, head, 90)
    expect(page).not_to_have_url("sort=price")
    assert width_of(head) == pytest.approx(given + 90, abs=3)
    page.reload()
    assert width_of(page.locator(PRICE)) == pytest.approx(given + 90, abs=3)
    page.locator(f"{PRICE} a").focus()
    page.keyboard.press("Alt+ArrowLeft")
    assert width_of(head) == pytest.approx(given + 74, abs=3)
    page.locator(f"{PRICE} [data-size]").dblclick()
    assert width_of(head) == pytest.approx(given, abs=1)


def test_rows_that_come_later_have_the_drawn_widths(sign_in: SignIn) -> None:
    page = sign_in()
    open_list(page)
    draw(page, page.locator(PRICE), 60)
    drawn = width_of(page.locator(PRICE))
    page.locator('th[data-path="copies"] a').click()
    expect(page.locator('th[data-path="copies"]')).to_have_attribute("aria-sort", "ascending")
    assert width_of(page.locator(PRICE)) == pytest.approx(drawn, abs=1)


@pytest.mark.parametrize(("language", "role", "words"), [("en", "lib.clerk", "Add tags"), ("zh-CN", "zh", "加标签")])
def test_tags_are_added_to_many_records_and_take_nothing_away(
    library: Library, three: list[str], sign_in: SignIn, language: str, role: str, words: str
) -> None:
    page = sign_in(role, language=language)
    page.goto("/e/lib.book?search=Desk+book&sort=-copies")
    for book in three:
        page.locator(f'tr[data-id="{book}"] .lw-pick label').click()
    page.locator(".lw-bulk").get_by_role("button", name=words).click()
    dialog = page.locator("dialog.lw-dialog")
    dialog.locator("input").fill("autumn")
    dialog.get_by_role("button", name=words).click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#lw-toasts")).to_contain_text("3")
    with library.runtime.read() as work:
        found = [
            library.runtime.query.get(work, system_actor("test"), "lib.book", book, ("tags",))["tags"] for book in three
        ]
    assert [set(one) for one in found] == [{"loan", "n1", "autumn"}, {"loan", "n2", "autumn"}, {"autumn"}]


def test_a_state_is_changed_for_many_records_with_two_presses(three: list[str], sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book?search=Desk+book")
    for book in three[:2]:
        page.locator(f'tr[data-id="{book}"] .lw-pick label').click()
    page.locator(".lw-bulk").get_by_role("button", name="Change status").click()
    dialog = page.locator("dialog.lw-dialog")
    dialog.get_by_role("button", name="Change status").click()
    expect(dialog.locator(".lw-error-line")).to_be_visible()
    dialog.locator("input").click()
    page.get_by_role("option", name="On the shelf").click()
    dialog.get_by_role("button", name="Change status").click()
    expect(dialog).to_have_count(0)
    for book in three[:2]:
        expect(page.locator(f'tr[data-id="{book}"] td[data-path="status"]')).to_have_text("On the shelf")


def test_a_masked_number_is_revealed_in_the_form_as_well(library: Library, sign_in: SignIn) -> None:
    page = sign_in("lib.editor")
    page.goto("/e/lib.author")
    page.locator("#lw-rows .lw-name a", has_text="林语堂").first.click()
    expect(page.locator("lw-record h1")).to_have_text("林语堂")
    page.keyboard.press("e")
    drawer = page.locator("dialog.lw-drawer")
    masked = drawer.locator('[data-item="phone"] [data-masked]')
    expect(masked).to_contain_text("****")
    expect(drawer.locator('[data-item="phone"]')).to_contain_text("logged")
    drawer.get_by_role("button", name="Reveal").click()
    expect(masked).to_have_text("+8613800138000")
    expect(drawer.get_by_role("button", name="Reveal")).to_be_hidden()


def test_at_twice_the_size_the_details_of_a_record_are_reached_by_scrolling_the_page(
    library: Library, sign_in: SignIn
) -> None:
    page = sign_in(size=(720, 450))
    page.goto(f"/e/lib.book/{library.books[1]}")
    last = page.locator(".lw-record__left summary").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 450
    # The details have the whole window, not a strip below the head.
    assert page.locator(".lw-record__left").evaluate("one => getComputedStyle(one).overflowY") == "visible"
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
