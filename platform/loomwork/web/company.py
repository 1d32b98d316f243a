"""The company that works here: its name and what holds for people who chose nothing, remembered for half a second.

The record belongs to the system app like any other; without one the installation's own settings hold.
"""

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loomwork.core.i18n import LANGUAGES
from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

ENTITY = "system.company"
PRODUCT = "Loomwork"
REMEMBERED_S = 0.5
_READER = system_actor("company")
_lock = threading.Lock()
_known: "WeakKeyDictionary[Runtime, tuple[float, Company]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Company:
    """Shapes: `name` is empty where nobody has given one; `language` and `zone` always hold something usable."""

    name: str
    language: str
    zone: str


def company_of(rt: "Runtime", work: Work | None = None, *, is_fresh: bool = False) -> Company:
    """The company of an installation; at most half a second old, or read anew for those who may have just changed it."""
    now = time.monotonic()
    with _lock:
        kept = _known.get(rt)
    if kept is not None and kept[0] > now and not is_fresh:
        return kept[1]
    if work is None:
        with rt.read() as own:
            found = _read(rt, own)
    else:
        found = _read(rt, work)
    with _lock:
        _known[rt] = (now + REMEMBERED_S, found)
    return found


def forget(rt: "Runtime") -> None:
    """Read it anew: it has changed in this process."""
    with _lock:
        _known.pop(rt, None)


def save_company(rt: "Runtime", work: Work, name: str, language: str) -> None:
    """Keep the company's name and language at the first set-up; an empty name leaves everything as it is.

    Raises: InvalidInput for a name that is too long.
    """
    if name.strip() and ENTITY in rt.catalog.entities:
        values = {"name": name.strip(), **({"language": language} if language in LANGUAGES else {})}
        rt.records.create(work, system_actor("set-up"), ENTITY, values)
        forget(rt)


def _read(rt: "Runtime", work: Work) -> Company:
    row = {}
    if ENTITY in rt.catalog.entities:
        rows = rt.query.run(work, _READER, Query(ENTITY, fields=("name", "language", "time_zone"), limit=1)).rows
        row = rows[0] if rows else {}
    language, zone = row.get("language"), str(row.get("time_zone") or "")
    return Company(
        name=str(row.get("name") or ""),
        language=language if language in LANGUAGES else rt.settings.language,
        zone=zone if zone and _is_zone(zone) else rt.settings.time_zone,
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
