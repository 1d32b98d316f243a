"""What a proof gives: one line per database, and whether its promise held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Result:
    """Figures of one proof on one database; `faults` explain a failure and are printed below its line."""

    is_held: bool
    figures: Mapping[str, Any]
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """What a proof is given.

    Shapes: `database` is `sqlite` or `postgresql` (empty for proofs that need none); `is_full` asks for the size of a
    release; `seed` makes every random choice repeatable; `make_url` gives the address of a new, empty database.
    """

    database: str
    is_full: bool
    seed: int
    make_url: Callable[[], str]

    def size(self, ci: int, full: int) -> int:
        """The count for this run."""
        return full if self.is_full else ci


@dataclass(frozen=True)
class Proof:
    """A numbered proof of the reliability list."""

    name: str
    title: str
    run: Callable[[Context], Result]
    needs_database: bool = True


def line(name: str, database: str, result: Result, seconds: float) -> str:
    """`P1[sqlite] | pass | pairs=5000 differences=0 seconds=61.2`."""
    place = f"{name}[{database}]" if database else name
    figures = " ".join(f"{key}={value}" for key, value in {**result.figures, "seconds": f"{seconds:.1f}"}.items())
    return f"{place} | {'pass' if result.is_held else 'fail'} | {figures}"
