"""Files that hang on a record: who changes the record brings and takes them away, and nobody sees those of what he does not see."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.core.errors import InvalidInput
from loomwork.permissions.actor import system_actor
from loomwork.web.api.errors import message_of
from loomwork.web.files import PROGRAMS, is_program, look_at
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
ELF = b"\x7fELF\x02\x01\x01\0\xff"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def book(library: Running, status: str = "available", who: str = "mia") -> str:
    answer = library.call(who, "POST", BOOKS, json={"title": "A book", "status": status})
    assert answer.status_code == 201, answer.text
    return f"{BOOKS}/{json_of(answer)['id']}"


def send(
    library: Running, who: str, path: str, name: str = "a.txt", data: bytes = b"text", **more: Any
) -> TestResponse:
    return library.call(who, "POST", path, data={"file": (io.BytesIO(data), name)}, **more)


def names(library: Running, who: str, record: str) -> list[str]:
    return [one["name"] for one in json_of(library.call(who, "GET", f"{record}/files"))["items"]]


def test_a_file_is_taken_away_and_brought_back_by_whoever_may_change_the_record(library: Running) -> None:
    record = book(library)
    file = f"{record}/files/{json_of(send(library, 'mia', f'{record}/files'))['id']}"
    bytes_of = f"/api/v1/files/{file.rpartition('/')[2]}"
    for who, status in (("max", 403), ("gus", 403), ("nora", 403), (None, 401)):
        assert library.call(who, "DELETE", file).status_code == status, who
    assert library.call("lena", "DELETE", file).status_code == 204  # she did not bring it
    assert names(library, "mia", record) == []
    assert library.call("mia", "GET", bytes_of).status_code == 404
    assert library.call("lena", "DELETE", file).status_code == 404
    assert library.call("max", "POST", f"{file}/restore").status_code == 403
    restored = library.call("mia", "POST", f"{file}/restore")
    assert (restored.status_code, json_of(restored)["name"]) == (200, "a.txt")
    assert names(library, "lena", record) == ["a.txt"]
    answer = library.call("mia", "GET", bytes_of)
    assert answer.data == b"text"
    answer.close()


def test_a_file_is_not_reached_through_another_record(library: Running) -> None:
    one, other = book(library), book(library)
    file = json_of(send(library, "mia", f"{one}/files"))["id"]
    loose = json_of(send(library, "mia", "/api/v1/files"))["id"]
    for found in (file, loose, "nothing"):
        assert library.call("lena", "DELETE", f"{other}/files/{found}").status_code == 404
        assert library.call("lena", "POST", f"{other}/files/{found}/restore").status_code == 404
    assert names(library, "lena", one) == ["a.txt"]


def test_who_does_not_see_the_record_any_more_does_not_see_what_he_brought(library: Running) -> None:
    record = book(library, "lent")  # hidden from all but its owner and the librarians
    file = f"/api/v1/files/{json_of(send(library, 'mia', f'{record}/files'))['id']}"
    library.call("mia", "GET", file).close()
    rt, actor = library.rt, system_actor("test")
    with rt.write() as work:
        rt.records.update(work, actor, "lib.book", record.rpartition("/")[2], {"owner_id": library.ids["otto"]}, 1)
    assert library.call("mia", "GET", record).status_code == 404
    assert library.call("mia", "GET", file).status_code == 404
    answer = library.call("otto", "GET", file)
    assert answer.status_code == 200
    answer.close()


def test_files_of_a_record_in_the_trash_are_closed_until_it_is_back(library: Running) -> None:
    record = book(library)
    file = f"/api/v1/files/{json_of(send(library, 'lena', f'{record}/files'))['id']}"
    assert library.call("lena", "DELETE", record, headers={"If-Match": '"1"'}).status_code == 204
    assert library.call("lena", "GET", file).status_code == 404
    assert library.call("lena", "GET", f"{record}/files").status_code == 404
    library.call("lena", "POST", f"{record}/restore")
    assert names(library, "lena", record) == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "data", "is_refused"),
    [
        ("setup.EXE", b"text", True),
        ("invoice.pdf.scr", b"%PDF-1.4", True),
        ("photo.png", b"MZ\x90\0\xff\xff", True),
        ("tool", ELF, True),
        ("run.bat ", b"echo", True),
        ("exe", b"a name that is the ending", False),
        ("MZ.csv", b"MZ,Mozambique\r\n", False),
        ("setup.exe.zip", b"PK\x03\x04", False),
        ("page.html", b"<p>", False),
    ],
)
def test_programs_are_refused_by_name_and_by_content(name: str, data: bytes, *, is_refused: bool) -> None:
    assert is_program(name, data) is is_refused
    assert len(PROGRAMS) >= 30


def test_a_refusal_is_said_in_the_readers_language(library: Running) -> None:
    record = book(library)
    answer = send(library, "mia", f"{record}/files", "a.exe")
    fault = json_of(answer)["error"]
    assert (answer.status_code, fault["code"]) == (422, "file_program")
    assert "ZIP archive" in fault["message"]
    with pytest.raises(InvalidInput) as refused:
        look_at("a.exe", b"text")
    assert "程序文件" in message_of(refused.value, "zh-CN")
    assert names(library, "mia", record) == []


def test_a_file_sent_twice_under_one_key_is_there_once(library: Running) -> None:
    record, key = book(library), {"Idempotency-Key": "one-file"}
    first, second = (send(library, "mia", f"{record}/files", headers=key) for _ in range(2))
    assert json_of(first) == json_of(second)
    assert names(library, "mia", record) == ["a.txt"]
