"""Any JSON value, for data that other programs understand."""

from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import canonical, read_json
from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import lines_reader

MAX_BYTES = 100_000
MAX_DEPTH = 16
_LARGEST = 10**18
_read_text = lines_reader(MAX_BYTES)


class Json(FieldType):
    """A JSON value of at most 100 kB and 16 levels. Numbers with a fraction are kept as JSON numbers, not as decimals."""

    name = "json"
    label = both("JSON", "JSON 数据")
    help = both("Structured data for other programs.", "供其他程序使用的结构化数据。")
    group = "other"
    icon = "braces"
    operators = operators.EMPTY
    sort_suffix = None
    may_be_unique = False
    widget = "json"
    samples = (
        Sample({"颜色": ["红", None, True, 1.5, {}]}),
        Sample([]),
        Sample([0, 1e300, 5e-324, 0.1]),
        Sample("x" * 99_998),
        Sample("x" * 99_999, code="too_big"),
        Sample([[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]], code="too_deep"),
        Sample({"k": "nul\x00"}, code="bad_characters"),
        Sample({"\ud800": 1}, code="bad_characters"),
        Sample(10**400, code="not_number"),
        Sample([Decimal("1E+999")], code="not_number"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.JSON),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("json")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        # A database gives fractions back as exact numbers, and 1e300 as a whole one; the wire would write text.
        return lambda cells: _with_floats(cells[0])

    def display(self, wire: Any, props: Props, language: str) -> str:
        return "" if wire is None else short(canonical(wire))

    def from_file(self, text: str, props: Props) -> Any:
        try:
            return read_json(text)
        except PlatformError:
            raise refuse("not_json", value=short(text)) from None

    def to_file(self, wire: Any, props: Props) -> str:
        return "" if wire is None else canonical(wire)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {}


def _read(value: Any) -> Cells:
    plain = _plain(value, MAX_DEPTH)
    size = len(canonical(plain).encode())
    if size > MAX_BYTES:
        raise refuse("too_big", limit=MAX_BYTES, size=size)
    return (plain,)


def _with_floats(value: Any) -> Any:
    if isinstance(value, Decimal) or (isinstance(value, int) and abs(value) >= _LARGEST):
        return float(value)
    if isinstance(value, list):
        return [_with_floats(item) for item in value]
    return {key: _with_floats(item) for key, item in value.items()} if isinstance(value, dict) else value


def _plain(value: Any, levels: int) -> Any:
    """The value in plain JSON types, every text checked."""
    if isinstance(value, str):
        return _read_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if levels == 0:
        raise refuse("too_deep", limit=MAX_DEPTH)
    if isinstance(value, list):
        return [_plain(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {_read_text(key): _plain(item, levels - 1) for key, item in value.items()}
    raise refuse("not_json", value=short(value))


def _number(value: float | Decimal) -> int | float:
    if isinstance(value, int):
        if abs(value) < _LARGEST:
            return value
    elif isinstance(value, float) or value.is_finite():
        number = float(value)
        if isfinite(number):
            return number
    raise refuse("not_number", value=short(value))
