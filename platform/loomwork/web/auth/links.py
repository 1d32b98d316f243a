"""One-time links: for an invitation or a password reset. The newest of a kind ends the older ones; using one deletes it."""

import sqlalchemy as sa

from loomwork.core.errors import NotFound
from loomwork.storage.database import Work
from loomwork.web.auth.secret_text import digest, new_secret
from loomwork.web.auth.tables import LINK

LIFE_S = {"reset": 3_600, "invite": 7 * 86_400}
_MICRO = 1_000_000


def create(work: Work, user_id: str, purpose: str) -> str:
    """Make a link's secret for a user; older links of the same purpose stop working."""
    work.execute(sa.delete(LINK).where(LINK.c.user_id == user_id, LINK.c.purpose == purpose))
    secret = new_secret()
    work.execute(
        sa.insert(LINK).values(
            digest=digest(secret),
            purpose=purpose,
            user_id=user_id,
            created_at=work.now_micros,
            expires_at=work.now_micros + LIFE_S[purpose] * _MICRO,
        )
    )
    return secret


def find_user(work: Work, secret: str, purpose: str) -> str:
    """The user of a link that still works; the link stays usable (showing the form does not use it up).

    Raises: NotFound `link` for one that is unknown, used or too old, in the same words.
    """
    query = sa.select(LINK.c.user_id).where(
        LINK.c.digest == digest(secret), LINK.c.purpose == purpose, LINK.c.expires_at > work.now_micros
    )
    rows = work.fetch(query)
    if not rows:
        raise NotFound("this link does not work any more; ask for a new one", code="link")
    return str(rows[0][0])


def use(work: Work, secret: str, purpose: str) -> str:
    """Use a link up; returns its user. Of two uses at the same time one wins.

    Raises: NotFound `link`.
    """
    user_id = find_user(work, secret, purpose)
    if work.execute(sa.delete(LINK).where(LINK.c.digest == digest(secret))) == 0:
        raise NotFound("this link does not work any more; ask for a new one", code="link")
    return user_id


def revoke_of(work: Work, user_id: str) -> int:
    """End all links of a user; the number of them."""
    return work.execute(sa.delete(LINK).where(LINK.c.user_id == user_id))
