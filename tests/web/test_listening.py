"""What the server in front of the application refuses: the same JSON body, a calm page, and an answer that is heard."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.web import listening
from tests.support.answers import json_of
from tests.support.running import Running, running
from tests.support.serving import in_thread

LIMIT = 300_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, int]]:
    """A server on a real socket, with a limit that is quickly reached."""
    home: Path = tmp_path_factory.mktemp("library")
    before = listening.BODY_BYTES
    listening.BODY_BYTES = LIMIT
    try:
        with running(f"sqlite:///{home / 'library.db'}", home) as made:
            server = listening.make_server(made.app, host="127.0.0.1", port=0, threads=2)
            with in_thread(server) as port:
                yield made, port
    finally:
        listening.BODY_BYTES = before


def send(port: int, path: str, size: int, **headers: str) -> tuple[http.client.HTTPResponse, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("POST", path, body=b"x" * size, headers=headers)
        answer = line.getresponse()
        return answer, answer.read().decode()
    finally:
        line.close()


@pytest.mark.parametrize("size", [LIMIT, LIMIT * 40])
def test_a_body_over_the_limit_is_told_as_json(served: tuple[Running, int], size: int) -> None:
    answer, text = send(served[1], "/api/v1/records/lib.book", size, **{"Content-Type": "application/json"})
    fault = json.loads(text)["error"]
    assert (answer.status, answer.headers["Content-Type"], fault["code"]) == (413, "application/json", "too_large")
    assert fault["request_id"] == answer.headers["X-Request-Id"]
    assert "300,000" in fault["message"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_people_get_a_page_in_their_language(served: tuple[Running, int]) -> None:
    for language, words in (("en", "Too large"), ("zh-CN", "内容太大")):
        answer, text = send(
            served[1], "/e/lib.book/import/run", LIMIT * 3, **{"Accept": "text/html", "Accept-Language": language}
        )
        assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (413, "text/html")
        assert words in text
        assert "Content-Security-Policy" in answer.headers


def test_a_body_in_pieces_is_refused_as_well(served: tuple[Running, int]) -> None:
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", served[1]), timeout=30) as line:
        line.sendall(
            b"POST /api/v1/query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + piece * (LIMIT // 0x4000 + 9)
            + b"0\r\n\r\n"
        )
        text = line.makefile("rb").read().decode()
    assert text.startswith("HTTP/1.1 413 ")
    assert json.loads(text.partition("\r\n\r\n")[2])["error"]["code"] == "too_large"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET /api/v1/me HTTP/1.1\r\nX: ".ljust(262_144, b"y"), 431),
        (b"POST /api/v1/me HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: rot13\r\n\r\n", 501),
    ],
)
def test_what_is_no_request_is_told_as_json(served: tuple[Running, int], raw: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", served[1]), timeout=30) as line:
        line.sendall(raw)
        text = line.makefile("rb").read().decode()
    assert text.split(" ")[1] == str(status), text
    assert json.loads(text.partition("\r\n\r\n")[2])["error"]["code"] in ("unreadable", "too_large")


def test_requests_below_the_limit_go_on(served: tuple[Running, int]) -> None:
    answer, text = send(served[1], "/api/v1/records/lib.book", LIMIT - 1, **{"Content-Type": "application/json"})
    assert (answer.status, json.loads(text)["error"]["code"]) == (401, "not_signed_in")


class Line:
    """A body that comes bit by bit, as servers of many processes hand it on."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        taken = self.left if size < 0 else min(size, self.left)
        self.left -= taken
        return b"x" * taken


@pytest.mark.parametrize(("size", "left"), [(2_000_000, 0), (400_000_000, 400_000_000)])
def test_what_the_application_refuses_is_read_to_its_end(served: tuple[Running, int], size: int, left: int) -> None:
    line = Line(size)
    answer = (
        served[0]
        .app.test_client()
        .post(
            "/api/v1/query",
            headers={"Authorization": f"Bearer {served[0].token('lena')}"},
            content_type="application/json",
            environ_overrides={"wsgi.input": line, "CONTENT_LENGTH": str(size)},
        )
    )
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (413, "too_large")
    assert line.left == left
