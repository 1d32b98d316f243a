"""Buttons over REST: what an action would do, and doing it."""

from flask import Response, request

from loomwork.actions.service import ActionService
from loomwork.permissions.actor import Actor
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform
from loomwork.web.api.router import api
from loomwork.web.api.seen import check_seen
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, read_object

_actions = ActionService()


@api.get("/records/<entity>/<record_id>/actions")
@access("token:read")
def list_actions(entity: str, record_id: str) -> Response:
    """The actions that the record and the reader admit now."""
    read_params(request, {})
    rt, who = context.runtime(), context.actor()
    with rt.read() as work:
        check_seen(work, who, entity, record_id)
        return answer({"items": [{"name": name} for name in _actions.available(work, who, entity, record_id)]})


@api.post("/records/<entity>/<record_id>/actions/<action>/preview")
@access("token:read")
def preview_action(entity: str, record_id: str, action: str) -> Response:
    """What the action would do; nothing is written."""
    read_params(request, {})
    given = read_object(request) if request.content_length else {}
    rt, who = context.runtime(), context.actor()
    with rt.read() as work:
        check_seen(work, who, entity, record_id)
        return answer(_actions.preview(work, who, entity, record_id, action, given))


@api.post("/records/<entity>/<record_id>/actions/<action>")
@access("token:write")
def run_action(entity: str, record_id: str, action: str) -> Response:
    """Do the action; the body is its input."""
    read_params(request, {})
    given = read_object(request) if request.content_length else {}

    def run(work: Work, who: Actor) -> Done:
        check_seen(work, who, entity, record_id)
        return Done(_actions.run(work, who, entity, record_id, action, given))

    return perform(run)
