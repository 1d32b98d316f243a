"""Working days by the calendar of the surroundings: weekend, holidays, and weekend days that are worked."""

from collections.abc import Callable
from datetime import date, timedelta

from loomwork.expressions.dates import OutOfRange, add_days
from loomwork.expressions.env import Env
from loomwork.expressions.functions.base import Doc, Function

MAX_DAYS = 40_000
"""Days looked at by one call, a little over a century."""


def _is_workday(env: Env, day: date) -> bool:
    return env.calendar.is_workday(day)


def _workdays(env: Env, start: date, end: date) -> int | None:
    if end < start:
        result = _workdays(env, end, start)
        return None if result is None else -result
    if (end - start).days > MAX_DAYS:
        return None
    is_workday, step = env.calendar.is_workday, timedelta(days=1)
    count, day = 0, start
    while True:
        count += is_workday(day)
        if day >= end:
            return count
        day += step


def _add_workdays(env: Env, day: date, count: int) -> date | None:
    if abs(count) > MAX_DAYS // 4:
        return None
    is_workday, step = env.calendar.is_workday, 1 if count >= 0 else -1
    left = abs(count)
    for _ in range(MAX_DAYS):
        if left == 0:
            return day
        day = add_days(day, step)
        left -= is_workday(day)
    return None


def _move(step: int) -> Callable[[Env, date], date | None]:
    def run(env: Env, day: date) -> date | None:
        for _ in range(1_000):
            if env.calendar.is_workday(day):
                return day
            day = add_days(day, step)
        raise OutOfRange

    return run


_NEEDS = ("calendar",)

WORKDAY_FUNCTIONS = (
    Function(
        "ISWORKDAY",
        "working days",
        ("date -> boolean",),
        Doc("Whether the date is a working day.", "是否为工作日。"),
        (("ISWORKDAY(date'2026-11-20')", "TRUE"), ("ISWORKDAY(date'2026-11-22')", "FALSE")),
        _is_workday,
        needs=_NEEDS,
    ),
    Function(
        "WORKDAYS",
        "working days",
        ("date, date -> integer",),
        Doc(
            "Working days from the first date to the second, both included; negative backwards.",
            "两日期之间的工作日数（含首尾）；倒序为负。",
        ),
        (("WORKDAYS(date'2026-11-16', date'2026-11-22')", "5"), ("WORKDAYS(date'2026-11-22', date'2026-11-20')", "-1")),
        _workdays,
        needs=_NEEDS,
    ),
    Function(
        "ADDWORKDAYS",
        "working days",
        ("date, integer -> date",),
        Doc("The date so many working days later.", "若干个工作日之后的日期。"),
        (
            ("ADDWORKDAYS(date'2026-11-20', 1)", "date'2026-11-23'"),
            ("ADDWORKDAYS(date'2026-11-23', -1)", "date'2026-11-20'"),
        ),
        _add_workdays,
        needs=_NEEDS,
    ),
    Function(
        "NEXTWORKDAY",
        "working days",
        ("date -> date",),
        Doc("The date itself if it is a working day, else the next one.", "当天或之后的第一个工作日。"),
        (("NEXTWORKDAY(date'2026-11-21')", "date'2026-11-23'"),),
        _move(1),
        needs=_NEEDS,
    ),
    Function(
        "PREVWORKDAY",
        "working days",
        ("date -> date",),
        Doc("The date itself if it is a working day, else the one before.", "当天或之前的最后一个工作日。"),
        (("PREVWORKDAY(date'2026-11-22')", "date'2026-11-20'"),),
        _move(-1),
        needs=_NEEDS,
    ),
)
