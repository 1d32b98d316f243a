"""Whether something comes to its end: for inputs on which a fault would take hours, so that no clock decides."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any


class Endless(BaseException):
    """It was stopped; not an `Exception`, so that nothing on its way swallows it."""


def ends(act: Callable[[], Any], *, within_s: int = 60) -> bool:
    """Whether `act` returns or raises. The time is a hundred times what it takes and a hundredth of what a fault takes."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, stop)
    left, _ = signal.setitimer(signal.ITIMER_REAL, within_s)
    try:
        act()
    except Endless:
        return False
    except Exception:  # noqa: BLE001 - a refusal is an end as well
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)
    return True
