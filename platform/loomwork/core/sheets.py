"""Texts in files that spreadsheets open: one that begins like a formula is kept from running, and comes back unchanged.

A spreadsheet runs a cell that begins with `= + - @`, also after blanks, control characters or quotes, and in full
width. Such a text goes out behind an apostrophe; reading takes exactly that apostrophe away again.
"""

import unicodedata

_RUNS = frozenset("=+-@|%")
_SKIPPED = frozenset("'\"\ufeff\u200b")


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run the text, whatever stands harmlessly before it."""
    if text[:1] in ("\t", "\r", "\n", "\0"):
        return True
    for mark in text:
        if mark in _SKIPPED or mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf", "Zs"):
            continue
        return unicodedata.normalize("NFKC", mark)[:1] in _RUNS
    return False


def guard_cell(text: str) -> str:
    """The text as it may stand in a file."""
    return "'" + text if begins_like_formula(text) else text


def unguard_cell(text: str) -> str:
    """The text as it was before `guard_cell`."""
    return text[1:] if text[:1] == "'" and begins_like_formula(text[1:]) else text
