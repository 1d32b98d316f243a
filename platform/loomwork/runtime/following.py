"""How a process takes over a version that another one has published, while its readers go on with the one they have."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable

WAIT_AT_MOST_S = 15.0
"""How long readers go on with an older version after a newer one was noticed; then they wait for it."""
_SWITCH_S = 0.0005
"""How long a thread keeps the interpreter while another one waits, during the take-over: requests come first."""


class Follower:
    """Runs `load(number)` beside the requests, once per version."""

    def __init__(self, load: Callable[[int], None]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._number = 0
        self._since = 0.0

    def notice(self, number: int) -> None:
        """A version that is not loaded yet was seen: begin to load it, and come back at once.

        A load that fails, or takes too long, is done in the caller's place, so that he meets the fault.
        """
        with self._lock:
            if self._number != number:
                self._number, self._since = number, time.monotonic()
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._follow, name="loomwork-follower", daemon=True)
                    self._thread.start()
                return
            is_late = time.monotonic() - self._since > WAIT_AT_MOST_S
            is_over = self._thread is None or not self._thread.is_alive()
        if is_late or is_over:
            self._load(number)

    def _follow(self) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        try:
            # A fault is not lost: the next reader finds the load over and the version missing, and meets it himself.
            with contextlib.suppress(Exception):
                self._load(self._number)
        finally:
            sys.setswitchinterval(interval)
