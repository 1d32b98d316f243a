"""Yes or no."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import half_width

_YES = frozenset({"true", "yes", "y", "1", "x", "on", "是", "对", "有", "√", "✓"})
_NO = frozenset({"false", "no", "n", "0", "off", "否", "不是", "错", "无", "×", "✗"})
_SHOWN = {"en": ("No", "Yes"), "zh-CN": ("否", "是")}


class Boolean(FieldType):
    """True or false; empty means that nobody has said."""

    name = "boolean"
    label = both("Yes or no", "是/否")
    help = both("A switch with two states.", "两种状态的开关。")
    group = "choice"
    icon = "toggle-left"
    operators = ("eq", "ne", *operators.EMPTY)
    may_be_unique = False
    widget = "switch"
    samples = (
        Sample(True),
        Sample(False),
        Sample(True, True),
        Sample("是", code="not_boolean"),
        Sample("true", code="not_boolean"),
        Sample(1, code="not_boolean"),
        Sample(10**30, code="not_boolean"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.BOOLEAN),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("boolean")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def display(self, wire: Any, props: Props, language: str) -> str:
        return "" if wire is None else _SHOWN.get(language, _SHOWN["en"])[bool(wire)]

    def from_file(self, text: str, props: Props) -> Any:
        word = half_width(text.strip()).casefold()
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise refuse("not_boolean", value=short(text))

    def to_file(self, wire: Any, props: Props) -> str:
        return "" if wire is None else str(wire).lower()

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "boolean"}


def _read(value: Any) -> Cells:
    if value is True or value is False:
        return (value,)
    raise refuse("not_boolean", value=short(value))
