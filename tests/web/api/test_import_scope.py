"""A token made for imports alone imports, matches, looks up and takes its imports back, and does nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.storage import outbox
from loomwork.web.import_jobs import TOPIC
from loomwork.worker.loop import Worker
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
COLUMNS = {"title": {"field": "title"}, "isbn": {"field": "isbn"}, "shelf": {"field": "shelf", "lookup": "name"}}
MAPPING = json.dumps({"type": "import", "columns": COLUMNS, "match": ["isbn"], "on_match": "update"})
SHEET = "title,isbn,shelf\nOld,978-1,A\nNew,978-2,A\n"


class Caller:
    """Requests with a token of some scopes."""

    def __init__(self, library: Running, who: str, *scopes: str) -> None:
        self.client = library.app.test_client(use_cookies=False)
        self.headers = {"Authorization": f"Bearer {library.token(who, *scopes)}", "Accept-Language": "en"}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        return self.client.open(path, method=method, headers={**self.headers, **options.pop("headers", {})}, **options)

    def load(self, text: str = SHEET, **form: str) -> TestResponse:
        data = {"file": (io.BytesIO(text.encode()), "books.csv"), "mapping": MAPPING, **form}
        return self.call("POST", f"{BOOKS}/import", data=data)


@contextmanager
def with_books(url: str, home: Path) -> Iterator[Running]:
    with running(url, home) as made:
        made.call("lena", "POST", "/api/v1/records/lib.shelf", json={"name": "A"})
        made.call("lena", "POST", BOOKS, json={"title": "Older", "isbn": "978-1"})
        yield made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("imports")
    with with_books(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


@pytest.fixture
def library_on_both(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with with_books(database_url, tmp_path) as made:
        yield made


def test_an_import_token_imports_and_takes_back(library_on_both: Running) -> None:
    library = library_on_both
    caller = Caller(library, "lena", "import")
    tried = caller.load(dry_run="true")
    assert (tried.status_code, json_of(tried)["report"]["created"], json_of(tried)["report"]["updated"]) == (200, 1, 1)
    done = caller.load()
    assert done.status_code == 201, done.text
    shown = json_of(library.call("lena", "GET", f"{BOOKS}?fields=title,isbn,shelf.name&sort=isbn"))["records"]
    assert [(row["title"], row["shelf.name"]) for row in shown] == [("Old", "A"), ("New", "A")]
    undone = caller.call("POST", f"/api/v1/imports/{json_of(done)['report']['id']}/undo")
    assert (undone.status_code, json_of(undone)) == (200, {"undone": 2, "kept": []})
    assert [row["title"] for row in json_of(library.call("lena", "GET", BOOKS))["records"]] == ["Older"]


def test_an_import_token_follows_its_own_imports_and_no_other_jobs(library_on_both: Running) -> None:
    library = library_on_both
    caller = Caller(library, "lena", "import")
    left = caller.load(**{"async": "true"})
    assert left.status_code == 202, left.text
    path = left.headers["Location"]
    assert json_of(caller.call("GET", path))["state"] == "waiting"
    assert Worker(library.rt).run_due() >= 1
    told = json_of(caller.call("GET", path))
    assert (told["state"], told["result"]["report"]["created"]) == ("done", 1)
    assert json_of(caller.call("GET", f"/api/v1/imports/{json_of(left)['import']}"))["state"] == "done"
    with library.rt.database.write() as work:
        other = outbox.add_job(work, "mail.send", {"user_id": library.ids["lena"]})
        foreign = outbox.add_job(work, TOPIC, {"user_id": library.ids["otto"], "import": "x"})
    for job_id in (other, foreign):
        assert caller.call("GET", f"/api/v1/jobs/{job_id}").status_code == 404
        assert Caller(library, "lena", "read").call("GET", f"/api/v1/jobs/{job_id}").status_code == 200
        assert (
            json_of(Caller(library, "lena", "metadata").call("GET", f"/api/v1/jobs/{job_id}"))["error"]["code"]
            == "scope"
        )
    assert Caller(library, "otto", "import").call("GET", path).status_code == 404
    assert (
        Caller(library, "otto", "import").call("GET", f"/api/v1/imports/{json_of(left)['import']}").status_code == 404
    )


def test_an_import_token_does_nothing_else(library: Running) -> None:
    caller = Caller(library, "lena", "import")
    book = json_of(library.call("lena", "GET", BOOKS))["records"][0]
    path = f"{BOOKS}/{book['id']}"
    version = {"If-Match": '"1"'}
    answers = [
        caller.call("GET", BOOKS),
        caller.call("GET", path),
        caller.call("POST", BOOKS, json={"title": "x"}),
        caller.call("PATCH", path, json={"title": "x"}, headers=version),
        caller.call("DELETE", path, headers=version),
        caller.call("GET", f"{BOOKS}/export"),
        caller.call("POST", f"{BOOKS}/batch", json={"changes": [{"do": "create", "data": {"title": "x"}}]}),
    ]
    assert [(answer.status_code, json_of(answer)["error"]["code"]) for answer in answers] == [(403, "scope")] * len(
        answers
    )


def test_a_token_for_reading_does_not_import(library: Running) -> None:
    answer = Caller(library, "lena", "read").load()
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (403, "scope")


def test_the_right_to_import_is_the_persons_own(library: Running) -> None:
    answer = Caller(library, "mia", "import").load()
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (403, "not_allowed")
