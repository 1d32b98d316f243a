"""What the generator makes: records, references between them, and the events by which they came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to another generated record: its set and its key in the set."""

    set: str
    key: str


@dataclass(slots=True)
class Made:
    """One generated record.

    Shapes: `fields` by field name, wire values with `Ref` in place of ids; names that begin with `_` are notes of the
    generator and are never written. `at` is the aware instant of creation; `by` is who created it, when known.
    """

    ref: Ref
    entity: str
    fields: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    by: Ref | None = None
    target: Ref | None = None
    """For a record that only changes another one: that one."""
    later: set[str] = field(default_factory=set)
    """Fields that another record of the description writes afterwards."""

    def written(self) -> dict[str, Any]:
        """The fields that go into the database, child rows without their notes, too."""
        return {name: value for name, value in _without_notes(self.fields).items() if name not in self.later}


@dataclass(frozen=True, slots=True)
class Event:
    """One write in the history of the demo company: `action` is `create` or `update`, `at` an aware instant."""

    at: datetime
    action: str
    ref: Ref
    entity: str
    fields: Mapping[str, Any]
    by: Ref | None


def _without_notes(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if name.startswith("_") or value is None:
            continue
        is_rows = isinstance(value, list) and value and isinstance(value[0], dict)
        kept[name] = [_without_notes(row) for row in value] if is_rows else value
    return kept
