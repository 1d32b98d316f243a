"""Times of day."""

import re
from collections.abc import Callable
from datetime import time
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import half_width

PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_matches = re.compile(PATTERN.removeprefix("^").removesuffix("$")).fullmatch
_LOOSE = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


class Time(FieldType):
    """A time of day without a date and without a zone, to the second."""

    name = "time"
    label = both("Time", "时间")
    help = both("A time of day.", "一天中的时间。")
    group = "time"
    icon = "clock-hour-4"
    operators = operators.ORDER
    widget = "time"
    samples = (
        Sample("08:30", "08:30:00"),
        Sample("00:00:00"),
        Sample("23:59:59"),
        Sample("24:00", code="not_time"),
        Sample("8:30", code="not_time"),
        Sample("08:30:00.5", code="not_time"),
        Sample("上午八点", code="not_time"),
        Sample(830, code="not_time"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TIME),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("time")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: cells[0].isoformat()

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        return lambda value: (value.replace(microsecond=0, tzinfo=None),)

    def display(self, wire: Any, props: Props, language: str) -> str:
        return wire.removesuffix(":00") if wire and wire.count(":") == 2 else str(wire or "")

    def from_file(self, text: str, props: Props) -> Any:
        plain = half_width(text.strip())
        found = _LOOSE.fullmatch(plain)
        return f"{int(found[1]):02}:{found[2]}:{found[3] or '00'}" if found else plain

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "pattern": PATTERN}


def _read(value: Any) -> Cells:
    if isinstance(value, str) and _matches(value):
        return (time.fromisoformat(value),)
    raise refuse("not_time", value=short(value))
