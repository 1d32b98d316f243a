"""Over REST: who may write a field and not read it is told the same, whether he guessed right or wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.web.auth import people
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"


@contextmanager
def with_rita(url: str, home: Path) -> Iterator[Running]:
    with running(url, home) as made:
        with made.rt.write() as work:
            roles = ("lib.registrar",)
            made.ids["rita"] = people.create(made.rt, work, name="Rita", email="rita@example.com", roles=roles)
        yield made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("blind")
    with with_rita(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


@pytest.fixture
def library_on_both(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with with_rita(database_url, tmp_path) as made:
        yield made


def new(library: Running, **values: Any) -> dict[str, Any]:
    answer = library.call("lena", "POST", BOOKS, json={"title": "A book", "pages": 1, **values})
    assert answer.status_code == 201, answer.text
    return dict(json_of(answer))


def patch(
    library: Running, who: str, book: dict[str, Any], version: int, query: str = "", **values: Any
) -> TestResponse:
    headers = {"If-Match": f'"{version}"'}
    return library.call(who, "PATCH", f"{BOOKS}/{book['id']}{query}", json=values, headers=headers)


def told(library: Running, book: dict[str, Any], answer: TestResponse) -> list[Any]:
    """Everything that Rita can see of what became of her change, without what differs anyway."""
    path = f"{BOOKS}/{book['id']}"
    shown = json_of(library.call("rita", "GET", path))
    history = json_of(library.call("rita", "GET", f"{path}/history"))["items"]
    skipped = ("id", "updated_at", "created_at")
    return [
        answer.status_code,
        answer.headers.get("ETag"),
        {key: value for key, value in json_of(answer).items() if key not in skipped},
        {key: value for key, value in shown.items() if key not in skipped},
        [(one["verb"], one["version"], one["changes"]) for one in history],
    ]


def test_a_guess_at_a_hidden_or_masked_value_tells_nothing(library_on_both: Running) -> None:
    library = library_on_both
    for field, right, wrong in (("secret", "gold", "lead"), ("contact", "13900000001", "13911110001")):
        books = [new(library, **{field: value}) for value in (right, wrong)]
        answers = [told(library, book, patch(library, "rita", book, 1, **{field: right})) for book in books]
        assert answers[0] == answers[1]
        assert answers[0][1] == '"2"'


def test_a_guess_in_a_batch_or_an_import_tells_nothing(library: Running) -> None:
    books = [new(library, title=f"B{n}", secret=value) for n, value in enumerate(("gold", "lead"))]
    for place, book in enumerate(books):
        change = {"do": "update", "id": book["id"], "row_version": 1, "data": {"secret": "gold"}}
        answer = library.call("rita", "POST", f"{BOOKS}/batch", json={"changes": [change]})
        assert json_of(answer)["items"][0]["row_version"] == 2
        columns = {name: {"field": name} for name in ("title", "secret")}
        mapping = json.dumps({"type": "import", "columns": columns, "match": ["title"], "on_match": "update"})
        form = {"file": (io.BytesIO(f"title,secret\nB{place},gold\n".encode()), "b.csv"), "mapping": mapping}
        report = library.call("rita", "POST", f"{BOOKS}/import", data=form)
        assert report.status_code == 201, report.text
        assert json_of(report)["report"]["updated"] == 1
        assert json_of(library.call("rita", "GET", f"{BOOKS}/{book['id']}"))["row_version"] == 3
        undone = json_of(library.call("rita", "POST", f"/api/v1/imports/{json_of(report)['report']['id']}/undo"))
        assert undone == {"undone": 1, "kept": []}
        assert json_of(library.call("rita", "GET", f"{BOOKS}/{book['id']}"))["row_version"] == 4


def test_a_conflict_names_only_fields_that_the_caller_reads(library: Running) -> None:
    book = new(library, secret="gold")
    assert patch(library, "lena", book, 1, secret="lead", title="Theirs").status_code == 200
    answer = patch(library, "rita", book, 1, secret="x", title="Mine")
    fault = json_of(answer)["error"]
    assert (answer.status_code, fault["code"], fault["fields"]) == (409, "stale_record", ["title"])
    assert (fault["theirs"], fault["yours"]) == ({"title": "Theirs"}, {"title": "Mine"})
    assert "lead" not in answer.text


def test_merging_tells_nothing_of_a_hidden_field(library: Running) -> None:
    books = [new(library) for _ in range(2)]
    patch(library, "lena", books[0], 1, secret="lead")
    patch(library, "lena", books[1], 1, weight="1.5")
    answers = [patch(library, "rita", book, 1, "?merge=true", secret="x") for book in books]
    bodies = [{**json_of(answer)["error"], "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert bodies[0] == bodies[1]
    assert patch(library, "rita", books[0], 1, "?merge=true", pages=9).status_code == 200
