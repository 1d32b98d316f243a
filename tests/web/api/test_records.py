"""Records over REST on both databases: versions, keys, conflicts, paging, batches, files, exports, faults."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.core.errors import InvalidInput, TryAgain
from loomwork.core.sheets import unguard_cell
from loomwork.web.files import MAX_BYTES, FileStore, clean_name, look_at, type_of
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("records")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


@pytest.fixture
def library_on_both(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def new(library: Running, who: str = "lena", **values: Any) -> dict[str, Any]:
    answer = library.call(who, "POST", BOOKS, json={"title": "A book", **values})
    assert answer.status_code == 201, answer.text
    return dict(json_of(answer))


def code(answer: TestResponse) -> str:
    return str(json_of(answer)["error"]["code"])


def change(library: Running, book: dict[str, Any], version: Any, **values: Any) -> TestResponse:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return library.call("lena", "PATCH", f"{BOOKS}/{book['id']}", json=values, headers=headers)


def test_a_record_lives_from_making_to_restoring(library_on_both: Running) -> None:
    library = library_on_both
    made = library.call(
        "lena", "POST", BOOKS, json={"title": "活着", "pages": 191, "price": {"amount": "29.90", "currency": "CNY"}}
    )
    assert made.headers["ETag"] == '"1"'
    path = made.headers["Location"]
    assert json_of(library.call("lena", "GET", path)) == json_of(made)
    assert json_of(made)["stock_value"] == "382"
    changed = library.call("lena", "PATCH", path, json={"pages": 200}, headers={"If-Match": made.headers["ETag"]})
    assert (changed.headers["ETag"], json_of(changed)["stock_value"]) == ('"2"', "400")
    history = json_of(library.call("lena", "GET", f"{path}/history"))["items"]
    assert [one["version"] for one in history] == [2, 1]
    assert history[0]["changes"]["pages"] == [191, 200]
    assert library.call("lena", "DELETE", path, headers={"If-Match": '"2"'}).status_code == 204
    assert library.call("lena", "GET", path).status_code == 404
    assert json_of(library.call("lena", "GET", f"{BOOKS}?trash=true"))["records"][0]["id"] == json_of(made)["id"]
    assert library.call("lena", "POST", f"{path}/restore").status_code == 200
    assert json_of(library.call("lena", "GET", path))["title"] == "活着"


def test_without_a_version_nothing_is_changed(library: Running) -> None:
    book = new(library)
    assert code(change(library, book, None, title="x")) == "version_missing"
    assert library.call("lena", "DELETE", f"{BOOKS}/{book['id']}").status_code == 428


def test_a_stale_change_shows_both_sides(library: Running) -> None:
    book = new(library, pages=1)
    change(library, book, 1, title="theirs")
    stale = change(library, book, 1, title="mine")
    told = json_of(stale)["error"]
    assert (stale.status_code, told["code"], told["row_version"]) == (409, "stale_record", 2)
    assert (told["theirs"], told["yours"], told["fields"]) == ({"title": "theirs"}, {"title": "mine"}, ["title"])
    path = f"{BOOKS}/{book['id']}?merge=true"
    merged = library.call("lena", "PATCH", path, json={"pages": 9}, headers={"If-Match": '"1"'})
    assert (merged.status_code, json_of(merged)["title"], json_of(merged)["pages"]) == (200, "theirs", 9)


def test_a_key_has_one_effect_and_one_answer(library_on_both: Running) -> None:
    library = library_on_both
    headers = {"Idempotency-Key": "order-7"}
    first = library.call("mia", "POST", BOOKS, json={"title": "once"}, headers=headers)
    again = library.call("mia", "POST", BOOKS, json={"title": "once"}, headers=headers)
    assert (again.status_code, again.data, again.headers["ETag"]) == (201, first.data, '"1"')
    assert again.headers["Idempotency-Replayed"] == "true"
    assert code(library.call("mia", "POST", BOOKS, json={"title": "other"}, headers=headers)) == "key_reused"
    assert (
        json_of(library.call("max", "POST", BOOKS, json={"title": "once"}, headers=headers))["id"]
        != json_of(first)["id"]
    )
    refused = library.call("mia", "POST", BOOKS, json={"title": ""}, headers={"Idempotency-Key": "order-8"})
    assert refused.status_code == 422
    assert (
        library.call("mia", "POST", BOOKS, json={"title": "fine"}, headers={"Idempotency-Key": "order-8"}).status_code
        == 201
    )


def test_pages_join_without_gap_or_double(library_on_both: Running) -> None:
    library = library_on_both
    rows = [{"do": "create", "data": {"title": f"B{n:02}", "pages": n % 3 + 1}} for n in range(23)]
    assert library.call("lena", "POST", f"{BOOKS}/batch", json={"changes": rows}).status_code == 200
    seen, cursor, asked = [], "", 0
    while asked == 0 or cursor:
        answer = json_of(
            library.call(
                "lena", "GET", f"{BOOKS}?sort=pages,-title&limit=5&fields=title,pages&count=exact&cursor={cursor}"
            )
        )
        seen += [(row["pages"], row["title"]) for row in answer["records"]]
        cursor, asked = answer["next_cursor"], asked + 1
        assert (answer["count"], answer["count_is_capped"]) == (23, False)
    assert len(seen) == len(set(seen)) == 23
    assert seen == sorted(sorted(seen, key=lambda row: row[1], reverse=True), key=lambda row: row[0])


def test_a_conflict_in_a_batch_shows_both_sides(library: Running) -> None:
    made = json_of(library.call("lena", "POST", BOOKS, json={"title": "Twice"}))
    version = {"If-Match": f'"{made["row_version"]}"'}
    library.call("lena", "PATCH", f"{BOOKS}/{made['id']}", json={"title": "Theirs"}, headers=version)
    change = {"do": "update", "id": made["id"], "row_version": made["row_version"], "data": {"title": "Yours"}}
    answer = library.call("lena", "POST", f"{BOOKS}/batch", json={"changes": [change]})
    error = json_of(answer)["error"]
    assert answer.status_code == 409
    assert error["theirs"] == {"title": "Theirs"}
    assert error["yours"] == {"title": "Yours"}
    assert error["row_version"] == made["row_version"] + 1


def test_a_batch_is_whole_or_nothing(library: Running) -> None:
    book = new(library)
    before = json_of(library.call("lena", "GET", f"{BOOKS}?count=exact"))["count"]
    changes = [
        {"do": "create", "data": {"title": "one"}},
        {"do": "update", "id": book["id"], "row_version": 99, "data": {"title": "stale"}},
    ]
    answer = library.call("lena", "POST", f"{BOOKS}/batch", json={"changes": changes})
    assert (answer.status_code, json_of(answer)["error"]["details"][0]["path"]) == (409, "changes.1")
    assert json_of(library.call("lena", "GET", f"{BOOKS}?count=exact"))["count"] == before


def test_a_taken_value_says_only_that_it_is_taken(library: Running) -> None:
    new(library, isbn="978-7")
    answer = library.call("mia", "POST", BOOKS, json={"title": "mine", "isbn": "978-7"})
    assert answer.status_code == 409
    assert "lib__book" not in answer.text
    assert "UNIQUE" not in answer.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_faults_name_every_field_in_the_readers_language(library: Running, language: str) -> None:
    body = {"pages": "many", "price": {"amount": "x", "currency": "CNY"}, "tilte": "x"}
    browser = library.browser()
    answer = library.call("lena", "POST", BOOKS, json=body, headers={"Accept-Language": language})
    details = {one["path"]: one["code"] for one in json_of(answer)["error"]["details"]}
    assert answer.status_code == 422
    assert {"pages", "price.amount", "tilte", "title"} <= set(details)
    assert browser.get("/sign-in").status_code == 200


def test_a_busy_and_a_full_database_say_so(library: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for fault, status in (("locked", 503), ("unreachable", 503), ("disk_full", 507)):

        def refuse(*_: Any, fault: str = fault, **__: Any) -> None:
            raise TryAgain("not now", code=fault)

        with monkeypatch.context() as patch:
            patch.setattr(library.rt.records, "create", refuse)
            answer = library.call("lena", "POST", BOOKS, json={"title": "x"})
        assert (answer.status_code, code(answer)) == (status, fault)
        assert ("Retry-After" in answer.headers) is (status == 503)


def test_a_fault_of_ours_is_told_by_its_number_alone(
    library: Running, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary in the words of a fault")

    with monkeypatch.context() as patch:
        patch.setattr(library.rt.records, "create", broken)
        answer = library.call("lena", "POST", BOOKS, json={"title": "x"})
    assert (answer.status_code, code(answer)) == (500, "broken")
    logged = capfd.readouterr().err
    assert json_of(answer)["error"]["request_id"] in logged
    assert "RuntimeError" in logged
    assert "canary" not in logged + answer.text


def test_groups_are_asked_for_by_query(library_on_both: Running) -> None:
    library = library_on_both
    for pages, status, bought in ((10, "lent", "2026-01-05"), (20, "lent", "2026-01-20"), (40, "lost", "2026-02-01")):
        new(library, pages=pages, status=status, bought=bought)
    asked = {
        "entity": "lib.book", "group": {"what": "status", "month": "bought:month"}, "measures": {"pages": "SUM(pages)", "n": "COUNT()"},
        "sort": ["-pages"],
    }  # fmt: skip
    found = json_of(library.call("lena", "POST", "/api/v1/query", json=asked))
    assert [(str(row["pages"]), str(row["n"])) for row in found["rows"]] == [("40", "1"), ("30", "2")]
    assert [column["key"] for column in found["columns"]] == ["what", "month", "pages", "n"]
    records = library.call(
        "lena",
        "POST",
        "/api/v1/query",
        json={"entity": "lib.book", "filter": "pages > :least", "params": {"least": 15}, "fields": ["pages"]},
    )
    assert sorted(row["pages"] for row in json_of(records)["records"]) == [20, 40]


# S9: uploads.

NAMES = [
    ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("/abs/olute.txt", "olute.txt"), ("a\0b.txt", "ab.txt"), ("", "file"),
    ("...", "file"), ("x" * 300 + ".pdf", "x" * 251 + ".pdf"), ("\u202egnp.exe", "gnp.exe"), ("合同 (1).pdf", "合同 (1).pdf"), ("a\r\nb", "ab"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_a_name_is_data_and_never_a_path(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<html><script>", "text/plain"),
        (b"<svg onload=x>", "text/plain"),
        (b"MZ\x90\0", "application/octet-stream"),
        (b"PK\x03\x04....xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04", "application/zip"),
        ("文字".encode(), "text/plain"),
    ],
)  # fmt: skip
def test_the_type_is_told_by_the_content(data: bytes, kind: str) -> None:
    assert type_of(data) == kind


def upload(library: Running, who: str, path: str, data: bytes, name: str) -> TestResponse:
    return library.call(who, "POST", path, data={"file": (io.BytesIO(data), name)})


def test_a_file_on_a_record_is_seen_by_those_who_see_the_record(library: Running) -> None:
    book = new(library, "mia", status="lent")
    made = upload(library, "mia", f"{BOOKS}/{book['id']}/files", b"<script>alert(1)</script>", "../evil.html")
    assert json_of(made) == {"id": json_of(made)["id"], "name": "evil.html", "size": 25, "type": "text/plain"}
    for who, status in (("mia", 200), ("lena", 200), ("max", 404)):
        answer = library.call(who, "GET", f"/api/v1/files/{json_of(made)['id']}")
        assert answer.status_code == status, who
        if status == 200:
            assert answer.data == b"<script>alert(1)</script>"
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        answer.close()
    assert upload(library, "max", f"{BOOKS}/{book['id']}/files", PNG, "x.png").status_code == 404
    [listed] = json_of(library.call("lena", "GET", f"{BOOKS}/{book['id']}/files"))["items"]
    assert listed["owner_id"] == {"id": library.ids["mia"], "label": "Mia"}


def test_stored_files_have_generated_names(library: Running) -> None:
    made = json_of(upload(library, "mia", "/api/v1/files", PNG, "photo.png"))
    path = FileStore(library.rt.settings.home).path(made["id"])
    assert path.read_bytes() == PNG
    assert path.is_relative_to(library.rt.settings.home / "files")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("file_id", ["../../secret.key", "..%2f..%2fsecret.key", "%00", "nobody"])
def test_no_path_is_ever_read(library: Running, file_id: str) -> None:
    assert library.call("lena", "GET", f"/api/v1/files/{file_id}").status_code == 404


def test_what_is_no_upload_is_refused(library: Running) -> None:
    assert upload(library, "mia", "/api/v1/files", b"", "empty.txt").status_code == 422
    with pytest.raises(InvalidInput, match="25 MB"):
        look_at("big.bin", b"x" * (MAX_BYTES + 1))
    assert library.call("mia", "POST", "/api/v1/files", json={"file": {"path": "/etc/passwd"}}).status_code == 422
    assert library.call("mia", "POST", "/api/v1/files", data={"file": "/etc/passwd"}).status_code == 422
    two = {"file": (io.BytesIO(b"a"), "a"), "path": (io.BytesIO(b"b"), "b")}
    assert library.call("mia", "POST", "/api/v1/files", data=two).status_code == 422


def test_a_file_whose_record_is_not_written_leaves_no_bytes(library: Running) -> None:
    folder = library.rt.settings.home / "files"
    before = sorted(folder.rglob("*")) if folder.exists() else []
    assert upload(library, "gus", "/api/v1/files", PNG, "x.png").status_code == 403
    book = new(library, "mia", status="lent")
    assert upload(library, "max", f"{BOOKS}/{book['id']}/files", PNG, "x.png").status_code == 404
    assert [p for p in sorted(folder.rglob("*")) if p.is_file()] == [p for p in before if p.is_file()]


# S11: files that spreadsheets open.


def test_an_export_runs_nothing_and_comes_back_unchanged(library_on_both: Running) -> None:
    import csv

    library = library_on_both
    titles = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        " =1",
        "＝1",
        "'=1",
        "'quoted'",
        '=HYPERLINK("http://evil")',
        "plain",
        "华为，技术",
        'a "b"',
        "-5 kg",
    ]
    for title in titles:
        new(library, title=title, weight="-0", pages=3, notes="two\nlines")
    body = library.call("lena", "GET", f"{BOOKS}/export?fields=title,weight,pages,notes&sort=created_at").data.decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(body, newline="")))[1:]
    assert len(rows) == len(titles)
    for row in rows:
        assert not row[0].lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert [unguard_cell(row[0]) for row in rows] == titles
    assert {tuple(row[1:]) for row in rows} == {("0.000", "3", "two\nlines")}


def test_a_workbook_holds_texts_and_numbers_only(library: Running) -> None:
    from python_calamine import CalamineWorkbook

    new(library, title="=1+1", pages=7)
    data = library.call(
        "lena", "GET", f"{BOOKS}/export?format=xlsx&fields=title,pages&filter=pages=7&heads=labels"
    ).data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert sheet == [["Title", "Pages"], ["'=1+1", 7.0]]


def test_a_masked_value_is_revealed_by_right_once_written_down(library: Running) -> None:
    book = new(library, "mia", status="lent")
    change(library, book, 1, contact="13812345678")
    path = f"{BOOKS}/{book['id']}/reveal"
    assert code(library.call("mia", "POST", path, json={"field": "contact"})) == "ability"
    ids = library.app.guard.identities
    by_token = ids.by_token
    ids.by_token = lambda secret: replace(found := by_token(secret), abilities=found.abilities | {"reveal"})  # type: ignore[method-assign]
    try:
        assert json_of(library.call("mia", "POST", path, json={"field": "contact"})) == {"value": "+8613812345678"}
        assert code(library.call("mia", "POST", path, json={"field": "title"})) == "not_masked"
        assert library.call("mia", "POST", path, json={"field": "secret"}).status_code == 422
        for _ in range(49):
            library.call("mia", "POST", path, json={"field": "contact"})
        assert library.call("mia", "POST", path, json={"field": "contact"}).status_code == 429
    finally:
        ids.by_token = by_token  # type: ignore[method-assign]


def test_a_file_in_a_field_is_seen_by_those_who_see_the_field(library: Running) -> None:
    picture = json_of(upload(library, "mia", "/api/v1/files", PNG, "me.png"))["id"]
    assert library.call("max", "GET", f"/api/v1/files/{picture}").status_code == 404
    path = f"/api/v1/records/system.user/{library.ids['mia']}"
    version = library.call("mia", "GET", path).headers["ETag"]
    assert (
        library.call("mia", "PATCH", path, json={"avatar": picture}, headers={"If-Match": version}).status_code == 200
    )
    answer = library.call("max", "GET", f"/api/v1/files/{picture}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    answer.close()


def test_a_program_asks_what_a_new_record_begins_with(library: Running) -> None:
    shelf = json_of(library.call("lena", "POST", "/api/v1/records/lib.shelf", json={"name": "A"}))["id"]
    begun = library.call("mia", "POST", f"{BOOKS}/new", json={"shelf": shelf})
    assert begun.status_code == 200
    values = json_of(begun)["values"]
    assert {"shelf", "secret", "contact"} & set(values) == set()
    made = library.call("mia", "POST", BOOKS, json={"title": "Begun", "shelf": shelf, **values})
    assert made.status_code == 201, made.text
    assert library.call("gus", "POST", f"{BOOKS}/new", json={}).status_code == 403
    wrong = library.call("mia", "POST", f"{BOOKS}/new", json={"shelv": shelf})
    assert (wrong.status_code, json_of(wrong)["error"]["details"][0]["path"]) == (422, "shelv")
    assert library.call("mia", "POST", f"{BOOKS}/new", json=[]).status_code == 422
