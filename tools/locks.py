"""Keeps the lock files in step: `uv.lock` follows `pyproject.toml`, the lists for pip follow `uv.lock`.

`python -m tools.locks` writes them, `--check` compares without the network and exits with 1 if one is stale.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).parent / "uv"
LISTS = {
    "requirements.lock": ["--no-dev", "--extra", "scale", "--extra", "build"],
    "requirements-dev.lock": ["--extra", "scale", "--extra", "build", "--extra", "dev"],
}
HEAD = "# For pip, made from uv.lock by `python -m tools.locks`; with uv, `uv sync` reads uv.lock itself.\n"


def export(options: Sequence[str]) -> str:
    """One list of exact versions with their checksums."""
    fixed = ["--quiet", "--frozen", "--offline", "--no-emit-project", "--no-annotate", "--no-header"]
    command = [str(UV), "export", *fixed, *options]
    return HEAD + subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Write or check."""
    if not UV.exists():
        print("uv is not installed here, so the locks cannot be compared or written")
        return 1
    is_check = "--check" in arguments
    lock = subprocess.run(
        [str(UV), "lock", "--quiet", *(["--check", "--offline"] if is_check else [])], cwd=ROOT, check=False
    )
    stale = ["uv.lock"] if lock.returncode else []
    for name, options in LISTS.items():
        wanted, place = export(options), ROOT / name
        if not is_check:
            place.write_text(wanted, encoding="utf-8")
        elif not place.exists() or place.read_text(encoding="utf-8") != wanted:
            stale.append(name)
    if stale:
        print(f"stale: {', '.join(stale)}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
