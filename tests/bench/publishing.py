"""What one reader waits while another process publishes 700 entities.

A publish computes for seconds, and on a machine of two cores any program that does so slows its neighbours: the caches, the clock
and the host are shared. So the reader is also timed beside a program that only computes, and the publish is held against that.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.bench import cases
from tests.bench.driver import drive, send
from tests.bench.rounds import Line
from tests.bench.servers import ROOT, Running

READS = ("get", "list")
ALONE_S, BUSY_S, AFTER_S, PAUSE_S = 8.0, 6.0, 8.0, 0.02
BUSY = """
import json, sys, time
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    json.loads(json.dumps([{str(number): list(range(20))} for number in range(500)]))
"""
PUBLISH = """
import time
from loomwork.core.settings import load_settings
from loomwork.runtime import Runtime
wall, cpu = time.perf_counter(), time.process_time()
Runtime.start(load_settings()).close()
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


@dataclass
class Reader:
    """Asks at an even pace until it is stopped; `waits` are (begin by the monotonic clock, milliseconds) by case."""

    running: Running
    world: cases.World
    waits: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: {case: [] for case in READS})
    is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Raises: RuntimeError if an answer is not 200."""
        calls = {case: itertools.cycle(cases.make_calls(case, "ours", self.world, count=500, part=7)) for case in READS}
        while not self.is_over.is_set():
            for case in READS:
                begin = time.monotonic()
                status, _, _ = send(self.running.base, next(calls[case]))
                if status != 200:
                    raise RuntimeError(f"{case} gave {status} beside a publish")
                self.waits[case].append((begin, (time.monotonic() - begin) * 1000))
                time.sleep(PAUSE_S)


def figures(
    database: str,
    running: Running,
    environ: Mapping[str, str],
    write_metadata: Callable[[], object],
    world: cases.World,
) -> Iterator[Line]:
    """The reader alone, beside a busy program, beside the publish of what `write_metadata` leaves, and after it."""
    for case in READS:
        drive(running.base, cases.make_calls(case, "ours", world, count=300, part=9), 1)
    reader = Reader(running, world)
    asking = threading.Thread(target=reader.ask)
    asking.start()
    try:
        spans = {"alone": _span(lambda: time.sleep(ALONE_S)), "busy": _span(lambda: _run(BUSY, {}, str(BUSY_S)))}
        write_metadata()
        said: list[str] = []
        spans["while"] = _span(lambda: said.append(_run(PUBLISH, environ)))
        spans["after"] = _span(lambda: time.sleep(AFTER_S))
    finally:
        reader.is_over.set()
        asking.join()
    seconds, cpu = (round(float(part), 2) for part in said[0].split())
    note = f"700 tables and their indexes; {cpu} s of CPU in the publishing process"
    yield Line("publish 700 entities", database, seconds, None, "s", None, note=note)
    for case in READS:
        for name, part, held in (
            ("beside other work", "busy", "alone"),
            ("while publishing", "while", "busy"),
            ("after publishing", "after", "alone"),
        ):
            yield _line(f"{case} {name}", database, *(_within(reader.waits[case], spans[key]) for key in (part, held)))


def _line(name: str, database: str, found: list[float], held: list[float]) -> Line:
    mine, alone = statistics.median(found), statistics.median(held)
    return Line(
        name,
        database,
        round(mine, 2),
        round(alone, 2),
        "ms",
        round(alone / mine, 3),
        p99_ms=round(statistics.quantiles(found, n=100)[98], 2),
        baseline_p99_ms=round(statistics.quantiles(held, n=100)[98], 2),
        note=f"median of {len(found)}; slowest {max(found):.0f} ms, of the other {max(held):.0f} ms",
    )


def _within(waits: list[tuple[float, float]], span: tuple[float, float]) -> list[float]:
    return [wait for begin, wait in waits if span[0] <= begin < span[1]]


def _span(run: Callable[[], object]) -> tuple[float, float]:
    begin = time.monotonic()
    run()
    return begin, time.monotonic()


def _run(code: str, environ: Mapping[str, str], *arguments: str) -> str:
    path = os.pathsep.join((str(ROOT), str(ROOT / "platform")))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env={**os.environ, **environ, "PYTHONPATH": path}, check=True, capture_output=True, text=True, timeout=900,
    ).stdout  # fmt: skip
