"""The one translation of physical kinds into SQLAlchemy types and driver values, for each database.

SQLite keeps decimals as scaled 64-bit integers, instants as microseconds, dates and times as ISO text, because its
`NUMERIC` is a float and it has no temporal types. PostgreSQL keeps all of them natively.
Values are encoded and decoded here, not in SQLAlchemy types, so that prepared statements run on the driver's cursor.
"""

import json
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine, UserDefinedType

from loomwork.core.clock import from_micros, to_micros
from loomwork.core.jsonio import canonical
from loomwork.core.kinds import ColumnSpec, Kind, Scaled

Convert = Callable[[Any], Any]


class Uuid(UserDefinedType[str]):
    """PostgreSQL `uuid` that crosses the driver as text (a loader is registered on each connection)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """DDL name."""
        return "UUID"


class JsonText(UserDefinedType[str]):
    """PostgreSQL `jsonb` that crosses the driver as text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """DDL name."""
        return "JSONB"


class TsVector(UserDefinedType[str]):
    """PostgreSQL `tsvector`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """DDL name."""
        return "TSVECTOR"


def column_type(spec: ColumnSpec, dialect: str) -> TypeEngine[Any]:
    """The SQLAlchemy type of a column on `sqlite` or `postgresql`."""
    return _sqlite_type(spec) if dialect == "sqlite" else _postgres_type(spec)


def _sqlite_type(spec: ColumnSpec) -> TypeEngine[Any]:
    match spec.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.INSTANT | Kind.BOOLEAN:
            return sa.BigInteger()
        case Kind.BYTES:
            return sa.LargeBinary()
        case _:
            return sa.Text()


_POSTGRES: dict[Kind, Callable[[], TypeEngine[Any]]] = {
    Kind.TEXT: lambda: sa.Text(collation="C"),
    Kind.INTEGER: sa.BigInteger,
    Kind.BOOLEAN: sa.Boolean,
    Kind.DATE: sa.Date,
    Kind.INSTANT: lambda: sa.TIMESTAMP(timezone=True),
    Kind.TIME: sa.Time,
    Kind.ID: Uuid,
    Kind.JSON: JsonText,
    Kind.BYTES: sa.LargeBinary,
}


def _postgres_type(spec: ColumnSpec) -> TypeEngine[Any]:
    if spec.kind is Kind.DECIMAL:
        return sa.Numeric(20 if spec.scale > 6 else 18, spec.scale)
    return _POSTGRES[spec.kind]()


def encoder(spec: ColumnSpec, dialect: str) -> Convert | None:
    """Plain value → driver value; None when they are the same. The function never sees None."""
    if spec.kind is Kind.JSON:
        return canonical
    if dialect != "sqlite":
        return None
    match spec.kind:
        case Kind.DECIMAL:
            factor = Decimal(10) ** spec.scale
            return lambda value: int(value * factor)
        case Kind.INSTANT:
            return to_micros
        case Kind.BOOLEAN:
            return int
        case Kind.DATE:
            return date.isoformat
        case Kind.TIME:
            return time.isoformat
        case _:
            return None


def _read_json(text: Any) -> Any:
    return json.loads(text, parse_float=Decimal)


def decoder(spec: ColumnSpec, dialect: str) -> Convert | None:
    """Driver value → plain value; None when they are the same. The function never sees None."""
    if spec.kind is Kind.JSON:
        return _read_json
    if dialect != "sqlite":
        return None
    match spec.kind:
        case Kind.DECIMAL:
            return Scaled(spec.scale)
        case Kind.INSTANT:
            return from_micros
        case Kind.BOOLEAN:
            return bool
        case Kind.DATE:
            return date.fromisoformat
        case Kind.TIME:
            return time.fromisoformat
        case _:
            return None
