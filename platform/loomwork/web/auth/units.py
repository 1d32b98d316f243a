"""The tree of units as sign-in needs it: read in one go, remembered by a process for as long as it remembers people."""

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

REMEMBERED_S = 0.5
_PAGE = 200
_SIGN_IN = system_actor("sign-in")
_lock = threading.Lock()
_known: "WeakKeyDictionary[Runtime, tuple[float, Mapping[str, str | None]]]" = WeakKeyDictionary()


def parents(rt: "Runtime", work: Work) -> Mapping[str, str | None]:
    """Every unit with the unit above it; at most half a second old."""
    now = time.monotonic()
    with _lock:
        kept = _known.get(rt)
    if kept is not None and kept[0] > now:
        return kept[1]
    found: dict[str, str | None] = {}
    cursor = ""
    while True:
        query = Query("system.unit", fields=("parent",), sort=("id",), limit=_PAGE, cursor=cursor)
        page = rt.query.run(work, _SIGN_IN, query)
        found.update((row["id"], row["parent"]["id"] if row["parent"] else None) for row in page.rows)
        cursor = page.next_cursor
        if not cursor:
            break
    with _lock:
        _known[rt] = (now + REMEMBERED_S, found)
    return found


def forget(rt: "Runtime") -> None:
    """Read the tree anew: it has changed in this process."""
    with _lock:
        _known.pop(rt, None)
