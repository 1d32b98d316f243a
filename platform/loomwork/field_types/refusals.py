"""How a type says no: one place where codes become sentences, read from `metadata/messages/<language>/fields.json`."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from loomwork.core.errors import Refused
from loomwork.core.i18n import text

_SHOWN = 40
_ALL = 12
"""How many known names a message lists; of more it offers those that are near."""
_WORDS = {True: "true", False: "false", None: "null"}
"""As they are written in JSON."""


def refuse(code: str, *, at: str = "", **params: Any) -> Refused:
    """The fault for a value that is not taken, with the English sentence of `field.<code>`; the caller raises it."""
    return Refused(code, text(f"field.{code}", "en", params), at=at, **params)


def short(value: object) -> str:
    """A value as it may stand in a message: at most 40 characters, printable, never the inside of a list."""
    if isinstance(value, (list, dict)):
        return "{…}" if isinstance(value, dict) else "[…]"
    try:
        shown = _WORDS[value] if value is None or isinstance(value, bool) else str(value)
    except ValueError:  # Python writes out no integer of more than 4,300 digits.
        return "…"
    clean = "".join(c if c.isprintable() else "�" for c in shown[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


def near(value: str, known: Iterable[str]) -> str:
    """What a message offers instead of an unknown name: all of a few; of many the near ones, else the first and that there are more."""
    names = sorted(known) if isinstance(known, frozenset) else list(known)
    if len(names) <= _ALL:
        return ", ".join(names)
    close = get_close_matches(value, names, n=3, cutoff=0.6)
    return ", ".join(close) if close else ", ".join([*names[:_ALL], "…"])
