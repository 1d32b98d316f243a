"""Points in time: taken with any zone, kept and given in UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.date.formats import in_zone
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import half_width

PATTERN = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_matches = re.compile(PATTERN.removeprefix("^").removesuffix("$")).fullmatch
_LOCAL = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?"
)


class Instant(FieldType):
    """A point in time to the microsecond (RFC 3339). A text without a zone is refused: it names no instant."""

    name = "instant"
    label = both("Date and time", "日期时间")
    help = both("A point in time, shown in the reader's time zone.", "一个时刻，按读者所在时区显示。")
    group = "time"
    icon = "clock"
    operators = (*operators.ORDER, *operators.PERIODS)
    widget = "instant"
    samples = (
        Sample("2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00Z"),
        Sample("2026-11-22T00:00:00.000001Z"),
        Sample("0001-01-01T00:00:00Z"),
        Sample("9999-12-31T23:59:59.999999Z"),
        Sample("2026-11-22T08:00:00", code="not_instant"),
        Sample("2026-11-22T24:00:00Z", code="not_instant"),
        Sample("2026-02-30T00:00:00Z", code="not_instant"),
        Sample("9999-12-31T23:59:59-01:00", code="not_instant"),
        Sample("2026-11-22T08:00:00.1234567Z", code="not_instant"),
        Sample("明天八点", code="not_instant"),
        Sample(0, code="not_instant"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.INSTANT),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("instant")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return _show

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        return lambda value: (value.astimezone(UTC),)

    def from_file(self, text: str, props: Props) -> Any:
        """Local times are read on the clock of the import's zone (`_zone`); without one they are refused."""
        plain = half_width(text.strip())
        found = _LOCAL.fullmatch(plain)
        if found is None or "_zone" not in props:
            return plain.replace(" ", "T", 1)
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
        except ValueError:
            raise refuse("not_instant", value=short(text)) from None
        return in_zone(local, props["_zone"], text)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": PATTERN}


def _read(value: Any) -> Cells:
    if isinstance(value, str) and _matches(value):
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo is UTC else moment.astimezone(UTC),)
        except (ValueError, OverflowError):
            pass
    raise refuse("not_instant", value=short(value))


def _show(cells: Cells) -> str:
    # Cells are in UTC, whose offset `isoformat` writes as the last six characters.
    return str(cells[0].isoformat())[:-6] + "Z"
