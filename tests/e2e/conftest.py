"""A library run by the platform, served for real, and browsers that sign in to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import system_actor
from loomwork.runtime import Runtime
from tests.support.serving import in_thread

PASSWORD = "warp-and-weft-over-under"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = (1440, 900), (390, 844)
BOOKS = 64
# A machine that runs other tests beside these is slow; what never comes may take this long to be missed.
PATIENCE_MS = 30_000
# How many times slower than this machine the browser's processor is; more than 1 shows what a slow phone meets.
SLOWDOWN = float(os.environ.get("LOOMWORK_SLOWDOWN", "1"))

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Library:
    """A running server.

    Shapes: `people` are addresses by role (`zh` is a clerk who reads Chinese); `books` are record ids by number.
    """

    address: str
    runtime: Runtime
    people: dict[str, str] = field(default_factory=dict)
    books: list[str] = field(default_factory=list)


def _people(rt: Runtime) -> dict[str, str]:
    from loomwork.web.auth import passwords, people
    from loomwork.web.auth.service import store_password

    stored = passwords.hash_password(PASSWORD)
    found = {}
    for name, role, key in (
        ("Ada Keeper", "lib.clerk", "lib.clerk"),
        ("Vera Guest", "lib.visitor", "lib.visitor"),
        ("林管理", "lib.clerk", "zh"),
        ("Sam Steward", "system.administrator", "steward"),
        ("Lea Leaver", "lib.clerk", "leaver"),
        ("Eve Editor", "lib.editor", "lib.editor"),
    ):
        email = f"{key.rpartition('.')[2]}@library.example"
        with rt.write() as work:
            user = people.create(rt, work, name=name, email=email, roles=(role,))
            store_password(work, user, stored)
            if key == "zh":
                wishes = {"language": "zh-CN", "time_zone": "Asia/Shanghai"}
                row = rt.query.get(work, system_actor("seed"), "system.user", user, ("id",))
                rt.records.update(work, system_actor("seed"), "system.user", user, wishes, row["row_version"])
        found[key] = email
    return found


def _books(rt: Runtime) -> list[str]:
    actor = system_actor("seed")
    with rt.write() as work:
        [author] = rt.records.create_many(
            work, actor, "lib.author", [{"name": "林语堂", "country": "中国", "phone": "+8613800138000"}]
        )
        rows = [
            {
                "title": f"Volume {n:03}" if n % 2 else f"第 {n:03} 卷",
                "author": author,
                "status": ("ordered", "shelved", "lent")[n % 3],
                "price": {"amount": f"{n * 10}.50", "currency": "CNY"},
                "copies": n,
                "bought_on": f"2026-0{1 + n % 9}-11",
            }
            for n in range(1, BOOKS + 1)
        ]
        return rt.records.create_many(work, actor, "lib.book", rows)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The server with two people and some books, on a port of its own, over SQLite."""
    import waitress

    import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well
    from loomwork.web.app import create_app

    home = tmp_path_factory.mktemp("library")
    settings = load_settings({"LOOMWORK_HOME": str(home), "LOOMWORK_LOG_LEVEL": "ERROR", "LOOMWORK_LANGUAGE": "en"})
    rt = Runtime.start(settings, app_folders=[Path(__file__).parent / "library"])
    app = create_app(rt)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4, ident="")
    with in_thread(server) as port:
        made = Library(f"http://127.0.0.1:{port}", rt)
        made.people, made.books = _people(rt), _books(rt)
        yield made
    rt.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
    yield made
    made.close()


SignIn = Callable[..., Page]

# Chromium drops keys and clicks that come before a new page has been painted; a person sees the page first.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def _waits_for_paint(page: Page) -> None:
    go = page.goto

    def goto(url: str) -> Response | None:
        answer = go(url)
        page.evaluate(PAINTED)
        return answer

    page.goto = goto  # type: ignore[method-assign, assignment]


# A document that was loaded before the first route sends requests past it until the browser has heard of the route.
MET = "async (path) => { while ((await fetch(path)).status !== 204) await new Promise(requestAnimationFrame); }"
PROBE = "/is-this-route-heard"


def _waits_for_routes(page: Page) -> None:
    add, is_heard = page.route, False

    def route(*given: Any, **named: Any) -> None:
        nonlocal is_heard
        add(*given, **named)
        if not is_heard:
            add(f"**{PROBE}", lambda one: one.fulfill(status=204))
            page.evaluate(MET, PROBE)
        is_heard = True

    page.route = route  # type: ignore[method-assign, assignment]


def _slow_down(context: BrowserContext) -> None:
    def slow(page: Page) -> None:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})

    if SLOWDOWN > 1:
        context.on("page", slow)


@pytest.fixture
def sign_in(library: Library, browser: Browser) -> Iterator[SignIn]:
    """Opens a browser of its own for a person. Whatever the page complains about fails the test."""
    complaints: list[str] = []
    lost: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        # A refused change answers 4xx and a lost network answers nothing; the browser writes both down by itself, and
        # the test looks at what the person sees.
        noted = ("status of 4", "net::ERR_INTERNET_DISCONNECTED")
        if message.type == "error" and not any(one in message.text for one in (*noted, *lost)):
            complaints.append(message.text)

    def go(
        role: str = "lib.clerk", *, language: str = "en", size: tuple[int, int] = DESK, may_lose: bool = False
    ) -> Page:
        if may_lose:
            lost.append("net::ERR_CONNECTION_RESET")
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            has_touch=size == PHONE,
            base_url=library.address,
        )
        context.set_default_timeout(PATIENCE_MS)
        _slow_down(context)
        contexts.append(context)
        page = context.new_page()
        _waits_for_paint(page)
        _waits_for_routes(page)
        page.on("console", heard)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto(f"/sign-in?language={language}")
        page.fill("input[name=email]", library.people[role])
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"{library.address}/")
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []
