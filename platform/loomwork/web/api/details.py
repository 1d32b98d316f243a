"""What belongs to a record: its history, why something is or is not allowed, with whom it is shared."""

from flask import Response, request

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import InvalidInput, NamedDetail
from loomwork.permissions.actor import Actor
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform, writer
from loomwork.web.api.router import api
from loomwork.web.api.seen import check_seen
from loomwork.web.params import Param, read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, closed_texts, read_object

_EXPLAIN = {"action": Param(), "field": Param()}
_HISTORY = {"before": Param("count", most=999_999_999), "limit": Param("count", most=100)}


@api.get("/records/<entity>/<record_id>/history")
@access("token:read")
def show_history(entity: str, record_id: str) -> Response:
    """Who changed what, the newest first; `before` is the version to page from."""
    given = read_params(request, _HISTORY)
    rt = context.runtime()
    with rt.read() as work:
        rt.program.catalog.entity(entity)
        items = rt.query.history(
            work, context.actor(), entity, record_id, before=given.get("before", 0), limit=given.get("limit", 100)
        )
    return answer({"items": items})


@api.get("/records/<entity>/<record_id>/explain")
@access("token:read")
def explain_record(entity: str, record_id: str) -> Response:
    """Which grants let the reader do what with this record; narrowed to one action or field when asked."""
    given = read_params(request, _EXPLAIN)
    rt = context.runtime()
    with rt.read() as work:
        check_seen(work, context.actor(), entity, record_id)
        found = rt.query.explain(work, context.actor(), entity, record_id)
    fields = rt.catalog.entity(entity).fields
    system = {name for name, field in fields.items() if field.is_system}
    for key, part in (("action", "actions"), ("field", "fields")):
        if key in given:
            if given[key] not in found[part] and not (key == "field" and given[key] in fields):
                raise _unknown(key, given[key], {*found[part], *(system if key == "field" else ())})
            found[part] = {name: one for name, one in found[part].items() if name == given[key]}
    return answer(found)


def _unknown(key: str, name: str, known: set[str]) -> InvalidInput:
    """The fault of an action or field that is not there; only names that the reader sees are offered."""
    shown = name[:80]
    message = f'there is no {key} "{shown}"; {did_you_mean(shown, known)}'.rstrip("; ")
    detail = NamedDetail(f"query.{key}", f"unknown_{key}", message, shown)
    return InvalidInput(message, code=f"unknown_{key}", details=[detail])


@api.get("/records/<entity>/<record_id>/shares")
@access("token:read")
def list_shares(entity: str, record_id: str) -> Response:
    """With whom the record is shared."""
    read_params(request, {})
    rt = context.runtime()
    with rt.read() as work:
        check_seen(work, context.actor(), entity, record_id)
        return answer({"items": rt.records.shares(work, context.actor(), entity, record_id)})


@api.post("/records/<entity>/<record_id>/share")
@access("token:write")
def share_record(entity: str, record_id: str) -> Response:
    """Share the record: `{"principal": id of a person, unit or team, "level": "read" or "write"}`."""
    read_params(request, {})
    body = closed_texts(read_object(request), ("principal", "level"))

    def run(work: Work, who: Actor) -> Done:
        rt = context.runtime()
        check_seen(work, who, entity, record_id)
        rt.records.share(work, who, entity, record_id, principal=body["principal"], level=body["level"])
        return Done({"items": rt.records.shares(work, who, entity, record_id)})

    return perform(run)


@api.delete("/records/<entity>/<record_id>/share/<principal>")
@access("token:write")
def unshare_record(entity: str, record_id: str, principal: str) -> Response:
    """Take a share away."""
    read_params(request, {})
    rt = context.runtime()
    with rt.write() as work:
        check_seen(work, context.actor(), entity, record_id)
        rt.records.unshare(work, writer(), entity, record_id, principal=principal)
    return Response(status=204)
