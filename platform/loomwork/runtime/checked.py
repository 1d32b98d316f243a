"""Metadata that was found sound once is not checked again by every process that starts or follows.

The mark stands with the published version: a hash over the effective metadata, what the checks depend on beside it, and
the code that checked. Other metadata or other code gives another mark, and everything is checked anew.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import loomwork

CHECKERS = (
    "catalog", "core", "expressions", "field_types", "permissions", "query", "records", "runtime", "storage",
)  # fmt: skip
"""Packages whose code has a say in whether metadata is sound."""


def mark_of(version: str, currency: str) -> str:
    """The mark of a catalog version that this code found sound."""
    return hashlib.sha256(f"{version} {currency} {_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    """The code by the names, sizes and times of its files; reading them all would take longer than it saves."""
    root = Path(loomwork.__file__).parent
    total = hashlib.sha256(f"{loomwork.__version__} {sys.version}".encode())
    for name in CHECKERS:
        for line in sorted(_files(root / name)):
            total.update(line.encode())
    return total.hexdigest()


def _files(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(Path(entry.path))
            elif entry.name.endswith(".py"):
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}\n"
