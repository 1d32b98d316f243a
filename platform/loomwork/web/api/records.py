"""Records over REST: the shortest way from a request to the services. One function per verb."""

from dataclasses import replace
from typing import Any

from flask import Response, request

from loomwork.forms.prefill import begin_values
from loomwork.permissions.actor import Actor
from loomwork.records.service import program_of
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform, record_done, writer
from loomwork.web.api.requests import FIELDS, is_known, read_list, read_version
from loomwork.web.api.router import api
from loomwork.web.params import Param, read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, read_object

_GET = {"fields": FIELDS}
_MERGE = {"merge": Param("flag", help="take the change where nobody touched the same fields meanwhile")}


@api.get("/records/<entity>")
@access("token:read")
def list_records(entity: str) -> Response:
    """A page of records."""
    query, _ = read_list(request, entity)
    rt = context.runtime()
    with rt.read() as work:
        page = rt.query.run(work, context.actor(), query)
    shown: dict[str, Any] = {"records": page.rows, "next_cursor": page.next_cursor}
    if page.previous_cursor:
        shown["previous_cursor"] = page.previous_cursor
    if page.count is not None:
        shown["count"] = page.count
        shown["count_is_capped"] = page.count_is_capped
    return answer(shown)


@api.get("/records/<entity>/<record_id>")
@access("token:read")
def get_record(entity: str, record_id: str) -> Response:
    """One record, its version as ETag; 304 to who has that version already."""
    fields = read_params(request, _GET).get("fields", ())
    rt = context.runtime()
    with rt.read() as work:
        row = rt.query.get(work, context.actor(), entity, record_id, fields)
    if is_known(request, rt.catalog.entity(entity), fields, row["row_version"]):
        return Response(status=304, headers={"ETag": f'"{row["row_version"]}"'})
    return answer(row, etag=row["row_version"])


@api.post("/records/<entity>")
@access("token:write")
def create_record(entity: str) -> Response:
    """Make a record; the answer is what the reader may see of it."""
    read_params(request, {})
    rt = context.runtime()
    data = rt.records.take_ahead(rt.program, context.actor(), entity, read_object(request))

    def run(work: Work, who: Actor) -> Done:
        row = context.runtime().records.create(work, who, entity, data, is_shown=False)
        done = record_done(row, 201, Location=f"/api/v1/records/{entity}/{row['id']}")
        return replace(done, is_whole=len(row) > 2)

    def show(work: Work, who: Actor, done: Done) -> Done:
        row = context.runtime().records.seen(work, who, entity, done.value)
        return record_done(row, 201, Location=done.headers["Location"])

    return perform(run, show=show)


@api.post("/records/<entity>/new")
@access("token:read")
def begin_record(entity: str) -> Response:
    """`{"values": {…}}`: what a record made with the given values begins with beside them; nothing is written."""
    read_params(request, {})
    given, rt = read_object(request), context.runtime()
    with rt.read() as work:
        program = program_of(work)
        return answer({"values": begin_values(program, work, context.actor(), program.catalog.entity(entity), given)})


@api.patch("/records/<entity>/<record_id>")
@access("token:write")
def update_record(entity: str, record_id: str) -> Response:
    """Change some fields of the version named in `If-Match`."""
    merge = read_params(request, _MERGE).get("merge", False)
    version, data, rt = read_version(request), read_object(request), context.runtime()
    with rt.write() as work:
        row = rt.records.update(work, writer(), entity, record_id, data, version, merge=merge, is_shown=False)
    with rt.read() as work:
        row = rt.records.seen(work, context.actor(), entity, row)
    return answer(row, etag=row["row_version"])


@api.delete("/records/<entity>/<record_id>")
@access("token:write")
def delete_record(entity: str, record_id: str) -> Response:
    """Move the version named in `If-Match` to the trash."""
    read_params(request, {})
    version, rt = read_version(request), context.runtime()
    with rt.write() as work:
        rt.records.delete(work, writer(), entity, record_id, version)
    return Response(status=204)


@api.post("/records/<entity>/<record_id>/restore")
@access("token:write")
def restore_record(entity: str, record_id: str) -> Response:
    """Take a record out of the trash."""
    read_params(request, {})
    return perform(lambda work, who: record_done(context.runtime().records.restore(work, who, entity, record_id)))
