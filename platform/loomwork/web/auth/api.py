"""Sign-in over the API: who am I, my sessions and tokens, my password."""

from typing import Any

from flask import Blueprint, Response, request

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.errors import Detail, InvalidInput, NotFound
from loomwork.web import context
from loomwork.web.auth import sessions, tokens
from loomwork.web.auth.pages import service, visitor
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, closed_texts, json_type, read_object

auth_api = Blueprint("auth_api", __name__, url_prefix="/api/v1")


def _instant(micros: int | None) -> str | None:
    return None if micros is None else to_rfc3339(from_micros(micros))


@auth_api.get("/me")
@access("signed_in")
def me() -> Response:
    """Who asks, with which roles and abilities."""
    read_params(request, {})
    found = context.identity()
    who = found.actor
    shown = {
        "id": who.user_id,
        "name": who.name,
        "roles": sorted(who.roles),
        "unit_id": who.unit_id,
        "language": who.language,
        "zone": who.zone,
        "abilities": sorted(found.abilities),
        "scopes": None if found.scopes is None else sorted(found.scopes),
    }
    return answer(shown)


@auth_api.get("/sessions")
@access("session")
def list_sessions() -> Response:
    """The browsers in which the person is signed in."""
    read_params(request, {})
    found = context.identity()
    with context.runtime().read() as work:
        live = sessions.list_live(work, found.actor.user_id, idle_s=context.runtime().settings.idle_minutes * 60)
    items = [
        {
            "id": one.id,
            "created_at": _instant(one.created_at),
            "seen_at": _instant(one.seen_at),
            "address": one.address,
            "agent": one.agent,
            "is_this_one": one.digest == found.digest,
        }
        for one in live
    ]
    return answer({"items": items})


@auth_api.delete("/sessions/<session_id>")
@access("session")
def end_session(session_id: str) -> Response:
    """End one of the person's own sessions."""
    with context.runtime().write() as work:
        # Both conditions stand in one statement, so nobody ends the session of another.
        number = sessions.revoke(work, session_id=session_id, user_id=context.actor().user_id)
    if not number:
        raise NotFound("there is no such session")
    context.guard().identities.forget()
    return Response(status=204)


def token_json(token: tokens.Token) -> dict[str, Any]:
    """A token as it is listed, without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created_at": _instant(token.created_at),
        "used_at": _instant(token.used_at),
        "expires_at": _instant(token.expires_at),
    }


@auth_api.get("/tokens")
@access("session")
def list_tokens() -> Response:
    """The person's tokens."""
    read_params(request, {})
    with context.runtime().read() as work:
        found = tokens.list_all(work, context.actor().user_id)
    return answer({"items": [token_json(one) for one in found]})


@auth_api.post("/tokens")
@access("ability:use_api")
def create_token() -> Response:
    """Make a token; the answer is the only place where its secret ever stands."""
    body = closed_texts(read_object(request), ("name",), others=("scopes", "days"))
    scopes, days = body.get("scopes"), body.get("days")
    if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
        message = f"scopes: expected a list of strings, got {json_type(scopes)}"
        raise InvalidInput(message, code="type", details=[Detail("scopes", "type", message)])
    if days is not None and (isinstance(days, bool) or not isinstance(days, int)):
        message = f"days: expected a whole number, got {json_type(days)}"
        raise InvalidInput(message, code="type", details=[Detail("days", "type", message)])
    with context.runtime().write() as work:
        secret, token = tokens.create(work, context.actor().user_id, name=body["name"], scopes=tuple(scopes), days=days)
    return answer({**token_json(token), "token": secret}, 201)


@auth_api.delete("/tokens/<token_id>")
@access("session")
def end_token(token_id: str) -> Response:
    """Revoke one of the person's own tokens."""
    with context.runtime().write() as work:
        tokens.revoke(work, token_id, user_id=context.actor().user_id)
    context.guard().identities.forget()
    return Response(status=204)


@auth_api.post("/me/password")
@access("session")
def change_password() -> Response:
    """Change the own password; all other sessions end, this browser gets a new one."""
    body = closed_texts(read_object(request), ("old_password", "new_password"))
    secret = service().change_password(
        context.identity(), visitor(), old=body["old_password"], new=body["new_password"]
    )
    response = Response(status=204)
    context.guard().cookies.set_session(response, secret)
    return response
