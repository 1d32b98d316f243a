"""Starts each side behind the same server with the same settings, and measures memory and the time to start."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

WORKERS, THREADS = 2, 4
"""Processes, and threads in each where there are any: the same for both sides. Measured on the hand-written service:
`sync` gives up to twice the requests of `gthread` here, since threads only add switching under the interpreter lock."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A server that answers; `start_s` is from the start of the process to the first answer of /healthz."""

    base: str
    start_s: float
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Proportional memory (PSS) of the master and its workers."""
        return sum(_pss_kb(pid) for pid in (self.process.pid, *_children(self.process.pid))) / 1024


@contextlib.contextmanager
def serve(app: str, environ: Mapping[str, str], *, kind: str = "sync", workers: int = WORKERS) -> Iterator[Running]:
    """Run a WSGI application (`module:factory()`) behind gunicorn until the context ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    threads = [f"--threads={THREADS}"] if kind == "gthread" else []
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        app,
        f"--bind=127.0.0.1:{port}",
        f"--workers={workers}",
        f"--worker-class={kind}",
        *threads,
    ]
    command += ["--log-level=warning", "--keep-alive=15", "--graceful-timeout=3", "--timeout=120"]
    command += ["--config=python:loomwork.web.processes"]
    path = os.pathsep.join((str(ROOT), str(ROOT / "platform")))
    with tempfile.TemporaryFile() as log:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**_inherited(), **environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(base, process, log)
            yield Running(base, time.monotonic() - started, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _inherited() -> dict[str, str]:
    """This process's environment, byte code kept: an installed service does not compile its sources at each start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "loomwork-bench-bytecode"), **kept}


def _wait(base: str, process: subprocess.Popen[bytes], log: object) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    log.seek(0)  # type: ignore[attr-defined]
    raise RuntimeError(f"the server did not start: {log.read().decode(errors='replace')[-3000:]}")  # type: ignore[attr-defined]


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
