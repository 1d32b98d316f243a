"""Every screen in both themes and at both widths: no axe finding, no sideways scrolling, a ring on what has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Library, SignIn

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def _drawer(page: Page) -> None:
    page.goto("/e/lib.book")
    page.evaluate("document.querySelector('main a[href$=\"/new\"]').click()")
    expect(page.locator("dialog.lw-drawer lw-choice input")).to_be_visible()


def _conditions(page: Page) -> None:
    page.goto(
        '/e/lib.book?filter={"or":[{"field":"copies","op":"ge","value":5},{"field":"status","op":"eq","value":"lent"}]}'
    )
    page.locator("[data-action=conditions]").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _palette(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.lw-palette [role=option]").first).to_be_visible()


def _author(page: Page) -> None:
    """A record with lists of related ones."""
    page.goto("/e/lib.author?search=林语堂")
    page.locator("#lw-rows .lw-name a").first.click()
    expect(page.locator(".lw-related-list").first).to_be_visible()


def _picked(page: Page) -> None:
    page.goto("/e/lib.book")
    page.locator("[data-pick-all]").evaluate("box => box.click()")  # cards have no head, so no box to press
    expect(page.locator(".lw-bulk")).to_be_visible()


def _at(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(path)

    return go


SCREENS: dict[str, Callable[[Page], None]] = {
    "home": _at("/"),
    "list": _at("/e/lib.book"),
    "empty": _at('/e/lib.book?filter={"and":[{"field":"copies","op":"ge","value":5000}]}'),
    "record": _at("/e/lib.book/{book}"),
    "form": _at("/e/lib.book/{book}/edit"),
    "import": _at("/e/lib.author/import"),
    "trash": _at("/trash"),
    "settings": _at("/settings"),
    "missing": _at("/e/lib.nothing"),
    "author": _author,
    "picked": _picked,
    "drawer": _drawer,
    "conditions": _conditions,
    "palette": _palette,
}


def findings(page: Page) -> list[str]:
    answer = Axe().run(page, options=RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in answer.response["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_screen_has_a_finding(
    library: Library, sign_in: SignIn, theme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    page = sign_in("zh" if theme == "dark" else "lib.clerk", size=size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    found = {}
    assert len(SCREENS) >= 14
    for name, show in SCREENS.items():
        if name == "record":
            page.goto(f"/e/lib.book/{library.books[2]}")
        elif name == "form":
            page.goto(f"/e/lib.book/{library.books[2]}/edit")
        else:
            show(page)
        faults = findings(page)
        if faults:
            found[name] = faults
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            found.setdefault(name, []).append("scrolls sideways")
    assert found == {}


def test_sign_in_pages_have_no_finding(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.context.clear_cookies()
    for path in ("/sign-in", "/forgot", "/reset/not-a-link"):
        page.goto(path)
        assert findings(page) == []


def test_a_planted_fault_is_found(sign_in: SignIn) -> None:
    page = sign_in()
    page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('img'), {src: '/static/favicon.svg'}))"
    )
    assert any(one.startswith("image-alt") for one in findings(page))


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/e/lib.book")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    shadow = page.evaluate(
        "getComputedStyle(document.activeElement).boxShadow + getComputedStyle(document.activeElement).outlineStyle"
    )
    assert "none" not in shadow.replace("nonesolid", "")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_script_of_a_list_stays_small(library: Library) -> None:
    import json

    from loomwork.web.screens.env import STATIC

    files = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))["files"]
    shared = sum(file["gzip"] for name, file in files.items() if name.startswith("chunks/base-"))
    assert 20_000 < files["screens.js"]["gzip"] + shared <= 80_000
