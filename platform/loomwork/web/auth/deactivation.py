"""Switching an account off: access ends at once, then its records go to a successor, in pieces that can be repeated."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from loomwork.core.errors import Conflict, Detail, InvalidInput
from loomwork.core.ids import is_id
from loomwork.permissions.actor import Actor, system_actor
from loomwork.query.keyset import BadCursor
from loomwork.records.around import owned
from loomwork.records.around.administrators import TURN
from loomwork.records.around.handing import Order
from loomwork.records.around.turns import take_turn
from loomwork.storage.database import Work
from loomwork.web.auth import people
from loomwork.web.auth.service import SignIn

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

PIECE = 500
"""Records per transaction, so that other writers get their turn."""
MOST_KEPT = 100


@dataclass(slots=True)
class Piece:
    """What one piece of a hand-over did.

    Shapes: `kept` are records that could not be handed over, `{id, title, reason}`; `after` is where to
    go on; empty when nothing is left.
    """

    moved: int = 0
    kept: list[dict[str, str]] = field(default_factory=list)
    after: str = ""


def deactivate(rt: "Runtime", sign_in: SignIn, actor: Actor, user_id: str, successor_id: str) -> int:
    """Switch a person's account off and hand the records that he owns to the successor; the number of records.

    Repeating it goes on where an interrupted run has stopped.
    Raises: NotFound; InvalidInput `successor`; Conflict `last_administrator`, `hand_over` naming what stayed behind;
    all else has gone over then.
    """
    switch_off(rt, sign_in, actor, user_id, successor_id=successor_id)
    moved, kept = 0, []
    for entity in owned_entities(rt):
        for piece in _pieces(rt, actor, user_id, successor_id, entity):
            moved += piece.moved
            kept += piece.kept
    if kept:
        details = [Detail(one["id"], "hand_over", one["reason"]) for one in kept[:MOST_KEPT]]
        message = f"{len(kept)} records could not be handed over"
        raise Conflict(message, code="hand_over", params={"count": len(kept)}, details=details)
    return moved


def switch_off(rt: "Runtime", sign_in: SignIn, actor: Actor, user_id: str, *, successor_id: str | None = None) -> None:
    """End a person's access: sessions, tokens, links, and the switch itself. His records stay his for now.

    A successor who is named has to be on at that moment: of two people who are to inherit each other, one stays.
    Raises: NotFound; InvalidInput `successor`; Conflict `last_administrator`.
    """
    with rt.write() as work:
        take_turn(work, TURN)
        people.get(rt, work, user_id)
        if successor_id is not None:
            check_successor(rt, work, user_id, successor_id)
        _switch(rt, work, actor, user_id, is_on=False)
        sign_in.end_everything(work, user_id)


def switch_on(rt: "Runtime", actor: Actor, user_id: str) -> None:
    """Let a person in again; the password is the one he had, what was handed over stays where it is.

    Raises: NotFound.
    """
    with rt.write() as work:
        people.get(rt, work, user_id)
        _switch(rt, work, actor, user_id, is_on=True)


def _switch(rt: "Runtime", work: Work, actor: Actor, user_id: str, *, is_on: bool) -> None:
    service = _service(actor)
    row = rt.query.get(work, service, people.USER, user_id, ("active",))
    if bool(row["active"]) is not is_on:
        rt.records.update(work, service, people.USER, user_id, {"active": is_on}, row["row_version"])


def _service(actor: Actor) -> Actor:
    made = system_actor("hand-over", on_behalf_of=actor.user_id)
    return replace(made, request_id=actor.request_id, language=actor.language)


def check_successor(rt: "Runtime", work: Work, user_id: str, successor_id: str) -> None:
    """Whether records may go to this person.

    Raises: NotFound for the person himself; InvalidInput `successor`.
    """
    people.get(rt, work, user_id)
    successor = people.find(rt, work, successor_id)
    if successor is None or not successor.is_active or successor.id == user_id:
        message = "records can be handed over to another active person only"
        raise InvalidInput(message, code="successor", details=[Detail("successor", "successor", message)])


def owned_entities(rt: "Runtime") -> list[str]:
    """Entities whose records are handed over."""
    return owned.owned_entities(rt.program)


def count_owned(rt: "Runtime", work: Work, user_id: str) -> list[tuple[str, int]]:
    """How many records of each entity a person owns; entities without any are left out."""
    return owned.count_owned(rt.program, work, user_id)


def _pieces(rt: "Runtime", actor: Actor, user_id: str, successor_id: str, entity: str) -> Iterator[Piece]:
    after = ""
    while True:
        piece = hand_over_piece(rt, actor, user_id, successor_id, entity, after=after)
        yield piece
        after = piece.after
        if not after:
            return


def hand_over_piece(
    rt: "Runtime", actor: Actor, user_id: str, successor_id: str, entity: str, *, after: str = ""
) -> Piece:  # fmt: skip
    """Give the next records of an entity to the successor, in one transaction; only their owner changes.

    A record that a rule over its owner refuses is left and named.
    Raises: NotFound; InvalidInput `successor`; BadCursor.
    """
    if after and not is_id(after):
        raise BadCursor("the place to go on from is not one of this list")
    service = _service(actor)
    with rt.write() as work:
        # Nobody is switched off while records go to him: whoever hands over his records next finds these among them.
        take_turn(work, TURN)
        check_successor(rt, work, user_id, successor_id)
        done = rt.records.hand_over(work, service, entity, Order(user_id, successor_id, after, PIECE))
        title = rt.catalog.entity(entity).title_field
        kept = [
            {
                "id": one,
                "title": _title(rt.query.get(work, service, entity, one, (title,)).get(title)),
                "reason": reason,
            }
            for one, reason in done.refused.items()
        ]
    return Piece(done.moved, kept, done.after)


def _title(value: object) -> str:
    return value if isinstance(value, str) else ""
