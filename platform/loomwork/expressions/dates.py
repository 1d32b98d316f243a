"""Date arithmetic by the calendar: months clamp to the last day, nothing leaves the years 1 to 9999."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

FIRST_INSTANT = datetime(1, 1, 1, tzinfo=UTC)
LAST_INSTANT = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
_MAX_DAYS = 4_000_000
_MAX_SECONDS = 400_000_000_000


class OutOfRange(ValueError):
    """A date or instant outside the years 1 to 9999."""


def add_days(day: date, days: int) -> date:
    """A date so many days later. Raises: OutOfRange."""
    if abs(days) > _MAX_DAYS:
        raise OutOfRange
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise OutOfRange from None


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month. Raises: OutOfRange."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise OutOfRange
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_seconds(instant: datetime, seconds: int) -> datetime:
    """An instant so many seconds later. Raises: OutOfRange."""
    if abs(seconds) > _MAX_SECONDS:
        raise OutOfRange
    try:
        return instant + timedelta(seconds=seconds)
    except OverflowError:
        raise OutOfRange from None


def seconds_between(later: datetime, earlier: datetime) -> int:
    """Whole seconds between two instants, cut towards zero."""
    micros = (later - earlier) // timedelta(microseconds=1)
    return micros // 1_000_000 if micros >= 0 else -(-micros // 1_000_000)


def month_start(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def week_start(day: date) -> date:
    """The Monday of the week. Raises: OutOfRange."""
    return add_days(day, 1 - day.isoweekday())


def quarter_start(day: date) -> date:
    """The first day of the quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`, negative if `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    last = monthrange(end.year, end.month)[1]
    return months if end.day >= min(start.day, last) else months - 1
