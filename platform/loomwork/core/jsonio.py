"""JSON in and out: strict reading (depth, duplicate keys, NaN), canonical writing, fast encoding."""

import hashlib
import json
import re
import sys
from decimal import Decimal
from typing import Any

import msgspec

from loomwork.core.errors import TooLarge, Unreadable
from loomwork.core.i18n import say

MAX_DEPTH = 32
MAX_DIGITS = sys.get_int_max_str_digits()

_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=str)
_DEPTH = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)
"""Strings and brackets. A string that is not closed is one match to the end: tried again from each of its quotes, a
megabyte of them would take hours."""


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Unreadable(f'the key "{key}" stands twice in one object', code="duplicate_key")
            seen.add(key)
    return result


def _refuse_constant(name: str) -> Any:
    raise Unreadable(f"{name} is not a JSON number", code="bad_number")


def check_depth(raw: bytes, limit: int = MAX_DEPTH) -> None:
    """Refuse JSON nested deeper than `limit`, without parsing it.

    Raises: Unreadable `too_deep`.
    """
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return
    depth = 0
    for match in _DEPTH.finditer(raw):
        first = match.group()[0]
        if first in b"[{":
            depth += 1
            if depth > limit:
                raise Unreadable(f"JSON is nested deeper than {limit} levels", code="too_deep")
        elif first in b"]}":
            depth -= 1


def read_json(raw: bytes | str, *, max_bytes: int = 1_000_000) -> Any:
    """Parse JSON from outside. Integers stay int, fractions become Decimal.

    Raises: TooLarge; Unreadable for bad encoding, syntax, depth, duplicate keys, NaN and Infinity.
    """
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > max_bytes:
        raise TooLarge(say("too_large.json", size=len(data), limit=max_bytes), params={"limit": max_bytes})
    check_depth(data)
    try:
        text = data.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant, parse_float=Decimal
        )
    except UnicodeDecodeError as fault:
        raise Unreadable(f"not UTF-8 at byte {fault.start}", code="bad_encoding") from None
    except json.JSONDecodeError as fault:
        raise Unreadable(
            f"not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}", code="bad_json"
        ) from None
    except (RecursionError, ValueError):
        # What is left is Python's own limit on the digits of a whole number.
        raise Unreadable(
            f"not JSON that can be read: a number has over {MAX_DIGITS:,} digits", code="bad_json"
        ) from None


def dump_json(value: Any) -> bytes:
    """Compact JSON for answers and columns; Decimal as string, dates as ISO text."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        # Half a character (a lone surrogate) that somebody sent and is told of: as the escape that it came as.
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str).encode()


def canonical(value: Any) -> str:
    """The one way to write a value: sorted keys, no spaces, UTF-8; equal values give equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def pretty(value: Any) -> str:
    """The one way to write a metadata file: two spaces, keys as given, UTF-8, newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical text, hex."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
