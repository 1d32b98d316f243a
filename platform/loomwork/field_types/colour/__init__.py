"""Colours."""

import re
from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.colours import PALETTE
from loomwork.field_types.refusals import refuse, short

_HEX = "#[0-9A-Fa-f]{6}"
_is_hex = re.compile(_HEX).fullmatch
_NAMES = frozenset(PALETTE)


class Colour(FieldType):
    """A name of the palette, which follows the theme, or a fixed `#RRGGBB` (kept in capitals)."""

    name = "colour"
    label = both("Colour", "颜色")
    help = both("A colour of the palette, or #RRGGBB.", "调色板中的颜色或 #RRGGBB。")
    group = "other"
    icon = "palette"
    operators = operators.EQUAL
    may_be_unique = False
    widget = "colour"
    samples = (
        Sample("indigo"),
        Sample("#3047AE"),
        Sample("#ffffff", "#FFFFFF"),
        Sample("red", code="unknown_colour"),
        Sample("#12345", code="unknown_colour"),
        Sample("红色", code="unknown_colour"),
        Sample("#" + "0" * 100_000, code="unknown_colour"),
        Sample(0, code="not_text"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=20),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def from_file(self, text: str, props: Props) -> Any:
        return text.strip().lower()

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(PALETTE)}, {"type": "string", "pattern": f"^{_HEX}$"}]}


def _read(value: Any) -> Cells:
    if not isinstance(value, str):
        raise refuse("not_text", value=short(value))
    if value in _NAMES:
        return (value,)
    if _is_hex(value):
        return (value.upper(),)
    raise refuse("unknown_colour", value=short(value), known=", ".join(PALETTE))
