"""The hand-written service: one Flask application, written for speed, with the duties that the platform has.

Token sign-in (hash in a table, kept 1 s, as the platform does), a row rule (owner in the reader's unit or below), validation of every field,
`row_version` with ETag and If-Match, one audit row and one outbox row per write in the same transaction, keyset lists,
full-text index kept up to date. Every statement is built once.
"""

from __future__ import annotations

import base64
import hashlib
import os
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from flask import Flask, Response, request

from tests.bench.baseline.store import Statements, connect
from tests.bench.baseline.wire import LINKS, Codec, read_deal

KEPT_S = 1.0
_encode = msgspec.json.Encoder(decimal_format="string").encode
_decode = msgspec.json.decode
_HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


@dataclass(slots=True)
class Reader:
    """Who asks, and whose rows he sees."""

    user_id: str
    name: str
    owners: list[str]
    until: float


class Fault(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, code: str, message: str, details: Any = ()) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, "details": details}}


def answer(body: Any, status: int = 200, etag: int | None = None) -> Response:
    """A JSON answer."""
    response = Response(_encode(body), status, mimetype="application/json")
    for name, value in _HEADERS:
        response.headers[name] = value
    if etag is not None:
        response.headers["ETag"] = f'"{etag}"'
    return response


class Service:
    """The handlers and what they share."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url, int(os.environ.get("BENCH_POOL_SIZE", "5")))
        self.writer = self.engine.execution_options(writes=True)
        # Reads are single statements: no BEGIN and COMMIT travel around them.
        self.engine = self.engine.execution_options(isolation_level="AUTOCOMMIT") if "postgres" in url else self.engine
        self.sql = Statements(self.engine.dialect.name)
        self.codec = Codec(self.engine.dialect.name)
        self.readers: dict[bytes, Reader] = {}
        self.updates: dict[tuple[tuple[str, ...], bool], sa.Update] = {}

    # who asks -------------------------------------------------------------------------------
    def reader(self) -> Reader:
        """The signed-in reader; 401 without a valid token."""
        head = request.headers.get("Authorization", "")
        if not head.startswith("Bearer "):
            raise Fault(401, "not_signed_in", "sign in first")
        digest = hashlib.sha256(head[7:].encode()).digest()
        known = self.readers.get(digest)
        if known is None or known.until < time.monotonic():
            known = self._load_reader(digest)
            self.readers[digest] = known
        return known

    def _load_reader(self, digest: bytes) -> Reader:
        tables = self.sql.tables
        tokens, users, units = tables["tokens"], tables["users"], tables["units"]
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(users.c.id, users.c.name, users.c.unit)
                .join(tokens, tokens.c.user_id == users.c.id)
                .where(tokens.c.hash == digest, users.c.is_active, sa.or_(tokens.c.expires_at.is_(None)))
            ).first()
            if found is None:
                raise Fault(401, "not_signed_in", "sign in first")
            below = sa.select(units.c.id).where(units.c.id == found.unit).cte("below", recursive=True)
            below = below.union_all(sa.select(units.c.id).join(below, units.c.parent == below.c.id))
            owners = (
                connection.execute(sa.select(users.c.id).where(users.c.unit.in_(sa.select(below.c.id)))).scalars().all()
            )
        return Reader(found.id, found.name, sorted({*owners, found.id}), time.monotonic() + KEPT_S)

    # reading --------------------------------------------------------------------------------
    def get(self, record: str) -> Response:
        """One record."""
        reader = self.reader()
        with self.engine.connect() as connection:
            row = self._find(connection, self.sql.get, record, reader)
        return answer(self.codec.show_deal(row), etag=row.row_version)

    def _find(self, connection: sa.Connection, statement: Any, record: str, reader: Reader) -> Any:
        if len(record) != 36:
            raise Fault(404, "not_found", "there is no such record")
        row = connection.execute(statement, {"record": record, "owners": reader.owners}).first()
        if row is None:
            raise Fault(404, "not_found", "there is no such record")
        return row

    def listing(self) -> Response:
        """Rows by stage and least amount, or by search; newest closing date first, keyset paging."""
        reader, arguments = self.reader(), request.args
        limit = min(int(arguments.get("limit", "50")), 200)
        params: dict[str, Any] = {"owners": reader.owners, "limit": limit + 1}
        if "search" in arguments:
            statement: Any = self.sql.search
            params["words"] = self.sql.hits(arguments["search"])
        else:
            params.update(
                stage=arguments["stage"],
                least=self.codec.to_columns({"discount": Decimal(arguments["least"])})["discount"],
            )
            statement = self.sql.filtered
            if "cursor" in arguments:
                close, last = base64.urlsafe_b64decode(arguments["cursor"]).decode().split("|")
                params.update(close=close, last=last)
                statement = self.sql.filtered_after
        with self.engine.connect() as connection:
            rows = connection.execute(statement, params).all()
        cursor = None
        if len(rows) > limit:
            rows = rows[:limit]
            cursor = base64.urlsafe_b64encode(f"{rows[-1].close_date}|{rows[-1].id}".encode()).decode()
        exact = self.codec.show_exact
        shown = [
            {
                "id": ident,
                "row_version": version,
                "name": name,
                "stage": stage,
                "amount": None if amount is None else {"amount": exact(amount), "currency": currency},
                "close_date": close,
                "account": None if account is None else {"id": account, "label": account_name},
                "account.name": account_name,
                "owner_id": {"id": owner, "label": owner_name},
            }
            for ident, version, name, stage, amount, currency, close, account, account_name, owner, owner_name in rows
        ]
        return answer({"records": shown, "next_cursor": cursor})

    def aggregate(self) -> Response:
        """Sum and count by stage and month."""
        reader = self.reader()
        with self.engine.connect() as connection:
            rows = connection.execute(self.sql.aggregate, {"owners": reader.owners}).all()
        exact = self.codec.show_exact
        return answer(
            {"rows": [{"stage": r.stage, "month": r.month, "sum": exact(r.sum), "count": r.count} for r in rows]}
        )

    # writing --------------------------------------------------------------------------------
    def create(self) -> Response:
        """A new record; the creator owns it unless an owner is given."""
        reader = self.reader()
        body = _read_body()
        values, faults = read_deal(body)
        if faults:
            raise _invalid(faults)
        now, record = datetime.now(UTC), str(uuid.uuid4())  # noqa: TID251 - the baseline has its own clock
        values.setdefault("owner_id", reader.user_id)
        columns = dict.fromkeys(self.sql.insert_names) | self.codec.to_columns(values)
        stamp = self.codec.instant(now)
        columns.update(
            id=record,
            created_at=stamp,
            created_by=reader.user_id,
            updated_at=stamp,
            updated_by=reader.user_id,
            row_version=1,
        )
        with self.writer.begin() as connection:
            labels = self._labels(connection, values, reader)
            if self.sql.is_sqlite:
                columns["seq"] = None
                done = connection.execute(self.sql.insert, columns)
                words = self.sql.words(values.get("name"), values.get("description"))
                connection.execute(self.sql.insert_words, {"seq": done.lastrowid, **words})
            else:
                connection.execute(
                    self.sql.insert,
                    {**columns, "words": self.sql.one_text(values.get("name"), values.get("description"))},
                )
            self._leave_traces(
                connection, reader, "create", record, {name: [None, value] for name, value in body.items()}, stamp
            )
        shown = self.codec.show_deal(
            _Row({**columns, **labels, "created_by_name": reader.name, "updated_by_name": reader.name})
        )
        return answer(shown, 201, etag=1)

    def update(self, record: str) -> Response:
        """Change some fields on condition of the version in If-Match."""
        reader = self.reader()
        tag = request.headers.get("If-Match", "")
        if not tag:
            raise Fault(428, "version_missing", "send If-Match with the version you saw")
        version = int(tag.strip('"')) if tag.strip('"').isdigit() else -1
        body = _read_body()
        with self.writer.begin() as connection:
            row = self._find(connection, self.sql.get_locked, record, reader)
            if row.row_version != version:
                raise Fault(
                    409, "stale_record", "somebody saved the record in between", {"theirs": self.codec.show_deal(row)}
                )
            before = dict(row._mapping)
            before["discount"] = self.codec.read_exact(before["discount"])
            values, faults = read_deal(body, before)
            if faults:
                raise _invalid(faults)
            labels = self._labels(connection, values, reader)
            now = self.codec.instant(datetime.now(UTC))  # noqa: TID251 - the baseline has its own clock
            columns = {
                **self.codec.to_columns(values),
                "updated_at": now,
                "updated_by": reader.user_id,
                "row_version": version + 1,
            }
            after = {**row._mapping, **columns, **labels, "updated_by_name": reader.name}
            self._write(connection, record, version, columns, after)
            old = self.codec.show_deal(row)
            self._leave_traces(
                connection, reader, "update", record, {name: [old[name], value] for name, value in body.items()}, now
            )
        return answer(self.codec.show_deal(_Row(after)), etag=version + 1)

    def _write(
        self, connection: sa.Connection, record: str, version: int, columns: dict[str, Any], after: dict[str, Any]
    ) -> None:
        has_words = "name" in columns or "description" in columns
        key = (tuple(columns), has_words)
        statement = self.updates.get(key)
        if statement is None:
            statement = self.updates[key] = self.sql.update(list(columns), has_words)
        params = {f"new_{name}": value for name, value in columns.items()}
        if has_words and not self.sql.is_sqlite:
            params["words"] = self.sql.one_text(after["name"], after["description"])
        done = connection.execute(statement, {**params, "record": record, "version": version})
        if done.rowcount != 1:
            raise Fault(409, "stale_record", "somebody saved the record in between")
        if has_words and self.sql.is_sqlite:
            connection.execute(
                self.sql.update_words, {"seq": after["seq"], **self.sql.words(after["name"], after["description"])}
            )

    def _labels(self, connection: sa.Connection, values: dict[str, Any], reader: Reader) -> dict[str, Any]:
        """Names of the records that new links point to; a link to nothing is refused."""
        labels: dict[str, Any] = {}
        for name, target in LINKS.items():
            if name not in values:
                continue
            value = values[name]
            label_of = "owner_name" if name == "owner_id" else f"{name}_name"
            if value is None or value == reader.user_id:
                labels[label_of] = None if value is None else reader.name
                continue
            statement = self.sql.account_name if target == "account" else self.sql.user_name
            found = connection.execute(statement, {"target": value}).scalar()
            if found is None:
                raise _invalid({name: "there is no such record"})
            labels[label_of] = found
        return labels

    def _leave_traces(
        self, connection: sa.Connection, reader: Reader, kind: str, record: str, changes: Any, at: Any
    ) -> None:
        row = {
            "at": at,
            "user_id": reader.user_id,
            "kind": kind,
            "record_id": record,
            "body": _encode(changes).decode(),
        }
        connection.execute(self.sql.audit, {**row, "id": str(uuid.uuid4())})
        connection.execute(self.sql.outbox, {**row, "id": str(uuid.uuid4()), "kind": f"deal.{kind}d"})


class _Row:
    """Columns by attribute, like a row of a result; what is missing is None."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> None:
        return None


def _read_body() -> Any:
    try:
        return _decode(request.get_data())
    except msgspec.DecodeError:
        raise Fault(400, "unreadable", "not JSON") from None


def _invalid(faults: dict[str, str]) -> Fault:
    return Fault(
        422,
        "invalid",
        "the record cannot be saved",
        [{"path": p, "code": "invalid", "message": m} for p, m in faults.items()],
    )


def create_app() -> Flask:
    """The WSGI application for gunicorn; the database stands in `BENCH_DATABASE_URL`."""
    app, service = Flask(__name__), Service(os.environ["BENCH_DATABASE_URL"])
    app.extensions["bench"] = service
    base = "/api/v1/records/bench.deal"
    app.add_url_rule(f"{base}/<record>", "get", service.get, methods=["GET"])
    app.add_url_rule(base, "list", service.listing, methods=["GET"])
    app.add_url_rule(base, "create", service.create, methods=["POST"])
    app.add_url_rule(f"{base}/<record>", "update", service.update, methods=["PATCH"])
    app.add_url_rule("/api/v1/query", "aggregate", service.aggregate, methods=["POST"])
    app.add_url_rule("/healthz", "healthz", lambda: answer({"status": "ok"}), methods=["GET"])

    @app.errorhandler(Fault)
    def refuse(fault: Fault) -> Response:
        return answer(fault.body, fault.status)

    return app
