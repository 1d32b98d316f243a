"""Lengths of time."""

import re
from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.integer import Integer
from loomwork.field_types.numbers import bound_faults, rounder
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import half_width

LIMIT = 100 * 366 * 86_400
"""About a hundred years, in seconds."""

_WORDED = {"en": (" d", " h", " min", " s"), "zh-CN": (" 天", " 小时", " 分", " 秒")}
MINUS = "\u2212"
_CLOCK = re.compile(r"(-?)([0-9]{1,7}):([0-5][0-9])(?::([0-5][0-9]))?")
_WORDS = re.compile(
    r"(-?)(?:([0-9]{1,6})\s*+(?:d|天))?\s*+(?:([0-9]{1,7})\s*+(?:h|小时))?\s*+"
    r"(?:([0-9]{1,8})\s*+(?:m|min|分|分钟))?\s*+(?:([0-9]{1,10})\s*+(?:s|秒))?"
)
"""Blanks are taken once and never given back: four runs of them side by side would try every way to share them out."""


class Duration(FieldType):
    """A length of time in whole seconds. In files it is written `1:30` (hours and minutes), `1:30:05` or `1h 30m`."""

    name = "duration"
    label = both("Duration", "时长")
    help = both("A length of time in seconds.", "以秒计的时长。")
    group = "time"
    icon = "hourglass"
    operators = operators.ORDER
    widget = "duration"
    align = "end"
    samples = (
        Sample(5_400),
        Sample(0),
        Sample(LIMIT),
        Sample(-1, props={"min": -60}),
        Sample(-1, code="too_small"),
        Sample(LIMIT + 1, code="too_large"),
        Sample(1.5, code="not_integer"),
        Sample("1:30", code="not_integer"),
        Sample("一小时", code="not_integer"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "min": schemas.whole("Shortest length that is taken, in seconds.", -LIMIT, LIMIT, default=0),
                "max": schemas.whole("Longest length that is taken, in seconds.", -LIMIT, LIMIT),
            }
        )

    def faults(self, props: Props) -> list[str]:
        return bound_faults(_bounds(props))

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.INTEGER),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("duration")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return Integer().reader(_bounds(props))

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        read, settle = self.reader(props), rounder(0)
        return lambda value: read(int(settle(value)))

    def from_file(self, text: str, props: Props) -> Any:
        """A bare number is seconds, the wire form."""
        plain = half_width(text.strip()).lower()
        clock = _CLOCK.fullmatch(plain)
        if clock:
            seconds = int(clock[2]) * 3_600 + int(clock[3]) * 60 + int(clock[4] or 0)
            return -seconds if clock[1] else seconds
        words = _WORDS.fullmatch(plain)
        if words and any(words.groups()[1:]):
            days, hours, minutes, rest = (int(part or 0) for part in words.groups()[1:])
            seconds = days * 86_400 + hours * 3_600 + minutes * 60 + rest
            return -seconds if words[1] else seconds
        if plain.removeprefix("-").isascii() and plain.removeprefix("-").isdigit() and len(plain) < 20:
            return int(plain)
        raise refuse("not_duration", value=short(text))

    def to_file(self, wire: Any, props: Props) -> str:
        if wire is None:
            return ""
        minutes, seconds = divmod(abs(wire), 60)
        hours, minutes = divmod(minutes, 60)
        text = f"{'-' if wire < 0 else ''}{hours}:{minutes:02}"
        return f"{text}:{seconds:02}" if seconds else text

    def display(self, wire: Any, props: Props, language: str) -> str:
        """In words, seconds only below an hour: `2 h 5 min`, `2 小时 5 分`."""
        if wire is None:
            return ""
        minutes, seconds = divmod(abs(int(wire)), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = (days, hours, minutes, 0 if days or hours else seconds)
        words = zip(parts, _WORDED.get(language, _WORDED["en"]), strict=True)
        text = " ".join(f"{part}{unit}" for part, unit in words if part)
        return f"{MINUS if int(wire) < 0 and text else ''}{text or '0' + _WORDED.get(language, _WORDED['en'])[2]}"

    def schema_in(self, props: Props) -> dict[str, Any]:
        return Integer().schema_in(_bounds(props))


def _bounds(props: Props) -> dict[str, Any]:
    return {"min": props.get("min", 0), "max": props.get("max", LIMIT)}
