"""Starts the database servers that tests need, and finds those that already run.

Nothing here is a stand-in: tests talk to the PostgreSQL and the Redis that the product talks to. A server that this
module starts lives in a temporary folder, listens on a free port of the loopback address and ends with the test run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

POSTGRES_VARIABLE = "LOOMWORK_TEST_POSTGRES_URL"
REDIS_VARIABLE = "LOOMWORK_TEST_REDIS_URL"
USUAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432"
START_TIMEOUT_S = 30


class NoServer(Exception):
    """There is no such server here, and none can be started; the message says what was tried."""


@dataclass
class Server:
    """A server to talk to. `url` names no database; `stop` ends it if this module started it."""

    url: str
    stop: Callable[[], None] = field(default=lambda: None)


def find_or_start_postgres(environ: Mapping[str, str] = os.environ) -> Server:
    """The server that a variable names, else the usual local one, else a private one.

    Raises: NoServer if the named server does not answer, or nothing answers and no binaries are installed.
    """
    named = environ.get(POSTGRES_VARIABLE)
    if named:
        if not _answers_postgres(named):
            raise NoServer(f"PostgreSQL at {POSTGRES_VARIABLE} does not answer")
        return Server(named)
    if _answers_postgres(USUAL_POSTGRES):
        return Server(USUAL_POSTGRES)
    return _start_postgres()


def find_or_start_redis(environ: Mapping[str, str] = os.environ) -> Server:
    """The server that a variable names, else a private one. Tests may empty it, so no other is taken.

    Raises: NoServer if the named server does not answer, or the program is not installed.
    """
    named = environ.get(REDIS_VARIABLE)
    if named:
        if not _answers_redis(named):
            raise NoServer(f"Redis at {REDIS_VARIABLE} does not answer")
        return Server(named)
    return _start_redis()


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: Debian's newest version, else wherever the path leads."""
    versions = [
        p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists() and p.parent.name.isdigit()
    ]
    if versions:
        return max(versions, key=lambda p: int(p.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found and (Path(found).resolve().parent / "pg_ctl").exists() else None


def _answers_postgres(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(f"{url}/postgres", connect_timeout=3, autocommit=True) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _answers_redis(url: str) -> bool:
    import redis

    client = redis.Redis.from_url(url, socket_connect_timeout=3)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


class _PrivatePostgres:
    """A server in a temporary folder. It refuses to run as root; Debian's package brings the user `postgres`."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="loomwork-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        self._data, self._log, self._port = self._folder / "data", self._folder / "log", free_port()

    def start(self) -> Server:
        # Durability off: a test database never outlives its run. `make prove` starts servers with it on.
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        tuning = "-c fsync=off -c max_connections=200"
        try:
            self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
            self._run(
                "pg_ctl", "-l", str(self._log), "-o", f"{options} {tuning}", "-w", "-t", str(START_TIMEOUT_S), "start"
            )
        except NoServer:
            self.stop()
            raise
        return Server(f"postgresql://postgres@127.0.0.1:{self._port}", self.stop)

    def stop(self) -> None:
        with contextlib.suppress(NoServer):
            self._run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        said = self._folder / "output"
        with said.open("ab") as output:  # a file, not a pipe: the server inherits it and would keep a pipe open
            done = subprocess.run(
                [self._binaries / program, "-D", self._data, *arguments],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                user=self._user,
                group=self._user,
            )
        if done.returncode != 0:
            kept = [path.read_text(errors="replace") for path in (said, self._log) if path.exists()]
            raise NoServer(f"{program} failed: {' '.join(kept).strip()}")


def _start_postgres() -> Server:
    binaries = postgres_binaries()
    if binaries is None:
        raise NoServer("no PostgreSQL answers at 127.0.0.1:5432, and its programs are missing (Debian: postgresql)")
    return _PrivatePostgres(binaries).start()


def _start_redis() -> Server:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise NoServer("redis-server is not installed (Debian: redis-server)")
    folder = tempfile.mkdtemp(prefix="loomwork-redis-")
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
    process = subprocess.Popen(
        [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def stop() -> None:
        process.terminate()
        process.wait(timeout=START_TIMEOUT_S)
        shutil.rmtree(folder, ignore_errors=True)

    url = f"redis://127.0.0.1:{port}"
    for _ in _until(START_TIMEOUT_S):
        if process.poll() is not None:
            break
        if _answers_redis(url):
            return Server(url, stop)
    stop()
    raise NoServer("redis-server was started and does not answer")


def _until(timeout_s: float) -> Iterator[None]:
    """Repeat until the time is up, waiting a little longer each time."""
    pause_s, end = 0.01, time.monotonic() + timeout_s
    while time.monotonic() < end:
        yield
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.5)
