"""What all text has in common: which characters are taken, lengths, and the stored sort key.

Text is kept exactly as it was written: no trimming, no normal form, no change of case. Refused are only characters
that cannot be stored or shown safely: NUL and lone surrogates everywhere, other control characters in single lines.
"""

import re
from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.core.text import SORT_KEY_LENGTH
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.schemas import Schema

SINGLE_LINE = r"^[^\u0000-\u001f\u007f]*$"
"""JSON Schema pattern of a single line."""
MANY_LINES = r"^[^\u0000]*$"
"""JSON Schema pattern of text with line breaks."""

_bad_in_line = re.compile("[\x00-\x1f\x7f\ud800-\udfff]").search
_bad_in_lines = re.compile("[\x00\ud800-\udfff]").search


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as plain ones, nothing else: NFKC would make `10²` a hundred and two."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def line_reader(max_length: int, min_length: int = 0, *, at: str = "") -> Callable[[Any], str]:
    """A function JSON → single-line text within these lengths (characters).

    Raises (the function): Refused `not_text`, `too_long`, `too_short`, `bad_characters`.
    """
    return _reader(max_length, min_length, _bad_in_line, at)


def lines_reader(max_length: int, min_length: int = 0, *, at: str = "") -> Callable[[Any], str]:
    """The same for text with line breaks."""
    return _reader(max_length, min_length, _bad_in_lines, at)


def _reader(max_length: int, min_length: int, bad: Callable[[str], Any], at: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise refuse("not_text", at=at, value=short(value))
        if len(value) > max_length:
            raise refuse("too_long", at=at, limit=max_length, length=len(value))
        if len(value) < min_length:
            raise refuse("too_short", at=at, limit=min_length, length=len(value))
        # `isprintable` is quick and true for nearly all text; only the rest is searched.
        if not value.isprintable():
            found = bad(value)
            if found:
                raise refuse("bad_characters", at=at, code_point=f"U+{ord(found[0]):04X}", position=found.start() + 1)
        return value

    return read


def line_schema(max_length: int, min_length: int = 0) -> Schema:
    """JSON Schema of `line_reader`."""
    schema: Schema = {"type": "string", "maxLength": max_length, "pattern": SINGLE_LINE}
    if min_length:
        schema["minLength"] = min_length
    return schema


def sort_column() -> ColumnSpec:
    """The stored sort key beside a text column."""
    # Folding may lengthen a text (ß → ss, 张 → zhang1), so `core.text.sort_key` cuts last; the column holds its limit.
    return ColumnSpec(Kind.TEXT, "sort", length=SORT_KEY_LENGTH)
