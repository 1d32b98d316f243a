"""Drives one server with the requests of a file: by wrk where it is installed, else by processes of our own."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS, THREADS = 8, 2
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Call:
    """One request; `version` goes into If-Match."""

    method: str
    path: str
    token: str
    version: str = ""
    body: str = ""

    def line(self) -> str:
        """The request as a line for the driver."""
        return "\t".join((self.method, self.path, self.token, self.version, self.body)) + "\n"

    def headers(self) -> dict[str, str]:
        """HTTP headers."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if self.version:
            headers["If-Match"] = f'"{self.version}"'
        if self.body:
            headers["Content-Type"] = "application/json"
        return headers


@dataclass(frozen=True)
class Figures:
    """What one round gave: requests and seconds, percentiles in ms, answers that were not 2xx, broken connections."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int
    first_fault: str = ""

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds if self.seconds else 0.0


def send(base: str, call: Call) -> tuple[int, dict[str, str], bytes]:
    """One request outside the measurement."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(call.method, call.path, body=call.body.encode() or None, headers=call.headers())
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def drive(base: str, calls: Sequence[Call], seconds: float) -> Figures:
    """Send the calls in a circle over 8 connections for some seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.writelines(call.line() for call in calls)
        file.flush()
        if shutil.which("wrk"):
            return _by_wrk(base, file.name, seconds)
        return _by_processes(base, file.name, seconds)


def _by_wrk(base: str, requests: str, seconds: float) -> Figures:
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(SCRIPT), base, "--", requests, str(THREADS)], capture_output=True, text=True, check=False
    )
    fields = next((line.split("\t") for line in done.stdout.splitlines() if line.startswith("FIGURES")), None)
    if fields is None:
        raise RuntimeError(f"wrk gave no figures: {done.stdout} {done.stderr}")
    first = next((line.split("\t", 1)[1] for line in done.stdout.splitlines() if line.startswith("FIRST")), "")
    count, micros, p50, p99, refused, broken = (int(field) for field in fields[1:])
    return Figures(count, micros / 1e6, p50 / 1e3, p99 / 1e3, refused, broken, first)


def _by_processes(base: str, requests: str, seconds: float) -> Figures:
    command = [sys.executable, "-m", "tests.bench.driver", base, requests, str(seconds)]
    workers = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(CONNECTIONS)]
    results = [json.loads(worker.communicate()[0]) for worker in workers]
    times = sorted(value for result in results for value in result["ms"])
    if not times:
        raise RuntimeError("the driver got no answer")
    middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
    refused, broken = sum(r["refused"] for r in results), sum(r["broken"] for r in results)
    first = next((r["first"] for r in results if r["first"]), "")
    return Figures(len(times), max(r["seconds"] for r in results), middle, late, refused, broken, first)


def _work(base: str, requests: str, seconds: float, number: int) -> dict[str, object]:
    """One connection of the own driver: every n-th line of the file, kept alive where the server allows it."""
    lines = Path(requests).read_text(encoding="utf-8").splitlines()[number::CONNECTIONS]
    calls = [Call(*line.split("\t", 4)) for line in lines]
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    times: list[float] = []
    refused = broken = at = 0
    first = ""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        call = calls[at % len(calls)]
        at += 1
        sent = time.perf_counter()
        try:
            connection.request(call.method, call.path, body=call.body.encode() or None, headers=call.headers())
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            broken += 1
            connection.close()
            continue
        times.append((time.perf_counter() - sent) * 1000)
        if answer.status >= 300:
            refused += 1
            first = first or f"{answer.status} {body[:300].decode(errors='replace')}"
    return {"ms": times, "refused": refused, "broken": broken, "first": first, "seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(_work(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))))
