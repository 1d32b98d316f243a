"""`make prove`: the numbered proofs of the reliability list, each on SQLite and PostgreSQL, one line each.

`python -m tests.prove [NAME …] [--db sqlite|postgresql] [--seed N]`, `SIZE=full` for the size of a release. Exit 1 if a
line fails.
"""

from __future__ import annotations

import argparse
import os
import random
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


def _run(proof: Proof, database: str, maker: SqliteMaker | PostgresMaker, seed: int) -> bool:
    context = Context(database, os.environ.get("SIZE", "ci") == "full", seed, maker.create)
    started = time.monotonic()
    try:
        result = proof.run(context)
    except Exception:  # noqa: BLE001 - a proof that breaks has failed, the others still run
        result = Result(is_held=False, figures={"broken": 1}, faults=[traceback.format_exc()])
    finally:
        # Each proof leaves nothing for the next.
        maker.drop_all() if database == "postgresql" else None
    print(line(proof.name, database, result, time.monotonic() - started), flush=True)
    for fault in result.faults[:10]:
        print("    " + fault.replace("\n", "\n    "), flush=True)
    return result.is_held


def main(arguments: list[str] | None = None) -> int:
    """Run the proofs that are named, else all."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--db", choices=DATABASES, action="append", help="only on this database")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name.upper() not in PROOFS]
    if unknown:
        parser.error(f"there is no proof {', '.join(unknown)}; known: {', '.join(PROOFS)}")
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed={seed} size={os.environ.get('SIZE', 'ci')}", flush=True)
    databases = asked.db or list(DATABASES)
    names = [name.upper() for name in asked.names] or list(PROOFS)
    is_held = True
    with _makers(databases) as makers:
        for name in names:
            proof = PROOFS[name]
            for database in databases if proof.needs_database else [databases[0]]:
                is_held &= _run(proof, database, makers[database], seed)
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
