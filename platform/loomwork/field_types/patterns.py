"""Regular expressions written by authors of metadata: RE2 only, whose time is linear in the text."""

from collections.abc import Callable

MAX_LENGTH = 500
_MAX_MEMORY = 1_000_000


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a whole text matches.

    Raises: ValueError in words of its own for a pattern that RE2 does not take.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as fault:
        reason = fault.args[0] if fault.args else ""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"the pattern is not one that RE2 takes: {shown}") from None
    return lambda text: compiled.fullmatch(text) is not None


def pattern_faults(pattern: str | None) -> list[str]:
    """What is wrong with a pattern; empty when there is none or it compiles."""
    if not pattern:
        return []
    try:
        compile_pattern(pattern)
    except ValueError as fault:
        return [str(fault)]
    return []
