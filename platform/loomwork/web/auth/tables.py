"""The tables of sign-in. Secrets are stored as digests only; instants are microseconds since 1970."""

import sqlalchemy as sa

from loomwork.storage.system_tables import PLATFORM, text_type

CREDENTIAL = sa.Table(
    "lw_credential",
    PLATFORM,
    sa.Column("user_id", text_type(), primary_key=True),
    sa.Column("hash", text_type(), nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)
"""The password of a user, as an Argon2 hash."""

SESSION = sa.Table(
    "lw_session",
    PLATFORM,
    sa.Column("digest", text_type(), primary_key=True),
    sa.Column("id", text_type(), nullable=False, unique=True),
    sa.Column("user_id", text_type(), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("address", text_type(), nullable=False),
    sa.Column("agent", text_type(), nullable=False),
    sa.Index("lw_session_user", "user_id"),
)
"""Signed-in browsers. `digest` is the SHA-256 of the cookie; `id` is what people see in lists."""

TOKEN = sa.Table(
    "lw_token",
    PLATFORM,
    sa.Column("digest", text_type(), primary_key=True),
    sa.Column("id", text_type(), nullable=False, unique=True),
    sa.Column("user_id", text_type(), nullable=False),
    sa.Column("name", text_type(), nullable=False),
    sa.Column("scopes", text_type(), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("expires_at", sa.BigInteger),
    sa.Index("lw_token_user", "user_id"),
)
"""API tokens. `scopes` are names separated by spaces."""

LINK = sa.Table(
    "lw_link",
    PLATFORM,
    sa.Column("digest", text_type(), primary_key=True),
    sa.Column("purpose", text_type(), nullable=False),
    sa.Column("user_id", text_type(), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Index("lw_link_user", "user_id"),
)
"""One-time links of invitations and password resets; using one deletes it."""

THROTTLE = sa.Table(
    "lw_throttle",
    PLATFORM,
    sa.Column("key", text_type(), primary_key=True),
    sa.Column("tries", text_type(), nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)
"""Failed tries within the window: `tries` are instants separated by spaces; `key` is a digest of account or address."""
