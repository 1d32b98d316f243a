"""Conditions that a browser cannot be asked for, and requests that are held until a test lets them go."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, Route

from tests.e2e.conftest import PATIENCE_MS

PAUSE_MS = 20


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what the test itself sees, while the page goes on."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        assert time.monotonic() < end, "what was waited for never came"
        page.wait_for_timeout(PAUSE_MS)


class Held:
    """Requests to an address by one method (or any) that wait until they are let go; later ones pass."""

    def __init__(self, page: Page, pattern: str | Callable[[str], bool], method: str | None = None) -> None:
        self.page = page
        self.routes: list[Route] = []
        self._method = method
        self._is_open = False
        page.route(pattern, self._meet)

    def _meet(self, route: Route) -> None:
        if self._is_open or self._method not in {None, route.request.method}:
            route.continue_()
        else:
            self.routes.append(route)

    def wait(self, count: int = 1) -> None:
        """Until so many requests stand at the door; the page may have asked long before the test hears of it."""
        until(self.page, lambda: len(self.routes) >= count)

    def let_go(self) -> None:
        """Send on what is held, in its order."""
        self._is_open = True
        for route in self.routes:
            route.continue_()
