"""Bar codes and QR codes."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.code.symbologies import SYMBOLOGIES

DEFAULT = "qr"


class Code(FieldType):
    """The text of a code. Each symbology says which characters it can carry; EAN codes bring a check digit."""

    name = "code"
    label = both("Bar or QR code", "条码/二维码")
    help = both("Text shown and scanned as a code.", "以条码或二维码显示和扫描的文本。")
    group = "other"
    icon = "qrcode"
    operators = operators.TEXT
    search_suffixes = ("",)
    widget = "code"
    samples = (
        Sample("https://example.com/资产/12"),
        Sample("AB-12 z", props={"symbology": "code128"}),
        Sample("6901234567892", props={"symbology": "ean13"}),
        Sample("96385074", props={"symbology": "ean8"}),
        Sample("字" * 700),
        Sample("字" * 701, code="too_long"),
        Sample("6901234567890", code="bad_check_digit", props={"symbology": "ean13"}),
        Sample("690123456789", code="not_code", props={"symbology": "ean13"}),
        Sample("条码", code="not_code", props={"symbology": "code128"}),
        Sample("x" * 81, code="too_long", props={"symbology": "code128"}),
        Sample("a\nb", code="bad_characters"),
        Sample(6901234567892, code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        kinds = schemas.one_of("Kind of code.", tuple(SYMBOLOGIES), default=DEFAULT)
        return schemas.closed({"symbology": kinds})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=SYMBOLOGIES[props.get("symbology", DEFAULT)].length),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read = SYMBOLOGIES[props.get("symbology", DEFAULT)].reader()
        return lambda value: (read(value),)

    def from_file(self, text: str, props: Props) -> Any:
        # Sheets give long digits as numbers: 6901234567892.0
        digits = text.removesuffix(".0")
        return digits if digits.isascii() and digits.isdigit() else text

    def schema_in(self, props: Props) -> dict[str, Any]:
        return SYMBOLOGIES[props.get("symbology", DEFAULT)].schema()
