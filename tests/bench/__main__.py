"""`make bench`: the platform against hand-written code, in the same run, behind the same server on the same database.

`python -m tests.bench [--quick] [--db sqlite|postgresql] [--case get …] [--rounds N] [--seconds S] [--no-structure]`.
Prints a table and writes `bench/latest.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]

from tests.bench import cases, data, ours, structure  # noqa: E402 - the package has to be found first
from tests.bench.baseline import store  # noqa: E402
from tests.bench.rounds import ORDER, Line, Unequal, compare, measure, summarise, table  # noqa: E402
from tests.bench.servers import serve  # noqa: E402
from tests.support.databases import PostgresMaker, SqliteMaker  # noqa: E402
from tests.support.servers import find_or_start_postgres  # noqa: E402

TARGET = 0.8
BASELINE = "tests.bench.baseline.service:create_app()"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 1 if the sides do not answer the same."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 deals, two short rounds")
    parser.add_argument("--db", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--case", choices=ORDER, action="append")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument(
        "--no-structure", action="store_true", help="without compile times, memory of many entities, adding a field"
    )
    asked = parser.parse_args(arguments)
    lines: list[Line] = []
    faults: list[str] = []
    for database in asked.db or ["sqlite", "postgresql"]:
        with _databases(database) as make:
            for line in _database(database, make, asked, faults):
                lines.append(line)
                print(table([line]).splitlines()[1], flush=True)
    print("\n" + table(lines))
    folder = ROOT / "bench"
    folder.mkdir(exist_ok=True)
    (folder / "latest.json").write_text(
        json.dumps([line.as_json() for line in lines], indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    below = [
        f"{line.name}[{line.database}] {line.ratio}"
        for line in lines
        if line.ratio is not None and line.name in ORDER and line.ratio < TARGET
    ]
    if below:
        print(f"below {TARGET}: {', '.join(below)}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


@contextmanager
def _databases(database: str) -> Iterator[PostgresMaker | SqliteMaker]:
    with tempfile.TemporaryDirectory(prefix="loomwork-bench-") as folder:
        server = find_or_start_postgres() if database == "postgresql" else None
        maker: PostgresMaker | SqliteMaker = PostgresMaker(server.url) if server else SqliteMaker(Path(folder))
        try:
            yield maker
        finally:
            maker.drop_all()
            if server is not None:
                server.stop()


def _database(
    database: str, make: PostgresMaker | SqliteMaker, asked: argparse.Namespace, faults: list[str]
) -> Iterator[Line]:
    size = data.QUICK if asked.quick else data.FULL
    rounds = asked.rounds or (2 if asked.quick else 4)
    seconds = asked.seconds or (2 if asked.quick else 6)
    started = time.monotonic()
    baseline_url, ours_url = make.create(), make.create()
    store.fill(baseline_url, size)
    with tempfile.TemporaryDirectory(prefix="loomwork-bench-home-") as home:
        installed = ours.install(ours_url, Path(home), size)
        print(f"{database}: {size.deals} deals on both sides in {time.monotonic() - started:.0f} s", flush=True)
        world = cases.World(size)
        by_hand = {"BENCH_DATABASE_URL": baseline_url}
        for app, environ in ((BASELINE, by_hand), (ours.WSGI, installed.environ)):
            # Not measured: the first start of an installation writes the byte code.
            with serve(app, environ):
                pass
        with serve(BASELINE, by_hand) as baseline, serve(ours.WSGI, installed.environ) as mine:
            ours.adopt(world, installed)
            sides = {"ours": mine, "baseline": baseline}
            wanted = [case for case in ORDER if not asked.case or case in asked.case]
            try:
                for case in wanted:
                    compare(case, world, mine, baseline)
                for case in wanted:
                    yield summarise(case, database, measure(case, world, sides, rounds=rounds, seconds=seconds))
            except Unequal as fault:
                faults.append(f"{database}: {fault}")
            yield Line(
                "memory",
                database,
                round(mine.memory_mb(), 1),
                round(baseline.memory_mb(), 1),
                "MB",
                None,
                note="both processes, PSS",
            )
            yield Line(
                "start",
                database,
                round(mine.start_s, 2),
                round(baseline.start_s, 2),
                "s",
                None,
                note="to the first answer",
            )
        if not asked.no_structure:
            yield from structure.figures(database, make, installed, size)


if __name__ == "__main__":
    sys.exit(main())
