"""Showing one masked value in clear: a right of its own, one field of one record at a time, counted and written down."""

from flask import Response, request

from loomwork.core.errors import Detail, InvalidInput, NotAllowed, TooMany
from loomwork.permissions.actor import Actor, system_actor
from loomwork.records.service import program_of
from loomwork.storage.access_log import count_access, note_access
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform
from loomwork.web.api.router import api
from loomwork.web.api.seen import check_seen
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import closed_texts, read_object

QUOTA = 50
DAY_S = 86_400


@api.post("/records/<entity>/<record_id>/reveal")
@access("token:read ability:reveal")
def reveal_field(entity: str, record_id: str) -> Response:
    """`{"field": name}` → `{"value"}`, for a field that the reader sees masked on a record that he sees."""
    read_params(request, {})
    name = closed_texts(read_object(request), ("field",))["field"]

    def run(work: Work, who: Actor) -> Done:
        rt = context.runtime()
        check_seen(work, who, entity, record_id)
        field = program_of(work).catalog.entity(entity).find(name)
        rights = rt.query.explain(work, who, entity, record_id)["fields"].get(name)
        if field is None or rights is None:
            message = f'there is no field "{name[:80]}"'
            raise InvalidInput(message, code="unknown_field", details=[Detail("field", "unknown_field", message)])
        if rights["read"] != "masked":
            raise NotAllowed("only a field that you see masked can be revealed", code="not_masked")
        since = work.now_micros - DAY_S * 1_000_000
        if count_access(work, actor=who.user_id, verb="revealed", since_micros=since) >= QUOTA:
            raise TooMany(
                f"at most {QUOTA} values are revealed a day", code="reveal_quota", extra={"retry_after_s": 3_600}
            )
        note_access(
            work, actor=who.user_id, entity=entity, record_id=record_id, verb="revealed", about={name: "revealed"}
        )
        eyes = system_actor("reveal", on_behalf_of=who.user_id)
        return Done({"value": rt.query.get(work, eyes, entity, record_id, (name,))[name]})

    return perform(run)
