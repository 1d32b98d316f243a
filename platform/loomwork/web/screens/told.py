"""What a timeline shows of changes: of fields, and of the rows of child tables."""

from dataclasses import dataclass

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
