"""The `pattern` keyword on RE2: time linear in the text, whatever the pattern."""

import re
from collections.abc import Callable
from functools import lru_cache

from loomwork.catalog.schemas.words import PLAIN_TEXT_PATTERN

_KNOWN_LENGTH = 64
_KNOWN_COUNT = 4_000
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@lru_cache(maxsize=2_000)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether a pattern (ECMA-262 as far as RE2 has it) is found in a text.

    Raises: ValueError when RE2 does not take the pattern.
    """
    import re2

    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    try:
        found = re2.compile(_UNICODE_ESCAPE.sub(r"\\x{\1}", pattern), options)
    except re2.error as fault:
        raise ValueError(f"not a pattern that can be used: {pattern!r}: {fault}") from None
    return _remembering(found.search, pattern == PLAIN_TEXT_PATTERN)


def _remembering(search: Callable[[str], object], is_plain_text: bool) -> Callable[[str], bool]:
    """The search, which remembers short texts that match: names, ranks and languages come back again and again."""
    known: set[str] = set()

    def matches(text: str) -> bool:
        # Printable text holds neither control characters nor direction marks; only the rest is searched.
        if text in known or (is_plain_text and text.isprintable()):
            return True
        if search(text) is None:
            return False
        if len(text) <= _KNOWN_LENGTH and len(known) < _KNOWN_COUNT:
            known.add(text)
        return True

    return matches
