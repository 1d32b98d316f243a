"""Notes and files of a record, and files that fields hold.

Who sees the record sees its notes and files; who may change it brings files and takes them away, whoever brought them.
"""

from typing import Any

from flask import Response, request, send_file

from loomwork.core.errors import Detail, InvalidInput, NotFound, PlatformError
from loomwork.core.ids import is_id
from loomwork.permissions.actor import Actor, system_actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.tree import Query
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform, writer
from loomwork.web.api.router import api
from loomwork.web.api.seen import check_seen
from loomwork.web.files import OTHER, SHOWN, FileStore, Upload, look_at
from loomwork.web.params import Param, read_params
from loomwork.web.security_access import FILE_BYTES, access
from loomwork.web.wire import answer, closed_texts, read_object

NOTE, FILE = "system.note", "system.file"
_PAGE = {"cursor": Param(), "limit": Param("count")}
_NOTE_FIELDS = ("body", "pinned", "created_at", "owner_id", "updated_at")
_FILE_FIELDS = ("name", "size", "type", "created_at", "owner_id")


def _attached(kind: str, fields: tuple[str, ...], entity: str, record_id: str) -> Response:
    """A page of what hangs on a record that the reader sees."""
    given = read_params(request, _PAGE)
    rt, who = context.runtime(), context.actor()
    with rt.read() as work:
        check_seen(work, who, entity, record_id)
        query = Query(
            kind,
            fields=fields,
            filter="entity = :entity AND record_id = :record",
            params={"entity": entity, "record": record_id},
            sort=("-created_at",),
            limit=given.get("limit", 50),
            cursor=given.get("cursor", ""),
        )
        page = rt.query.run(work, system_actor("attachments", on_behalf_of=who.user_id), query)
        people = _seen_people(work, who, page.rows)
    items = [{**row, "owner_id": people.get((row["owner_id"] or {}).get("id", ""))} for row in page.rows]
    return answer({"items": items, "next_cursor": page.next_cursor})


def _seen_people(work: Work, who: Actor, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Who wrote or brought them, as the reader himself may see those people."""
    ids = {row["owner_id"]["id"] for row in rows if row["owner_id"]}
    found: dict[str, dict[str, Any]] = {}
    for one in ids:
        label = None
        if is_id(one):
            try:
                label = context.runtime().query.get(work, who, "system.user", one, ("name",)).get("name")
            except PlatformError:
                label = None
        found[one] = {"id": one, "label": label}
    return found


@api.get("/records/<entity>/<record_id>/notes")
@access("token:read")
def list_notes(entity: str, record_id: str) -> Response:
    """Notes on a record, the newest first."""
    return _attached(NOTE, _NOTE_FIELDS, entity, record_id)


@api.post("/records/<entity>/<record_id>/notes")
@access("token:write")
def add_note(entity: str, record_id: str) -> Response:
    """Write a note on a record that the reader sees: `{"body": "…"}`."""
    read_params(request, {})
    body = closed_texts(read_object(request), ("body",))["body"]

    def run(work: Work, who: Actor) -> Done:
        rt = context.runtime()
        check_seen(work, who, entity, record_id)
        row = rt.records.create(work, who, NOTE, {"body": body, "entity": entity, "record_id": record_id})
        return Done(row, 201)

    return perform(run)


@api.get("/records/<entity>/<record_id>/files")
@access("token:read")
def list_files(entity: str, record_id: str) -> Response:
    """Files on a record, the newest first."""
    return _attached(FILE, _FILE_FIELDS, entity, record_id)


@api.post("/records/<entity>/<record_id>/files")
@access("token:write", body=FILE_BYTES)
def add_file(entity: str, record_id: str) -> Response:
    """Put a file on a record that the reader may change; multipart form with the part `file`."""
    read_params(request, {})

    def check(work: Work, who: Actor) -> None:
        _check_changeable(work, who, entity, record_id)

    return _store(_received(), {"entity": entity, "record_id": record_id}, check)


@api.delete("/records/<entity>/<record_id>/files/<file_id>")
@access("token:write")
def remove_file(entity: str, record_id: str, file_id: str) -> Response:
    """Move a file of a record that the reader may change to the trash."""
    read_params(request, {})
    rt, who = context.runtime(), writer()
    with rt.write() as work:
        _check_changeable(work, who, entity, record_id)
        service, row = _hung(work, who, entity, record_id, file_id)
        rt.records.delete(work, service, FILE, file_id, row["row_version"])
    return Response(status=204)


@api.post("/records/<entity>/<record_id>/files/<file_id>/restore")
@access("token:write")
def restore_file(entity: str, record_id: str, file_id: str) -> Response:
    """Take a file of a record that the reader may change out of the trash."""
    read_params(request, {})

    def run(work: Work, who: Actor) -> Done:
        _check_changeable(work, who, entity, record_id)
        service, row = _hung(work, who, entity, record_id, file_id, trash=True)
        context.runtime().records.restore(work, service, FILE, file_id)
        return Done({key: row[key] for key in ("id", "name", "size", "type")})

    return perform(run)


def _check_changeable(work: Work, who: Actor, entity: str, record_id: str) -> None:
    """Pass for a record that the reader sees and may change. Raises: NotFound, NotAllowed."""
    check_seen(work, who, entity, record_id)
    if not context.runtime().query.explain(work, who, entity, record_id)["actions"]["update"]["allowed"]:
        raise not_allowed("update", entity)


def _hung(
    work: Work, who: Actor, entity: str, record_id: str, file_id: str, *, trash: bool = False
) -> tuple[Actor, dict[str, Any]]:
    """A file of a record, and the actor who changes it: whose it is does not matter here. Raises: NotFound."""
    service = system_actor("files", on_behalf_of=who.user_id)
    fields = ("name", "size", "type", "entity", "record_id")
    row = context.runtime().query.get(work, service, FILE, file_id, fields, trash=trash)
    if (row["entity"], row["record_id"]) != (entity, record_id):
        raise NotFound("there is no such file")
    return service, row


@api.post("/files")
@access("token:write", body=FILE_BYTES)
def upload_file() -> Response:
    """Store a file for a field; the field then takes its id."""
    read_params(request, {})
    return _store(_received(), {}, lambda *_: None)


def _received() -> Upload:
    """The uploaded file. It comes from the multipart parser alone; no path or handle is ever read from a body."""
    found = request.files.get("file")
    if found is None or len(request.files) != 1 or request.form:
        message = "a multipart form with exactly one part, the file, is expected"
        raise InvalidInput(message, code="file_missing", details=[Detail("file", "file_missing", message)])
    return look_at(found.filename, found.stream.read(FILE_BYTES + 1))


def _store(upload: Upload, place: dict[str, str], check: Any) -> Response:
    rt = context.runtime()
    store = FileStore(rt.settings.home)
    written: list[str] = []

    def run(work: Work, who: Actor) -> Done:
        check(work, who)
        service = system_actor("files", on_behalf_of=who.user_id)
        values = {"name": upload.name, "size": len(upload.data), "type": upload.type, "sha256": upload.digest, **place}
        row = rt.records.create(work, service, FILE, values)
        rt.records.update(work, service, FILE, row["id"], {"owner_id": who.user_id}, row["row_version"])
        written.append(row["id"])
        store.write(row["id"], upload.data)
        return Done({"id": row["id"], "name": upload.name, "size": len(upload.data), "type": upload.type}, 201)

    try:
        return perform(run, fingerprint=f"{upload.name}\0{upload.digest}".encode())
    except BaseException:
        for file_id in written:
            store.remove(file_id)
        raise


@api.get("/files/<file_id>")
@access("token:read")
def download_file(file_id: str) -> Response:
    """The bytes of a file: as a download, never as a page."""
    read_params(request, {})
    rt, who = context.runtime(), context.actor()
    with rt.read() as work:
        row = _visible_file(work, who, file_id)
    path = FileStore(rt.settings.home).path(file_id)
    if not path.is_file():
        raise NotFound("there is no such file")
    kind = row["type"] if row["type"] in SHOWN else OTHER
    response = send_file(
        path, mimetype=kind, as_attachment=True, download_name=row["name"], conditional=True, etag=row["sha256"]
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _visible_file(work: Work, who: Actor, file_id: str) -> dict[str, Any]:
    """The file's record if the reader sees the record that it hangs on or that holds it, or stored it for none yet.

    Raises: NotFound.
    """
    query = context.runtime().query
    fields = ("name", "type", "sha256", "entity", "record_id", "owner_id")
    row = query.get(work, system_actor("files", on_behalf_of=who.user_id), FILE, file_id, fields)
    if row["entity"] and row["record_id"]:
        check_seen(work, who, row["entity"], row["record_id"])
        return row
    if row["owner_id"] and row["owner_id"]["id"] == who.user_id:
        return row
    if not _is_held(work, who, file_id):
        raise NotFound("there is no such file")
    return row


def _is_held(work: Work, who: Actor, file_id: str) -> bool:
    """Whether a field that the reader sees, on a record that he sees, holds the file."""
    rt = context.runtime()
    for entity in rt.catalog.entities.values():
        for field in entity.fields.values():
            if not field.type.holds_files:
                continue
            try:
                query = Query(entity.name, fields=("id",), filter=f"{field.name} = '{file_id}'", limit=1)
                if rt.query.run(work, who, query).rows:
                    return True
            except PlatformError:
                continue
    return False
