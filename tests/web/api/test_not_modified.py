"""`If-None-Match`: who has the version of a record is told so, where the version tells all of what he asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def test_who_has_the_version_gets_no_body(library: Running) -> None:
    made = library.call("lena", "POST", BOOKS, json={"title": "活着", "pages": 191})
    path, tag = f"{made.headers['Location']}?fields=title,pages,owner_id", made.headers["ETag"]
    for header in (tag, f"W/{tag}", f'"99", {tag}', "*"):
        again = library.call("lena", "GET", path, headers={"If-None-Match": header})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), header
    for header in ('"2"', "1x", ""):
        assert json_of(library.call("lena", "GET", path, headers={"If-None-Match": header}))["pages"] == 191
    library.call("lena", "PATCH", made.headers["Location"], json={"pages": 200}, headers={"If-Match": tag})
    newer = library.call("lena", "GET", path, headers={"If-None-Match": tag})
    assert (newer.status_code, json_of(newer)["pages"], newer.headers["ETag"]) == (200, 200, '"2"')


def test_what_changes_without_a_new_version_is_always_sent(library: Running) -> None:
    made = library.call("lena", "POST", BOOKS, json={"title": "A", "pages": 1})
    for fields in ("title,stock_value", "title,shelf.name", "title,owner_id.name"):
        path = f"{made.headers['Location']}?fields={fields}"
        answer = library.call("lena", "GET", path, headers={"If-None-Match": made.headers["ETag"]})
        assert answer.status_code == 200, fields
    whole = library.call("lena", "GET", made.headers["Location"], headers={"If-None-Match": made.headers["ETag"]})
    assert json_of(whole) == json_of(made)


def test_who_may_not_see_the_record_learns_nothing_from_its_version(library: Running) -> None:
    made = library.call("lena", "POST", BOOKS, json={"title": "A"})
    for header in ("*", made.headers["ETag"]):
        answer = library.call("nora", "GET", made.headers["Location"], headers={"If-None-Match": header})
        assert answer.status_code in (403, 404)


def test_lists_carry_no_etag(library: Running) -> None:
    library.call("lena", "POST", BOOKS, json={"title": "A"})
    answer = library.call("lena", "GET", BOOKS, headers={"If-None-Match": "*"})
    assert (answer.status_code, "ETag" in answer.headers, len(json_of(answer)["records"])) == (200, False, 1)


def test_a_cursor_of_another_filter_is_refused_as_unreadable(library: Running) -> None:
    for number in range(3):
        library.call("lena", "POST", BOOKS, json={"title": f"B{number}", "pages": number + 1})
    cursor = json_of(library.call("lena", "GET", f"{BOOKS}?sort=title&limit=1&filter=pages%3E1"))["next_cursor"]
    same = library.call("lena", "GET", f"{BOOKS}?sort=title&limit=5&filter=pages%3E1&cursor={cursor}&fields=pages")
    assert [one["pages"] for one in json_of(same)["records"]] == [3]
    for other in ("sort=title&filter=pages%3E0", "sort=title", "sort=title&filter=pages%3E1&search=B1"):
        answer = library.call("lena", "GET", f"{BOOKS}?{other}&cursor={cursor}")
        assert (answer.status_code, json_of(answer)["error"]["code"]) == (400, "bad_cursor"), other
    answer = library.call("lena", "POST", "/api/v1/query", json={"entity": "lib.book", "cursor": cursor})
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (400, "bad_cursor")
    page = library.browser("lena").get(f"/e/lib.book?cursor={cursor}")
    assert (page.status_code, "B2" in page.text) == (200, True)
