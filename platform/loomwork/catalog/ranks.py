"""Order of the entries of keyed maps: fractional ranks, so that moving one entry changes one value."""

from collections.abc import Mapping
from typing import Any

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)


def ordered(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries in the order in which people see them.

    An entry without `order` stands behind the one before it in the file; equal ranks keep the order of the file.
    """
    return {name: entries[name] for name, _ in sorted(effective_ranks(entries).items(), key=lambda item: item[1])}


def effective_ranks(entries: Mapping[str, Any]) -> dict[str, str]:
    """A rank for every entry, also for those that name none; sorting by it gives the order that people see."""
    ranks: dict[str, str] = {}
    before, count = "0", 0
    for name, entry in entries.items():
        own = entry.get("order") if isinstance(entry, Mapping) else None
        if isinstance(own, str) and own:
            before, count = own, 0
            ranks[name] = own
        else:
            count += 1
            ranks[name] = f"{before}i{count:03d}"
    return ranks


def rank_between(low: str, high: str) -> str:
    """A rank above `low` and below `high`; empty texts mean the ends.

    Raises: ValueError when there is no room because `low` is not below `high`.
    """
    if high and low >= high:
        raise ValueError(f"{low!r} does not lie before {high!r}")
    result = ""
    place = 0
    is_open = not high
    while True:
        low_digit = _DIGITS.index(low[place]) if place < len(low) else 0
        high_digit = _BASE if is_open or place >= len(high) else _DIGITS.index(high[place])
        if high_digit - low_digit > 1:
            return result + _DIGITS[(low_digit + high_digit) // 2]
        result += _DIGITS[low_digit]
        is_open = is_open or low_digit < high_digit
        place += 1


def first_ranks(count: int) -> list[str]:
    """Ranks for a new list of `count` entries: `a0`, `a1`, … `az`, `b0`, …; longer lists get a third character."""
    width = 2 if count <= _BASE * 26 else 3
    ranks = []
    for number in range(count):
        digits = ""
        rest = number
        for _ in range(width - 1):
            rest, digit = divmod(rest, _BASE)
            digits = _DIGITS[digit] + digits
        ranks.append(_DIGITS[10 + rest] + digits)
    return ranks
