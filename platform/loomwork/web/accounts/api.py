"""Accounts over the API: what the buttons of the screens do, open to programs with the right token as well."""

from dataclasses import asdict

from flask import Blueprint, Response, request

from loomwork.core.errors import NotFound
from loomwork.permissions.actor import Actor
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.accounts import inviting
from loomwork.web.accounts.inviting import Sent
from loomwork.web.accounts.units import read_tree, remove_unit
from loomwork.web.api.effects import Done, perform, writer
from loomwork.web.api.requests import read_version
from loomwork.web.auth import deactivation
from loomwork.web.auth.pages import service
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, closed_texts, read_object

accounts_api = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


def _texts(needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The text values of a closed object in the body; what may be left out is empty then."""
    body = closed_texts(read_object(request), needed, optional)
    return {key: str(body.get(key, "")) for key in needed + optional}


def _sent(sent: Sent, status: int) -> Response:
    return answer(sent.as_json(context.runtime().settings.public_url), status)


@accounts_api.post("/users/invite")
@access("token:admin ability:manage_users")
def invite_new() -> Response:
    """Make a user with roles and invite him: `{name, email, unit, language, roles}`."""
    read_params(request, {})
    given, rt = read_object(request), context.runtime()
    with rt.write() as work:
        sent = inviting.invite_new(rt, work, writer(), given)
    return _sent(sent, 201)


@accounts_api.post("/users/<user_id>/invite")
@access("token:admin ability:manage_users")
def invite(user_id: str) -> Response:
    """Send the person a link with which he chooses his password."""
    rt = context.runtime()
    with rt.write() as work:
        sent = inviting.invite(rt, work, writer(), user_id)
    return _sent(sent, 202)


@accounts_api.post("/users/<user_id>/reset")
@access("token:admin ability:manage_users")
def reset(user_id: str) -> Response:
    """Send the person a link with which he chooses a new password."""
    rt = context.runtime()
    with rt.write() as work:
        sent = inviting.reset(rt, work, writer(), user_id)
    return _sent(sent, 202)


@accounts_api.post("/users/<user_id>/deactivate")
@access("token:admin ability:manage_users")
def deactivate(user_id: str) -> Response:
    """Switch an account off and hand its records over to somebody else."""
    body = _texts(("successor",))
    moved = deactivation.deactivate(context.runtime(), service(), writer(), user_id, body["successor"])
    return answer({"handed_over": moved})


@accounts_api.post("/users/<user_id>/switch-off")
@access("token:admin ability:manage_users")
def switch_off(user_id: str) -> Response:
    """End the person's access; his records stay his until they are handed over."""
    deactivation.switch_off(context.runtime(), service(), writer(), user_id)
    return Response(status=204)


@accounts_api.post("/users/<user_id>/switch-on")
@access("token:admin ability:manage_users")
def switch_on(user_id: str) -> Response:
    """Let the person in again."""
    deactivation.switch_on(context.runtime(), writer(), user_id)
    context.guard().identities.forget()
    return Response(status=204)


@accounts_api.post("/users/<user_id>/hand-over")
@access("token:admin ability:manage_users")
def hand_over(user_id: str) -> Response:
    """Hand the next records of one entity over: `{successor, entity, after}`; the answer is `{moved, kept, after}`."""
    body, rt = _texts(("successor", "entity"), ("after",)), context.runtime()
    if body["entity"] not in deactivation.owned_entities(rt):
        raise NotFound("there is no such entity", code="unknown_entity")
    piece = deactivation.hand_over_piece(rt, writer(), user_id, body["successor"], body["entity"], after=body["after"])
    return answer(asdict(piece))


@accounts_api.get("/units")
@access("token:read")
def list_units() -> Response:
    """The tree of units from top to bottom, each with its level and its people."""
    read_params(request, {})
    rt = context.runtime()
    with rt.read() as work:
        return answer({"items": [asdict(one) for one in read_tree(rt, work, context.actor())]})


@accounts_api.post("/units/<unit_id>/remove")
@access("token:write")
def remove(unit_id: str) -> Response:
    """Put a unit of the version in `If-Match` into the trash; with `{move_to}` its people and sub-units go there first."""
    read_params(request, {})
    body, version = _texts((), ("move_to",)), read_version(request)

    def run(work: Work, who: Actor) -> Done:
        moved = remove_unit(context.runtime(), work, who, unit_id, row_version=version, move_to=body["move_to"])
        return Done({"id": unit_id, "moved": moved}, is_whole=True)

    return perform(run)
