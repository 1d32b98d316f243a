"""PostgreSQL for dates and instants, guarded so that nothing leaves the years 1 to 9999 and nothing raises."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

if TYPE_CHECKING:
    from loomwork.expressions.sql.builder import SqlCall

INT = sa.Integer()
ZONED = sa.DateTime(timezone=True)
_LAST_OFFSET = 3_652_058
_FIRST_SECOND, _END_SECOND = -62_135_596_800, 253_402_300_800


def _part(name: str, day: Any) -> Any:
    return sa.cast(sa.extract(name, day), INT)


def part(name: str) -> Callable[["SqlCall"], Any]:
    """A part of a date as an integer."""
    return lambda c: _part(name, c[0])


def days_between(start: Any, end: Any) -> Any:
    """Days from start to end."""
    return sa.type_coerce(end, sa.Date()).op("-", precedence=7, return_type=INT)(start)


def first_day() -> Any:
    """The first day there is."""
    return sa.literal(date(1, 1, 1), sa.Date())


def add_days(c: "SqlCall", day: Any, count: Any, factor: int) -> Any:
    """So many days later, or null outside the calendar."""

    def build(start: Any, days: Any) -> Any:
        moved = sa.cast(days, sa.Numeric()) * factor
        position = sa.cast(days_between(first_day(), start), sa.Numeric()) + moved
        later = sa.type_coerce(start, sa.Date()).op("+", precedence=7, return_type=sa.Date())(small(moved))
        return sa.case((position.between(0, _LAST_OFFSET), later))

    return c.let([day, count], build)


def small(value: Any, most: int = 5_000_000) -> Any:
    """A number brought between bounds, as INTEGER; null gives the upper one.

    The database may compute a constant part of a CASE branch that is never taken, so the part itself must not raise.
    """
    low, high = sa.literal(-most, sa.Numeric()), sa.literal(most, sa.Numeric())
    return sa.cast(sa.func.greatest(sa.func.least(value, high), low), INT)


def bounded_seconds(seconds: Any) -> Any:
    """Seconds within the calendar's length, so that no interval is too long."""
    low, high = sa.literal(-400_000_000_000, sa.Numeric()), sa.literal(400_000_000_000, sa.Numeric())
    return sa.func.greatest(sa.func.least(seconds, high), low, type_=sa.Numeric())


def interval(*, months: Any = 0, days: Any = 0, seconds: Any = 0) -> Any:
    """An interval of its parts."""
    return sa.func.make_interval(0, months, 0, days, 0, 0, sa.cast(seconds, sa.Double()), type_=sa.Interval())


def _stamp(day: Any) -> Any:
    return sa.cast(day, sa.DateTime())


def add_months(c: "SqlCall", factor: int) -> Any:
    """So many months later, or null outside the calendar."""

    def build(day: Any, count: Any) -> Any:
        months = sa.cast(count, sa.Numeric()) * factor
        position = _part("year", day) * 12 + _part("month", day) - 1 + months
        moved = _stamp(day).op("+", precedence=7, return_type=sa.DateTime())(interval(months=small(months, 200_000)))
        return sa.case((position.between(12, 119_999), sa.cast(moved, sa.Date())))

    return c.let([c[0], c[1]], build)


def start_of(unit: str) -> Callable[["SqlCall"], Any]:
    """The first day of the unit."""
    return lambda c: sa.cast(sa.func.date_trunc(unit, _stamp(c[0])), sa.Date())


def _end(unit: str, months: int, day: Any) -> Any:
    start = sa.func.date_trunc(unit, _stamp(day), type_=sa.DateTime())
    return sa.cast(start.op("+", precedence=7, return_type=sa.DateTime())(interval(months=months, days=-1)), sa.Date())


def end_of(unit: str, months: int) -> Callable[["SqlCall"], Any]:
    """The last day of a unit of so many months."""
    return lambda c: _end(unit, months, c[0])


def last_day_number(day: Any) -> Any:
    """The number of days of the date's month."""
    return _part("day", _end("month", 1, day))


def is_leap_year(c: "SqlCall") -> Any:
    """Whether February has 29 days."""
    start = sa.func.date_trunc("year", _stamp(c[0]), type_=sa.DateTime())
    february = sa.cast(start.op("+", precedence=7, return_type=sa.DateTime())(interval(months=1)), sa.Date())
    return last_day_number(february) == 29


def _valid_date(year: Any, month: Any, day: Any) -> Any:
    safe_year, safe_month, safe_day = (_inside(part, most) for part, most in ((year, 9999), (month, 12), (day, 31)))
    first = sa.func.make_date(safe_year, safe_month, 1, type_=sa.Date())
    inside = sa.and_(year.between(1, 9999), month.between(1, 12), day.between(1, 31))
    made = sa.func.make_date(safe_year, safe_month, safe_day, type_=sa.Date())
    return sa.case((inside, sa.case((safe_day <= last_day_number(first), made))))


def _inside(value: Any, most: int) -> Any:
    return sa.cast(sa.func.greatest(sa.func.least(value, most), 1), INT)


def make_date(c: "SqlCall", year: Any, month: Any, day: Any) -> Any:
    """A date of its parts, or null where there is no such day."""
    return c.let([year, month, day], _valid_date)


def to_date(c: "SqlCall") -> Any:
    """An ISO date in a text."""

    def build(text: Any) -> Any:
        year, month, day = (sa.cast(sa.func.substr(text, at, size), INT) for at, size in ((1, 4), (6, 2), (9, 2)))
        return sa.case(
            (
                text.op("~", precedence=5, return_type=sa.Boolean())("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
                _valid_date(year, month, day),
            )
        )

    return c.let([sa.func.btrim(c.text(0), " ", type_=sa.Text())], build)


def months_between(start: Any, end: Any) -> Any:
    """Whole months, with the rule of `dates.months_between`."""
    months = (_part("year", end) - _part("year", start)) * 12 + _part("month", end) - _part("month", start)
    short = sa.case((_part("day", end) < sa.func.least(_part("day", start), last_day_number(end)), 1), else_=0)
    over = sa.case((_part("day", start) < sa.func.least(_part("day", end), last_day_number(start)), 1), else_=0)
    return sa.case((end >= start, months - short), (end < start, months + over))


def years_between(start: Any, end: Any) -> Any:
    """Whole years."""
    return months_between(start, end).op("/", precedence=8, return_type=INT)(sa.literal(12, INT))


def next_weekday(c: "SqlCall") -> Any:
    """The next given weekday."""

    def build(day: Any, weekday: Any) -> Any:
        step = sa.func.mod(weekday - _part("isodow", day) + 6, 7, type_=INT) + 1
        position = days_between(first_day(), day) + step
        later = sa.type_coerce(day, sa.Date()).op("+", precedence=7, return_type=sa.Date())(step)
        return sa.case((sa.and_(weekday.between(1, 7), position <= _LAST_OFFSET), later))

    return c.let([c[0], c.bound_int(1, 0, 8)], build)


def fiscal_year(c: "SqlCall") -> Any:
    """The year in which a fiscal year ends."""

    def build(day: Any, start: Any) -> Any:
        later = sa.case((sa.and_(start > 1, _part("month", day) >= start), 1), else_=0)
        return sa.case((start.between(1, 12), _part("year", day) + later))

    return c.let([c[0], c.bound_int(1, 0, 13)], build)


def formatted(pattern: str) -> Callable[["SqlCall"], Any]:
    """A date by a pattern of to_char."""
    return lambda c: sa.func.to_char(_stamp(c[0]), pattern, type_=sa.Text())


def _zone_offset(seconds: Any, *, local: bool) -> Any:
    starts = sa.bindparam("c_zone_local_starts" if local else "c_zone_starts", type_=ARRAY(sa.BigInteger()))
    offsets = sa.bindparam("c_zone_offsets", type_=ARRAY(sa.Integer()))
    position = sa.func.width_bucket(sa.cast(sa.func.floor(seconds), sa.BigInteger()), starts, type_=INT) + 1
    return Grouping(offsets)[position]


def to_local(instant: Any) -> Any:
    """The reader's clock at an instant, as a timestamp without zone; null outside the calendar."""
    seconds = sa.extract("epoch", instant)
    offset = _zone_offset(seconds, local=False)
    plain = sa.func.timezone("UTC", instant, type_=sa.DateTime())
    shifted = plain.op("+", precedence=7, return_type=sa.DateTime())(interval(seconds=offset))
    position = sa.cast(seconds, sa.Numeric()) + offset
    return sa.case((sa.and_(position >= _low(), position < _high()), shifted))


def _low() -> Any:
    return sa.literal(_FIRST_SECOND, sa.BigInteger())


def _high() -> Any:
    return sa.literal(_END_SECOND, sa.BigInteger())


def to_instant(day: Any, clock: Any) -> Any:
    """The instant at which the reader's clock shows a date and time; null outside the calendar."""
    local = sa.type_coerce(day, sa.Date()).op("+", precedence=7, return_type=sa.DateTime())(clock)
    seconds = sa.extract("epoch", local)
    offset = _zone_offset(seconds, local=True)
    shifted = local.op("-", precedence=7, return_type=sa.DateTime())(interval(seconds=offset))
    position = sa.cast(seconds, sa.Numeric()) - offset
    zoned = sa.func.timezone("UTC", shifted, type_=ZONED)
    return sa.case((sa.and_(position >= _low(), position < _high()), zoned))


def add_seconds(c: "SqlCall", factor: int) -> Any:
    """So many seconds later, or null outside the calendar."""

    def build(instant: Any, count: Any) -> Any:
        seconds = sa.cast(count, sa.Numeric()) * factor
        position = sa.cast(sa.extract("epoch", instant), sa.Numeric()) + seconds
        step = interval(seconds=bounded_seconds(seconds))
        moved = sa.type_coerce(instant, ZONED).op("+", precedence=7, return_type=ZONED)(step)
        return sa.case((sa.and_(position >= _low(), position < _high()), moved))

    return c.let([c[0], c[1]], build)
