"""From values to text and back, with one plain form for each type."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.limits import MAX_SCALE
from loomwork.expressions.numbers import plain_text
from loomwork.expressions.types import number

_WRITTEN = ("text", "number", "boolean", "instant", "date", "time", "duration", "link")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")


def as_text(value: Any) -> str:
    """A value's plain form: numbers without zeros at the end, dates as 2026-01-31, instants to the second in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return plain_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return value.isoformat("seconds") if isinstance(value, time) else str(value)


def _text_sql(c: Any) -> Any:
    kind = c.type_at(0).kind
    if kind == "number":
        return sa.cast(sa.func.trim_scale(c.number(0)), sa.Text())
    if kind == "boolean":
        value = sa.type_coerce(c[0], sa.Boolean())
        return c.let([value], lambda v: sa.case((v, "true"), (sa.not_(v), "false")))
    if kind == "date":
        return sa.func.to_char(sa.cast(c[0], sa.DateTime()), "YYYY-MM-DD")
    if kind == "instant":
        plain = sa.func.timezone("UTC", c[0], type_=sa.DateTime())
        return sa.func.to_char(plain, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    if kind == "time":
        return sa.func.to_char(c[0], "HH24:MI:SS")
    return sa.cast(c[0], sa.Text())


def _value(text: str) -> Any:
    plain = text.strip(" ")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _value_sql(c: Any) -> Any:
    pattern = "^[+-]?[0-9]{1,12}([.][0-9]{1,6})?$"
    return c.let(
        [sa.func.btrim(c.text(0), " ", type_=sa.Text())],
        lambda text: sa.case(
            (text.op("~", precedence=5, return_type=sa.Boolean())(pattern), sa.cast(text, sa.Numeric()))
        ),
    )


CONVERTING = (
    Function(
        "TEXT",
        "text",
        tuple(f"{kind} -> text" for kind in _WRITTEN),
        Doc("A value as plain text; `&` does this by itself.", "将值转为文本；& 会自动转换。"),
        (
            ("TEXT(2.50)", "'2.5'"),
            ("TEXT(date'2026-01-31')", "'2026-01-31'"),
            ("TEXT(instant'2026-01-31T08:00:00+08:00')", "'2026-01-31T00:00:00Z'"),
            ("TEXT(1 = 1)", "'true'"),
            ("TEXT(-0.10)", "'-0.1'"),
        ),
        as_text,
        postgresql=_text_sql,
    ),
    Function(
        "VALUE",
        "number",
        ("text -> number(6)",),
        Doc("A text such as `-12.5` as a number; null for anything else.", "将 -12.5 形式的文本转为数字，否则为空。"),
        (("VALUE(' -12.5 ')", "-12.5"), ("VALUE('1,000')", "NULL"), ("VALUE('1e3')", "NULL")),
        _value,
        postgresql=_value_sql,
        result=lambda args: number(MAX_SCALE),
    ),
)
