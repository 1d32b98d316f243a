"""Switching an account off: access ends at once, then its records go to a successor, in pieces that can be repeated."""

from dataclasses import replace
from typing import TYPE_CHECKING

from loomwork.core.errors import Conflict, Detail, InvalidInput
from loomwork.permissions.actor import Actor, system_actor
from loomwork.query.tree import Query
from loomwork.storage.database import Work
from loomwork.web.auth import people
from loomwork.web.auth.service import SignIn

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

PIECE = 200
"""Records per transaction, so that other writers get their turn."""


def deactivate(rt: "Runtime", sign_in: SignIn, actor: Actor, user_id: str, successor_id: str) -> int:
    """Switch a person's account off and hand the records that he owns to the successor; the number of records.

    Repeating it goes on where an interrupted run has stopped.
    Raises: NotFound; InvalidInput `successor`; Conflict `last_administrator`.
    """
    service = replace(system_actor("hand-over", on_behalf_of=actor.user_id), request_id=actor.request_id)
    with rt.write() as work:
        people.get(rt, work, user_id)
        successor = people.find(rt, work, successor_id)
        if successor is None or not successor.is_active or successor.id == user_id:
            message = "records can be handed over to another active person only"
            raise InvalidInput(message, code="successor", details=[Detail("successor", "successor", message)])
        if not _somebody_else_manages(rt, work, user_id):
            raise Conflict("this is the last person who may manage users", code="last_administrator")
        row = rt.query.get(work, service, people.USER, user_id, ("active",))
        if row["active"]:
            rt.records.update(work, service, people.USER, user_id, {"active": False}, row["row_version"])
        sign_in.end_everything(work, user_id)
    return sum(_hand_over(rt, service, entity, user_id, successor_id) for entity in _owned(rt))


def _owned(rt: "Runtime") -> list[str]:
    """Entities whose records are the company's; personal things (views, favourites, the profile) stay where they are."""
    return [entity.name for entity in rt.catalog.entities.values() if not entity.is_system and not entity.parent_field]


def _hand_over(rt: "Runtime", service: Actor, entity: str, user_id: str, successor_id: str) -> int:
    moved = 0
    query = Query(entity, fields=("id",), filter="owner_id.id = :who", params={"who": user_id}, limit=PIECE)
    while True:
        with rt.write() as work:
            rows = rt.query.run(work, service, query).rows
            for row in rows:
                rt.records.update(work, service, entity, row["id"], {"owner_id": successor_id}, row["row_version"])
        moved += len(rows)
        if len(rows) < PIECE:
            return moved


def _somebody_else_manages(rt: "Runtime", work: Work, user_id: str) -> bool:
    """Whether another active person may manage users: without one nobody could ever undo anything."""
    managing = [name for name, role in rt.catalog.roles.items() if "manage_users" in role.abilities]
    service = system_actor("hand-over")
    for role in managing:
        query = Query(people.ASSIGNMENT, fields=("user",), filter="role = :role", params={"role": role}, limit=PIECE)
        for row in rt.query.run(work, service, query).rows:
            other = row["user"]["id"]
            if other != user_id and (found := people.find_actor(rt, work, other)) and role in found.roles:
                return True
    return False
