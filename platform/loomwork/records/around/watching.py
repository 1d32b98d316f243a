"""Who in this process wants to know that records of an entity have changed: memories of people and their rights."""

import threading
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from loomwork.storage.database import Database, Work

SHARES = "lw_share"
"""Not an entity: what is shared with whom."""

_lock = threading.Lock()
_watchers: "WeakKeyDictionary[Database, dict[str, list[Callable[[], None]]]]" = WeakKeyDictionary()


def watch(database: Database, entities: Iterable[str], call: Callable[[], None]) -> None:
    """Have `call` called after each commit of this process that changed records of one of the entities."""
    with _lock:
        known = _watchers.setdefault(database, {})
        for entity in entities:
            known.setdefault(entity, []).append(call)


def note_change(work: Work, entity: str) -> None:
    """A record of the entity changes in this unit."""
    for call in _watchers.get(work.database, {}).get(entity, ()):
        if call not in work.after_commit:
            work.after_commit.append(call)
