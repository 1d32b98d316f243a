"""A fresh server for an acceptance run: its own home folder, its own database, its own process."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

ROOT = Path(__file__).parents[2]
LOOMWORK = (sys.executable, "-c", "from loomwork.cli import main; main()")
APPS = (
    ROOT / "apps" / "crm_standard",
    *(ROOT / "tests" / "accept" / "apps" / name for name in ("hardware_seller", "chinook", "naughty")),
)


class NotStarted(Exception):
    """The server did not come up; the message holds what it printed."""


@dataclass
class Server:
    """A running server. `environment` is what its commands run in, `log` the last lines that it printed."""

    address: str
    environment: dict[str, str]
    log: deque[str] = field(default_factory=lambda: deque(maxlen=80))

    def command(self, *words: str) -> str:
        """Run `loomwork …` against the same home; what it printed. Raises: NotStarted with its errors."""
        done = subprocess.run(
            [*LOOMWORK, *words],
            env=self.environment, capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        if done.returncode:
            raise NotStarted(f"loomwork {' '.join(words[:2])}: {done.stdout[-500:]} {done.stderr[-1500:]}")
        return done.stdout

    def person(self, email: str, name: str, roles: Sequence[str], scopes: Sequence[str]) -> str:
        """Add a person with roles; a token that acts in their name."""
        given = [word for role in roles for word in ("--role", role)]
        self.command("user", "add", email, "--name", name, *given, "--password", secrets.token_urlsafe(18))
        return self.token(email, scopes)

    def token(self, email: str, scopes: Sequence[str]) -> str:
        """A token in the name of somebody who is there."""
        given = [word for scope in scopes for word in ("--scope", scope)]
        return self.command("token", "create", "--user", email, *given).strip().splitlines()[-1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def fresh_server(currency: str = "USD") -> Iterator[Server]:
    """A server on SQLite that holds nothing but the apps; it goes with its data when the run ends."""
    with tempfile.TemporaryDirectory(prefix="loomwork-accept-") as home:
        port = _free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LOOMWORK_")},
            "LOOMWORK_HOME": home,
            "LOOMWORK_APPS": ":".join(str(app) for app in APPS),
            "LOOMWORK_CURRENCY": currency,
            "LOOMWORK_LANGUAGE": "en",
            "LOOMWORK_LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }
        server = Server(f"http://127.0.0.1:{port}", environment)
        server.command("init")
        process = subprocess.Popen(
            [*LOOMWORK, "serve", "--port", str(port)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
        )  # fmt: skip
        try:
            _wait(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[str], server: Server) -> None:
    """Until the server says that it serves; then its output is read on, so that it never blocks."""
    printed: list[str] = []
    stream = process.stdout
    if stream is None:
        raise NotStarted("no output to read")
    for text in stream:
        printed.append(text)
        if "serves" in text:
            break
    else:
        raise NotStarted("".join(printed)[-2000:])
    threading.Thread(target=server.log.extend, args=(stream,), daemon=True).start()
    answer = urllib3.PoolManager().request(
        "GET", f"{server.address}/readyz", retries=urllib3.Retry(30, backoff_factor=0.1)
    )
    if answer.status != 200:
        raise NotStarted(f"/readyz answers {answer.status}")
