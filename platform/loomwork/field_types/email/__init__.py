"""E-mail addresses."""

import re
from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.core.text import sort_key
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.masks import mask_email
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import sort_column

MAX_LENGTH = 254
"""RFC 5321: a path of 256 with its brackets."""

_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(?:\.[A-Za-z0-9_+-]{1,30})?@(?:[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,20})?\.){1,3}"
    r"(?:com|net|org|cn|io|co|de|fr|uk|jp|hk|tw|eu|info|ai|app|dev|us|ca|it|es|nl|ch|se|au|br|kr|sg|example)"
)
"""Addresses that need no closer look: the library takes them as they are (a test compares), at fifty times the cost."""


class Email(FieldType):
    """One address in its normal form: domain in small letters, Unicode composed. Nothing is sent or looked up.

    Domains under `.test`, which are nobody's, are taken, so that examples and trials need no real ones.
    """

    name = "email"
    label = both("E-mail", "邮箱")
    help = both("An e-mail address, checked for its form.", "邮箱地址，检查格式。")
    group = "text"
    icon = "mail"
    operators = operators.TEXT
    sort_suffix = "sort"
    search_suffixes = ("",)
    widget = "email"
    samples = (
        Sample("zoe@example.com"),
        Sample("Zoe.Long+tag@EXAMPLE.com", "Zoe.Long+tag@example.com"),
        Sample("张三@例子.中国"),
        Sample("a" * 64 + "@" + "b" * 60 + ".com"),
        Sample("zoe", code="not_email"),
        Sample("zoe@localhost", code="not_email"),
        Sample("张三@", code="not_email"),
        Sample("a" * 65 + "@example.com", code="not_email"),
        Sample("a" * 300 + "@example.com", code="too_long"),
        Sample(1, code="not_text"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return ColumnSpec(Kind.TEXT, length=MAX_LENGTH), sort_column()

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def from_file(self, text: str, props: Props) -> Any:
        return text.strip().removeprefix("mailto:")

    def mask(self, wire: Any, props: Props) -> Any:
        return None if wire is None else mask_email(wire)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {
            "type": "string",
            "format": "idn-email",
            "maxLength": MAX_LENGTH,
            "pattern": r"^[^\s@]+@[^\s@]+\.[^\s@]+$",
        }


def _read(value: Any) -> Cells:
    if not isinstance(value, str):
        raise refuse("not_text", value=short(value))
    if _PLAIN.fullmatch(value):
        local, _, domain = value.rpartition("@")
        address = f"{local}@{domain.lower()}"
        return address, sort_key(address)
    # Imported on first use: it costs 60 ms and many processes never read an odd address.
    from email_validator import EmailNotValidError, validate_email

    if len(value) > MAX_LENGTH:
        raise refuse("too_long", limit=MAX_LENGTH, length=len(value))
    try:
        address = validate_email(value, check_deliverability=False, strict=True, test_environment=True).normalized
    except (EmailNotValidError, UnicodeError):
        raise refuse("not_email", value=short(value)) from None
    return address, sort_key(address)
