"""Bad input over REST: 4xx with a code and the place, and nothing is written. On both databases."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
NOBODY = "00000000-0000-7000-8000-00000000dead"
MAPPING = json.dumps({"type": "import", "columns": {"Name": "title", "Pages": "pages"}})


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


RAW: dict[str, tuple[bytes, int, str]] = {
    "wrong encoding": (b'{"title": "\xe9"}', 400, "bad_encoding"),
    "UTF-16": ('{"title": "a"}'.encode("utf-16"), 400, "bad_encoding"),
    "half": (b'{"title": "a', 400, "bad_json"),
    "nothing": (b"", 400, "empty_body"),
    "deep": (b'{"title": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400, "too_deep"),
    "deep and half": (b"[" * 900_000, 400, "too_deep"),
    "10 MB string": (b'{"title": "' + b"x" * 10_000_000 + b'"}', 413, "too_large"),
    "a key twice": (b'{"title": "a", "title": "b"}', 400, "duplicate_key"),
    "NaN": (b'{"pages": NaN}', 400, "bad_number"),
    "a huge number": (b'{"pages": 1' + b"0" * 9_000 + b"}", 400, "bad_json"),
    "a list": (b"[1]", 422, "object"),
}
VALUES: dict[str, tuple[dict[str, Any], str, str]] = {
    "wrong type": ({"title": 5}, "title", "not_text"),
    "wrong number": ({"title": "a", "pages": "many"}, "pages", "not_integer"),
    "unknown key": ({"titel": "a"}, "titel", "unknown_field"),
    "long string": ({"title": "x" * 900_000}, "title", "too_long"),
    "half a character": ({"title": "\ud800"}, "title", "bad_characters"),
    "NUL": ({"title": "a\0b"}, "title", "bad_characters"),
    "missing record": ({"title": "a", "shelf": NOBODY}, "shelf", "no_such_record"),
    "missing value": ({"pages": 3}, "title", "required"),
}
SHEETS: dict[str, tuple[bytes, str]] = {
    "open quote": (b'Name,Pages\n"A,1\nB,2\n', "broken_csv"),
    "half a row": (b"Name,Pages\nA,1\nB", "bad_rows"),
    "nothing": (b"", "empty_file"),
    "bytes": (bytes(range(1, 256)) * 50, "file_encoding"),
    "a head twice": (b"Name,Name\nA,B\n", "double_head"),
    "NUL": (b"Name,Pages\nA\0,1\n", "not_csv"),
    "a huge cell": (b"Name,Pages\n" + b"x" * 40_000 + b",1\n", "bad_rows"),
}


def count(library: Running) -> int:
    return len(json_of(library.call("lena", "GET", f"{BOOKS}?fields=title&limit=200"))["records"])


def test_bodies_that_cannot_be_read(library: Running) -> None:
    for what, (data, status, code) in RAW.items():
        answer = library.call("lena", "POST", BOOKS, data=data, content_type="application/json")
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (status, code), what
    assert count(library) == 0


def test_values_that_are_not_taken(library: Running) -> None:
    for what, (values, path, code) in VALUES.items():
        answer = library.call("lena", "POST", BOOKS, data=json.dumps(values), content_type="application/json")
        details = [(one["path"], one["code"]) for one in json_of(answer)["error"]["details"]]
        assert (answer.status_code, (path, code) in details) == (422, True), (what, details)
    assert count(library) == 0


def test_names_and_circles(library: Running) -> None:
    assert library.call("lena", "POST", BOOKS, json={"title": "a", "isbn": "1"}).status_code == 201
    twice = library.call("lena", "POST", BOOKS, json={"title": "b", "isbn": "1"})
    assert (twice.status_code, json_of(twice)["error"]["details"][0]["path"]) == (409, "isbn")
    unknown = library.call("lena", "GET", "/api/v1/records/lib.bok")
    assert (unknown.status_code, "lib.book" in json_of(unknown)["error"]["message"]) == (404, True)
    above = json_of(library.call("lena", "POST", "/api/v1/records/system.unit", json={"name": "A"}))["id"]
    below = json_of(library.call("lena", "POST", "/api/v1/records/system.unit", json={"name": "B", "parent": above}))[
        "id"
    ]
    circle = library.call(
        "lena", "PATCH", f"/api/v1/records/system.unit/{above}", json={"parent": below}, headers={"If-Match": '"1"'}
    )
    assert (circle.status_code, json_of(circle)["error"]["details"][0]["path"]) == (422, "parent")
    formulas = {
        "titel = 'a'": "X110",
        "((((": "X104",
        "(" * 900 + "1" + ")" * 900: "X107",
        "x" * 3_000: "formula_request",
    }
    for formula, code in formulas.items():
        answer = library.call(
            "lena", "POST", "/api/v1/formula/evaluate", json={"formula": formula, "entity": "lib.book"}
        )
        found = [one["code"] for one in json_of(answer)["error"]["details"]]
        assert (answer.status_code, found[:1]) == (422, [code]), (formula[:20], found)
    assert count(library) == 1


def test_half_a_sheet(library: Running) -> None:
    for what, (data, code) in SHEETS.items():
        form = {"file": (io.BytesIO(data), "books.csv"), "mapping": MAPPING}
        answer = library.call("lena", "POST", f"{BOOKS}/import", data=form)
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (422, code), what
    for mapping, status in (("{", 400), ('{"a":' + "[" * 4_000, 400), ("nothing", 404)):
        form = {"file": (io.BytesIO(b"Name\nA\n"), "books.csv"), "mapping": mapping}
        assert library.call("lena", "POST", f"{BOOKS}/import", data=form).status_code == status, mapping[:10]
    assert count(library) == 0


def test_no_room_for_a_file(library: Running) -> None:
    place = library.rt.settings.home / "files"
    shutil.rmtree(place, ignore_errors=True)
    place.write_text("in the way")
    answer = library.call("lena", "POST", "/api/v1/files", data={"file": (io.BytesIO(b"x"), "a.txt")})
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (507, "disk_full")
    assert json_of(library.call("lena", "GET", "/api/v1/records/system.file"))["records"] == []
