"""Numbers, money, dates and names as the reader expects them. Takes wire values, gives text, never raises on odd data.

Grouping is the same in both languages, so figures need no pattern engine; month and day names come from Babel once.
Units: instants are RFC 3339 texts, dates `YYYY-MM-DD`, durations seconds.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from loomwork.core import clock
from loomwork.core.text import has_cjk
from loomwork.web.screens import ui

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "INR": "₹", "KRW": "₩"}
_MINUS = "\u2212"
_LONGEST_S = 10**12


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def number(value: Any, scale: int | None = None) -> str:
    """A figure with grouping and a true minus; `scale` fixes the digits after the point."""
    if value is None:
        return ""
    found = _decimal(value)
    if found is None:
        return str(value)
    text = f"{abs(found):,.{scale}f}" if scale is not None else f"{abs(found):,f}"
    return _MINUS + text if found < 0 else text


def trimmed(value: Any) -> str:
    """A figure without zeros at the end: `80` for `80.00`."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def symbol(currency: str) -> str:
    """The sign of a currency, else its code."""
    return _SYMBOLS.get(currency, currency)


def money(value: Any, currency: str = "", scale: int = 2) -> str:
    """A full amount with its sign: `¥ 4,860,000.00` in Chinese, `¥4,860,000.00` in English."""
    if value is None:
        return ""
    sign, text = sign_before(currency), number(value, scale)
    return f"{_MINUS}{sign}{text[1:]}" if text.startswith(_MINUS) else f"{sign}{text}"


def sign_before(currency: str = "") -> str:
    """What stands before an amount, with the space that the language wants: `¥ ` in Chinese, `¥` in English."""
    wishes = ui.current()
    sign = symbol(currency or wishes.currency)
    gap = " " if wishes.is_chinese or len(sign) > 3 or (len(sign) == 3 and sign.isalpha()) else ""
    return sign + gap


def whole_money(value: Any, currency: str = "") -> str:
    """A full amount, digits after the point only where they are not zero."""
    found = _decimal(value) if value is not None else None
    return money(value, currency, 0 if found is not None and found == found.to_integral_value() else 2)


def table_money(value: Any, currency: str = "") -> str:
    """An amount in a table: bare in the company's currency (its unit stands in the head), with its sign in another."""
    found = _decimal(value) if value is not None else None
    if not currency or currency == ui.current().currency:
        return number(value, 0 if found is not None and found == found.to_integral_value() else 2)
    return whole_money(value, currency)


def short(value: Any) -> str:
    """A figure for cards: `486 万`, `1.28 亿`; `4.86M`, `12.8K`. At most two digits after the point."""
    found = _decimal(value)
    if found is None:
        return "" if value is None else str(value)
    steps = ((10**8, " 亿"), (10**4, " 万")) if ui.current().is_chinese else ((10**9, "B"), (10**6, "M"), (10**3, "K"))
    size = abs(found)
    for step, word in steps:
        if size >= step:
            body = f"{size / step:,.2f}".rstrip("0").rstrip(".") + word
            return _MINUS + body if found < 0 else body
    return trimmed(found.quantize(Decimal("0.01")) if size < 100 else found.quantize(Decimal(1)))


def short_money(value: Any, currency: str = "") -> str:
    """An amount for cards and totals: `¥ 486 万`, `¥4.86M`."""
    wishes = ui.current()
    sign = symbol(currency or wishes.currency)
    gap = " " if wishes.is_chinese else ""
    text = short(value)
    return f"{_MINUS}{sign}{gap}{text[1:]}" if text.startswith(_MINUS) else f"{sign}{gap}{text}"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _locale() -> str:
    return "zh_CN" if ui.current().is_chinese else "en"


@lru_cache(maxsize=4)
def _names(locale: str) -> tuple[dict[int, str], dict[int, str]]:
    """Short month names by number and short week day names by number (Monday is 0)."""
    from babel.dates import get_day_names, get_month_names

    months = get_month_names("abbreviated", locale=locale)
    days = get_day_names("abbreviated", locale=locale)
    return dict(months.items()), dict(days.items())


def local(value: Any) -> datetime | None:
    """An instant's wire text as the reader's local time; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found.astimezone(_zone(ui.current().zone))
    except OverflowError:
        return found  # the first and last day of the calendar have no other side


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def iso_date(value: Any) -> str:
    """A date as tables show it: `2026-11-28`."""
    found = _day(value)
    return found.isoformat() if found else str(value or "")


def friendly_date(value: Any) -> str:
    """A date for cards and running text: `11月28日`, `Nov 28, 2026`; the year in Chinese only when it is another one."""
    found = value if isinstance(value, date) else _day(value)
    if found is None:
        return str(value or "")
    months, _ = _names(_locale())
    if not ui.current().is_chinese:
        return f"{months[found.month]} {found.day}, {found.year}"
    same_year = found.year == clock.today_in(ui.current().zone).year
    return f"{found.month}月{found.day}日" if same_year else f"{found.year}年{found.month}月{found.day}日"


def weekday_date(value: Any) -> str:
    """A day heading: `今天`, `Yesterday`, `周四 11月19日`, `Thu, Nov 19`."""
    found = value if isinstance(value, date) else _day(value)
    if found is None:
        return str(value or "")
    return _near_day(found) or weekday_name(found)


def near_date(value: Any) -> str:
    """A day in cards: `今天`, `Tomorrow`, else `11月28日`, `Nov 28, 2026`."""
    found = value if isinstance(value, date) else _day(value)
    return (_near_day(found) or friendly_date(found)) if found else str(value or "")


def weekday_name(found: date) -> str:
    """A day with its day of the week: `周四 11月19日`, `Thu, Nov 19`."""
    months, days = _names(_locale())
    if ui.current().is_chinese:
        return f"{days[found.weekday()]} {friendly_date(found)}"
    tail = "" if found.year == clock.today_in(ui.current().zone).year else f", {found.year}"
    return f"{days[found.weekday()]}, {months[found.month]} {found.day}{tail}"


def _near_day(found: date) -> str:
    gap = (found - clock.today_in(ui.current().zone)).days
    key = {0: "date.today", -1: "date.yesterday", 1: "date.tomorrow"}.get(gap)
    return ui.t(key) if key else ""


def instant(value: Any) -> str:
    """An instant in lists: `今天 10:42`, `Yesterday 17:30`, else the date alone."""
    found = local(value)
    if found is None:
        return str(value or "")
    near = _near_day(found.date())
    return f"{near} {found:%H:%M}" if near else friendly_date(found.date())


def full_instant(value: Any) -> str:
    """An instant in full, with the zone: `2026-11-22 10:42 (Asia/Shanghai)`."""
    found = local(value)
    return f"{found:%Y-%m-%d %H:%M} ({ui.current().zone})" if found else str(value or "")


def plain_instant(value: Any) -> str:
    """An instant to the minute in the reader's zone: `2026-11-22 10:42`."""
    found = local(value)
    return f"{found:%Y-%m-%d %H:%M}" if found else str(value or "")


def clock_time(value: Any) -> str:
    """The time of day of an instant: `17:30`."""
    found = local(value)
    return f"{found:%H:%M}" if found else ""


def local_day(value: Any) -> date | None:
    """The reader's calendar day of an instant."""
    found = local(value)
    return found.date() if found else None


def is_past(value: Any) -> bool:
    """Whether a date or instant lies before today for the reader."""
    found = _day(value) if len(str(value or "")) == 10 else local_day(value)
    return found is not None and found < clock.today_in(ui.current().zone)


def overdue(value: Any) -> str:
    """How many days ago a date or instant was: `逾期 2 天`, `2 days overdue`; empty for today and later."""
    text = str(value or "")
    found = _day(text) if len(text) == 10 else local_day(text)
    days = (clock.today_in(ui.current().zone) - found).days if found is not None else 0
    return ui.t("late.one" if days == 1 else "late.days", n=days) if days > 0 else ""


def duration(value: Any) -> str:
    """Seconds in words: `2 小时 5 分`, `2 h 5 min`; days come first where there are some."""
    found = _decimal(value)
    if found is None or abs(found) > _LONGEST_S:
        return str(value or "")
    span = timedelta(seconds=int(abs(found)))
    hours, rest = divmod(span.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(span.days, "duration.days"), (hours, "duration.hours"), (minutes, "duration.minutes")]
    words = [ui.t(key, n=amount) for amount, key in parts if amount]
    if seconds and not span.days and not hours:
        words.append(ui.t("duration.seconds", n=seconds))
    text = " ".join(words) or ui.t("duration.minutes", n=0)
    return _MINUS + text if found < 0 else text


def size(value: Any) -> str:
    """Bytes for people: `1.2 MB`."""
    amount = float(_decimal(value) or 0)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            text = f"{amount:.0f}" if unit == "B" or amount >= 100 else f"{amount:.1f}".removesuffix(".0")
            return f"{text} {unit}"
        amount /= 1000
    return f"{amount:.1f}".removesuffix(".0") + " GB"


@lru_cache(maxsize=5000)
def initials(name: str) -> str:
    """What stands in an avatar: the first character of a Chinese name, up to two initials of others."""
    text = name.strip()
    if not text:
        return "?"
    if has_cjk(text[:1]):
        return text[0]
    words = [w for w in text.replace("-", " ").split() if w[:1].isalnum() and not has_cjk(w)]
    return "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or text[0].upper()


def mark(name: str) -> str:
    """The one character in the square mark of a record."""
    text = name.strip()
    return text[0].upper() if text else "?"
