"""Figures of structure: compiling many entities, and adding a field to a large table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.rounds import Line


def figures(database: str, make: Any, installed: Any, size: Any) -> Iterator[Line]:
    """Filled below."""
    yield from ()
