"""Values that are lists of texts, and their form in one cell of a file: `a; b; "with ; inside"`, quotes doubled."""

import re
from collections.abc import Sequence
from typing import Any

from loomwork.field_types.refusals import refuse, short

_ITEM = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^;；]*))(?:[;；]|$)')
_NEEDS_QUOTES = re.compile(r'[;；"]|^\s|\s$|^$')


def check_list(value: Any, most: int) -> list[Any]:
    """The value as a list of at most `most` items.

    Raises: Refused `not_list`, `too_many_items`.
    """
    if not isinstance(value, list):
        raise refuse("not_list", value=short(value))
    if len(value) > most:
        raise refuse("too_many_items", limit=most, count=len(value))
    return value


def refuse_twice(items: Sequence[str]) -> None:
    """Say which item stands there twice, if any.

    Raises: Refused `duplicate_item` at the second one.
    """
    seen: set[str] = set()
    for position, item in enumerate(items):
        if item in seen:
            raise refuse("duplicate_item", at=str(position), value=short(item))
        seen.add(item)


def join_items(items: Sequence[str]) -> str:
    """One cell of a file; items with semicolons, quotes or outer spaces are quoted."""
    quoted = ('"' + item.replace('"', '""') + '"' if _NEEDS_QUOTES.search(item) else item for item in items)
    return "; ".join(quoted)


def split_items(text: str, *, keep_empty: bool = False) -> list[str]:
    """The inverse of `join_items`; plain and full-width semicolons separate, items without text are left out."""
    items: list[str] = []
    end = 0
    while end < len(text):
        found = _ITEM.match(text, end)
        if found is None or found.end() == end:
            return [*items, text[end:].strip()]
        end = found.end()
        item = found[1].replace('""', '"') if found[1] is not None else found[2].strip()
        if item or found[1] is not None or keep_empty:
            items.append(item)
    return items
