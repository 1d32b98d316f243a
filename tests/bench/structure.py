"""Figures of structure: compiling many entities, requests beside them, and adding a field to a large table."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import cases, data, ours, publishing
from tests.bench.driver import drive
from tests.bench.ours import APP, Installed
from tests.bench.rounds import Line
from tests.bench.servers import Running, serve
from tests.support.apps import make_app

ENTITIES = (20, 200, 700)


def figures(database: str, make: Any, installed: Installed, size: data.Size) -> Iterator[Line]:
    """Compile times (once, they need no database), requests beside 700 entities, adding a field."""
    with tempfile.TemporaryDirectory(prefix="loomwork-bench-many-") as folder:
        packages = {count: make_app(Path(folder) / f"many{count}", count) for count in ENTITIES}
        if database == "sqlite":
            for count, package in packages.items():
                yield Line(
                    f"compile {count} entities",
                    "",
                    _compile(package),
                    None,
                    "s",
                    None,
                    note="metadata to catalog, every formula checked",
                )
        yield from _beside(database, installed, packages[ENTITIES[-1]], size)
        yield _add_field(database, installed, Path(folder))


def _compile(package: Path) -> float:
    """Seconds to a checked catalog: the best of two."""
    from loomwork.catalog import load_catalog
    from loomwork.runtime.checks import check_formulas

    times = []
    for _ in range(2):
        started = time.perf_counter()
        _, faults = load_catalog([package], checks=(check_formulas,))
        times.append(time.perf_counter() - started)
        if faults.errors:
            raise RuntimeError(faults.errors[0].message)
    return round(min(times), 2)


def _beside(database: str, installed: Installed, many: Path, size: data.Size) -> Iterator[Line]:
    """Requests while another process publishes 700 further entities, and their rates with and without those, in turn."""
    from loomwork.core.settings import load_settings
    from loomwork.runtime import Runtime

    grown = many.with_name("grown") / "many"
    make_app(grown, 1)
    crowded = {**installed.environ, "LOOMWORK_APPS": f"{APP}:{grown}"}
    world = cases.World(size)
    ours.adopt(world, installed)
    rates: dict[tuple[str, str], list[float]] = {}
    with serve(ours.WSGI, crowded) as full:
        yield from publishing.figures(database, full, crowded, lambda: make_app(grown, ENTITIES[-1]), world)
    with serve(ours.WSGI, crowded) as full:
        memory, start = round(full.memory_mb(), 1), round(full.start_s, 2)
        yield Line("start with 700 entities", database, start, None, "s", None, note="to the first answer")
        yield Line("memory with 700 entities", database, memory, None, "MB", None, note="both processes, PSS")
        _rates(rates, "full", full, world)
    # The lean server starts after the crowded one has stopped: both serve the same database, each with its own metadata.
    Runtime.start(load_settings(installed.environ), consent=True).close()
    with serve(ours.WSGI, installed.environ) as lean:
        _rates(rates, "lean", lean, world)
    for case in publishing.READS:
        mine, alone = (statistics.median(rates[case, side]) for side in ("full", "lean"))
        yield Line(
            f"{case} beside 700 entities",
            database,
            round(mine, 1),
            round(alone, 1),
            "requests/s",
            round(mine / alone, 3),
            note="baseline: without them",
        )


def _rates(rates: dict[tuple[str, str], list[float]], side: str, running: Running, world: cases.World) -> None:
    for part in range(3):
        for case in publishing.READS:
            calls = cases.make_calls(case, "ours", world, count=2_000, part=part)
            rates.setdefault((case, side), []).append(drive(running.base, calls, 2).rate)


def _add_field(database: str, installed: Installed, folder: Path) -> Line:
    """Publish one further field of the entity with all the rows."""
    from loomwork.core.settings import load_settings
    from loomwork.runtime import Runtime

    changed = folder / "changed" / APP.name
    shutil.copytree(APP, changed)
    place = changed / "entities" / "deal.json"
    body = json.loads(place.read_text(encoding="utf-8"))
    body["fields"]["added"] = {
        "type": "text",
        "label": {"en": "Added", "zh-CN": "新增"},
        "order": "z0",
        "indexed": True,
    }
    place.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    rt = Runtime.start(load_settings(installed.environ))
    try:
        rt.app_folders = (changed,)
        started = time.perf_counter()
        rt.publish(author="bench", message="a field")
        return Line(
            "add a field",
            database,
            round(time.perf_counter() - started, 2),
            None,
            "s",
            None,
            note="indexed text field on the large table, metadata compiled",
        )
    finally:
        rt.close()
