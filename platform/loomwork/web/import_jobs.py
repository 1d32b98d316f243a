"""Imports that a worker does: the request leaves the file and a job, the job's result is the report.

The import runs with the rights that its person has when it runs. A worker that is killed loses its lease, and another
one ends it, so that nothing is done twice: up to 5,000 rows are taken back, of a larger file it stays at what was taken,
and the result says so.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loomwork.core.errors import Conflict, Detail, NotAllowed, NotFound, PlatformError, TryAgain
from loomwork.core.ids import new_id
from loomwork.core.jsonio import read_json
from loomwork.permissions.actor import Actor
from loomwork.records.importing import Import, read_sheet, run_import, undo_import
from loomwork.records.importing.ledger import read_import
from loomwork.records.importing.run import WHOLE
from loomwork.storage import outbox
from loomwork.storage.database import Work
from loomwork.web.auth import people
from loomwork.web.files import FileStore
from loomwork.web.import_words import report_json

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

TOPIC = "import.run"
LEASE_S = 3_600
"""As long as an import may take before another worker believes that its worker has died."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to import. Shapes: `mapping` is the text of the request; empty without one."""

    entity: str
    name: str
    mapping: str
    dry_run: bool


def store_of(home: Path) -> FileStore:
    """Where files wait for their import; they are taken away after it."""
    return FileStore(home / "imports")


def enqueue(rt: "Runtime", work: Work, who: Actor, order: Order, data: bytes) -> dict[str, str]:
    """Leave a file and a job in the caller's transaction; `{job, import}` are their ids."""
    import_id = new_id()
    store_of(rt.settings.home).write(import_id, data)
    scopes = None if who.scopes is None else sorted(who.scopes)
    payload = {"user_id": who.user_id, "scopes": scopes, "request_id": who.request_id, "import": import_id}
    return {"job": outbox.add_job(work, TOPIC, {**payload, **asdict(order)}), "import": import_id}


def run(rt: "Runtime", job: outbox.Job) -> None:
    """Do one job and keep its result with it.

    Raises: TryAgain where the database is away; then the job waits and comes again.
    """
    asked = dict(job.payload)
    with rt.database.write() as work:
        outbox.hold(work, job, LEASE_S)
    try:
        result = {"report": _import(rt, asked)}
    except TryAgain:
        raise
    except PlatformError as fault:
        if fault.code == "import_repeated":
            _take_back(rt, asked)
        found = _stopped(rt, asked)
        is_done = fault.code == "import_repeated" and found.get("report", {}).get("state") == "done"
        result = found if is_done else {**found, "error": _told(fault)}
    with rt.database.write() as work:
        outbox.keep_result(work, job, result)
    store_of(rt.settings.home).remove(asked["import"])


def _import(rt: "Runtime", asked: dict[str, Any]) -> dict[str, Any]:
    scopes = None if asked["scopes"] is None else frozenset(asked["scopes"])
    with rt.read() as work:
        who = people.find_actor(rt, work, asked["user_id"], scopes=scopes)
    if who is None:
        raise NotAllowed("the account has been switched off")
    path = store_of(rt.settings.home).path(asked["import"])
    if not path.exists():
        raise NotFound("the file is not there any more")
    sheet = read_sheet(path.read_bytes(), asked["name"])
    wanted = Import(
        asked["entity"],
        sheet,
        mapping_of(asked["mapping"]),
        dry_run=asked["dry_run"],
        name=asked["name"],
        id=asked["import"],
    )
    report = run_import(rt, replace(who, request_id=asked["request_id"]), wanted)
    return report_json(report, who.language)


def mapping_of(given: str) -> Any:
    """The name of a mapping, a mapping as JSON text, or none."""
    return (read_json(given) if given.lstrip().startswith("{") else given) if given else None


def _take_back(rt: "Runtime", asked: dict[str, Any]) -> None:
    """Of an import that was cut off, up to 5,000 rows go back: all or nothing."""
    so_far = _stopped(rt, asked).get("report", {})
    with rt.read() as work:
        who = people.find_actor(rt, work, asked["user_id"])
    if who is not None and so_far.get("state") in ("running", "undoing") and so_far.get("rows", 0) <= WHOLE:
        undo_import(rt.write, who, asked["import"])


def _stopped(rt: "Runtime", asked: dict[str, Any]) -> dict[str, Any]:
    """How far an import came that did not end; nothing where it wrote nothing."""
    with rt.read() as work:
        who = people.find_actor(rt, work, asked["user_id"])
        try:
            return {} if who is None else {"report": read_import(work, who, asked["import"])}
        except NotFound:
            return {}


def _told(fault: PlatformError) -> dict[str, Any]:
    code = "interrupted" if isinstance(fault, Conflict) and fault.code == "import_repeated" else fault.code
    message = (
        "a worker ended in the middle; the report says what was taken until then"
        if code == "interrupted"
        else fault.message
    )
    details: list[Detail] = fault.details[:100]
    return {"code": code, "message": message, "details": [one.as_json() for one in details]}


def progress(work: Work, who: Actor, job: outbox.Job) -> dict[str, Any]:
    """What the job's answer says besides its state: the ids, how far it is, and in the end its result."""
    found: dict[str, Any] = {"import": job.payload["import"]}
    if "result" in job.payload:
        return {**found, "result": job.payload["result"]}
    try:
        so_far = read_import(work, who, job.payload["import"])
    except NotFound:
        return found
    return {**found, "progress": {"rows": so_far.get("rows", 0), "done_rows": so_far.get("done_rows", 0)}}
