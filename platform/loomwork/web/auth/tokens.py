"""API tokens: made for a user with a list of scopes, shown once, revoked at any time."""

from dataclasses import dataclass

import sqlalchemy as sa

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, NotFound
from loomwork.core.ids import new_id
from loomwork.storage.database import Row, Work
from loomwork.web.auth.secret_text import TOKEN_PREFIX, digest, new_secret
from loomwork.web.auth.tables import TOKEN
from loomwork.web.security_access import SCOPES

MAX_NAME = 100
MAX_DAYS = 3_650
_DAY_MICROS = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Units: instants in microseconds since 1970."""

    digest: str
    id: str
    user_id: str
    name: str
    scopes: frozenset[str]
    created_at: int
    used_at: int | None
    expires_at: int | None


_COLUMNS = (
    TOKEN.c.digest, TOKEN.c.id, TOKEN.c.user_id, TOKEN.c.name, TOKEN.c.scopes, TOKEN.c.created_at, TOKEN.c.used_at,
    TOKEN.c.expires_at,
)  # fmt: skip


def _token(row: Row) -> Token:
    digest_text, id_, user_id, name, scopes, created_at, used_at, expires_at = row
    return Token(digest_text, id_, user_id, name, frozenset(scopes.split()), created_at, used_at, expires_at)


def create(
    work: Work, user_id: str, *, name: str, scopes: tuple[str, ...], days: int | None = None
) -> tuple[str, Token]:
    """Make a token.

    Units: `days` until it ends; None means never.
    Returns: the secret, which is stored nowhere and cannot be shown again, and the token.
    Raises: InvalidInput for a missing name, an unknown scope, no scope, a time out of range.
    """
    _check(name, scopes, days)
    secret = new_secret(TOKEN_PREFIX)
    expires_at = None if days is None else work.now_micros + days * _DAY_MICROS
    kept = frozenset(scopes)
    token = Token(digest(secret), new_id(), user_id, name.strip(), kept, work.now_micros, None, expires_at)
    work.execute(
        sa.insert(TOKEN).values(
            digest=token.digest,
            id=token.id,
            user_id=user_id,
            name=token.name,
            scopes=" ".join(sorted(kept)),
            created_at=token.created_at,
            expires_at=expires_at,
        )
    )
    return secret, token


def _check(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    faults = []
    if not 1 <= len(name.strip()) <= MAX_NAME:
        faults.append(Detail("name", "token_name", f"a token has a name of 1 to {MAX_NAME} characters"))
    for scope in scopes:
        if scope not in SCOPES:
            faults.append(
                Detail("scopes", "token_scope", f'there is no scope "{scope[:40]}"; {did_you_mean(scope, SCOPES)}')
            )
    if not scopes:
        faults.append(Detail("scopes", "token_scope", "a token needs a scope: " + ", ".join(SCOPES)))
    if days is not None and not 1 <= days <= MAX_DAYS:
        faults.append(Detail("days", "token_days", f"a token ends after 1 to {MAX_DAYS} days, or never"))
    if faults:
        raise InvalidInput(faults[0].message, code=faults[0].code, details=faults)


def find(work: Work, digest_text: str) -> Token | None:
    """The token of a digest, unless it has ended."""
    rows = work.rows(work.database.prepared("auth.token", _by_digest), {"digest": digest_text})
    if not rows:
        return None
    token = _token(rows[0])
    return None if token.expires_at is not None and token.expires_at <= work.now_micros else token


def _by_digest() -> sa.Select[tuple[object, ...]]:
    return sa.select(*_COLUMNS).where(TOKEN.c.digest == sa.bindparam("digest", required=True))


def touch(work: Work, digest_text: str) -> None:
    """Note that the token was used just now."""
    work.execute(sa.update(TOKEN).where(TOKEN.c.digest == digest_text).values(used_at=work.now_micros))


def list_all(work: Work, user_id: str | None = None) -> list[Token]:
    """Tokens of a user, or of everybody, the newest first."""
    query = sa.select(*_COLUMNS).order_by(TOKEN.c.created_at.desc()).limit(500)
    if user_id is not None:
        query = query.where(TOKEN.c.user_id == user_id)
    return [_token(row) for row in work.fetch(query)]


def revoke(work: Work, token_id: str, *, user_id: str = "") -> None:
    """End a token; with `user_id`, only if it is that user's.

    Raises: NotFound.
    """
    query = sa.delete(TOKEN).where(TOKEN.c.id == token_id)
    if user_id:
        query = query.where(TOKEN.c.user_id == user_id)
    if work.execute(query) == 0:
        raise NotFound("there is no such token")


def revoke_of(work: Work, user_id: str) -> int:
    """End all tokens of a user; the number of them."""
    return work.execute(sa.delete(TOKEN).where(TOKEN.c.user_id == user_id))
