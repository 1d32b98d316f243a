"""Runs the cases on both sides in turn (A B A B …), so that drift of the machine meets both, and compares answers first."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench import cases
from tests.bench.driver import Call, Figures, drive, send
from tests.bench.servers import Running

ORDER = ("get", "list", "aggregate", "search", "create", "update")
"""Reads first: until then both databases hold the same rows."""


@dataclass(frozen=True)
class Line:
    """One figure of `bench/latest.json`; percentiles are the platform's own."""

    name: str
    database: str
    ours: float
    baseline: float | None
    unit: str
    ratio: float | None
    p50_ms: float | None = None
    p99_ms: float | None = None
    baseline_p50_ms: float | None = None
    baseline_p99_ms: float | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row of the file."""
        return asdict(self)


class Unequal(Exception):
    """The two sides do not answer the same; timing them would compare different work."""


def compare(case: str, world: cases.World, ours: Running, baseline: Running, *, samples: int = 20) -> int:
    """Ask both sides the same and compare what the answers mean.

    Returns: how many rows were compared. Raises: Unequal with the first difference.
    """
    rows = 0
    # Part 0 belongs to the comparison, the rounds begin at 1.
    pairs = zip(
        *(cases.make_calls(case, side, world, count=samples, part=0) for side in ("ours", "baseline")), strict=True
    )
    for mine, theirs in pairs:
        got, wanted = (_ask(running, call, case) for running, call in ((ours, mine), (baseline, theirs)))
        if got != wanted:
            raise Unequal(
                f"{case}: {mine.method} {mine.path} {mine.body[:200]}\n  ours     {_differing(got, wanted)}\n  baseline {_differing(wanted, got)}"
            )
        rows += len(got)
    if rows == 0:
        raise Unequal(f"{case}: every answer was empty, which compares nothing")
    return rows


def _ask(running: Running, call: Call, case: str) -> Any:
    status, _, body = send(running.base, call)
    if status >= 300:
        raise Unequal(
            f"{case}: {call.method} {call.path} {call.body[:300]} gave {status} {body[:600].decode(errors='replace')}"
        )
    return cases.meaning(case, body)


def _differing(one: Any, other: Any) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        return json.dumps({k: v for k, v in one.items() if other.get(k, "?") != v}, ensure_ascii=False, default=str)[
            :600
        ]
    if isinstance(one, list) and isinstance(other, list):
        only = [row for row in one if row not in other]
        return f"{len(one)} rows, {len(only)} not on the other side, first {only[:1] or one[:1]}"[:600]
    return str(one)[:600]


def measure(
    case: str, world: cases.World, sides: dict[str, Running], *, rounds: int, seconds: float
) -> dict[str, list[Figures]]:
    """Alternate the sides; an update round takes its own slice of the records."""
    count = len(world.order) // (rounds + 2) if case == "update" else 4_000
    found: dict[str, list[Figures]] = {side: [] for side in sides}
    for side, running in sides.items():
        calls = cases.make_calls(case, side, world, count=min(count, 300), part=rounds + 1)
        drive(running.base, calls, 1) if case not in cases.WRITES else None
    for number in range(1, rounds + 1):
        turn = list(sides) if number % 2 else list(reversed(sides))
        for side in turn:
            figures = drive(sides[side].base, cases.make_calls(case, side, world, count=count, part=number), seconds)
            if figures.refused or figures.broken:
                raise Unequal(
                    f"{case} on {side}: {figures.refused} refused, {figures.broken} broken: {figures.first_fault}"
                )
            found[side].append(figures)
    return found


def summarise(case: str, database: str, found: dict[str, list[Figures]]) -> Line:
    """Medians over the rounds."""
    rate = {side: statistics.median(f.rate for f in figures) for side, figures in found.items()}
    middle = {side: statistics.median(f.p50_ms for f in figures) for side, figures in found.items()}
    late = {side: statistics.median(f.p99_ms for f in figures) for side, figures in found.items()}
    return Line(
        case,
        database,
        round(rate["ours"], 1),
        round(rate["baseline"], 1),
        "requests/s",
        round(rate["ours"] / rate["baseline"], 3) if rate["baseline"] else None,
        round(middle["ours"], 2),
        round(late["ours"], 2),
        round(middle["baseline"], 2),
        round(late["baseline"], 2),
    )


def table(lines: Sequence[Line]) -> str:
    """The figures as text for people."""
    head = f"{'name':<26}{'database':<12}{'ours':>10}{'baseline':>10}  {'unit':<11}{'ratio':>6}"
    head += f"{'p50 ms':>9}{'p99 ms':>9}{'base p50':>10}{'base p99':>10}"
    body = [
        f"{x.name:<26}{x.database:<12}{_n(x.ours):>10}{_n(x.baseline):>10}  {x.unit:<11}{_n(x.ratio):>6}"
        f"{_n(x.p50_ms):>9}{_n(x.p99_ms):>9}{_n(x.baseline_p50_ms):>10}{_n(x.baseline_p99_ms):>10}  {x.note}".rstrip()
        for x in lines
    ]
    return "\n".join((head, *body))


def _n(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
