"""A server of waitress in a thread of the tests, ended from inside its own loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore


@contextmanager
def in_thread(server: Any) -> Iterator[int]:
    """Run a server while the context lasts; its port.

    Sockets closed under a loop that waits for them are a fault of that loop, so the loop closes them itself.
    """
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.trigger.pull_trigger(lambda: _end(server))
        thread.join(10)
        server.task_dispatcher.shutdown()


def _end(server: Any) -> None:
    server.close()
    wasyncore.close_all(server._map, ignore_all=True)
