"""A served shop for proofs with real clients: server processes that can be killed and started again, and requests over sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove.results import Context
from tests.prove.shop import BOSS, make_shop
from tests.prove.stage import Stage, environ, stage

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
TRIES = 200


@dataclass
class Fleet:
    """Server processes on one port. `breakage` is the name of a counter-test that they run with.

    Shapes: `tokens`, `users` and `browsers` by the number of a person; the last are the headers of a signed-in browser.
    """

    settings: dict[str, str]
    port: int
    tokens: list[str]
    users: list[str]
    browsers: list[dict[str, str]]
    breakage: str = ""
    process: subprocess.Popen[bytes] | None = None
    log: Any = field(default_factory=tempfile.TemporaryFile)
    threads: threading.local = field(default_factory=threading.local)
    starts: int = 0

    def start(self) -> None:
        """Start the processes and wait for the first answer."""
        self.starts += 1
        path = os.pathsep.join((str(ROOT / "platform"), str(ROOT)))
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "tests.prove.served:make_app()",
            f"--bind=127.0.0.1:{self.port}",
            f"--workers={WORKERS}",
        ]
        command += [
            "--worker-class=gthread",
            "--threads=8",
            "--log-level=critical",
            "--graceful-timeout=1",
            "--timeout=60",
            "--keep-alive=30",
            "--no-control-socket",
            "--reuse-port",
        ]
        env = {**os.environ, **self.settings, "PYTHONPATH": path, "PROVE_BREAKAGE": self.breakage}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        self.log.seek(0)
        raise RuntimeError(f"the server did not start: {self.log.read()[-2000:].decode(errors='replace')}")

    def kill(self) -> None:
        """`kill -9` to every process at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(
        self, method: str, path: str, body: Any = None, *, person: int = 0, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request, on the connection that the calling thread keeps open. A body of bytes is sent as it is."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection = self._connection()
        try:
            connection.request(method, path, body=data, headers=self.head(person, headers))
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        except BaseException:
            connection.close()  # the next request opens it again
            raise

    def _connection(self) -> http.client.HTTPConnection:
        kept = getattr(self.threads, "connection", None)
        if kept is None or self.threads.start != self.starts:
            kept = self.threads.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self.threads.start = self.starts
        return kept

    def head(self, person: int, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Headers of a request in the name of a person: those of a program, unless a cookie is among them."""
        given = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        return given if "Cookie" in given else {"Authorization": f"Bearer {self.tokens[person]}", **given}

    def cut(
        self, method: str, path: str, body: Any, *, person: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a request and hang up without waiting for the answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(data)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.head(person, headers).items()]
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as raw:
            raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data)

    def patient(
        self, method: str, path: str, body: Any = None, *, person: int = 0, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """A request that is sent again when the server asks for it (503) or is not there."""
        for _ in range(TRIES):
            with suppress(OSError, http.client.HTTPException):
                found = self.ask(method, path, body, person=person, headers=headers)
                if found[0] != 503:
                    return found
            time.sleep(0.02)
        raise RuntimeError(f"{method} {path}: no answer in {TRIES} tries")


def _browser(on: Stage, user: str) -> dict[str, str]:
    """The headers of a browser in which a person is signed in, on a page of ours."""
    from loomwork.web.auth import sessions
    from loomwork.web.auth.secret_text import digest
    from loomwork.web.security_csrf import make_csrf

    with on.rt.database.write() as work:
        secret = sessions.create(work, user, address="127.0.0.1", agent="proof")
    name = on.server.guard.cookies.session_name
    return {"Cookie": f"{name}={secret}", "X-CSRF-Token": make_csrf(on.rt.settings, digest(secret))}


def form(columns: Mapping[str, list[str]], match: str = "") -> tuple[bytes, str]:
    """A multipart form with a file made of columns, and its content type; `match` names the column that finds records."""
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    mapping: dict[str, Any] = {"type": "import", "columns": {name: {"field": name} for name in columns}}
    if match:
        mapping.update(match=[match], on_match="update")
    parts = {'name="mapping"': json.dumps(mapping), 'name="file"; filename="a.csv"': "\n".join(lines)}
    mark = "a-part-of-a-form"
    body = "".join(f"--{mark}\r\nContent-Disposition: form-data; {k}\r\n\r\n{v}\r\n" for k, v in parts.items())
    return f"{body}--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


@contextmanager
def fleet(context: Context, *, people: int = 2, breakage: str = "") -> Iterator[Fleet]:
    """A served shop on a new database; all people are bosses."""
    with tempfile.TemporaryDirectory() as folder:
        package = make_shop(Path(folder))
        url = context.make_url()
        tokens, users, browsers = [], [], []
        with stage(url, Path(folder) / "home", package) as on:
            for number in range(people):
                users.append(
                    on.add_person(f"person{number}", f"Person {number}", roles=(BOSS,), scopes=("write", "import"))
                )
                tokens.append(on.tokens[f"person{number}"])
                browsers.append(_browser(on, users[-1]))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        made = Fleet(
            {**environ(url, Path(folder) / "home", package), "LOOMWORK_POOL_SIZE": "8"},
            port,
            tokens,
            users,
            browsers,
            breakage,
        )
        try:
            made.start()
            yield made
        finally:
            made.kill()
            made.log.close()
