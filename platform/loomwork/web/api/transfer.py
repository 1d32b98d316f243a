"""Files of records: import through a mapping, export as CSV or XLSX, jobs."""

from collections.abc import Callable

from flask import Response, request

from loomwork.core.errors import Detail, InvalidInput, NotFound
from loomwork.core.jsonio import dump_json
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records.idempotency import Answer, amend, find, forget, once, request_hash
from loomwork.records.importing import Import, ImportReport, read_sheet, run_import, undo_import
from loomwork.records.importing.ledger import read_import
from loomwork.records.importing.run import Once
from loomwork.storage import outbox
from loomwork.storage.access_log import note_access
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import REPLAYED, Done, perform, writer
from loomwork.web.api.exporting import Export, write_csv, write_xlsx
from loomwork.web.api.requests import LIST_PARAMS, read_key, read_list
from loomwork.web.api.router import api
from loomwork.web.files import clean_name
from loomwork.web.import_jobs import TOPIC, Order, enqueue, mapping_of, progress
from loomwork.web.import_words import report_json, undone_json
from loomwork.web.params import Param, read_params
from loomwork.web.security_access import FILE_BYTES, access
from loomwork.web.wire import JSON, answer

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORT = {
    **{name: one for name, one in LIST_PARAMS.items() if name not in ("limit", "cursor", "count")},
    "format": Param("choice", choices=("csv", "xlsx")),
    "heads": Param(
        "choice", choices=("names", "labels"), help="technical names, for importing again, or labels for people"
    ),
}


@api.get("/records/<entity>/export")
@access("token:read")
def export_records(entity: str) -> Response:
    """All records that meet the filter and that the reader may export, as a file."""
    query, given = read_list(request, entity, known=_EXPORT)
    rt, who = context.runtime(), writer()
    export = Export(who, query, is_labelled=given.get("heads") == "labels", language=context.language())
    kind = given.get("format", "csv")
    with rt.read() as work:
        body = write_csv(export, work) if kind == "csv" else write_xlsx(export, work)
    with rt.write() as work:
        about = {"fields": len(export.paths), "rows": export.rows, "format": kind}
        note_access(work, actor=who.user_id, entity=entity, record_id="", verb="exported", about=about)
    response = Response(body, content_type=CSV if kind == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{entity}.{kind}"'
    return response


@api.post("/records/<entity>/import")
@access("token:import", body=FILE_BYTES)
def import_records(entity: str) -> Response:
    """Import a file: multipart form with `file`, `mapping` (optional), `dry_run` and `async`.

    The answer is the report; with `async=true` it is 202 with the id of a job, whose result is the report.
    """
    read_params(request, {})
    with context.runtime().read():
        context.runtime().catalog.entity(entity)
    found = request.files.get("file")
    unknown = [name for name in request.form if name not in ("mapping", "dry_run", "async")]
    dry_run, later = request.form.get("dry_run", "false"), request.form.get("async", "false")
    if found is None or len(request.files) != 1 or unknown or {dry_run, later} - {"true", "false"}:
        message = "a multipart form with the parts file, mapping, dry_run and async (true or false) is expected"
        raise InvalidInput(
            message, code="import_form", details=[Detail(unknown[0] if unknown else "file", "import_form", message)]
        )
    name, data = clean_name(found.filename or ""), found.stream.read(FILE_BYTES + 1)
    sheet = read_sheet(data, name)
    mapping = request.form.get("mapping") or None
    if later == "true":
        return _leave(Order(entity, name, mapping or "", dry_run == "true"), data)
    rt, who, key = context.runtime(), writer(), read_key(request)
    asked = request_hash(
        "POST", request.full_path, b"\0".join((name.encode(), data, (mapping or "").encode(), dry_run.encode()))
    )
    if key is not None and (kept := _replayed(key, asked)) is not None:
        return _replay(kept)
    try:
        wanted = Import(entity, sheet, mapping_of(mapping or ""), dry_run=dry_run == "true", name=name)
        once = (lambda report: _kept(key, asked, report)) if key is not None else None
        report = run_import(rt, who, wanted, once=once)
    except _Replayed as found:
        return _replay(found.answer)
    except InvalidInput as fault:
        if key is not None and fault.code == "import_failed" and "kept" in fault.extra["report"]:
            with rt.write() as work:
                forget(work, who, key)
        raise
    shown = report_json(report, context.language())
    if not report.is_clean and dry_run != "true":
        message = f"{report.fault_count} rows are not taken; nothing was imported"
        raise InvalidInput(
            message, code="import_refused", params={"count": report.fault_count}, extra={"report": shown}
        )
    if key is not None:
        _settle(key, asked, report)
    return answer({"report": shown}, 200 if dry_run == "true" else 201)


def _leave(order: Order, data: bytes) -> Response:
    """Leave an import to a worker; the file was read, so what cannot be read at all is refused here."""
    fingerprint = b"\0".join((order.name.encode(), data, order.mapping.encode(), str(order.dry_run).encode()))
    mapping_of(order.mapping)

    def run(work: Work, who: Actor) -> Done:
        rt = context.runtime()
        rt.catalog.entity(order.entity)
        if not rt.query.may(work, who, order.entity, "import"):
            raise not_allowed("import", order.entity)
        made = enqueue(rt, work, who, order, data)
        return Done(made, 202, {"Location": f"/api/v1/jobs/{made['job']}"})

    return perform(run, fingerprint=fingerprint)


class _Replayed(Exception):
    """Another request with the same key was faster; `answer` is what it was told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _replayed(key: str, asked: str) -> Answer | None:
    """The answer of an import that ran under this key before: then the file need not be read again."""
    with context.runtime().read() as work:
        return find(work, writer(), key, asked)


def _kept(key: str, asked: str, report: ImportReport) -> Once:
    """Keep the answer in the transaction of the first rows; one of them begins, whoever comes later gets its answer."""

    def around(work: Work, write: Callable[[], None]) -> None:
        def run() -> Answer:
            write()
            return Answer(201, {}, dump_json({"report": report.as_json()}))

        found = once(work, writer(), key, asked, run)
        if found.is_replay:
            raise _Replayed(found)

    return around


def _settle(key: str, asked: str, report: ImportReport) -> None:
    """Keep the end of an import of several transactions, and the answer of one that wrote nothing."""
    body = dump_json({"report": report.as_json()})
    with context.runtime().write() as work:
        if find(work, writer(), key, asked) is not None:
            amend(work, writer(), key, body)
        else:
            once(work, writer(), key, asked, lambda: Answer(200 if report.state == "checked" else 201, {}, body))


def _replay(kept: Answer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"}, mimetype=JSON)


@api.get("/imports/<import_id>")
@access("token:read token:import")
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
    return answer(undone_json(undo_import(context.runtime().write, writer(), import_id), context.language()))


@api.get("/jobs/<job_id>")
@access("token:read token:import")
def show_job(job_id: str) -> Response:
    """The state of a job that the person asked for, or any job for operators; a token for imports sees his imports alone."""
    read_params(request, {})
    found = context.identity()
    with context.runtime().read() as work:
        job = outbox.get_job(work, job_id)
    is_own = job.payload.get("user_id") == found.actor.user_id
    may = is_own or "operate" in found.abilities if found.has_scope("read") else is_own and job.topic == TOPIC
    if not may:
        raise NotFound("there is no such job")
    shown = {"id": job.id, "topic": job.topic, "state": job.state, "tries": job.tries, "fault": job.fault or None}
    if job.topic == TOPIC and is_own:
        with context.runtime().read() as work:
            shown |= progress(work, found.actor, job)
    return answer(shown)
