"""Web addresses."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import line_reader

MAX_LENGTH = 2_000
_BLANKS = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\\<>\""
_PORT = "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))"
PATTERN = (
    rf"^([Hh][Tt][Tt][Pp][Ss]?://[^{_BLANKS}/?#:@\[\]]+{_PORT}?([/?#][^{_BLANKS}]*)?"
    rf"|[Mm][Aa][Ii][Ll][Tt][Oo]:[^{_BLANKS}@]+@[^{_BLANKS}@]+)$"
)
_matches = re.compile(PATTERN.removeprefix("^").removesuffix("$")).fullmatch
_BARE_HOST = re.compile(r"(?:[^\s/:@.]+\.)+[^\s/:@.]{2,}(?:[/?#]\S*)?")


class Url(FieldType):
    """An address with `http`, `https` or `mailto`; other schemes (`javascript`, `data`, `file`) are refused.

    So are addresses that hold a password before the host: they would hand it to every reader.
    """

    name = "url"
    label = both("Web address", "网址")
    help = both("A link that begins with https://, http:// or mailto:.", "以 https://、http:// 或 mailto: 开头的链接。")
    group = "text"
    icon = "world"
    operators = operators.TEXT
    search_suffixes = ("",)
    widget = "url"
    samples = (
        Sample("https://example.com/a?b=c#d"),
        Sample("http://例子.中国/路径"),
        Sample("mailto:zoe@example.com"),
        Sample("https://example.com/" + "x" * (MAX_LENGTH - 20)),
        Sample("javascript:alert(1)", code="not_url"),
        Sample("example.com", code="not_url"),
        Sample("//example.com", code="not_url"),
        Sample("https://", code="not_url"),
        Sample("https://[::1", code="not_url"),
        Sample("网址", code="not_url"),
        Sample("https://user:password@example.com", code="not_url"),
        Sample("https://example.com/" + "x" * MAX_LENGTH, code="too_long"),
        Sample(7, code="not_text"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=MAX_LENGTH),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read_line = line_reader(MAX_LENGTH)

        def read(value: Any) -> Cells:
            address = read_line(value)
            if _matches(address) is None or not _has_good_host(address):
                raise refuse("not_url", value=short(address))
            return (address,)

        return read

    def from_file(self, text: str, props: Props) -> Any:
        """Sheets often leave the scheme out: `www.example.com` is read as `https://www.example.com`."""
        plain = text.strip()
        return f"https://{plain}" if _BARE_HOST.fullmatch(plain) else plain

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "maxLength": MAX_LENGTH, "pattern": PATTERN}


def _has_good_host(address: str) -> bool:
    """Whether the host stays the same under Unicode's compatibility forms (`℀` hides a slash)."""
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True
