"""The sample entity that all back ends compute on: its names, its tables, and the values of one row.

`shop.order` has a field of every kind, links two steps deep, and a child table `lines` with a child table `lots`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from loomwork.expressions import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    TEXT,
    TIME,
    Env,
    FormulaType,
    Member,
    UserContext,
    WorkCalendar,
    link,
    list_of,
    number,
)
from loomwork.expressions.ir import value_from_json

USER = "0192f0c1-0000-7000-8000-000000000001"
UNIT = "0192f0c1-0000-7000-8000-0000000000a1"
LOWER_UNIT = "0192f0c1-0000-7000-8000-0000000000a2"
TEAM = "0192f0c1-0000-7000-8000-0000000000b1"

ORDER: dict[str, FormulaType] = {
    "name": TEXT,
    "note": TEXT,
    "stage": TEXT,
    "quantity": INTEGER,
    "big": INTEGER,
    "amount": number(2),
    "price": number(4),
    "factor": number(6),
    "rate": number(10),
    "active": BOOLEAN,
    "day": DATE,
    "due": DATE,
    "moment": INSTANT,
    "seen": INSTANT,
    "clock": TIME,
    "span": DURATION,
    "tags": list_of(TEXT),
    "owner": link("system.user"),
    "owner.name": TEXT,
    "owner.unit": link("system.unit"),
    "owner.unit.name": TEXT,
    "amount.currency": TEXT,
}
LINE: dict[str, FormulaType] = {
    "id": TEXT,
    "product": TEXT,
    "quantity": INTEGER,
    "price": number(2),
    "active": BOOLEAN,
    "day": DATE,
}
LOT: dict[str, FormulaType] = {"id": TEXT, "size": INTEGER}
PARAMS: dict[str, FormulaType] = {
    "word": TEXT,
    "count": INTEGER,
    "limit": number(2),
    "precise": number(6),
    "since": DATE,
    "at": INSTANT,
    "who": link("system.user"),
    "words": list_of(TEXT),
    "flag": BOOLEAN,
    "numbers": list_of(number(2)),
    "days": list_of(DATE),
    "moments": list_of(INSTANT),
    "people": list_of(link("system.user")),
}
STAGES = ("new", "won", "lost")

_MEMBERS: dict[str, dict[str, Member]] = {
    "shop.order": {
        **{name: Member(name, type_) for name, type_ in ORDER.items() if "." not in name},
        "stage": Member("stage", TEXT, choices=STAGES),
        "amount": Member("amount", number(2), parts={"currency": TEXT}),
        "owner": Member("owner", link("system.user"), target="system.user"),
        "lines": Member("lines", list_of(link("shop.line")), target="shop.line", many=True),
    },
    "shop.line": {
        **{name: Member(name, type_) for name, type_ in LINE.items()},
        "lots": Member("lots", list_of(link("shop.lot")), target="shop.lot", many=True),
    },
    "shop.lot": {name: Member(name, type_) for name, type_ in LOT.items()},
    "system.user": {
        "name": Member("name", TEXT),
        "unit": Member("unit", link("system.unit"), target="system.unit"),
    },
    "system.unit": {"name": Member("name", TEXT)},
}


class ShopScope:
    """The names of the sample entities."""

    def find(self, entity: str, name: str) -> Member | None:
        return _MEMBERS.get(entity, {}).get(name)

    def names(self, entity: str) -> Iterable[str]:
        return _MEMBERS.get(entity, {})


SCOPE = ShopScope()
CALENDAR = WorkCalendar(
    holidays=frozenset({datetime(2026, 10, day, tzinfo=UTC).date() for day in range(1, 8)}),
    workdays=frozenset({datetime(2026, 10, 10, tzinfo=UTC).date()}),
)
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ACTOR = UserContext(USER, UNIT, (UNIT, LOWER_UNIT), (TEAM,), ("tester", "clerk"))

_SQLITE = {"text": sa.Text, "link": sa.Text, "date": sa.Text, "time": sa.Text, "list": sa.Text}
_POSTGRESQL: dict[str, Any] = {
    "text": sa.Text(collation="C"),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "instant": sa.DateTime(timezone=True),
    "time": sa.Time(),
    "duration": sa.BigInteger(),
    "link": sa.Uuid(as_uuid=False),
    "list": JSONB(),
}


def column_name(path: str) -> str:
    """The column of a path."""
    return path.replace(".", "__")


def column_type(type_: FormulaType, dialect: str) -> Any:
    """The column type that storage gives a formula type."""
    if dialect == "sqlite":
        return _SQLITE.get(type_.kind, sa.BigInteger)()
    if type_.kind == "number":
        return sa.Numeric(20 if type_.scale > 6 else 18, type_.scale) if type_.scale else sa.BigInteger()
    return _POSTGRESQL[type_.kind]


def tables(metadata: sa.MetaData, dialect: str) -> dict[str, sa.Table]:
    """The three tables; `n` numbers the case that a row belongs to."""

    def make(name: str, fields: Mapping[str, FormulaType], *own: str) -> sa.Table:
        columns = [sa.Column(column_name(path), column_type(type_, dialect)) for path, type_ in fields.items()]
        return sa.Table(
            name, metadata, sa.Column("n", sa.Integer, index=True), *(sa.Column(one, sa.Text) for one in own), *columns
        )

    return {
        "orders": make("orders", ORDER),
        "lines": make("lines", LINE),
        "lots": make("lots", LOT, "line_id"),
    }


def plain_values(fields: Mapping[str, FormulaType], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a case (wire values) as plain Python values; names left out are null, empty texts too."""
    return {path: value_from_json(type_, row.get(path)) for path, type_ in fields.items()}


def items_of(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The child rows of a case."""
    found = []
    for line in lines:
        row = plain_values(LINE, line)
        row["lots"] = [plain_values(LOT, lot) for lot in line.get("lots", ())]
        found.append(row)
    return found


def environment(case: Mapping[str, Any]) -> Env:
    """The Env of a case."""
    params = {name: value_from_json(PARAMS[name], raw) for name, raw in case.get("params", {}).items()}
    return Env(
        values=plain_values(ORDER, case.get("row", {})),
        items={"lines": items_of(case.get("lines", ()))},
        params=params,
        now=value_from_json(INSTANT, case["now"]) if "now" in case else NOW,
        zone=case.get("zone", "UTC"),
        user=ACTOR,
        calendar=CALENDAR,
    )
