"""`make prove`: the numbered proofs of the reliability list, each on SQLite and PostgreSQL, one line each.

`python -m tests.prove [NAME …] [--db sqlite|postgresql] [--seed N]`, `SIZE=full` for the size of a release. Exit 1 if a
line fails.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]

from tests.prove.catalogue import PROOFS  # noqa: E402 - the package has to be found first
from tests.prove.results import Context, Proof, Result, line  # noqa: E402
from tests.support.databases import PostgresMaker, SqliteMaker  # noqa: E402
from tests.support.servers import find_or_start_postgres  # noqa: E402

DATABASES = ("sqlite", "postgresql")


@contextmanager
def _makers(wanted: list[str]) -> Iterator[dict[str, SqliteMaker | PostgresMaker]]:
    with tempfile.TemporaryDirectory(prefix="loomwork-prove-") as folder:
        makers: dict[str, SqliteMaker | PostgresMaker] = {}
        server = find_or_start_postgres() if "postgresql" in wanted else None
        if "sqlite" in wanted:
            makers["sqlite"] = SqliteMaker(Path(folder))
        if server is not None:
            makers["postgresql"] = PostgresMaker(server.url)
        try:
            yield makers
        finally:
            for maker in makers.values():
                maker.drop_all()
            if server is not None:
                server.stop()


def _run(proof: Proof, database: str, maker: SqliteMaker | PostgresMaker | None, seed: int) -> tuple[bool, str]:
    """Run one proof; whether it holds, and its line with what is wrong below it."""
    make_url = maker.create if maker is not None else _no_database
    context = Context(database, os.environ.get("SIZE", "ci") == "full", seed, make_url)
    started = time.monotonic()
    try:
        result = proof.run(context)
    except Exception:  # noqa: BLE001 - a proof that breaks has failed, the others still run
        result = Result(is_held=False, figures={"broken": 1}, faults=[traceback.format_exc()])
    finally:
        if maker is not None and database == "postgresql":
            maker.drop_all()  # each proof leaves nothing for the next
    lines = [line(proof.name, database, result, time.monotonic() - started)]
    lines += ["    " + fault.replace("\n", "\n    ") for fault in result.faults[:10]]
    return result.is_held, "\n".join(lines)


def _no_database() -> str:
    raise AssertionError("this proof said that it needs no database")


def _run_all(names: list[str], database: str, seed: int) -> int:
    """The proofs on one database, in this process."""
    is_held = True
    with _makers([database] if database else []) as makers:
        for name in names:
            held, text = _run(PROOFS[name], database, makers.get(database), seed)
            is_held &= held
            print(text, flush=True)
    return 0 if is_held else 1


def _run_apart(names: list[str], databases: list[str], seed: int) -> int:
    """Each database in a process of its own: the proofs share no state, and there is more than one core."""
    shared = [name for name in names if not PROOFS[name].needs_database]
    rest = [name for name in names if PROOFS[name].needs_database]
    command = [sys.executable, "-m", "tests.prove", "--seed", str(seed), "--alone"]
    parts = [[*command, "--db", database, *rest] for database in databases if rest]
    # What needs no database goes to the side that is done first, SQLite.
    if parts:
        parts[0] += shared
    elif shared:
        parts = [[*command, "--db", databases[0], *shared]]
    running = [subprocess.Popen(part, cwd=ROOT) for part in parts]
    return max(process.wait() for process in running)


def main(arguments: list[str] | None = None) -> int:
    """Run the proofs that are named, else all."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--db", choices=DATABASES, action="append", help="only on this database")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name.upper() not in PROOFS]
    if unknown:
        parser.error(f"there is no proof {', '.join(unknown)}; known: {', '.join(PROOFS)}")
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    databases = asked.db or list(DATABASES)
    names = [name.upper() for name in asked.names] or list(PROOFS)
    if not asked.alone:
        print(f"seed={seed} size={os.environ.get('SIZE', 'ci')}", flush=True)
        return _run_apart(names, databases, seed)
    held = [_run_all([name for name in names if PROOFS[name].needs_database], databases[0], seed)]
    held.append(_run_all([name for name in names if not PROOFS[name].needs_database], "", seed))
    return max(held)


if __name__ == "__main__":
    sys.exit(main())
