"""Secrets: text that the database holds only encrypted."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.texts import MANY_LINES, lines_reader

DEFAULT_LENGTH = 255


class EncryptedText(FieldType):
    """Text that the record service seals before it is stored (`core.sealing`), bound to entity, field and record.

    It cannot be filtered, sorted, searched or unique: the database never sees it.
    """

    name = "encrypted_text"
    label = both("Encrypted text", "加密文本")
    help = both("A secret, stored encrypted.", "加密保存的机密内容。")
    group = "other"
    icon = "lock"
    operators = operators.EMPTY
    sort_suffix = None
    is_sealed = True
    may_be_unique = False
    widget = "secret"
    samples = (
        Sample("6222 0200 1234 5678"),
        Sample("密码\n第二行"),
        Sample("字" * DEFAULT_LENGTH),
        Sample("字" * (DEFAULT_LENGTH + 1), code="too_long"),
        Sample("\x00", code="bad_characters"),
        Sample(1234, code="not_text"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {"max_length": schemas.whole("Most characters that are taken.", 1, 4_000, default=DEFAULT_LENGTH)}
        )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        # The sealed text is longer than the plain one, so the column has no limit of its own.
        return (ColumnSpec(Kind.TEXT),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("none")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read = lines_reader(props.get("max_length", DEFAULT_LENGTH))
        return lambda value: (read(value),)

    def display(self, wire: Any, props: Props, language: str) -> str:
        return str(self.mask(wire, props) or "")

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "maxLength": props.get("max_length", DEFAULT_LENGTH), "pattern": MANY_LINES}
