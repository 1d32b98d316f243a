"""The company's working calendar, read once and kept: formulas ask it in Python and in the database alike."""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.env import WorkCalendar
from loomwork.expressions.sql import calendar_text
from loomwork.expressions.zones import zone_table
from loomwork.storage.database import Work
from loomwork.storage.tables import EntityTable, Tables

CALENDAR = "system.calendar"
HOLIDAY = "system.holiday"
KEPT_S = 30.0
"""How long a process goes on with a calendar that another process may have changed."""

_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


class CompanyCalendar:
    """The default calendar among the records of the system app; Saturday and Sunday off where there is none."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._known = CALENDAR in tables.entities and HOLIDAY in tables.entities
        self._calendar = WorkCalendar()
        self._text = calendar_text(self._calendar)
        self._until = 0.0 if self._known else float("inf")

    def text(self, work: Work) -> str:
        """The calendar as statements bind it."""
        if time.monotonic() >= self._until:
            self._read(work)
        return self._text

    def get(self, work: Work) -> WorkCalendar:
        """The calendar as formulas in Python see it."""
        if time.monotonic() >= self._until:
            self._read(work)
        return self._calendar

    def forget(self) -> None:
        """Read it anew at the next use: a calendar or a holiday was changed."""
        if self._known:
            self._until = 0.0

    def _read(self, work: Work) -> None:
        self._calendar = self._found(work)
        self._text = calendar_text(self._calendar)
        self._until = time.monotonic() + KEPT_S

    def _found(self, work: Work) -> WorkCalendar:
        held = self._tables.entities[CALENDAR]
        chosen = _alive(held, "id", "working_days").where(held.column("is_default") == _true(work))
        rows = work.fetch(chosen.order_by(held.column("created_at"), held.column("id")).limit(1))
        if not rows:
            return WorkCalendar()
        worked = set(_decoded(held, "working_days", rows[0][1]) or ())
        free = self._tables.entities[HOLIDAY]
        days = work.fetch(
            _alive(free, "day", "is_working_day").where(
                free.column("calendar") == rows[0][0], free.column("day").is_not(None)
            )
        )
        found = [(_decoded(free, "day", day), bool(is_working)) for day, is_working in days]
        return WorkCalendar(
            frozenset(number for name, number in _DAYS.items() if name not in worked),
            frozenset(day for day, is_working in found if not is_working),
            frozenset(day for day, is_working in found if is_working),
        )


def _alive(held: EntityTable, *fields: str) -> Any:
    return sa.select(*(held.column(name) for name in fields)).where(held.column("deleted_at").is_(None))


def _true(work: Work) -> Any:
    return sa.literal(1, sa.Integer()) if work.dialect == "sqlite" else sa.true()


def _decoded(held: EntityTable, field: str, value: Any) -> Any:
    decode = held.fields[field].decoders[0]
    return decode(value) if decode is not None and value is not None else value


@lru_cache(maxsize=256)
def zone_binds(zone: str) -> Mapping[str, Any]:
    """The offsets of a zone, as statements on PostgreSQL bind them."""
    table = zone_table(zone)
    return {
        "c_zone_starts": list(table.starts),
        "c_zone_local_starts": list(table.local_starts),
        "c_zone_offsets": list(table.offsets),
    }
