"""Counts the statements that reach the database driver while something is done. What a process remembers for half a second
(who asks, the version, the tree of units) is remembered for ever here, so that a slow machine counts like a fast one.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from tests.prove.stage import Stage
from tests.prove.tripwire import Wire, stretched


class _Listener(Wire):
    """Keeps whole statements."""

    def touch(self, statement: object) -> None:
        self.count += 1
        self.statements.append(re.sub(r"\s+", " ", str(statement)))


def statements_of(on: Stage, act: Callable[[], Any]) -> list[str]:
    """The statements of one act, the commit included; the act has to succeed."""
    with stretched(on.rt.database.engine, _Listener(), reads=True) as wire:
        answer = act()
    if answer.status_code >= 400:
        raise AssertionError(f"{answer.request.path}: {answer.status_code} {answer.text[:300]}")
    return wire.statements


@contextmanager
def memory_that_stays(on: Stage) -> Iterator[None]:
    """Stop the clock by which the process forgets."""
    now = time.monotonic()
    still = SimpleNamespace(**{name: getattr(time, name) for name in dir(time)})
    still.monotonic = lambda: now
    holders = [
        m for name, m in list(sys.modules.items()) if name.startswith("loomwork") and getattr(m, "time", None) is time
    ]
    clock = on.server.guard.identities._clock
    on.server.guard.identities._clock = still.monotonic
    for module in holders:
        module.time = still  # type: ignore[attr-defined]
    try:
        yield
    finally:
        on.server.guard.identities._clock = clock
        for module in holders:
            module.time = time  # type: ignore[attr-defined]
