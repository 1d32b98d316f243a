"""Signed-in browsers: a row each, listed, revoked, ended by idleness and by age."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from loomwork.core.ids import new_id
from loomwork.storage.database import Work
from loomwork.web.auth.secret_text import digest, new_secret
from loomwork.web.auth.tables import SESSION

IDLE_S = 1_800
"""Where nothing else is configured."""
ABSOLUTE_S = 43_200
TOUCH_S = 60
"""How often `seen_at` is written; a write at every request would make every read a write."""
_MICRO = 1_000_000
_MAX_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. Units: instants in microseconds since 1970."""

    digest: str
    id: str
    user_id: str
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    agent: str

    def is_live(self, now: int, idle_s: int) -> bool:
        """Whether neither idleness nor age has ended it."""
        return now < self.expires_at and now - self.seen_at < idle_s * _MICRO


_COLUMNS = (
    SESSION.c.digest, SESSION.c.id, SESSION.c.user_id, SESSION.c.created_at, SESSION.c.seen_at, SESSION.c.expires_at,
    SESSION.c.address, SESSION.c.agent,
)  # fmt: skip


def create(work: Work, user_id: str, *, address: str, agent: str) -> str:
    """Make a session; returns the secret for the cookie, which is stored nowhere."""
    secret = new_secret()
    work.execute(
        sa.insert(SESSION).values(
            digest=digest(secret),
            id=new_id(),
            user_id=user_id,
            created_at=work.now_micros,
            seen_at=work.now_micros,
            expires_at=work.now_micros + ABSOLUTE_S * _MICRO,
            address=address,
            agent=agent[:_MAX_AGENT],
        )
    )
    return secret


def find(work: Work, digest_text: str, *, idle_s: int = IDLE_S) -> Session | None:
    """The live session of a digest."""
    prepared = work.database.prepared("auth.session", _by_digest)
    rows = work.rows(prepared, {"digest": digest_text})
    if not rows:
        return None
    session = Session(*rows[0])
    return session if session.is_live(work.now_micros, idle_s) else None


def _by_digest() -> sa.Select[tuple[object, ...]]:
    return sa.select(*_COLUMNS).where(SESSION.c.digest == sa.bindparam("digest", required=True))


def touch(work: Work, digest_text: str) -> None:
    """Note that the session was used just now."""
    work.execute(sa.update(SESSION).where(SESSION.c.digest == digest_text).values(seen_at=work.now_micros))


def list_live(work: Work, user_id: str | None = None, *, idle_s: int = IDLE_S) -> list[Session]:
    """Live sessions of a user, or of everybody, the newest first."""
    query = (
        sa.select(*_COLUMNS).where(SESSION.c.expires_at > work.now_micros).order_by(SESSION.c.seen_at.desc()).limit(500)
    )
    if user_id is not None:
        query = query.where(SESSION.c.user_id == user_id)
    found = [Session(*row) for row in work.fetch(query)]
    return [one for one in found if one.is_live(work.now_micros, idle_s)]


def revoke(work: Work, *, digests: Iterable[str] = (), user_id: str = "", session_id: str = "", keep: str = "") -> int:
    """End sessions: by digest, by public id (of a user, if given), or all of a user but `keep`; the number ended."""
    query = sa.delete(SESSION)
    listed = list(digests)
    if listed:
        query = query.where(SESSION.c.digest.in_(listed))
    if session_id:
        query = query.where(SESSION.c.id == session_id)
    if user_id:
        query = query.where(SESSION.c.user_id == user_id)
    if keep:
        query = query.where(SESSION.c.digest != keep)
    if not (listed or session_id or user_id):
        return 0
    return work.execute(query)


def sweep(work: Work, *, idle_s: int = IDLE_S) -> int:
    """Delete sessions that have ended by themselves; the number of them."""
    idle = SESSION.c.seen_at < work.now_micros - idle_s * _MICRO
    return work.execute(sa.delete(SESSION).where(idle | (SESSION.c.expires_at < work.now_micros)))
