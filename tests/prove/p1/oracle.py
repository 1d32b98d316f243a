"""Who may see what, said once more in the simplest way, without a line of the product.

The proof is only as good as this page: it holds the rules of the permission chapter over plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.prove.p1.model import GrantModel, Model
from tests.prove.p1.people import People

PLAIN, MASKED, HIDDEN = "plain", "masked", "hidden"


@dataclass(frozen=True)
class Record:
    """The state of a record: `values` by field; links hold the key of their target."""

    key: str
    entity: str
    owner: str
    creator: str
    values: Mapping[str, Any]


class Oracle:
    """Answers for one user."""

    def __init__(self, model: Model, people: People, user: str, shared: Mapping[str, frozenset[str]]) -> None:
        self.people = people
        self.person = people.persons[user]
        self.shared = shared
        """Record key → users with whom it is shared for reading."""
        self.grants: dict[str, list[GrantModel]] = {}
        for role in self.person.roles:
            for grant in model.roles[role]:
                if "read" in grant.actions:
                    self.grants.setdefault(grant.entity, []).append(grant)

    def open_grants(self, record: Record) -> list[GrantModel]:
        """The grants that give the row."""
        return [grant for grant in self.grants.get(record.entity, []) if self._gives(grant, record)]

    def sees_row(self, record: Record) -> bool:
        """Whether the record exists for the user."""
        return bool(self.open_grants(record))

    def cell(self, record: Record, name: str) -> str:
        """PLAIN, MASKED or HIDDEN."""
        best = HIDDEN
        for grant in self.open_grants(record):
            if name in grant.read:
                if name not in grant.mask:
                    return PLAIN
                best = MASKED
        return best

    def _gives(self, grant: GrantModel, record: Record) -> bool:
        # A share opens the row of a grant, not the states that the grant leaves out.
        is_in_state = not grant.states or record.values.get("state") in grant.states
        return is_in_state and (self._is_shared(record) or self._row(grant.rows, record))

    def _is_shared(self, record: Record) -> bool:
        return self.person.key in self.shared.get(record.key, frozenset())

    def _row(self, rows: Any, record: Record) -> bool:
        me = self.person
        owner_unit = self.people.persons[record.owner].unit
        if rows == "all":
            return True
        if rows == "own":
            return record.owner == me.key
        if rows == "unit":
            return record.owner == me.key or owner_unit == me.unit
        if rows == "unit_and_below":
            return record.owner == me.key or self.people.is_below(owner_unit, me.unit)
        _, name, operator, value = rows
        if name == "mine":
            return me.key in (record.owner, record.creator)
        held = record.values.get(name)
        if operator == "<":
            return held is not None and held < value
        return bool(held == value)
