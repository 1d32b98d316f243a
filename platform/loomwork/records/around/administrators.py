"""Who manages people: somebody always can, and nobody gives or takes over more than he may himself, whatever the door.

What counts is who may do it for good: an assignment with an end is not relied upon while there is one without.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Catalog
from loomwork.core.clock import today_in
from loomwork.core.errors import Conflict, NotAllowed
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy
from loomwork.records.around.turns import take_turn
from loomwork.records.draft import Draft
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.tables import Tables

USER, ASSIGNMENT, UNIT = "system.user", "system.role_assignment", "system.unit"
ABILITY = "manage_users"
TURN = "administrators"
"""Whoever changes who is on, or who may manage people, takes it; whoever relies on somebody being on shares it."""
GIVES_ALL = "manage_roles"
_MATTERS: Mapping[str, frozenset[str]] = {
    USER: frozenset({"active", "unit"}),
    ASSIGNMENT: frozenset({"user", "role", "unit", "valid_from", "valid_until"}),
    UNIT: frozenset({"parent"}),
}
_NONE, _FOR_A_TIME, _FOR_GOOD = 0, 1, 2


def guard_change(program: Program, work: Work, entity: str, names: Iterable[str] | None = None) -> bool:
    """Before a record is changed (its fields `names`) or deleted: note who may manage people, one writer at a time.

    Returns: whether `check_left` has to be asked after the write.
    """
    matters = _MATTERS.get(entity)
    if matters is None or not (names is None or matters.intersection(names)):
        return False
    take_turn(work, TURN)
    if "administrators" not in work.notes:
        work.notes["administrators"] = _standing(program, work)
    return True


def check_left(program: Program, work: Work) -> None:
    """After the write: somebody is left, unless there was nobody before.

    Raises: Conflict `last_administrator`.
    """
    if _standing(program, work) < work.notes["administrators"]:
        raise Conflict("this is the last person who may manage users", code="last_administrator")


def _standing(program: Program, work: Work) -> int:
    return standing(program.tables, work, managing_roles(program.catalog), today_in(program.company_zone))


def managing_roles(catalog: Catalog) -> list[str]:
    """The roles that manage people."""
    return sorted(name for name, role in catalog.roles.items() if ABILITY in role.abilities)


def standing(tables: Tables, work: Work, roles: list[str], today: date) -> int:
    """Whether somebody may manage people by one of the roles: 0 nobody, 1 somebody for a time, 2 somebody for good."""
    best = _NONE
    for own_unit, unit, begins, ends in _assigned(tables, work, roles):
        if (begins and begins > today) or (ends and ends < today):
            continue
        if unit is not None and not _is_above(tables, work, unit, own_unit):
            continue
        if ends is None:
            return _FOR_GOOD
        best = _FOR_A_TIME
    return best


def _assigned(
    tables: Tables, work: Work, roles: list[str]
) -> Iterable[tuple[str | None, str | None, date | None, date | None]]:
    """The person's unit, the assignment's unit, its first and last day; of living people who are switched on."""
    user, given = tables.entities[USER], tables.entities[ASSIGNMENT]
    chosen = (
        sa.select(user.column("unit"), *(given.column(name) for name in ("unit", "valid_from", "valid_until")))
        .select_from(given.table.join(user.table, user.column("id") == given.column("user")))
        .where(given.column("role").in_(roles), given.column("deleted_at").is_(None))
        .where(user.column("deleted_at").is_(None), user.column("active").is_(True))
    )
    (read_from,), (read_until,) = given.fields["valid_from"].decoders, given.fields["valid_until"].decoders
    for own_unit, unit, begins, ends in work.fetch(chosen):
        yield own_unit, unit, _read(begins, read_from), _read(ends, read_until)


def _read(value: Any, decode: Any) -> date | None:
    if value is None:
        return None
    found = value if decode is None else decode(value)
    return date.fromisoformat(found) if isinstance(found, str) else found


def _is_above(tables: Tables, work: Work, unit: str, below: str | None) -> bool:
    """Whether a unit is another one or stands above it."""
    held, seen = tables.entities[UNIT], set[str]()
    while below is not None and below not in seen:
        if below == unit:
            return True
        seen.add(below)
        rows = work.fetch(sa.select(held.column("parent")).where(held.column("id") == below))
        below = rows[0][0] if rows else None
    return False


def check_giving(program: Program, draft: Draft, names: Iterable[str]) -> None:
    """Nobody gives a role with abilities that he lacks, nor another address to a person who has such.

    Who may set a person's address may have himself sent a link with which to sign in as that person. Whoever holds
    `manage_roles` gives what he likes.
    Raises: NotAllowed `ability`.
    """
    wanted: frozenset[str] = frozenset()
    entity, changed = draft.plan.entity.name, set(names)
    if entity == ASSIGNMENT and changed:
        wanted = _abilities(program, [str(draft.cells["role"][0])])
    elif entity == USER and "email" in changed and not draft.is_new and draft.record_id != draft.actor.user_id:
        wanted = abilities_given(program, draft.work, draft.record_id)
    check_abilities(program, draft.actor, wanted)


def check_abilities(program: Program, actor: Actor, wanted: Iterable[str]) -> None:
    """Raises: NotAllowed `ability` for a right that the actor lacks, unless he may give any."""
    policy = program.policies.of(actor)
    if not isinstance(policy, Policy) or GIVES_ALL in policy.abilities:
        return
    for one in sorted(set(wanted) - policy.abilities):
        raise NotAllowed(f'this needs the right "{one}"', code="ability", params={"ability": one})


def abilities_given(program: Program, work: Work, user_id: str) -> frozenset[str]:
    """The abilities of all roles that a person was ever given and not taken from, whether they hold today or not."""
    given = program.tables.entities[ASSIGNMENT]
    chosen = sa.select(given.column("role")).where(
        given.column("user") == user_id, given.column("deleted_at").is_(None)
    )
    return _abilities(program, [str(row[0]) for row in work.fetch(chosen)])


def check_restoring(program: Program, actor: Actor, entity: str, cells: Mapping[str, Any]) -> None:
    """A role that comes out of the trash is given anew. Raises: NotAllowed `ability`."""
    if entity == ASSIGNMENT:
        check_abilities(program, actor, _abilities(program, [str(cells["role"][0])]))


def _abilities(program: Program, roles: Iterable[str]) -> frozenset[str]:
    found = (program.catalog.roles.get(name) for name in roles)
    return frozenset().union(*(role.abilities for role in found if role is not None))
