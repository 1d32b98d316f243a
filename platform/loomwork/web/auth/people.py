"""Users as sign-in knows them: found by address or id, made into actors. Read through the query engine like all records.

The reading is done in the name of the platform (`sign-in`), because there is no actor before there is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from loomwork.core.clock import today_in
from loomwork.core.errors import Conflict, Detail, InvalidInput, NotFound
from loomwork.core.i18n import LANGUAGES
from loomwork.core.ids import is_id
from loomwork.permissions import colleagues
from loomwork.permissions.actor import Actor, system_actor
from loomwork.permissions.policy import Policy
from loomwork.query.tree import Query
from loomwork.records.around import shares
from loomwork.storage.database import Work
from loomwork.web.auth import units
from loomwork.web.auth.tables import CREDENTIAL
from loomwork.web.company import company_of

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

USER, ASSIGNMENT, MEMBER, UNIT = "system.user", "system.role_assignment", "system.team_member", "system.unit"
EVERYONE, ADMINISTRATOR = "system.everyone", "system.administrator"
_FIELDS = ("name", "email", "active", "language", "time_zone", "unit")
_SIGN_IN = system_actor("sign-in")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Person:
    """A user. Shapes: `language` and `zone` are his own, or the installation's where he chose none."""

    id: str
    name: str
    email: str
    is_active: bool
    language: str
    zone: str
    unit_id: str | None


def exist(work: Work) -> bool:
    """Whether anybody can sign in at all."""
    return bool(work.fetch(sa.select(CREDENTIAL.c.user_id).limit(1)))


def find_by_email(rt: "Runtime", work: Work, email: str) -> Person | None:
    """The user of an address, in whatever case it is typed; None when nobody has it.

    Of several whose addresses differ in case only, it is the one whose address was typed: nobody is kept out because
    somebody was given an address that looks like his.
    """
    wanted = email.strip()
    if not wanted or len(wanted) > 254 or any(ord(mark) < 32 for mark in wanted):
        return None
    query = Query(USER, fields=_FIELDS, filter="LOWER(email) = :wanted", params={"wanted": wanted.lower()}, limit=20)
    rows = rt.query.run(work, _SIGN_IN, query).rows
    if len(rows) > 1:
        folded = wanted.partition("@")[0] + wanted[wanted.rfind("@") :].lower()
        rows = [row for row in rows if row["email"] == folded]
    if not rows:
        company_of(rt, work)  # as is asked for somebody who is there
        return None
    return _person(rt, work, rows[0])


def find(rt: "Runtime", work: Work, user_id: str) -> Person | None:
    """The user of an id."""
    if not is_id(user_id):
        return None
    try:
        return _person(rt, work, rt.query.get(work, _SIGN_IN, USER, user_id, _FIELDS))
    except NotFound:
        return None


def get(rt: "Runtime", work: Work, user_id: str) -> Person:
    """The user of an id.

    Raises: NotFound.
    """
    found = find(rt, work, user_id)
    if found is None:
        raise NotFound("there is no such user")
    return found


def _person(rt: "Runtime", work: Work, row: dict[str, Any]) -> Person:
    company = company_of(rt, work)
    language = row.get("language")
    unit = row.get("unit")
    return Person(
        id=row["id"],
        name=row.get("name") or "",
        email=row.get("email") or "",
        is_active=bool(row.get("active")),
        language=language if language in LANGUAGES else company.language,
        zone=_zone(row.get("time_zone")) or company.zone,
        unit_id=unit["id"] if unit else None,
    )


def _zone(name: str | None) -> str:
    """A zone that the machine knows; a wrong one in a profile must not lock its owner out."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return name if name and ZoneInfo(name) else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def find_actor(rt: "Runtime", work: Work, user_id: str, *, scopes: frozenset[str] | None = None) -> Actor | None:
    """The actor of an active user; None for one who is not there or switched off."""
    person = find(rt, work, user_id)
    if person is None or not person.is_active:
        return None
    below = _units_below(rt, work, person.unit_id)
    teams = _teams(rt, work, person.id)
    return Actor(
        user_id=person.id,
        name=person.name,
        roles=_roles(rt, work, person),
        unit_id=person.unit_id,
        unit_ids=below,
        team_ids=teams,
        language=person.language,
        zone=person.zone,
        scopes=scopes,
        source="screens" if scopes is None else "api",
        has_shares=shares.any_for(work, (person.id, *((person.unit_id,) if person.unit_id else ()), *teams)),
        colleagues=colleagues.find(
            work, rt.program.tables, person.id, unit_id=person.unit_id, unit_ids=below, team_ids=teams
        ),
    )


def abilities_of(rt: "Runtime", actor: Actor) -> frozenset[str]:
    """Rights without an entity."""
    policy = rt.policies.of(actor)
    return policy.abilities if isinstance(policy, Policy) else frozenset()


def _rows(rt: "Runtime", work: Work, entity: str, user_id: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    mine = {"field": "user", "op": "eq", "value": user_id}
    query = Query(entity, fields=fields, conditions=mine, limit=_MOST)
    return rt.query.run(work, _SIGN_IN, query).rows


def _roles(rt: "Runtime", work: Work, person: Person) -> frozenset[str]:
    """The roles that hold today: everyone's, and those assigned. One that is bound to a unit counts inside that unit."""
    today = today_in(person.zone).isoformat()
    above = _units_above(rt, work, person.unit_id)
    found = {EVERYONE}
    for row in _rows(rt, work, ASSIGNMENT, person.id, ("role", "unit", "valid_from", "valid_until")):
        begins, ends, unit = row.get("valid_from"), row.get("valid_until"), row.get("unit")
        is_now = (not begins or begins <= today) and (not ends or today <= ends)
        if is_now and (unit is None or unit["id"] in above):
            found.add(row["role"])
    return frozenset(found)


def _teams(rt: "Runtime", work: Work, user_id: str) -> tuple[str, ...]:
    return tuple(sorted(row["team"]["id"] for row in _rows(rt, work, MEMBER, user_id, ("team",)) if row.get("team")))


def _units_below(rt: "Runtime", work: Work, unit_id: str | None) -> tuple[str, ...]:
    """The unit and all below it; a loop in the data ends the walk."""
    if unit_id is None:
        return ()
    below: dict[str | None, list[str]] = {}
    for unit, parent in units.parents(rt, work).items():
        below.setdefault(parent, []).append(unit)
    found, waiting = [unit_id], [unit_id]
    while waiting:
        new = [one for one in below.get(waiting.pop(), ()) if one not in found]
        found += new
        waiting += new
    return tuple(found)


def _units_above(rt: "Runtime", work: Work, unit_id: str | None) -> frozenset[str]:
    """The unit and all above it."""
    parents = units.parents(rt, work) if unit_id is not None else {}
    found: set[str] = set()
    while unit_id is not None and unit_id not in found:
        found.add(unit_id)
        unit_id = parents.get(unit_id)
    return frozenset(found)


def create(
    rt: "Runtime", work: Work, *, name: str, email: str, roles: Iterable[str] = (), reason: str = "operator"
) -> str:
    """Make a user with roles; returns his id. He owns his own record, so that he may change his profile.

    Raises: Conflict `email_taken` in whatever case; InvalidInput for the values or an unknown role.
    """
    wanted = list(dict.fromkeys(roles))
    unknown = [role for role in wanted if role not in rt.catalog.roles]
    if unknown:
        from loomwork.core.diagnostics import did_you_mean

        message = f'there is no role "{unknown[0]}"; {did_you_mean(unknown[0], rt.catalog.roles)}'.rstrip("; ")
        raise InvalidInput(message, code="unknown_role", details=[Detail("roles", "unknown_role", message)])
    if find_by_email(rt, work, email) is not None:
        raise Conflict(
            "somebody signs in with this address already",
            code="email_taken",
            details=[Detail("email", "email_taken", email)],
        )
    service = system_actor(reason)
    made = rt.records.create(work, service, USER, {"name": name, "email": email})
    rt.records.update(work, service, USER, made["id"], {"owner_id": made["id"]}, made["row_version"])
    for role in wanted:
        rt.records.create(work, service, ASSIGNMENT, {"user": made["id"], "role": role})
    return str(made["id"])


def administrator_roles(rt: "Runtime") -> list[str]:
    """The roles of the first user: the platform's administrator and that of every app, so that he sees what he runs."""
    found = [name for name, role in rt.catalog.roles.items() if "operate" in role.abilities and name != ADMINISTRATOR]
    return [ADMINISTRATOR, *sorted(found)]
