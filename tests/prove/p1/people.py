"""Units, users and who holds which role in a random world."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

USERS, UNITS, TEAMS = 34, 9, 5


@dataclass(frozen=True)
class Person:
    """A user: `unit` is the key of his unit, `roles` are qualified names."""

    key: str
    name: str
    unit: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Everybody, the tree of units (`parents[unit]` is None at the top), and who is in which team."""

    persons: dict[str, Person]
    parents: dict[str, str | None]
    teams: dict[str, frozenset[str]] = field(default_factory=dict)

    def teams_of(self, user: str) -> set[str]:
        """The teams of a user."""
        return {team for team, members in self.teams.items() if user in members}

    def colleagues(self, user: str) -> set[str]:
        """All who share a team with a user."""
        return {one for members in self.teams.values() if user in members for one in members}

    def principals(self) -> list[str]:
        """With whom a record can be shared: persons, units, teams."""
        return [*self.persons, *self.parents, *self.teams]

    def is_below(self, unit: str | None, top: str) -> bool:
        """Whether `unit` is `top` or lies under it."""
        while unit is not None:
            if unit == top:
                return True
            unit = self.parents[unit]
        return False


def make_people(rng: random.Random, roles: list[str]) -> People:
    """34 users over 9 units in a random tree and in 5 teams; one to three roles each."""
    parents: dict[str, str | None] = {"unit0": None}
    for number in range(1, UNITS):
        parents[f"unit{number}"] = f"unit{rng.randrange(number)}"
    persons = {}
    for number in range(USERS):
        held = tuple(sorted(rng.sample(roles, rng.choices((1, 2, 3), (5, 3, 1))[0])))
        key = f"user{number:02d}"
        persons[key] = Person(key, f"Person {number:02d}", f"unit{rng.randrange(UNITS)}", held)
    teams = {f"team{n}": frozenset(rng.sample(list(persons), rng.randrange(3, 9))) for n in range(TEAMS)}
    return People(persons, parents, teams)
