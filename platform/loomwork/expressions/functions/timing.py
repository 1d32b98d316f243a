"""Time: instants, times of day, durations, and the reader's clock."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from loomwork.core.clock import EPOCH
from loomwork.expressions.dates import OutOfRange, add_seconds
from loomwork.expressions.env import Env
from loomwork.expressions.functions import sqldate as sql
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.numbers import divide
from loomwork.expressions.types import number
from loomwork.expressions.zones import zone_table

MIDNIGHT = time(0, 0)
_MAX_COUNT = 10**12


def local_date(env: Env, instant: datetime) -> date:
    """The reader's date of an instant."""
    return zone_table(env.zone).to_local(instant).date()


def _local_time(env: Env, instant: datetime) -> time:
    return zone_table(env.zone).to_local(instant).time().replace(microsecond=0)


def _instant_at(env: Env, day: date, clock: time = MIDNIGHT) -> datetime:
    return zone_table(env.zone).to_instant(day, clock)


def _make_time(hour: int, minute: int, second: int = 0) -> time | None:
    if 0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59:
        return time(hour, minute, second)
    return None


def _make_time_sql(c: Any) -> Any:
    def build(hour: Any, minute: Any, second: Any) -> Any:
        inside = sa.and_(hour.between(0, 23), minute.between(0, 59), second.between(0, 59))
        made = sa.func.make_time(hour, minute, sa.cast(second, sa.Double()), type_=sa.Time())
        return sa.case((inside, made))

    second = c.bound_int(2, -1, 60) if len(c) > 2 else sa.literal(0, sa.Integer())
    return c.let([c.bound_int(0, -1, 24), c.bound_int(1, -1, 60), second], build)


def _duration(hours: int, minutes: int = 0, seconds: int = 0) -> int:
    return hours * 3_600 + minutes * 60 + seconds


def _duration_sql(c: Any) -> Any:
    total = c.number(0) * 3_600
    for at, factor in ((1, 60), (2, 1)):
        if len(c) > at:
            total = total + c.number(at) * factor
    return c.compiler.fitted(total, number(0))


def _share(seconds: int) -> Any:
    return lambda value: divide(value, seconds, 6)


def _share_sql(seconds: int) -> Any:
    def build(c: Any) -> Any:
        wide = sa.func.round(c.number(0), 45, type_=sa.Numeric())
        return sa.func.round(wide / seconds, 6, type_=sa.Numeric())

    return build


def _later(factor: int) -> Any:
    def run(instant: datetime, count: int) -> datetime:
        if abs(count) > _MAX_COUNT:
            raise OutOfRange
        return add_seconds(instant, count * factor)

    return run


def _epoch(instant: datetime) -> int:
    return (instant - EPOCH) // (add_seconds(EPOCH, 1) - EPOCH)


def _entry(name: str, signature: str, doc: Doc, examples: Any, run: Any, build: Any, **more: Any) -> Function:
    return Function(name, "time", (signature,), doc, examples, run, postgresql=build, **more)


def _clock_part(name: str, part: str, doc: Doc, examples: Any, run: Any) -> Function:
    return _entry(name, "time -> integer", doc, examples, run, sql.part(part))


TIME_FUNCTIONS = (
    _entry(
        "LOCALDATE",
        "instant -> date",
        Doc("The reader's date at an instant.", "某时刻在读者时区的日期。"),
        (("LOCALDATE(INSTANTAT(date'2026-03-29', time'23:30'))", "date'2026-03-29'"),),
        local_date,
        lambda c: sa.cast(c.let([c[0]], sql.to_local), sa.Date()),
        needs=("zone",),
    ),
    _entry(
        "LOCALTIME",
        "instant -> time",
        Doc("The reader's time of day at an instant, to the second.", "某时刻在读者时区的时间（精确到秒）。"),
        (("LOCALTIME(INSTANTAT(date'2026-03-01', time'23:30'))", "time'23:30'"),),
        _local_time,
        lambda c: sa.cast(sa.func.date_trunc("second", c.let([c[0]], sql.to_local)), sa.Time()),
        needs=("zone",),
    ),
    _entry(
        "INSTANTAT",
        "date, time? -> instant",
        Doc(
            "The instant at which the reader's clock shows a date and time (midnight unless given).",
            "读者时区某日期和时间对应的时刻（默认零点）。",
        ),
        (("INSTANTAT(date'2026-06-01') < INSTANTAT(date'2026-06-01', time'00:00:01')", "TRUE"),),
        _instant_at,
        lambda c: c.let(
            [c[0], c[1] if len(c) > 1 else sa.literal(MIDNIGHT, sa.Time())],
            sql.to_instant,
        ),
        needs=("zone",),
    ),
    _clock_part(
        "HOUR",
        "hour",
        Doc("The hour of a time, 0 to 23.", "小时，0 到 23。"),
        (("HOUR(time'08:30')", "8"),),
        lambda t: t.hour,
    ),
    _clock_part(
        "MINUTE", "minute", Doc("The minute of a time.", "分钟。"), (("MINUTE(time'08:30')", "30"),), lambda t: t.minute
    ),
    _entry(
        "SECOND",
        "time -> integer",
        Doc("The second of a time.", "秒。"),
        (("SECOND(time'08:30:15')", "15"),),
        lambda t: t.second,
        lambda c: sa.cast(sa.func.floor(sa.extract("second", c[0])), sa.Integer()),
    ),
    _entry(
        "TIME",
        "integer, integer, integer? -> time",
        Doc(
            "A time of hour, minute and second; null where there is no such time.",
            "由时、分、秒组成时间；不存在时为空。",
        ),
        (("TIME(8, 30)", "time'08:30'"), ("TIME(24, 0)", "NULL")),
        _make_time,
        _make_time_sql,
    ),
    _entry(
        "DURATION",
        "integer, integer?, integer? -> duration",
        Doc("A duration of hours, minutes and seconds.", "由时、分、秒组成时长。"),
        (("SECONDS(DURATION(1, 30))", "5400"), ("HOURS(DURATION(0, -90))", "-1.5")),
        _duration,
        _duration_sql,
    ),
    _entry(
        "SECONDS",
        "duration -> integer",
        Doc("The seconds of a duration.", "时长的秒数。"),
        (("SECONDS(DURATION(0, 1, 5))", "65"),),
        lambda value: value,
        lambda c: c[0],
        sqlite=lambda c: c[0],
    ),
    _entry(
        "MINUTES",
        "duration -> number(6)",
        Doc("The minutes of a duration.", "时长的分钟数。"),
        (("MINUTES(DURATION(0, 1, 30))", "1.5"),),
        _share(60),
        _share_sql(60),
    ),
    _entry(
        "HOURS",
        "duration -> number(6)",
        Doc("The hours of a duration.", "时长的小时数。"),
        (("HOURS(DURATION(1, 20))", "1.333333"),),
        _share(3_600),
        _share_sql(3_600),
    ),
    _entry(
        "DAYS",
        "duration -> number(6)",
        Doc("The days of 24 hours of a duration.", "时长的天数（按 24 小时）。"),
        (("DAYS(DURATION(36))", "1.5"),),
        _share(86_400),
        _share_sql(86_400),
    ),
    _entry(
        "ADDSECONDS",
        "instant, integer -> instant",
        Doc("The instant so many seconds later.", "若干秒之后的时刻。"),
        (("ADDSECONDS(instant'2026-01-01T00:00:00Z', 90)", "instant'2026-01-01T00:01:30Z'"),),
        _later(1),
        lambda c: sql.add_seconds(c, 1),
    ),
    _entry(
        "ADDMINUTES",
        "instant, integer -> instant",
        Doc("The instant so many minutes later.", "若干分钟之后的时刻。"),
        (("ADDMINUTES(instant'2026-01-01T00:00:00Z', -1)", "instant'2025-12-31T23:59:00Z'"),),
        _later(60),
        lambda c: sql.add_seconds(c, 60),
    ),
    _entry(
        "ADDHOURS",
        "instant, integer -> instant",
        Doc("The instant so many hours later.", "若干小时之后的时刻。"),
        (
            ("ADDHOURS(instant'2026-01-01T00:00:00Z', 25)", "instant'2026-01-02T01:00:00Z'"),
            ("ADDHOURS(instant'2026-01-01T00:00:00Z', 999999999)", "NULL"),
        ),
        _later(3_600),
        lambda c: sql.add_seconds(c, 3_600),
    ),
    _entry(
        "EPOCH",
        "instant -> integer",
        Doc("Whole seconds since 1970 (UTC).", "自 1970 年起的整秒数（UTC）。"),
        (("EPOCH(instant'1970-01-02T00:00:00Z')", "86400"), ("EPOCH(instant'1969-12-31T23:59:59.5Z')", "-1")),
        _epoch,
        lambda c: sa.func.floor(sa.extract("epoch", c[0])),
    ),
)
