"""Files of records: import through a mapping, export as CSV or XLSX, jobs."""

from typing import Any

from flask import Response, request

from loomwork.core.errors import Detail, InvalidInput
from loomwork.core.jsonio import read_json
from loomwork.records.idempotency import Answer, once, request_hash
from loomwork.records.importing import read_sheet, run_import, undo_import
from loomwork.records.importing.ledger import read_import
from loomwork.storage import outbox
from loomwork.storage.access_log import note_access
from loomwork.web import context
from loomwork.web.api.effects import writer
from loomwork.web.api.exporting import Export, write_csv, write_xlsx
from loomwork.web.api.requests import read_key, read_list
from loomwork.web.api.router import api
from loomwork.web.files import clean_name
from loomwork.web.params import Param, read_params
from loomwork.web.security_access import FILE_BYTES, access
from loomwork.web.wire import answer

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORT = {
    "format": Param("choice", choices=("csv", "xlsx")),
    "heads": Param(
        "choice", choices=("names", "labels"), help="technical names, for importing again, or labels for people"
    ),
}


@api.get("/records/<entity>/export")
@access("token:read")
def export_records(entity: str) -> Response:
    """All records that meet the filter and that the reader may export, as a file."""
    query, given = read_list(request, entity, more=_EXPORT)
    rt, who = context.runtime(), writer()
    export = Export(who, query, is_labelled=given.get("heads") == "labels", language=context.language())
    kind = given.get("format", "csv")
    with rt.read() as work:
        body = write_csv(export, work) if kind == "csv" else write_xlsx(export, work)
    with rt.write() as work:
        about = {"fields": len(export.paths), "rows": export.rows, "format": kind}
        note_access(work, actor=who.user_id, entity=entity, record_id="", verb="exported", about=about)
    response = Response(body, mimetype=CSV if kind == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{entity}.{kind}"'
    return response


@api.post("/records/<entity>/import")
@access("token:import", body=FILE_BYTES)
def import_records(entity: str) -> Response:
    """Import a file: multipart form with `file`, `mapping` (optional) and `dry_run`. The answer is the report."""
    read_params(request, {})
    found = request.files.get("file")
    unknown = [name for name in request.form if name not in ("mapping", "dry_run")]
    dry_run = request.form.get("dry_run", "false")
    if found is None or len(request.files) != 1 or unknown or dry_run not in ("true", "false"):
        message = "a multipart form with the parts file, mapping and dry_run (true or false) is expected"
        raise InvalidInput(
            message, code="import_form", details=[Detail(unknown[0] if unknown else "file", "import_form", message)]
        )
    name, data = clean_name(found.filename or ""), found.stream.read(FILE_BYTES + 1)
    sheet = read_sheet(data, name)
    mapping = request.form.get("mapping") or None
    rt, who, key = context.runtime(), writer(), read_key(request)
    asked = request_hash(
        "POST", request.full_path, b"\0".join((name.encode(), data, (mapping or "").encode(), dry_run.encode()))
    )
    if key is not None and (kept := _replayed(key, asked)) is not None:
        return kept
    report = run_import(rt.write, who, entity, sheet, _mapping(mapping), dry_run=dry_run == "true", name=name)
    shown = report.as_json()
    if not report.is_clean and dry_run != "true":
        message = f"{report.fault_count} rows are not taken; nothing was imported"
        raise InvalidInput(
            message, code="import_refused", params={"count": report.fault_count}, extra={"report": shown}
        )
    response = answer({"report": shown}, 200 if dry_run == "true" else 201)
    if key is not None:
        _keep(key, asked, response)
    return response


def _mapping(given: str | None) -> Any:
    """The name of a mapping, or a mapping given as JSON text."""
    return read_json(given) if given is not None and given.lstrip().startswith("{") else given


def _replayed(key: str, asked: str) -> Response | None:
    """The kept answer of an import that ran under this key before; the import itself spans several transactions."""
    try:
        with context.runtime().write() as work:
            kept = once(work, writer(), key, asked, _nothing_kept)
    except _NothingKept:
        return None
    return Response(
        kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"}, mimetype="application/json"
    )


class _NothingKept(Exception):
    """No answer stands under the key yet."""


def _nothing_kept() -> Answer:
    raise _NothingKept


def _keep(key: str, asked: str, response: Response) -> None:
    with context.runtime().write() as work:
        once(work, writer(), key, asked, lambda: Answer(response.status_code, {}, response.get_data()))


@api.get("/imports/<import_id>")
@access("token:read")
def show_import(import_id: str) -> Response:
    """The report of one of the person's own imports."""
    read_params(request, {})
    with context.runtime().read() as work:
        return answer(read_import(work, context.actor(), import_id))


@api.post("/imports/<import_id>/undo")
@access("token:import")
def undo_import_of(import_id: str) -> Response:
    """Take an import back; records changed since are kept and named."""
    read_params(request, {})
    return answer(undo_import(context.runtime().write, writer(), import_id))


@api.get("/jobs/<job_id>")
@access("token:read")
def show_job(job_id: str) -> Response:
    """The state of a job that the person asked for, or any job for operators."""
    read_params(request, {})
    found = context.identity()
    with context.runtime().read() as work:
        job = outbox.get_job(work, job_id)
    if "operate" not in found.abilities and job.payload.get("user_id") != found.actor.user_id:
        from loomwork.core.errors import NotFound

        raise NotFound("there is no such job")
    return answer(
        {"id": job.id, "topic": job.topic, "state": job.state, "tries": job.tries, "fault": job.fault or None}
    )
