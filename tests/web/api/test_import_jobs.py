"""An import that a worker does: 202 with a job, whose result is the report. On both databases."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.storage import outbox
from loomwork.web import import_jobs
from loomwork.worker.loop import Worker
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
MAPPING = json.dumps({"type": "import", "columns": {"Name": "title"}})


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def leave(library: Running, text: str, who: str = "lena", key: str = "", **form: str) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"file": (io.BytesIO(text.encode()), "a.csv"), "mapping": MAPPING, "async": "true", **form}
    return library.call(who, "POST", f"{BOOKS}/import", headers=headers, data=body)


def job(library: Running, made: Any, who: str = "lena") -> Any:
    return library.call(who, "GET", f"/api/v1/jobs/{json_of(made)['job']}")


def titles(library: Running) -> list[str]:
    rows = json_of(library.call("lena", "GET", f"{BOOKS}?fields=title&sort=title"))["records"]
    return [row["title"] for row in rows]


def waiting_files(library: Running) -> list[Path]:
    return [one for one in (library.rt.settings.home / "imports").rglob("*") if one.is_file()]


def test_a_worker_imports_and_the_job_tells_the_report(library: Running) -> None:
    made = leave(library, "Name\nA\nB\n", key="k1")
    assert made.status_code == 202
    assert made.headers["Location"] == f"/api/v1/jobs/{json_of(made)['job']}"
    assert json_of(leave(library, "Name\nA\nB\n", key="k1")) == json_of(made)
    assert json_of(job(library, made))["state"] == "waiting"
    assert job(library, made, "mia").status_code == 404
    assert titles(library) == []
    assert Worker(library.rt).run_due() == 1
    told = json_of(job(library, made))
    report = told["result"]["report"]
    assert (told["state"], report["state"], report["created"], report["id"]) == (
        "done",
        "done",
        2,
        json_of(made)["import"],
    )
    assert titles(library) == ["A", "B"]
    assert waiting_files(library) == []
    undone = library.call("lena", "POST", f"/api/v1/imports/{json_of(made)['import']}/undo")
    assert json_of(undone)["undone"] == 2


def test_what_is_refused_stands_in_the_result(library: Running) -> None:
    dry = leave(library, "Name\nA\n", dry_run="true")
    empty = leave(library, "Name,Other\nA,1\n,2\n")
    wrong = leave(library, "Name\nA\n", mapping=json.dumps({"type": "import", "columns": {"Nam": "title"}}))
    assert leave(library, "").status_code == 422
    assert leave(library, "Name\nA\n", mapping="{").status_code == 400
    assert leave(library, "Name\nA\n", "nora").status_code == 403
    while Worker(library.rt).run_due():
        pass
    assert json_of(job(library, dry))["result"]["report"]["state"] == "checked"
    refused = json_of(job(library, empty))["result"]["report"]
    assert (refused["state"], refused["fault_count"]) == ("refused", 1)
    assert json_of(job(library, wrong))["result"]["error"]["code"] == "bad_mapping"
    assert titles(library) == []
    assert waiting_files(library) == []


def test_the_rights_are_those_of_the_time_of_the_import(library: Running) -> None:
    made = leave(library, "Name\nA\n", "otto")
    assert library.call("lena", "POST", f"/api/v1/users/{library.ids['otto']}/switch-off").status_code == 204
    Worker(library.rt).run_due()
    with library.rt.read() as work:
        kept = outbox.get_job(work, json_of(made)["job"])
    assert kept.payload["result"]["error"]["code"] == "not_allowed"
    assert titles(library) == []


def test_a_job_that_begins_again_does_nothing_twice(library: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker ends after the import and before the job is noted as done."""
    made = leave(library, "Name\nA\n")
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "keep_result", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        Worker(library.rt).run_due()
    assert titles(library) == ["A"]
    with library.rt.read() as work:
        again = outbox.get_job(work, json_of(made)["job"])
    import_jobs.run(library.rt, again)
    told = json_of(job(library, made))["result"]
    assert "error" not in told
    assert (told["report"]["state"], told["report"]["created"]) == ("done", 1)
    assert titles(library) == ["A"]
