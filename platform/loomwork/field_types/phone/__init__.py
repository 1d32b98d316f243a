"""Phone numbers of every country."""

import re
from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.masks import mask_mobile
from loomwork.field_types.refusals import refuse, short

DEFAULT_REGION = "CN"
MAX_LENGTH = 40


class Phone(FieldType):
    """A number in the international form E.164, with `;ext=` for an extension; without `+` it is one of the region.

    Source: ITU-T E.164, RFC 3966; lengths by libphonenumber. `display` writes it in groups for people.
    """

    name = "phone"
    label = both("Phone", "电话")
    help = both("A phone number, kept in international form.", "电话号码，按国际格式保存。")
    group = "text"
    icon = "phone"
    operators = operators.TEXT
    search_suffixes = ("",)
    widget = "phone"
    samples = (
        Sample("+8613800138000"),
        Sample("138 0013 8000", "+8613800138000"),
        Sample("(021) 6123-4567 转 8001", "+862161234567;ext=8001"),
        Sample("650-253-0000", "+16502530000", props={"region": "US"}),
        Sample("+442083661177"),
        Sample("12", code="not_phone"),
        Sample("电话", code="not_phone"),
        Sample("+9991234567", code="not_phone"),
        Sample("1" * 41, code="too_long"),
        Sample(13800138000, code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        text = "Country of numbers without `+`, ISO 3166."
        return schemas.closed({"region": schemas.string(text, pattern="^[A-Z]{2}$", default=DEFAULT_REGION)})

    def faults(self, props: Props) -> list[str]:
        from phonenumbers import SUPPORTED_REGIONS

        region = props.get("region", DEFAULT_REGION)
        return [] if region in SUPPORTED_REGIONS else [f"no phone numbers are known for region {region}"]

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=MAX_LENGTH),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        region = props.get("region", DEFAULT_REGION)
        return lambda value: (_normal(value, region),)

    def display(self, wire: Any, props: Props, language: str) -> str:
        if not wire:
            return ""
        if _CHINESE_MOBILE.fullmatch(wire):
            return f"{wire[:3]} {wire[3:6]} {wire[6:10]} {wire[10:]}"
        from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

        try:
            return str(format_number(parse(wire), PhoneNumberFormat.INTERNATIONAL))
        except NumberParseException:
            return str(wire)

    def typed(self, wire: Any, props: Props) -> str:
        return self.display(wire, props, "") if isinstance(wire, str) and _NORMAL.fullmatch(wire) else ""

    def from_file(self, text: str, props: Props) -> Any:
        return text.strip().removeprefix("'").removesuffix(".0")

    def mask(self, wire: Any, props: Props) -> Any:
        return None if wire is None else mask_mobile(wire)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "format": "phone", "minLength": 3, "maxLength": MAX_LENGTH}

    def schema_out(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_NORMAL.pattern}$"}


_NORMAL = re.compile(r"\+[0-9]{3,15}(;ext=[0-9]+)?")
_CHINESE_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
"""Mobile numbers in normal form already, which is how they come back from us; the library would give the same."""


def _normal(value: Any, region: str) -> str:
    if not isinstance(value, str):
        raise refuse("not_text", value=short(value))
    if _CHINESE_MOBILE.fullmatch(value):
        return value
    # Imported on first use: 23 MB, and many processes never read another number.
    import phonenumbers

    if len(value) > MAX_LENGTH:
        raise refuse("too_long", limit=MAX_LENGTH, length=len(value))
    try:
        number = phonenumbers.parse(value.replace("转", " ext. "), region)
    except phonenumbers.NumberParseException:
        raise refuse("not_phone", value=short(value)) from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise refuse("not_phone", value=short(value))
    plain = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return f"{plain};ext={number.extension}" if number.extension else plain
