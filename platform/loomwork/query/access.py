"""What the compiler asks of the rights. `permissions` answers; nothing here decides.

A cell is visible if one grant gives both its row and its field, so rights are kept as row rules and, per field, the
numbers of the rules that open it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from loomwork.expressions.ir import Node


@dataclass(frozen=True, slots=True, eq=False)
class RowRule:
    """Which rows a grant gives.

    Shapes: `kind` is all, own, team, unit, unit_and_below or formula; `formula` is a condition on the record;
    `state_field` and `states` narrow it to values of the entity's state.
    """

    kind: str
    formula: Node | None = None
    state_field: str = ""
    states: tuple[str, ...] = ()
    label: str = ""

    @property
    def is_all(self) -> bool:
        """Whether it gives every row without asking."""
        return self.kind == "all" and not self.states


@dataclass(frozen=True, slots=True)
class CellAccess:
    """Which row rules (by number) open a field plainly, and which only masked."""

    plain: frozenset[int] = frozenset()
    masked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class EntityAccess:
    """The reader's rights on one entity for one action.

    Shapes: `rules` is empty when nothing is open; `cells` holds every field; `rule_all` is the number of a rule that
    gives all rows, or -1.
    """

    rules: tuple[RowRule, ...]
    cells: Mapping[str, CellAccess]

    @property
    def is_open(self) -> bool:
        """Whether every row is visible without asking."""
        return any(rule.is_all for rule in self.rules)

    def is_plain(self, field: str) -> bool:
        """Whether the field is plainly visible on every visible row, so that no CASE is needed."""
        cell = self.cells.get(field)
        if cell is None:
            return False
        return len(cell.plain) == len(self.rules) or any(self.rules[n].is_all for n in cell.plain)

    def is_closed(self, field: str) -> bool:
        """Whether the field is visible on no row, not even masked."""
        cell = self.cells.get(field)
        return cell is None or not (cell.plain or cell.masked)

    def is_only_masked(self, field: str) -> bool:
        """Whether the field is never seen plainly."""
        cell = self.cells.get(field)
        return cell is not None and not cell.plain and bool(cell.masked)


class Access(Protocol):
    """The rights of one reader. `key` is equal for readers with equal rights, so that plans can be shared."""

    @property
    def key(self) -> str:
        """Identity of the set of rights (not of the person)."""

    @property
    def has_shares(self) -> bool:
        """Whether single records may be shared with the reader."""

    @property
    def knows_colleagues(self) -> bool:
        """Whether the ids of the reader's colleagues are bound (`a_owners_…`), so that no statement looks them up."""

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """Rights on an entity for an action."""
