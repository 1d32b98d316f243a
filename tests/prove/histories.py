"""Checkers of what concurrent clients saw: lists that only grow, and accounts whose total stays.

Method of Elle's list-append workload, in the small: when every value is appended once, the final list of a key tells
the order of all writes, and each read must be a beginning of it. Source: jepsen-io/elle, README.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"


@dataclass(frozen=True)
class Append:
    """A client tried to append `value` to the list of `key`; `outcome` is what he was told."""

    client: int
    number: int
    key: str
    value: str
    outcome: str


@dataclass(frozen=True)
class Read:
    """A client read a list; `number` orders the operations of one client."""

    client: int
    number: int
    key: str
    values: tuple[str, ...]


def check_lists(operations: Iterable[Append | Read], final: Mapping[str, Sequence[str]]) -> list[str]:
    """All anomalies of a list-append history, in words; empty for a sound one.

    Lost: an acknowledged value that is not in the final list. Doubled: a value that is in it twice. Aborted: a refused
    value that is in it, or was read. Fork: a read that is no beginning of the final list. Stale: a client that does not
    read what he wrote, or reads less than before.
    """
    appends = [one for one in operations if isinstance(one, Append)]
    reads = [one for one in operations if isinstance(one, Read)]
    faults = [*_check_values(appends, final), *_check_prefixes(reads, final), *_check_sessions(appends, reads)]
    refused = {(one.key, one.value) for one in appends if one.outcome == REFUSED}
    faults += [
        f"aborted: {read.key} showed {value}, which was refused"
        for read in reads
        for value in read.values
        if (read.key, value) in refused
    ]
    return faults


def _check_values(appends: Sequence[Append], final: Mapping[str, Sequence[str]]) -> list[str]:
    faults = []
    held = {key: Counter(values) for key, values in final.items()}
    for one in appends:
        count = held.get(one.key, Counter())[one.value]
        if one.outcome == ACKNOWLEDGED and count == 0:
            faults.append(f"lost: {one.key} has no {one.value} of client {one.client}")
        if one.outcome == REFUSED and count:
            faults.append(f"aborted: {one.key} has {one.value}, which was refused")
    known = {(one.key, one.value) for one in appends}
    for key, counter in held.items():
        faults += [f"doubled: {key} has {value} {count} times" for value, count in counter.items() if count > 1]
        faults += [f"invented: {key} has {value}, which nobody wrote" for value in counter if (key, value) not in known]
    return faults


def _check_prefixes(reads: Sequence[Read], final: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"fork: client {read.client} read {list(read.values)[-3:]} at the end of {read.key}, no beginning of the final list"
        for read in reads
        if tuple(final.get(read.key, ())[: len(read.values)]) != read.values
    ]


def _check_sessions(appends: Sequence[Append], reads: Sequence[Read]) -> list[str]:
    steps: dict[tuple[int, str], list[Append | Read]] = defaultdict(list)
    operations: list[Append | Read] = [*appends, *reads]
    for one in operations:
        steps[one.client, one.key].append(one)
    faults = []
    for (client, key), taken in steps.items():
        own: set[str] = set()
        longest = 0
        for one in sorted(taken, key=lambda step: step.number):
            if isinstance(one, Append):
                own |= {one.value} if one.outcome == ACKNOWLEDGED else set()
                continue
            if not own <= set(one.values):
                faults.append(f"stale: client {client} does not read his own write to {key}")
            if len(one.values) < longest:
                faults.append(f"stale: client {client} reads less of {key} than before")
            longest = max(longest, len(one.values))
    return faults


def check_totals(totals: Sequence[int], expected: int) -> list[str]:
    """Every read of all accounts together must give the same total."""
    return [
        f"total: read {number} gave {total}, not {expected}" for number, total in enumerate(totals) if total != expected
    ]


def check_counter(acknowledged: int, before: int, after: int) -> list[str]:
    """Each acknowledged increment counts once."""
    lost = before + acknowledged - after
    return [f"lost: {lost} of {acknowledged} acknowledged increments"] if lost else []
