"""The pattern of an auto number: fixed text, parts of the date, one counter."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

PERIODS = ("never", "year", "month", "day")

_PART = re.compile(r"\{([^{}]*)\}")
_COUNTER = re.compile("0{1,10}")
_DATES = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
_KEYS = {"never": "", "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
_NEEDED = {"never": set(), "year": {"y"}, "month": {"y", "mm"}, "day": {"y", "mm", "dd"}}


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern taken apart: texts and placeholders in order."""

    parts: tuple[tuple[str, str], ...]
    """Pairs of kind (`text`, `date`, `counter`) and text."""

    def write(self, number: int, day: date) -> str:
        """The number of a day as text; a counter that outgrows its noughts gets longer, it is never cut."""
        shown = []
        for kind, text in self.parts:
            if kind == "counter":
                shown.append(f"{number:0{len(text)}}")
            elif kind == "date":
                # `%Y` drops noughts before the year 1000 on some machines.
                shown.append(f"{day.year:04}" if text == "yyyy" else day.strftime(_DATES[text]))
            else:
                shown.append(text)
        return "".join(shown)

    def period_faults(self, period: str) -> list[str]:
        """Says so when numbers of two periods would be equal, because the pattern does not show the period."""
        shown = {"y" if text in ("yyyy", "yy") else text for kind, text in self.parts if kind == "date"}
        missing = sorted(_NEEDED[period] - shown)
        words = {"y": "{yyyy}", "mm": "{mm}", "dd": "{dd}"}
        lacking = ", ".join(words[name] for name in missing)
        return [f"the counter starts anew each {period}, so the pattern must show {lacking}"] if missing else []


def parse_number_pattern(text: str) -> NumberPattern:
    """Take a pattern such as `SO-{yyyy}-{0000}` apart.

    Raises: ValueError that says what is wrong and what would be right.
    """
    parts: list[tuple[str, str]] = []
    end = 0
    for found in _PART.finditer(text):
        parts.append(("text", text[end : found.start()]))
        word = found[1]
        if word not in _DATES and not _COUNTER.fullmatch(word):
            raise ValueError(
                f"{{{word}}} is not known in a pattern; known are {{yyyy}}, {{yy}}, {{mm}}, {{dd}}, {{0000}}"
            )
        parts.append(("date" if word in _DATES else "counter", word))
        end = found.end()
    parts.append(("text", text[end:]))
    if any(kind == "text" and ("{" in part or "}" in part) for kind, part in parts):
        raise ValueError("a brace in the pattern is not closed")
    if sum(kind == "counter" for kind, _ in parts) != 1:
        raise ValueError("a pattern has exactly one counter such as {0000}")
    return NumberPattern(tuple(part for part in parts if part[1]))


@lru_cache(maxsize=200)
def _parsed(text: str) -> NumberPattern:
    return parse_number_pattern(text)


def format_number(pattern: str, number: int, day: date) -> str:
    """The number of a day by a pattern; raises ValueError for a pattern that is none."""
    return _parsed(pattern).write(number, day)


def period_key(period: str, day: date) -> str:
    """What tells counters of two periods apart: `2026-11` for a month, empty for a counter that never starts anew."""
    return day.strftime(_KEYS[period])
