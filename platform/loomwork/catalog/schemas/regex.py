"""The `pattern` keyword on RE2: time linear in the text, whatever the pattern."""

import re
from collections.abc import Callable
from functools import lru_cache

from loomwork.catalog.schemas.words import PLAIN_TEXT_PATTERN

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
    search = found.search
    if pattern == PLAIN_TEXT_PATTERN:
        # Printable text holds neither control characters nor direction marks; only the rest is searched.
        return lambda text: text.isprintable() or search(text) is not None
    return lambda text: search(text) is not None
