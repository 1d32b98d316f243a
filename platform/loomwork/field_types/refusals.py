"""How a type says no: one place where codes become sentences, read from `metadata/messages/<language>/fields.json`."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from loomwork.core.errors import Refused
from loomwork.core.i18n import text

_SHOWN = 40


def refuse(code: str, *, at: str = "", **params: Any) -> Refused:
    """The fault for a value that is not taken, with the English sentence of `field.<code>`; the caller raises it."""
    return Refused(code, text(f"field.{code}", "en", params), at=at, **params)


def short(value: object) -> str:
    """A value as it may stand in a message: at most 40 characters, printable, never the inside of a list."""
    if isinstance(value, (list, dict)):
        return "{…}" if isinstance(value, dict) else "[…]"
    try:
        shown = value if isinstance(value, str) else str(value)
    except ValueError:  # Python writes out no integer of more than 4,300 digits.
        return "…"
    clean = "".join(c if c.isprintable() else "�" for c in shown[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


def near(value: str, known: Iterable[str]) -> str:
    """What a message offers instead of an unknown name: the nearest one, else the first twelve known ones."""
    names = sorted(known) if isinstance(known, frozenset) else list(known)
    close = get_close_matches(value, names, n=1, cutoff=0.6)
    return close[0] if close else ", ".join(names[:12])
