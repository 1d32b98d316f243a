"""An import under an Idempotency-Key acts once, whoever is faster. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"


@pytest.fixture
def library_on_both(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def send(library: Running, key: str, text: str = "title\nOnce\n", **form: str) -> Any:
    data = {"file": (io.BytesIO(text.encode()), "a.csv"), **form}
    return library.call("lena", "POST", f"{BOOKS}/import", data=data, headers={"Idempotency-Key": key})


def count(library: Running, title: str) -> int:
    return int(json_of(library.call("lena", "GET", f"{BOOKS}?filter=title = '{title}'&count=exact"))["count"])


def test_a_file_sent_again_is_answered_as_before(library_on_both: Running) -> None:
    library = library_on_both
    first, again = send(library, "file-1"), send(library, "file-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert json_of(again) == json_of(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(library, "Once") == 1


def test_a_request_that_was_overtaken_gets_the_answer_of_the_faster_one(library_on_both: Running) -> None:
    library = library_on_both
    first = send(library, "file-2")
    with patch("loomwork.web.api.transfer._replayed", lambda key, asked: None):
        second = send(library, "file-2")  # it looked for an answer before there was one
    assert (second.status_code, json_of(second)) == (201, json_of(first))
    assert count(library, "Once") == 1


def test_chunks_end_in_the_answer_of_the_whole(library_on_both: Running) -> None:
    library = library_on_both
    text = "title\n" + "".join(f"Row {n}\n" for n in range(7))
    with (
        patch("loomwork.records.importing.run.WHOLE", 3),
        patch("loomwork.records.importing.run.CHUNK", 3),
    ):
        first = send(library, "file-3", text)
    again = send(library, "file-3", text)
    assert json_of(first)["report"]["done_rows"] == 7
    assert json_of(again) == json_of(first)


def test_a_trial_and_another_file_under_the_key(library_on_both: Running) -> None:
    library = library_on_both
    trial, again = send(library, "file-4", dry_run="true"), send(library, "file-4", dry_run="true")
    assert (trial.status_code, again.status_code) == (200, 200)
    assert json_of(again) == json_of(trial)
    assert json_of(send(library, "file-4", "title\nOther\n"))["error"]["code"] == "key_reused"
    assert count(library, "Once") == count(library, "Other") == 0
