"""Database of the hand-written service: engine, prepared statements, filling."""

from __future__ import annotations

import hashlib
import sqlite3
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tests.bench import data
from tests.bench.baseline import schema
from tests.bench.baseline.wire import Codec, batches, pairs, search_query


def connect(url: str, pool_size: int = 5) -> sa.Engine:
    """An engine with the settings that the platform uses as well: WAL, FULL, BEGIN IMMEDIATE; psycopg 3."""
    if not url.startswith("sqlite"):
        return sa.create_engine(
            url.replace("postgresql://", "postgresql+psycopg://"), pool_size=pool_size, max_overflow=pool_size
        )
    engine = sa.create_engine(
        url, pool_size=pool_size, max_overflow=pool_size, connect_args={"check_same_thread": False, "timeout": 10}
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA mmap_size=268435456")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A single SELECT needs no transaction around it.
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Statements:
    """Every statement, built once per process."""

    def __init__(self, dialect: str) -> None:
        self.tables = schema.build(dialect)
        self.is_sqlite = dialect == "sqlite"
        deal, account, users = self.tables["deal"], self.tables["account"], self.tables["users"]
        owner, reviewer, creator, changer = (users.alias() for _ in range(4))
        owners: sa.BindParameter[Any] = sa.bindparam("owners", expanding=True)
        self.rule = sa.and_(deal.c.owner_id.in_(owners), deal.c.deleted_at.is_(None))
        self.get = (
            sa.select(
                *(column for column in deal.c if column.name not in ("search", "seq")),
                *([deal.c.seq] if self.is_sqlite else []),
                account.c.name.label("account_name"),
                owner.c.name.label("owner_name"),
                reviewer.c.name.label("reviewer_name"),
                creator.c.name.label("created_by_name"),
                changer.c.name.label("updated_by_name"),
            )
            .select_from(deal)
            .outerjoin(account, account.c.id == deal.c.account)
            .outerjoin(owner, owner.c.id == deal.c.owner_id)
            .outerjoin(reviewer, reviewer.c.id == deal.c.reviewer)
            .outerjoin(creator, creator.c.id == deal.c.created_by)
            .outerjoin(changer, changer.c.id == deal.c.updated_by)
            .where(deal.c.id == sa.bindparam("record"), self.rule)
        )
        self.get_locked = self.get if self.is_sqlite else self.get.with_for_update(of=deal)
        self.list_columns = (
            deal.c.id,
            deal.c.row_version,
            deal.c.name,
            deal.c.stage,
            deal.c.amount,
            deal.c.currency,
            deal.c.close_date,
            deal.c.account,
            account.c.name.label("account_name"),
            deal.c.owner_id,
            owner.c.name.label("owner_name"),
        )
        self.listing = (
            sa.select(*self.list_columns)
            .select_from(deal)
            .outerjoin(account, account.c.id == deal.c.account)
            .outerjoin(owner, owner.c.id == deal.c.owner_id)
            .where(self.rule)
            .order_by(deal.c.close_date.desc(), deal.c.id.desc())
            .limit(sa.bindparam("limit"))
        )
        self.filtered = self.listing.where(
            deal.c.stage == sa.bindparam("stage"), deal.c.amount >= sa.bindparam("least")
        )
        after = sa.or_(
            deal.c.close_date < sa.bindparam("close"),
            sa.and_(deal.c.close_date == sa.bindparam("close"), deal.c.id < sa.bindparam("last")),
        )
        self.filtered_after = self.filtered.where(deal.c.close_date <= sa.bindparam("close"), after)
        self.search = self._search(deal)
        month = (
            sa.func.substr(deal.c.close_date, 1, 7) if self.is_sqlite else sa.func.to_char(deal.c.close_date, "YYYY-MM")
        )
        self.aggregate = (
            sa.select(
                deal.c.stage,
                month.label("month"),
                sa.func.sum(deal.c.amount).label("sum"),
                sa.func.count().label("count"),
            )
            .where(self.rule)
            .group_by(deal.c.stage, sa.text("month"))
            .order_by(deal.c.stage, sa.text("month"))
        )
        words = sa.func.to_tsvector("simple", sa.bindparam("words"))
        self.insert = sa.insert(deal) if self.is_sqlite else sa.insert(deal).values(search=words)
        self.insert_names = tuple(c.name for c in deal.c if c.name not in ("search", "seq"))
        self.audit, self.outbox = sa.insert(self.tables["audit"]), sa.insert(self.tables["outbox"])
        self.account_name = sa.select(account.c.name).where(
            account.c.id == sa.bindparam("target"), account.c.deleted_at.is_(None)
        )
        self.user_name = sa.select(users.c.name).where(users.c.id == sa.bindparam("target"))
        self.insert_words = sa.text(
            "INSERT INTO deal_search (rowid, name, description) VALUES (:seq, :name, :description)"
        )
        self.update_words = sa.text(
            "UPDATE deal_search SET name = :name, description = :description WHERE rowid = :seq"
        )

    def _search(self, deal: sa.Table) -> sa.Select[Any]:
        if self.is_sqlite:
            hits = sa.text("SELECT rowid FROM deal_search WHERE deal_search MATCH :words")
            return self.listing.where(deal.c.seq.in_(hits))
        return self.listing.where(deal.c.search.op("@@")(sa.func.to_tsquery("simple", sa.bindparam("words"))))

    def update(self, names: list[str], with_words: bool) -> sa.Update:
        """An update of some columns, on condition of the version; SQLAlchemy caches the compiled text."""
        deal = self.tables["deal"]
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
        if with_words and not self.is_sqlite:
            values["search"] = sa.func.to_tsvector("simple", sa.bindparam("words"))
        return (
            sa.update(deal)
            .where(deal.c.id == sa.bindparam("record"), deal.c.row_version == sa.bindparam("version"))
            .values(values)
        )

    def words(self, name: str | None, description: str | None) -> dict[str, str]:
        """The text that goes into the full-text index of SQLite."""
        return {"name": pairs(name or ""), "description": pairs(description or "")}

    def one_text(self, name: str | None, description: str | None) -> str:
        """The text that goes into the full-text index of PostgreSQL; no phrase crosses the word in the middle."""
        return f"{pairs(name or '')} 0sep0 {pairs(description or '')}"

    def hits(self, text: str) -> str:
        """The search text as a query: phrases of pairs, all wanted, the last token of each as a prefix."""
        return search_query(text, self.is_sqlite)


def fill(url: str, size: data.Size) -> None:
    """Create the tables and load every row."""
    engine = connect(url)
    dialect = engine.dialect.name
    statements, codec = Statements(dialect), Codec(dialect)
    tables, people = statements.tables, data.users(size)
    tables["deal"].metadata.create_all(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if statements.is_sqlite:
            connection.exec_driver_sql("CREATE VIRTUAL TABLE deal_search USING fts5(name, description)")
        connection.execute(sa.insert(tables["units"]), data.units())
        connection.execute(
            sa.insert(tables["users"]),
            [{**{k: p[k] for k in ("id", "name", "email", "unit")}, "is_active": True} for p in people],
        )
        connection.execute(
            sa.insert(tables["tokens"]),
            [{"hash": hashlib.sha256(p["token"].encode()).digest(), "user_id": p["id"]} for p in people],
        )
        for rows in batches(data.accounts(size)):
            connection.execute(sa.insert(tables["account"]), [{**row, **_stamps(row, codec)} for row in rows])
        sequence = 0
        for rows in batches(data.deals(size)):
            connection.execute(
                statements.insert,
                [_seed_columns(row, codec, statements, n) for n, row in enumerate(rows, sequence + 1)],
            )
            if statements.is_sqlite:
                connection.execute(
                    statements.insert_words,
                    [
                        {"seq": n, **statements.words(row["name"], row["description"])}
                        for n, row in enumerate(rows, sequence + 1)
                    ],
                )
            sequence += len(rows)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _stamps(row: dict[str, Any], codec: Codec) -> dict[str, Any]:
    moment = codec.instant(row["created_at"])
    user = row["owner_id"]
    return {
        "created_at": moment,
        "updated_at": moment,
        "created_by": user,
        "updated_by": user,
        "row_version": 1,
        "deleted_at": None,
    }


def _seed_columns(row: dict[str, Any], codec: Codec, statements: Statements, number: int) -> dict[str, Any]:
    values = {**row, "amount": (Decimal(row["amount"]), data.CURRENCY), "discount": Decimal(row["discount"])}
    values["probability"] = int(row["probability"])
    columns = {**codec.to_columns(values), **_stamps(row, codec)}
    if statements.is_sqlite:
        return {**columns, "seq": number}
    return {**columns, "words": statements.one_text(row["name"], row["description"])}
