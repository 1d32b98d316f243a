"""Dates: parts, arithmetic, periods. An instant given where a date is wanted becomes the reader's local date."""

from calendar import isleap, monthrange
from datetime import date
from typing import Any

from loomwork.expressions.dates import (
    OutOfRange,
    add_days,
    add_months,
    month_end,
    month_start,
    months_between,
    quarter_start,
    week_start,
)
from loomwork.expressions.functions import sqldate as sql
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.language.parse import read_date


def make_date(year: int, month: int, day: int) -> date | None:
    """A date of its parts, or None where there is no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _to_date(text: str) -> date | None:
    plain = text.strip(" ")
    try:
        return read_date(plain) if plain[4:5] == plain[7:8] == "-" and plain.isascii() else None
    except ValueError:
        return None


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _fiscal_year(day: date, start: int) -> int | None:
    if not 1 <= start <= 12:
        return None
    return day.year + (1 if start > 1 and day.month >= start else 0)


def _next_weekday(day: date, weekday: int) -> date | None:
    if not 1 <= weekday <= 7:
        return None
    return add_days(day, (weekday - day.isoweekday() + 6) % 7 + 1)


def _years_between(start: date, end: date) -> int:
    months = months_between(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


def _months(count: int) -> Any:
    def run(day: date, number: int) -> date:
        if abs(number) > 200_000:
            raise OutOfRange
        return add_months(day, number * count)

    return run


def _part(name: str, what: Doc, examples: Any, run: Any, part: str) -> Function:
    return Function(name, "date", ("date -> integer",), what, examples, run, postgresql=sql.part(part))


def _entry(name: str, signature: str, doc: Doc, examples: Any, run: Any, build: Any, **more: Any) -> Function:
    return Function(name, "date", (signature,), doc, examples, run, postgresql=build, **more)


DATE_FUNCTIONS = (
    _entry(
        "DATE",
        "integer, integer, integer -> date",
        Doc("A date of year, month and day; null where there is no such day.", "由年、月、日组成日期；不存在时为空。"),
        (("DATE(2024, 2, 29)", "date'2024-02-29'"), ("DATE(2026, 2, 29)", "NULL"), ("DATE(2026, 13, 1)", "NULL")),
        make_date,
        lambda c: sql.make_date(c, *c.args),
    ),
    _part("YEAR", Doc("The year.", "年份。"), (("YEAR(date'2026-11-22')", "2026"),), lambda d: d.year, "year"),
    _part(
        "MONTH",
        Doc("The month, 1 to 12.", "月份，1 到 12。"),
        (("MONTH(date'2026-11-22')", "11"),),
        lambda d: d.month,
        "month",
    ),
    _part("DAY", Doc("The day of the month.", "日。"), (("DAY(date'2026-11-22')", "22"),), lambda d: d.day, "day"),
    _part(
        "WEEKDAY",
        Doc("The day of the week, 1 for Monday to 7 for Sunday.", "星期几，1 为星期一，7 为星期日。"),
        (("WEEKDAY(date'2026-11-22')", "7"),),
        lambda d: d.isoweekday(),
        "isodow",
    ),
    _part(
        "QUARTER",
        Doc("The quarter, 1 to 4.", "季度，1 到 4。"),
        (("QUARTER(date'2026-11-22')", "4"),),
        _quarter,
        "quarter",
    ),
    _part(
        "ISOWEEK",
        Doc("The week's number (ISO 8601).", "ISO 周数。"),
        (("ISOWEEK(date'2027-01-01')", "53"),),
        lambda d: d.isocalendar().week,
        "week",
    ),
    _part(
        "ISOYEAR",
        Doc("The year that the week belongs to (ISO 8601).", "ISO 周所属年份。"),
        (("ISOYEAR(date'2027-01-01')", "2026"),),
        lambda d: d.isocalendar().year,
        "isoyear",
    ),
    _part(
        "DAYOFYEAR",
        Doc("The day of the year, 1 to 366.", "一年中的第几天。"),
        (("DAYOFYEAR(date'2024-12-31')", "366"),),
        lambda d: d.timetuple().tm_yday,
        "doy",
    ),
    _entry(
        "DAYSINMONTH",
        "date -> integer",
        Doc("How many days the date's month has.", "所在月份的天数。"),
        (("DAYSINMONTH(date'2024-02-10')", "29"), ("DAYSINMONTH(date'2026-02-10')", "28")),
        lambda d: monthrange(d.year, d.month)[1],
        lambda c: sql.last_day_number(c[0]),
    ),
    _entry(
        "ISLEAPYEAR",
        "date -> boolean",
        Doc("Whether the date's year is a leap year.", "所在年份是否为闰年。"),
        (("ISLEAPYEAR(date'2024-01-01')", "TRUE"), ("ISLEAPYEAR(date'2100-01-01')", "FALSE")),
        lambda d: isleap(d.year),
        sql.is_leap_year,
    ),
    _entry(
        "ADDDAYS",
        "date, integer -> date",
        Doc("The date so many days later.", "若干天之后的日期。"),
        (("ADDDAYS(date'2024-02-28', 1)", "date'2024-02-29'"), ("ADDDAYS(date'9999-12-31', 1)", "NULL")),
        add_days,
        lambda c: sql.add_days(c, c[0], c[1], 1),
    ),
    _entry(
        "ADDWEEKS",
        "date, integer -> date",
        Doc("The date so many weeks later.", "若干周之后的日期。"),
        (("ADDWEEKS(date'2026-11-22', -1)", "date'2026-11-15'"),),
        lambda d, n: add_days(d, n * 7),
        lambda c: sql.add_days(c, c[0], c[1], 7),
    ),
    _entry(
        "ADDMONTHS",
        "date, integer -> date",
        Doc("The same day so many months later, or the month's last day.", "若干月之后的同一天；月末自动对齐。"),
        (
            ("ADDMONTHS(date'2026-01-31', 1)", "date'2026-02-28'"),
            ("ADDMONTHS(date'2024-03-31', -1)", "date'2024-02-29'"),
        ),
        _months(1),
        lambda c: sql.add_months(c, 1),
    ),
    _entry(
        "ADDYEARS",
        "date, integer -> date",
        Doc("The same day so many years later; 29 February becomes the 28th where needed.", "若干年之后的同一天。"),
        (("ADDYEARS(date'2024-02-29', 1)", "date'2025-02-28'"), ("ADDYEARS(date'2026-01-01', 9000)", "NULL")),
        _months(12),
        lambda c: sql.add_months(c, 12),
    ),
    _entry(
        "MONTHSTART",
        "date -> date",
        Doc("The first day of the month.", "当月第一天。"),
        (("MONTHSTART(date'2026-11-22')", "date'2026-11-01'"),),
        month_start,
        sql.start_of("month"),
    ),
    _entry(
        "MONTHEND",
        "date -> date",
        Doc("The last day of the month.", "当月最后一天。"),
        (("MONTHEND(date'2024-02-01')", "date'2024-02-29'"), ("MONTHEND(date'9999-12-01')", "date'9999-12-31'")),
        month_end,
        sql.end_of("month", 1),
    ),
    _entry(
        "WEEKSTART",
        "date -> date",
        Doc("The Monday of the week.", "当周星期一。"),
        (("WEEKSTART(date'2026-11-22')", "date'2026-11-16'"),),
        week_start,
        sql.start_of("week"),
    ),
    _entry(
        "QUARTERSTART",
        "date -> date",
        Doc("The first day of the quarter.", "当季第一天。"),
        (("QUARTERSTART(date'2026-11-22')", "date'2026-10-01'"),),
        quarter_start,
        sql.start_of("quarter"),
    ),
    _entry(
        "QUARTEREND",
        "date -> date",
        Doc("The last day of the quarter.", "当季最后一天。"),
        (("QUARTEREND(date'2026-11-22')", "date'2026-12-31'"), ("QUARTEREND(date'2026-02-01')", "date'2026-03-31'")),
        lambda d: month_end(add_months(quarter_start(d), 2)),
        sql.end_of("quarter", 3),
    ),
    _entry(
        "YEARSTART",
        "date -> date",
        Doc("The first of January.", "当年第一天。"),
        (("YEARSTART(date'2026-11-22')", "date'2026-01-01'"),),
        lambda d: d.replace(month=1, day=1),
        sql.start_of("year"),
    ),
    _entry(
        "YEAREND",
        "date -> date",
        Doc("The 31st of December.", "当年最后一天。"),
        (("YEAREND(date'2026-11-22')", "date'2026-12-31'"),),
        lambda d: d.replace(month=12, day=31),
        sql.end_of("year", 12),
    ),
    _entry(
        "DAYSBETWEEN",
        "date, date -> integer",
        Doc("Days from the first date to the second.", "两个日期之间的天数。"),
        (
            ("DAYSBETWEEN(date'2024-02-28', date'2024-03-01')", "2"),
            ("DAYSBETWEEN(date'2026-01-02', date'2026-01-01')", "-1"),
        ),
        lambda start, end: (end - start).days,
        lambda c: sql.days_between(c[0], c[1]),
    ),
    _entry(
        "MONTHSBETWEEN",
        "date, date -> integer",
        Doc(
            "Whole months from the first date to the second; a month's last day completes it.", "两个日期之间的整月数。"
        ),
        (
            ("MONTHSBETWEEN(date'2026-01-31', date'2026-02-28')", "1"),
            ("MONTHSBETWEEN(date'2026-03-15', date'2026-01-16')", "-1"),
        ),
        months_between,
        lambda c: c.let([c[0], c[1]], sql.months_between),
    ),
    _entry(
        "YEARSBETWEEN",
        "date, date -> integer",
        Doc("Whole years from the first date to the second, as for an age.", "两个日期之间的整年数，如年龄。"),
        (
            ("YEARSBETWEEN(date'2000-02-29', date'2026-02-28')", "26"),
            ("YEARSBETWEEN(date'2000-06-01', date'2026-05-31')", "25"),
        ),
        _years_between,
        lambda c: c.let([c[0], c[1]], sql.years_between),
    ),
    _entry(
        "NEXTWEEKDAY",
        "date, integer -> date",
        Doc(
            "The next day after the date that is the given weekday (1 Monday to 7 Sunday).",
            "之后最近的星期几（1 到 7）。",
        ),
        (
            ("NEXTWEEKDAY(date'2026-11-22', 1)", "date'2026-11-23'"),
            ("NEXTWEEKDAY(date'2026-11-22', 7)", "date'2026-11-29'"),
            ("NEXTWEEKDAY(date'2026-11-22', 8)", "NULL"),
        ),
        _next_weekday,
        sql.next_weekday,
    ),
    _entry(
        "FISCALYEAR",
        "date, integer -> integer",
        Doc(
            "The year in which the fiscal year ends that begins in the given month.",
            "财年（按结束年份命名），参数为财年起始月份。",
        ),
        (
            ("FISCALYEAR(date'2026-04-01', 4)", "2027"),
            ("FISCALYEAR(date'2026-03-31', 4)", "2026"),
            ("FISCALYEAR(date'2026-03-31', 1)", "2026"),
        ),
        _fiscal_year,
        sql.fiscal_year,
    ),
    _entry(
        "YEARMONTH",
        "date -> text",
        Doc("Year and month as `2026-11`.", "年月，如 2026-11。"),
        (("YEARMONTH(date'2026-11-22')", "'2026-11'"),),
        lambda d: d.isoformat()[:7],
        sql.formatted("YYYY-MM"),
    ),
    _entry(
        "YEARQUARTER",
        "date -> text",
        Doc("Year and quarter as `2026-Q4`.", "年与季度，如 2026-Q4。"),
        (("YEARQUARTER(date'2026-11-22')", "'2026-Q4'"),),
        lambda d: f"{d.isoformat()[:4]}-Q{_quarter(d)}",
        sql.formatted('YYYY-"Q"Q'),
    ),
    _entry(
        "TODATE",
        "text -> date",
        Doc(
            "A text such as `2026-11-22` as a date; null for anything else.",
            "将 2026-11-22 形式的文本转为日期，否则为空。",
        ),
        (
            ("TODATE('2026-11-22')", "date'2026-11-22'"),
            ("TODATE('2026-02-30')", "NULL"),
            ("TODATE('22.11.2026')", "NULL"),
        ),
        _to_date,
        sql.to_date,
    ),
)
