"""`make new KIND NAME`: writes a new field type, function, check or app with its tests and registers it.

Nothing is overwritten. What is written passes `make check` and its own tests as it stands; it does something small
that is right, to be replaced by what you had in mind.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.new.kinds import KINDS, app_command
from tools.new.writing import Refused

ROOT = Path(__file__).resolve().parents[2]


def tidy(paths: Sequence[Path]) -> None:
    """Wrap lines and sort imports, since both depend on how long the name is."""
    python = [path for path in paths if path.suffix == ".py"]
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--quiet", "--select", "I", "--fix", *python], cwd=ROOT, check=True)
    subprocess.run([*ruff, "format", "--quiet", *python], cwd=ROOT, check=True)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Scaffold one thing; exit code 2 when the words make no sense, 1 when it cannot be written."""
    if len(arguments) != 2 or arguments[0] not in (*KINDS, "app"):
        print(f"usage: make new {'|'.join((*KINDS, 'app'))} NAME", file=sys.stderr)
        return 2
    word, name = arguments
    try:
        if word == "app":  # users make apps too, so the command line has the scaffold
            return subprocess.run(app_command(name), cwd=root, check=False).returncode
        written = KINDS[word].plan(name, root).write()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    tidy(written)
    for path in written:
        print(f"  {path.relative_to(root).as_posix()}")
    print(KINDS[word].advice)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
