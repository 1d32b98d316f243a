"""What an evaluation may look at: the row, its relations, parameters, the clock, the actor, the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class UserContext:
    """The actor as formulas see it. Shapes: ids as text; `units` holds the own unit and all below it."""

    id: str | None = None
    unit: str | None = None
    units: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked.

    Shapes: `weekend` are ISO weekdays (1 Monday … 7 Sunday); `holidays` are days off; `workdays` are days worked
    although they fall on a weekend, as China's make-up days do.
    """

    weekend: frozenset[int] = frozenset({6, 7})
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day.isoweekday() not in self.weekend


@dataclass(frozen=True, slots=True)
class RunFault:
    """Something that made a value null while computing. Codes: `overflow`, `text_too_long`, `date_range`."""

    code: str
    message: str


@dataclass(slots=True)
class Env:
    """The surroundings of one evaluation; the evaluation changes nothing in it but `faults`.

    Shapes: `values` by dotted path (`"account.owner.name"`), each a plain value of its type, None for null; a path
    that the formula needs and that is missing raises, it never counts as null. `items` by dotted path of a
    relation: rows, each a mapping from the child's dotted paths to values (a nested relation is a key of the row).
    Units: `now` is an aware instant; `zone` an IANA name.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    zone: str = "UTC"
    user: UserContext = UserContext()
    calendar: WorkCalendar = WorkCalendar()
    faults: list[RunFault] = field(default_factory=list)
    parent: "Env | None" = None

    def fault(self, code: str, message: str) -> None:
        """Record that a value became null for a reason; returns None so that callers can return it."""
        self.faults.append(RunFault(code, message))
