"""Names of files that break things: stored as data, listed, sent back as what they were stored as, and taken away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.http import parse_options_header

from loomwork.web.files import MAX_NAME, PROGRAMS, clean_name
from tests.prove.naughty import SEARCHES, SQL
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
NAMES = (
    *SQL,
    *SEARCHES,
    "报价单（终稿）.pdf", "田中さん.txt", "العربية.txt", "\U0001f469\u200d\U0001f4bb.txt", "Ω≈ç√∫˜µ≤≥÷", "ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ",
    "\u202a\u202atest\u202a", "\u202etxt.exe.pdf", "\ufeffbom.txt", "a\u0000b.txt",
    "../../../../etc/passwd", "..\\..\\windows\\system.ini", "C:\\a\\b.txt", "/dev/null", "CON", "nul.txt", "aux.", "a.", ".hidden", "...", " ",
    "a\r\nSet-Cookie: x=1", 'a"; filename="b.html', "a;b", "a%00b", "%2e%2e%2f", "a'b''UTF-8''c", "=?utf-8?q?x?=", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>.png", "{{7*7}}", "${7*7}", "=1+1", "@SUM(1)", "a\ud800b", "x" * 300 + ".pdf", "测" * 300 + ".pdf", "é" * 300,
    "e\u0301.txt", "a\u2028b\u2029c", "\u3000", "\u00a0x\u00a0", "z̡̪̹͙̞̎̇̈́̕a̶͎̗͝l̵g̸o", "file:///etc/passwd",
    "https://example.com/a?b=c#d", "?x=1&y=2", "#", "a/b/c",
)  # fmt: skip


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def as_browsers_write(name: str) -> str:
    """A name inside of a multipart form (HTML, "multipart/form-data encoding algorithm")."""
    whole = name.encode("utf-8", "replace").decode()
    return whole.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def test_names_that_break_things_go_in_and_out(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "Aspen"}))["id"]
    place = f"{BOOKS}/{book}/files"
    assert len(NAMES) >= 140
    stored: dict[str, str] = {}
    for number, name in enumerate(NAMES):
        data = f"bytes {number}".encode()
        answer = library.call("lena", "POST", place, data={"file": (io.BytesIO(data), as_browsers_write(name))})
        if name.endswith("\\"):
            # A browser sends the backslash as it is, which takes the end of the name away.
            assert (answer.status_code, json_of(answer)["error"]["code"]) == (422, "file_missing")
            continue
        assert answer.status_code == 201, (name, answer.text)
        file = json_of(answer)
        assert 1 <= len(file["name"]) <= MAX_NAME, name
        assert file["name"].isprintable() or "\u2028" in file["name"], name
        assert "/" not in file["name"], name
        stored[file["id"]] = file["name"]
        got = library.call("lena", "GET", f"/api/v1/files/{file['id']}")
        assert (got.status_code, got.data) == (200, data), name
        assert set(got.headers["Content-Disposition"]) <= {chr(code) for code in range(32, 127)}, name
        kind, options = parse_options_header(got.headers["Content-Disposition"])
        assert (kind, options["filename"]) == ("attachment", file["name"]), name
        assert got.headers["Content-Type"] == "application/octet-stream"
        got.close()
    listed: dict[str, str] = {}
    cursor = ""
    while True:
        page = json_of(library.call("lena", "GET", f"{place}?limit=100{cursor}"))
        listed.update({one["id"]: one["name"] for one in page["items"]})
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == stored
    for one in stored:
        assert library.call("lena", "DELETE", f"{place}/{one}").status_code == 204
        assert library.call("lena", "GET", f"/api/v1/files/{one}").status_code == 404
    assert json_of(library.call("lena", "GET", place))["items"] == []


@pytest.mark.parametrize("ending", sorted(PROGRAMS))
def test_no_spelling_hides_a_program(ending: str) -> None:
    from loomwork.web.files import is_program

    for name in (
        f"a.{ending}",
        f"a.{ending.upper()}",
        f"a.{ending}.",
        f"a.{ending} ",
        f"x/../a.{ending}",
        f"a.\u200b{ending}",
    ):
        assert is_program(clean_name(name), b"x"), name
