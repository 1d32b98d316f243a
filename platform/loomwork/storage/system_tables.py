"""The platform's own tables: what is not an entity of the metadata. Other layers add theirs to `PLATFORM`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

PLATFORM = sa.MetaData()
"""Fixed tables, created at start. Instants are integers (microseconds since 1970) on both databases."""

_C = "C"


def text_type() -> TypeEngine[Any]:
    """Text compared byte by byte on both databases."""
    return sa.Text().with_variant(sa.Text(collation=_C), "postgresql")


def _id(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, text_type(), **options)


STATE = sa.Table(
    "lw_state",
    PLATFORM,
    _id("key", primary_key=True),
    sa.Column("value", text_type(), nullable=False),
)
"""Single values of the installation: `catalog_version`, `access_epoch`."""

CATALOG_VERSION = sa.Table(
    "lw_catalog_version",
    PLATFORM,
    sa.Column("number", sa.Integer, primary_key=True),
    _id("hash", nullable=False),
    sa.Column("published_at", sa.BigInteger, nullable=False),
    _id("author", nullable=False),
    sa.Column("message", text_type(), nullable=False),
    sa.Column("overlay", text_type(), nullable=False),
    sa.Column("summary", text_type(), nullable=False),
)

CATALOG_SOURCE = sa.Table(
    "lw_catalog_source",
    PLATFORM,
    _id("digest", primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""The files of the app packages that versions were made of, compressed; `lw_state` says which version has which."""

COLUMN_MAP = sa.Table(
    "lw_column_map",
    PLATFORM,
    _id("entity", primary_key=True),
    _id("field", primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True),
    _id("base", nullable=False),
    _id("signature", nullable=False),
    sa.Column("is_current", sa.Integer, nullable=False),
    sa.Column("retired_at", sa.BigInteger),
)
"""Which physical column belongs to which field; a base is never used again for another field."""

SCHEMA_LOG = sa.Table(
    "lw_schema_log",
    PLATFORM,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    _id("kind", nullable=False),
    _id("target", nullable=False),
    sa.Column("detail", text_type(), nullable=False),
)

AUDIT = sa.Table(
    "lw_audit",
    PLATFORM,
    _id("id", primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    _id("actor", nullable=False),
    _id("on_behalf_of"),
    _id("entity", nullable=False),
    _id("record_id", nullable=False),
    _id("verb", nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changes", text_type(), nullable=False),
    _id("request_id"),
    _id("source"),
    sa.Index("lw_audit_record", "record_id", "at"),
)
"""One row per write: `changes` is `{field: [old, new]}` in wire form."""

OUTBOX = sa.Table(
    "lw_outbox",
    PLATFORM,
    _id("id", primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    _id("topic", nullable=False),
    sa.Column("payload", text_type(), nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    _id("lease"),
    sa.Column("leased_until", sa.BigInteger),
    sa.Column("fault", text_type()),
    sa.Index("lw_outbox_due", "state", "due_at"),
)
"""Events and jobs, committed with the change that caused them. `state`: 0 waiting, 1 leased, 2 done, 3 dead."""

IDEMPOTENCY = sa.Table(
    "lw_idempotency",
    PLATFORM,
    _id("actor", primary_key=True),
    _id("key", primary_key=True),
    _id("request_hash", nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("headers", text_type()),
    sa.Column("body", sa.LargeBinary),
    sa.Index("lw_idempotency_at", "at"),
)

SHARE = sa.Table(
    "lw_share",
    PLATFORM,
    _id("record_id", primary_key=True),
    _id("principal", primary_key=True),
    _id("entity", nullable=False),
    _id("level", nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    _id("by_user", nullable=False),
    sa.Index("lw_share_principal", "principal", "entity"),
)
"""Sharing of single records. `principal` is a user id, a unit id or a team id; `level` is `read` or `write`."""

COUNTER = sa.Table(
    "lw_counter",
    PLATFORM,
    _id("name", primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
"""Auto-numbers: `entity.field:period`."""


IMPORT = sa.Table(
    "lw_import",
    PLATFORM,
    _id("id", primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    _id("actor", nullable=False),
    _id("entity", nullable=False),
    sa.Column("name", text_type(), nullable=False),
    _id("state", nullable=False),
    sa.Column("report", text_type(), nullable=False),
)

IMPORT_ROW = sa.Table(
    "lw_import_row",
    PLATFORM,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    _id("import_id", nullable=False, index=True),
    _id("record_id", nullable=False),
    _id("verb", nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""What an import did to each record, in order."""
