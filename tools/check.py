"""`make check`: every static gate in one run, with all failures shown, not only the first.

Nothing here starts a server or runs a test. A gate is a command that exits with 0 when all is well.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Gate:
    """One thing that must hold. `remedy` says what a person does when it does not."""

    name: str
    command: Sequence[str]
    remedy: str


def gates() -> list[Gate]:
    """All gates, the quick ones first."""
    npm = ["npm", "--prefix", "designer", "--loglevel=error", "run"]
    python = [sys.executable, "-m"]
    return [
        Gate("python lint", [*python, "ruff", "check", "--quiet", "."], "make fix"),
        Gate("python format", [*python, "ruff", "format", "--quiet", "--check", "."], "make fix"),
        Gate("locks fresh", [*python, "tools.locks", "--check"], "python -m tools.locks"),
        Gate(
            "layers",
            [str(BIN / "lint-imports"), "--no-logo"],
            "import only from layers below; see docs/architecture.md",
        ),
        Gate("python types", [*python, "mypy"], "correct the types"),
        Gate("browser lint", [*npm, "lint"], "make fix"),
        Gate("browser types", [*npm, "types"], "correct the types"),
        Gate("schemas fresh", [*python, "tools.schemas", "--check"], "make schemas"),
        Gate("reference fresh", [*python, "tools.reference", "--check"], "make reference"),
        Gate("metadata", [*python, "tools.metadata"], "python -m tools.metadata --fix, or correct what it names"),
    ]


def run(gate: Gate) -> bool:
    """Run one gate; show its output only when it fails."""
    begin = time.monotonic()
    done = subprocess.run(
        gate.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    took_s = time.monotonic() - begin
    is_well = done.returncode == 0
    print(f"{'ok  ' if is_well else 'FAIL'} {gate.name:<16} {took_s:5.1f} s", flush=True)
    if not is_well:
        print("\n".join(f"     {line}" for line in done.stdout.rstrip().splitlines()))
        print(f"     remedy: {gate.remedy}")
    return is_well


def main(arguments: Sequence[str]) -> int:
    """Run the gates whose names hold one of the arguments; without arguments all of them."""
    chosen = [gate for gate in gates() if not arguments or any(one in gate.name for one in arguments)]
    if not chosen:
        print(f"no gate is called so; there are: {', '.join(gate.name for gate in gates())}")
        return 2
    failed = [gate.name for gate in chosen if not run(gate)]
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
