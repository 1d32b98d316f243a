"""Dates and instants in files: ISO forms by themselves, any other form only with a format that the mapping names.

`01/02/2026` is two different days in two countries, so nothing is guessed.
"""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from loomwork.core.clock import to_rfc3339
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import half_width

TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<short_year>[0-9]{2})",
    "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "DD": "(?P<day>[0-9]{2})",
    "D": "(?P<day>[0-9]{1,2})",
    "HH": "(?P<hour>[0-9]{1,2})",
    "mm": "(?P<minute>[0-9]{2})",
    "ss": "(?P<second>[0-9]{2})",
}
"""What a format is made of; every other character stands for itself."""

_TOKEN = re.compile("YYYY|YY|MM|M|DD|D|HH|mm|ss")
_MIDNIGHT = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")


@lru_cache(maxsize=200)
def compile_format(form: str) -> re.Pattern[str]:
    """The pattern of a format such as `MM/DD/YYYY` or `YYYY-MM-DD HH:mm`.

    Raises: ValueError when it names no year, month or day, or names a part twice.
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[end : token.start()]), TOKENS[token.group()]]
        end = token.end()
    parts.append(re.escape(form[end:]))
    try:
        pattern = re.compile("".join(parts))
    except re.error:
        raise ValueError(f"the format {form!r} names a part twice") from None
    names = set(pattern.groupindex)
    if not names & {"year", "short_year"} or not {"month", "day"} <= names:
        raise ValueError(f"the format {form!r} lacks the year, the month or the day; known are {', '.join(TOKENS)}")
    return pattern


def parse_date(text: str, form: str) -> str:
    """A date in a given format → wire form `YYYY-MM-DD`; two-digit years are 1970 to 2069.

    Raises: Refused `not_in_format`; ValueError for a format that is none.
    """
    return _moment(text, form).date().isoformat()


def parse_instant(text: str, form: str, zone: str) -> str:
    """An instant in a given format, read on the clock of `zone` (IANA) → RFC 3339 with Z.

    Raises: Refused `not_in_format`, also for a time that the clocks of the zone skip; ValueError as `parse_date`.
    """
    return in_zone(_moment(text, form), zone, text)


def in_zone(local: datetime, zone: str, shown: str) -> str:
    """A time on the clock of a zone as RFC 3339 with Z; of a doubled hour the first is taken.

    Raises: Refused `not_in_format` for a time that the zone's clocks skip or beyond the calendar.
    """
    try:
        instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        is_real = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    except OverflowError:
        is_real = False
    if not is_real:
        raise refuse("not_in_format", value=short(shown), format=zone)
    return to_rfc3339(instant)


def _moment(text: str, form: str) -> datetime:
    found = compile_format(form).fullmatch(half_width(text.strip()))
    if found is None:
        raise refuse("not_in_format", value=short(text), format=form)
    part = {name: int(value) for name, value in found.groupdict().items()}
    if "short_year" in part:
        part["year"] = part["short_year"] + (1900 if part["short_year"] >= 70 else 2000)
    try:
        clock = time(part.get("hour", 0), part.get("minute", 0), part.get("second", 0))
        return datetime.combine(date(part["year"], part["month"], part["day"]), clock)
    except ValueError:
        raise refuse("not_in_format", value=short(text), format=form) from None


def sheet_date(text: str) -> str:
    """The wire form of a date that cannot be misread: `2026-1-5`, `2026/01/05`, `2026年1月5日`.

    Midnight behind it, as sheets write it, is dropped. What is not understood is given back as it stands, so that the reader's message shows it.
    """
    plain = half_width(text.strip())
    found = _MIDNIGHT.fullmatch(plain) or _CHINESE.fullmatch(plain)
    if found is None:
        return plain
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return plain
