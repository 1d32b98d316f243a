"""How a formula's values lie in each database, as SQLAlchemy types that convert both ways.

SQLite: numbers as integers scaled by 10^scale, booleans 0/1, dates and times as ISO text, instants as microseconds
since 1970, lists as JSON text. PostgreSQL: its own types; integers are bound as BIGINT so that indexes serve.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from loomwork.core.clock import from_micros, to_micros
from loomwork.expressions.ir import value_from_json, value_to_json
from loomwork.expressions.types import FormulaType

MAX_INTEGER = 2**63 - 1

_SQLITE: dict[str, TypeEngine[Any]] = {
    "text": sa.Text(),
    "number": sa.BigInteger(),
    "boolean": sa.Integer(),
    "date": sa.Text(),
    "instant": sa.BigInteger(),
    "time": sa.Text(),
    "duration": sa.BigInteger(),
    "link": sa.Text(),
    "list": sa.Text(),
    "null": sa.Text(),
}
_POSTGRESQL: dict[str, TypeEngine[Any]] = {
    "text": sa.Text(),
    "number": sa.Numeric(),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "instant": sa.DateTime(timezone=True),
    "time": sa.Time(),
    "duration": sa.BigInteger(),
    "link": sa.Uuid(as_uuid=False),
    "list": JSONB(none_as_null=True),
    "null": sa.Text(),
}


def plain_type(type_: FormulaType, dialect: str) -> TypeEngine[Any]:
    """The database's own type for a formula type."""
    if dialect == "sqlite":
        return _SQLITE[type_.kind]
    if type_.kind == "number" and type_.scale == 0:
        return sa.BigInteger()
    return _POSTGRESQL[type_.kind]


class Stored(TypeDecorator[Any]):
    """A formula type as a column type: plain Python values outside, stored form inside."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, formula_type: FormulaType) -> None:
        super().__init__()
        self.formula_type = formula_type
        self.impl = plain_type(formula_type, "postgresql")  # type: ignore[assignment]  # an instance, as the base sets

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(plain_type(self.formula_type, dialect.name))

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Values compared with this one are of this type."""
        return self

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Python to stored."""
        if value is None:
            return None
        return (
            encode(self.formula_type, value) if dialect.name == "sqlite" else _for_postgresql(self.formula_type, value)
        )

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Stored to Python."""
        if value is None:
            return None
        return (
            decoder(self.formula_type)(value)
            if dialect.name == "sqlite"
            else _from_postgresql(self.formula_type, value)
        )


def _for_postgresql(type_: FormulaType, value: Any) -> Any:
    if type_.kind == "number":
        return int(value) if type_.scale == 0 else Decimal(value)
    if type_.kind == "list" and type_.of is not None:
        return value_to_json(type_, value)
    return value or None if type_.kind == "text" else value


def _from_postgresql(type_: FormulaType, value: Any) -> Any:
    if type_.kind == "number":
        return int(value) if type_.scale == 0 else Decimal(value)
    if type_.kind == "duration":
        return int(value)
    if type_.kind == "instant":
        return value.astimezone(UTC)
    if type_.kind == "list":
        return value_from_json(type_, value)
    return str(value) if type_.kind == "link" else value


def encode(type_: FormulaType, value: Any) -> Any:
    """A Python value in SQLite's stored form. Numbers beyond 64 bits are bounded; no stored number equals the bound."""
    if value is None:
        return None
    return _ENCODERS[type_.kind](value, type_)


def _encode_number(value: Any, type_: FormulaType) -> int:
    scaled = int(Decimal(value).scaleb(type_.scale)) if type_.scale else int(value)
    return max(-MAX_INTEGER, min(MAX_INTEGER, scaled))


def _encode_list(value: Sequence[Any], type_: FormulaType) -> str:
    return json.dumps(value_to_json(type_, value) if type_.of else list(value), ensure_ascii=False)


_ENCODERS: dict[str, Callable[[Any, FormulaType], Any]] = {
    "text": lambda value, _: value or None,
    "number": _encode_number,
    "boolean": lambda value, _: int(value),
    "date": lambda value, _: value.isoformat(),
    "instant": lambda value, _: to_micros(value),
    "time": lambda value, _: value.isoformat("seconds"),
    "duration": lambda value, _: int(value),
    "link": lambda value, _: str(value),
    "list": _encode_list,
    "null": lambda value, _: value,
}


def decoder(type_: FormulaType) -> Callable[[Any], Any]:
    """Reads SQLite's stored form (never given None)."""
    if type_.kind == "number" and type_.scale:
        scale = -type_.scale
        return lambda value: Decimal(value).scaleb(scale)
    if type_.kind == "list":
        return lambda value: value_from_json(type_, json.loads(value))
    return _DECODERS[type_.kind]


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: value or None,
    "number": int,
    "boolean": bool,
    "date": date.fromisoformat,
    "instant": from_micros,
    "time": time.fromisoformat,
    "duration": int,
    "link": str,
    "null": lambda value: value,
}
