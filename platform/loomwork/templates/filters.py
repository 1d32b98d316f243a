"""The filters of the template language. Each takes a plain value and at most one plain argument."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from loomwork.core.errors import InvalidInput

READER = "_reader"
"""Where the reader stands in the context; templates cannot name it, names with an underscore are refused."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom is rendered: language tag (`zh-CN`) and zone (IANA name)."""

    language: str
    zone: str

    @property
    def locale(self) -> str:
        """The language as Babel writes it."""
        return self.language.replace("-", "_")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _upper(value: Any) -> str:
    return _text(value).upper()


def _lower(value: Any) -> str:
    return _text(value).lower()


def _trim(value: Any) -> str:
    return _text(value).strip()


def _title(value: Any) -> str:
    return _text(value).title()


def _default(value: Any, instead: Any = "") -> Any:
    return instead if value is None or value == "" or isinstance(value, Undefined) else value


@pass_context
def _date(context: Context, value: Any) -> str:
    from babel.dates import format_date

    reader: Reader = context[READER]
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(reader.zone)).date()
    if not isinstance(value, date):
        raise InvalidInput("the filter date takes a date", code="template")
    return format_date(value, "medium", locale=reader.locale)


@pass_context
def _time(context: Context, value: Any) -> str:
    from babel.dates import format_datetime, format_time

    reader: Reader = context[READER]
    if isinstance(value, datetime):
        return format_datetime(value, "short", tzinfo=ZoneInfo(reader.zone), locale=reader.locale)
    if not isinstance(value, time):
        raise InvalidInput("the filter time takes an instant or a time", code="template")
    return format_time(value, "short", locale=reader.locale)


@pass_context
def _number(context: Context, value: Any, digits: Any = -1) -> str:
    from babel.numbers import format_decimal

    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InvalidInput("the filter number takes a number", code="template")
    if type(digits) is not int or not -1 <= digits <= 10:
        raise InvalidInput("the filter number takes 0 to 10 digits", code="template")
    form = None if digits < 0 else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=form, locale=context[READER].locale)


FILTERS = {
    "date": _date,
    "default": _default,
    "lower": _lower,
    "number": _number,
    "time": _time,
    "title": _title,
    "trim": _trim,
    "upper": _upper,
}
