"""Files that are made from the code and committed: written by a command, compared by `--check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def settle(folder: str, wanted: Mapping[str, str], arguments: Sequence[str], root: Path = ROOT) -> int:
    """Make a folder hold exactly these files, or with `--check` say what differs.

    Shapes: `folder` relative to the root; `wanted` maps paths inside it to texts. The folder belongs to the generator:
    a file that is not wanted is taken away.
    Returns: an exit code, 1 when `--check` found a difference.
    """
    base = root / folder
    present = {path.relative_to(base).as_posix(): path for path in sorted(base.rglob("*")) if path.is_file()}
    stale = [name for name, text in wanted.items() if name not in present or present[name].read_text("utf-8") != text]
    surplus = [name for name in present if name not in wanted]
    if "--check" in arguments:
        for name in stale:
            print(f"stale: {folder}/{name}")
        for name in surplus:
            print(f"not made by the generator: {folder}/{name}")
        return 1 if stale or surplus else 0
    for name in stale:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(wanted[name], encoding="utf-8")
    for name in surplus:
        present[name].unlink()
    print(f"{folder}: {len(stale)} written, {len(surplus)} removed, {len(wanted) - len(stale)} unchanged")
    return 0
