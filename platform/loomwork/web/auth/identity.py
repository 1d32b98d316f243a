"""From a cookie or a bearer token to an actor, remembered for a second.

Whatever changes people, their roles, units, teams or shares in this process is noticed at the next request; other
processes notice within `MEMORY_S` and the half second of the tree of units, because they ask the database again. A
secret that is unknown is never remembered.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomwork.core.errors import NotSignedIn, TryAgain
from loomwork.records.around.watching import SHARES, watch
from loomwork.storage.database import Work
from loomwork.web.auth import people, sessions, tokens, units
from loomwork.web.auth.secret_text import digest

if TYPE_CHECKING:
    from loomwork.permissions.actor import Actor
    from loomwork.runtime import Runtime

MEMORY_S = 0.5
NOTE_WAIT_S = 0.2
"""How long a reader waits for the note of his visit; it is written all the same."""
WATCHED = (people.USER, people.ASSIGNMENT, people.UNIT, people.MEMBER, "system.team", SHARES)
MAX_REMEMBERED = 5_000
_MICRO = 1_000_000
WIDER = {
    "read": {"read", "write", "admin"},
    "write": {"write", "admin"},
    "import": {"import", "write", "admin"},
    "metadata": {"metadata", "admin"},
    "admin": {"admin"},
}
"""Which scopes of a token open a door."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and by what means.

    Shapes: `digest` is that of the cookie or token; `public_id` the id under which it is listed; `scopes` is None for
    a person with a session, who may use every door that his rights open.
    """

    actor: "Actor"
    abilities: frozenset[str]
    digest: str
    public_id: str
    scopes: frozenset[str] | None

    @property
    def is_token(self) -> bool:
        """Whether a program asks."""
        return self.scopes is not None

    def has_scope(self, scope: str) -> bool:
        """Whether the door's scope is open; a wider scope opens the narrower doors."""
        return self.scopes is None or not scope or not self.scopes.isdisjoint(WIDER[scope])


class Identities:
    """The memory of one process."""

    def __init__(self, rt: "Runtime", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rt = rt
        self._clock = clock
        self._known: dict[str, tuple[float, Identity]] = {}
        self._epoch = 0
        self._lock = threading.Lock()
        self._noting = threading.Lock()
        watch(rt.database, WATCHED, self.forget)

    def by_session(self, secret: str) -> Identity | None:
        """The person behind a session cookie; None when the session has ended."""
        return self._find(secret, self._load_session)

    def by_token(self, secret: str) -> Identity:
        """The program behind a bearer token.

        Raises: NotSignedIn `token` for one that is unknown, revoked, too old, or whose user is not active.
        """
        found = self._find(secret, self._load_token)
        if found is None:
            raise NotSignedIn("this token is not valid", code="token")
        return found

    def forget(self) -> None:
        """Remember nobody: something about who may do what has changed."""
        units.forget(self._rt)
        with self._lock:
            self._epoch += 1
            self._known.clear()

    def _find(self, secret: str, load: Callable[[Work, str], Identity | None]) -> Identity | None:
        key = digest(secret)
        kept = self._known.get(key)
        now = self._clock()
        if kept is not None and kept[0] > now:
            return kept[1]
        epoch = self._epoch
        with self._rt.read() as work:
            found = load(work, key)
        with self._lock:
            self._known.pop(key, None)
            # What was read before somebody revoked something must not be remembered after it.
            if found is not None and epoch == self._epoch:
                if len(self._known) >= MAX_REMEMBERED:
                    self._known.clear()
                self._known[key] = (now + MEMORY_S, found)
        return found

    def _load_session(self, work: Work, key: str) -> Identity | None:
        session = sessions.find(work, key, idle_s=self._rt.settings.idle_minutes * 60)
        actor = people.find_actor(self._rt, work, session.user_id) if session else None
        if session is None or actor is None:
            return None
        if work.now_micros - session.seen_at > sessions.TOUCH_S * _MICRO:
            self._note(sessions.touch, key)
        return Identity(actor, people.abilities_of(self._rt, actor), key, session.id, None)

    def _load_token(self, work: Work, key: str) -> Identity | None:
        token = tokens.find(work, key)
        actor = people.find_actor(self._rt, work, token.user_id, scopes=token.scopes) if token else None
        if token is None or actor is None:
            return None
        if token.used_at is None or work.now_micros - token.used_at > sessions.TOUCH_S * _MICRO:
            self._note(tokens.touch, key)
        return Identity(actor, people.abilities_of(self._rt, actor), key, token.id, token.scopes)

    def _note(self, write: Callable[[Work, str], None], key: str) -> None:
        """Write the time of use; a busy database must neither turn a reader away for it nor hold him up.

        While one note waits for the database, others are left out: they come again with the next look.
        """
        if self._noting.acquire(blocking=False):
            noting = threading.Thread(target=self._write_note, args=(write, key), name="loomwork-note", daemon=True)
            noting.start()
            noting.join(NOTE_WAIT_S)

    def _write_note(self, write: Callable[[Work, str], None], key: str) -> None:
        try:
            with contextlib.suppress(TryAgain), self._rt.database.write() as work:
                write(work, key)
        finally:
            self._noting.release()
