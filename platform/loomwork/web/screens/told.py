"""What a timeline shows: events by day, with changes of fields and of the rows of child tables; and the files of a record."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed: old → new, as shown."""

    label: str
    old: Markup
    new: Markup


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of a child table: what became of it in words, and its values; of a row that came or went each has one side."""

    kind: str
    words: str
    changes: tuple[Change, ...]

    @property
    def has_sides(self) -> bool:
        """Whether there is an old and a new side to show."""
        return self.kind == "updated"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of a record: what it is, who brought it and when."""

    id: str
    name: str
    url: str
    icon: str
    colour: str
    kind: str
    size: str
    person: str
    when: str
    full_when: str


@dataclass(frozen=True, slots=True)
class FilePanel:
    """The files of a record, newest first; `more_url` gives them all, or the next ones."""

    lines: tuple[FileLine, ...]
    count: str
    may_change: bool
    more_url: str = ""
    spec: dict[str, Any] = field(default_factory=dict)
    """For the browser, of those who may change the record: the largest size, and endings that are refused."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline; `kind` is note, a verb of the history, or `moment:<relation>`."""

    kind: str
    icon: str
    colour: str
    person: str
    verb: str
    time: str
    full_time: str
    text: str = ""
    changes: tuple[Change, ...] = ()
    rows: tuple[RowChange, ...] = ()
    title: str = ""
    url: str = ""
    facts: tuple[Markup, ...] = ()
    """What stands over the text: how a call ended, how long it took."""
    narrowed: str = ""
    """Keys of the buttons that show it, with spaces between; empty where its kind is the only one."""
    file: FileLine | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day, newest first."""

    label: str
    events: tuple[Event, ...]
