"""Who may see what, said once more in the simplest way, without a line of the product.

The proof is only as good as this page: it holds the rules of the permission chapter over plain dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.prove.p1.book import Book, Record
from tests.prove.p1.model import GrantModel, Model
from tests.prove.p1.people import People

PLAIN, MASKED, HIDDEN = "plain", "masked", "hidden"


class Oracle:
    """Answers for one user about the records of a book."""

    def __init__(
        self, model: Model, people: People, user: str, shared: Mapping[str, frozenset[str]], book: Book
    ) -> None:
        self.model = model
        self.people = people
        self.person = people.persons[user]
        self.shared = shared
        """Record key → persons, units and teams with whom it is shared for reading."""
        self.book = book
        self.principals = {user, self.person.unit, *people.teams_of(user)}
        self.colleagues = people.colleagues(user)
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
        return any(self._gives(grant, record) for grant in self.grants.get(record.entity, []))

    def cell(self, record: Record, name: str) -> str:
        """PLAIN, MASKED or HIDDEN."""
        return cell_under(self.open_grants(record), name)

    def look(self, record: Record, *, strict: bool = False) -> Any:
        """All that the user sees of a record, None for nothing; two records that look the same must be told the same.

        `strict` adds which grants hold without a share: they say what he may do, and `explain` names them.
        """
        grants = self.open_grants(record)
        if not grants:
            return None
        seen: dict[str, Any] = {}
        for name, one in self.model.entities[record.entity].fields.items():
            manner = cell_under(grants, name)
            value = self.book.value(record, name) if manner != HIDDEN else None
            if one.others and manner == PLAIN:
                value = [key for key in value or () if self._sees_key(key)]
            seen[name] = (manner, value if manner == PLAIN else value is None)
        return seen, [id(grant) for grant in grants if self._gives_itself(grant, record)] if strict else None

    def _sees_key(self, key: str) -> bool:
        record = self.book.records.get(key)
        return record is not None and self.sees_row(record)

    def _gives(self, grant: GrantModel, record: Record) -> bool:
        # A share opens the row of a grant, not the states that the grant leaves out.
        is_in_state = not grant.states or record.values.get("state") in grant.states
        return is_in_state and (self._is_shared(record) or self._row(grant.rows, record))

    def _gives_itself(self, grant: GrantModel, record: Record) -> bool:
        return (not grant.states or record.values.get("state") in grant.states) and self._row(grant.rows, record)

    def _is_shared(self, record: Record) -> bool:
        return not self.principals.isdisjoint(self.shared.get(record.key, ()))

    def _row(self, rows: Any, record: Record) -> bool:
        if isinstance(rows, tuple):
            return self._meets(rows, record)
        owner = record.owner
        if rows == "all":
            return True
        if owner == self.person.key:
            return True
        unit = self.people.persons[owner].unit
        return {
            "own": False,
            "unit": unit == self.person.unit,
            "unit_and_below": self.people.is_below(unit, self.person.unit),
            "team": owner in self.colleagues,
        }[str(rows)]

    def _meets(self, rows: tuple[Any, ...], record: Record) -> bool:
        kind, name, operator, value = rows
        if kind == "many":
            children = self.book.children(record.key, name, operator)
            return any(c.values.get("size") is not None and c.values["size"] > value for c in children)
        if name == "mine":
            return self.person.key in (record.owner, record.creator)
        held = record.values.get(name)
        if kind == "link":
            target = self.book.records.get(str(held))
            held = target.values.get("size") if target else None
        if operator == "<":
            return held is not None and held < value
        return bool(held == value)


def cell_under(grants: list[GrantModel], name: str) -> str:
    """What the grants that hold for a row together make of one of its cells."""
    best = HIDDEN
    for grant in grants:
        if name in grant.read:
            if name not in grant.mask:
                return PLAIN
            best = MASKED
    return best
