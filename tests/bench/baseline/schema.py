"""Tables of the hand-written service.

Native types on PostgreSQL. On SQLite, exact numbers are whole hundredths, instants whole microseconds, dates ISO text:
plain values that need no type decorator on the way (`wire.py` converts).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR


def build(dialect: str) -> dict[str, sa.Table]:
    """All tables by name."""
    meta = sa.MetaData()
    is_sqlite = dialect == "sqlite"
    key: Any = sa.Text() if is_sqlite else sa.Uuid(as_uuid=False)
    instant: Any = sa.BigInteger() if is_sqlite else sa.DateTime(timezone=True)

    def ident(name: str, target: str = "", **more: Any) -> sa.Column[Any]:
        return sa.Column(name, key, *([sa.ForeignKey(target)] if target else []), **more)

    def stamps() -> list[sa.Column[Any]]:  # columns belong to one table, so each gets new ones
        return [
            sa.Column("created_at", instant, nullable=False, index=True),
            ident("created_by", "users.id"),
            sa.Column("updated_at", instant, nullable=False),
            ident("updated_by", "users.id"),
            ident("owner_id", "users.id", nullable=False, index=True),
            sa.Column("row_version", sa.Integer, nullable=False),
            sa.Column("deleted_at", instant),
        ]

    sa.Table("units", meta, ident("id", primary_key=True), sa.Column("name", sa.Text), ident("parent", "units.id"))
    sa.Table(
        "users",
        meta,
        ident("id", primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        ident("unit", "units.id"),
        sa.Column("is_active", sa.Boolean, nullable=False),
    )
    sa.Table(
        "tokens",
        meta,
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        ident("user_id", "users.id", nullable=False),
        sa.Column("expires_at", instant),
    )
    sa.Table(
        "account",
        meta,
        ident("id", primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("industry", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("employees", sa.Integer),
        *stamps(),
    )
    deal = sa.Table(
        "deal",
        meta,
        *([sa.Column("seq", sa.Integer, primary_key=True)] if is_sqlite else []),
        ident("id", primary_key=not is_sqlite, unique=True if is_sqlite else None, nullable=False),
        *_deal_columns(ident, is_sqlite),
        *stamps(),
        *([sa.Column("search", TSVECTOR)] if not is_sqlite else []),
    )
    sa.Index("deal_stage_close", deal.c.stage, deal.c.close_date.desc())
    sa.Index("deal_close", deal.c.close_date)
    if not is_sqlite:
        sa.Index("deal_search", deal.c.search, postgresql_using="gin")
    for name in ("audit", "outbox"):
        sa.Table(
            name,
            meta,
            ident("id", primary_key=True),
            sa.Column("at", instant, nullable=False),
            ident("user_id"),
            sa.Column("kind", sa.Text, nullable=False),
            ident("record_id", index=True),
            sa.Column("body", sa.Text, nullable=False),
        )
    return dict(meta.tables)


def _deal_columns(ident: Any, is_sqlite: bool) -> list[sa.Column[Any]]:
    exact: Any = sa.BigInteger() if is_sqlite else sa.Numeric(18, 2)

    def text(name: str, **more: Any) -> sa.Column[Any]:
        return sa.Column(name, sa.Text, **more)

    return [
        text("name", nullable=False),
        ident("account", "account.id", index=True),
        text("stage", nullable=False),
        sa.Column("amount", exact),
        text("currency"),
        sa.Column("probability", sa.Integer),
        sa.Column("close_date", sa.Text() if is_sqlite else sa.Date(), nullable=False),
        text("source"),
        text("region"),
        text("description"),
        text("next_step"),
        sa.Column("is_hot", sa.Boolean),
        text("email"),
        text("phone"),
        text("website"),
        sa.Column("quantity", sa.Integer),
        sa.Column("discount", exact),
        text("lost_reason"),
        sa.Column("signed_at", sa.BigInteger() if is_sqlite else sa.DateTime(timezone=True)),
        ident("reviewer", "users.id", index=True),
        sa.Column("score", sa.Integer),
    ]
