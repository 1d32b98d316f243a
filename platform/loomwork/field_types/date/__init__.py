"""Calendar dates without a time and without a zone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.date.formats import sheet_date
from loomwork.field_types.refusals import refuse, short

PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class Date(FieldType):
    """A day of the Gregorian calendar from 0001-01-01 to 9999-12-31; the same day for every reader."""

    name = "date"
    wire_is_iso = True
    label = both("Date", "日期")
    help = both("A day, the same in every time zone.", "某一天，与时区无关。")
    group = "time"
    icon = "calendar"
    operators = (*operators.ORDER, *operators.PERIODS)
    widget = "date"
    samples = (
        Sample("2026-02-28"),
        Sample("0001-01-01"),
        Sample("9999-12-31"),
        Sample("2026-02-29", code="not_date"),
        Sample("2026-2-1", code="not_date"),
        Sample("2026年2月1日", code="not_date"),
        Sample(20260201, code="not_date"),
        Sample("2025-12-31", code="too_early", props={"min": "2026-01-01"}),
        Sample("2026-01-02", code="too_late", props={"max": "2026-01-01"}),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "min": schemas.string("Earliest day that is taken.", pattern=PATTERN),
                "max": schemas.string("Latest day that is taken.", pattern=PATTERN),
            }
        )

    def faults(self, props: Props) -> list[str]:
        named = [key for key in ("min", "max") if key in props]
        found = [f"{key} {props[key]} is not a day of the calendar" for key in named if _parse(props[key]) is None]
        if "min" in props and "max" in props and props["min"] > props["max"]:
            found.append(f"min {props['min']} is after max {props['max']}")
        return found

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.DATE),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("date")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        first, last = _parse(props.get("min", "0001-01-01")), _parse(props.get("max", "9999-12-31"))
        low, high = first or date.min, last or date.max

        def read(value: Any) -> Cells:
            day = _parse(value)
            if day is None:
                raise refuse("not_date", value=short(value))
            if day < low:
                raise refuse("too_early", limit=low.isoformat())
            if day > high:
                raise refuse("too_late", limit=high.isoformat())
            return (day,)

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: cells[0].isoformat()

    def from_file(self, text: str, props: Props) -> Any:
        return sheet_date(text)

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": PATTERN}


def _parse(value: Any) -> date | None:
    # The position of the hyphens rules out the other forms that `fromisoformat` takes.
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
