"""Values between JSON and the tables: what the hand-written service takes, refuses and shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.bench.data import REGIONS, SOURCES, STAGES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE = re.compile(r"^\+?[0-9 ()-]{5,24}$")
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
LINKS = {"account": "account", "reviewer": "users", "owner_id": "users"}


class Refused(Exception):
    """A value that is not taken; the text says why."""


def pairs(text: str) -> str:
    """Words for full-text search; runs of Chinese characters as overlapping pairs."""
    tokens: list[str] = []
    for run in _RUNS.findall(text.lower()):
        if run[0] >= "\u3400" and len(run) > 1:
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            tokens.append(run)
    return " ".join(tokens)


def search_query(text: str, is_sqlite: bool) -> str:
    """A search text in the words of FTS5 or of `to_tsquery`: every run a phrase whose last token is a prefix."""
    phrases = [pairs(run).split() for run in _RUNS.findall(text.lower())]
    if is_sqlite:
        return " AND ".join(f'"{" ".join(phrase)}" *' for phrase in phrases)
    return " & ".join("(" + " <-> ".join(phrase) + ":*)" for phrase in phrases)


def micros(value: datetime) -> int:
    """Microseconds since 1970."""
    return (value - EPOCH) // _MICROSECOND


def _text(limit: int, pattern: re.Pattern[str] | None = None) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise Refused(f"a text of at most {limit} characters is wanted")
        if pattern is not None and pattern.match(value) is None:
            raise Refused("not in the right form")
        return value

    return read


def _choice(values: tuple[str, ...]) -> Callable[[Any], str]:
    allowed = frozenset(values)

    def read(value: Any) -> str:
        if value not in allowed:
            raise Refused(f"one of {', '.join(values)} is wanted")
        return str(value)

    return read


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Refused(f"a whole number from {low} to {high} is wanted")
        return value

    return read


def _exact(value: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        raise Refused("a decimal number as text is wanted")
    if -int(number.as_tuple().exponent) > 2:
        raise Refused("at most 2 digits after the point")
    return number


def _percent(value: Any) -> int:
    number = _exact(value)
    if not 0 <= number <= 100:
        raise Refused("a percentage from 0 to 100 is wanted")
    return int(number)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("a date as YYYY-MM-DD is wanted") from None


def _instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("an instant such as 2026-01-31T08:00:00Z is wanted") from None
    if moment.tzinfo is None:
        raise Refused("an instant needs its zone")
    return moment.astimezone(UTC)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("true or false is wanted")
    return value


def _money(value: Any) -> tuple[Decimal, str]:
    if not isinstance(value, dict) or set(value) != {"amount", "currency"} or value["currency"] != "CNY":
        raise Refused("an amount and the currency CNY are wanted")
    amount = _exact(value["amount"])
    if amount < 0:
        raise Refused("an amount is not negative")
    return amount, value["currency"]


READERS: dict[str, Callable[[Any], Any]] = {
    "name": _text(200),
    "account": _text(36, _UUID),
    "stage": _choice(STAGES),
    "amount": _money,
    "probability": _percent,
    "close_date": _day,
    "source": _choice(SOURCES),
    "region": _choice(REGIONS),
    "description": _text(20_000),
    "next_step": _text(200),
    "is_hot": _flag,
    "email": _text(254, _EMAIL),
    "phone": _text(32, _PHONE),
    "website": _text(500, re.compile(r"^https?://\S+$")),
    "quantity": _whole(0, 1_000_000),
    "discount": _exact,
    "lost_reason": _text(200),
    "signed_at": _instant,
    "reviewer": _text(36, _UUID),
    "score": _whole(0, 100),
    "owner_id": _text(36, _UUID),
}
REQUIRED = ("name", "stage", "close_date")


def read_deal(body: Any, before: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Check a create (`before` is None) or an update.

    Returns: the values read, and the faults by field.
    """
    if not isinstance(body, dict):
        return {}, {"": "an object is wanted"}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, value in body.items():
        reader = READERS.get(name)
        if reader is None:
            faults[name] = "there is no such field"
            continue
        try:
            values[name] = None if value is None or value == "" else reader(value)
        except Refused as fault:
            faults[name] = str(fault)
    after = values if before is None else {**before, **values}
    faults.update({name: "a value is needed" for name in REQUIRED if after.get(name) is None and name not in faults})
    if after.get("stage") == "lost" and after.get("lost_reason") is None and not faults:
        faults["lost_reason"] = "say why the deal was lost"
    if (after.get("discount") or 0) > 100:
        faults["discount"] = "at most 100"
    return values, faults


class Codec:
    """Conversions between Python values and one database's columns."""

    def __init__(self, dialect: str) -> None:
        self.is_sqlite = dialect == "sqlite"

    def to_columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values as read → columns."""
        row = dict(values)
        if "amount" in row:
            row["amount"], row["currency"] = row["amount"] or (None, None)
        if self.is_sqlite:
            for name in ("amount", "discount"):
                if row.get(name) is not None:
                    row[name] = int(row[name].scaleb(2))
            if row.get("close_date") is not None:
                row["close_date"] = row["close_date"].isoformat()
            if row.get("signed_at") is not None:
                row["signed_at"] = micros(row["signed_at"])
        return row

    def instant(self, value: datetime) -> Any:
        """An aware instant as this database keeps it."""
        return micros(value) if self.is_sqlite else value

    def show_exact(self, value: Any) -> str | None:
        """An exact number as text."""
        if value is None:
            return None
        if not self.is_sqlite:
            return str(value)
        return f"{value // 100}.{value % 100:02d}" if value >= 0 else str(Decimal(value).scaleb(-2))

    def show_instant(self, value: Any) -> str | None:
        """RFC 3339 with Z."""
        if value is None:
            return None
        moment = EPOCH + timedelta(microseconds=value) if self.is_sqlite else value.astimezone(UTC)
        return str(moment.isoformat()).replace("+00:00", "Z")

    def read_exact(self, value: Any) -> Decimal | None:
        """A column back as a number, for checks over the whole record."""
        return None if value is None else Decimal(value).scaleb(-2) if self.is_sqlite else value

    def show_deal(self, row: Any) -> dict[str, Any]:
        """The full record as clients see it, from a row of `Statements.get`."""
        exact, instant = self.show_exact, self.show_instant

        def link(ident: Any, label: Any) -> dict[str, Any] | None:
            return None if ident is None else {"id": ident, "label": label}

        return {
            "id": row.id,
            "row_version": row.row_version,
            "name": row.name,
            "account": link(row.account, row.account_name),
            "stage": row.stage,
            "amount": None if row.amount is None else {"amount": exact(row.amount), "currency": row.currency},
            "probability": None if row.probability is None else str(row.probability),
            "close_date": row.close_date,
            "source": row.source,
            "region": row.region,
            "description": row.description,
            "next_step": row.next_step,
            "is_hot": None if row.is_hot is None else bool(row.is_hot),
            "email": row.email,
            "phone": row.phone,
            "website": row.website,
            "quantity": row.quantity,
            "discount": exact(row.discount),
            "lost_reason": row.lost_reason,
            "signed_at": instant(row.signed_at),
            "reviewer": link(row.reviewer, row.reviewer_name),
            "score": row.score,
            "owner_id": link(row.owner_id, row.owner_name),
            "created_at": instant(row.created_at),
            "created_by": link(row.created_by, row.created_by_name),
            "updated_at": instant(row.updated_at),
            "updated_by": link(row.updated_by, row.updated_by_name),
        }


def batches(rows: Iterator[dict[str, Any]], size: int = 5_000) -> Iterator[list[dict[str, Any]]]:
    """Cut a stream of rows into lists."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
