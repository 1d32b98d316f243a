"""The checkers find each anomaly that they name, and nothing in a sound history."""

from __future__ import annotations

import random

import pytest

from tests.prove.histories import ACKNOWLEDGED, REFUSED, UNKNOWN, Append, Read, check_counter, check_lists, check_totals

SOUND: list[Append | Read] = [
    Append(1, 1, "k", "a", ACKNOWLEDGED),
    Read(2, 1, "k", ("a",)),
    Append(2, 2, "k", "b", ACKNOWLEDGED),
    Append(1, 2, "k", "c", REFUSED),
    Append(3, 1, "k", "d", UNKNOWN),
    Read(1, 3, "k", ("a", "b")),
]


def test_a_sound_history_has_no_anomaly() -> None:
    assert check_lists(SOUND, {"k": ["a", "b"]}) == []
    assert check_lists(SOUND, {"k": ["a", "b", "d"]}) == []


@pytest.mark.parametrize(
    ("word", "history", "final"),
    [
        ("lost", SOUND, ["a"]),
        ("doubled", SOUND, ["a", "b", "b"]),
        ("aborted", SOUND, ["a", "b", "c"]),
        ("aborted", [*SOUND, Read(4, 1, "k", ("a", "b", "c"))], ["a", "b"]),
        ("invented", SOUND, ["a", "b", "e"]),
        ("fork", [*SOUND, Read(4, 1, "k", ("b",))], ["a", "b"]),
        ("stale", [*SOUND, Read(2, 3, "k", ("a",))], ["a", "b"]),
        ("stale", [*SOUND, Read(4, 1, "k", ("a", "b")), Read(4, 2, "k", ("a",))], ["a", "b"]),
    ],
)
def test_each_anomaly_is_found(word: str, history: list[Append | Read], final: list[str]) -> None:
    assert any(fault.startswith(word) for fault in check_lists(history, {"k": final}))


def test_random_serial_histories_are_sound_and_a_dropped_write_is_found() -> None:
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    for _ in range(50):
        lists: dict[str, list[str]] = {"k1": [], "k2": []}
        history: list[Append | Read] = []
        for number in range(60):
            key, client = rng.choice(list(lists)), rng.randrange(5)
            if rng.random() < 0.5:
                lists[key].append(f"v{number}")
                history.append(Append(client, number, key, f"v{number}", ACKNOWLEDGED))
            else:
                history.append(Read(client, number, key, tuple(lists[key])))
        assert check_lists(history, lists) == [], f"seed {seed}"
        key = max(lists, key=lambda one: len(lists[one]))
        lists[key].pop(rng.randrange(len(lists[key])))
        assert check_lists(history, lists), f"seed {seed}"


def test_totals_and_counters() -> None:
    assert check_totals([100, 100], 100) == []
    assert check_totals([100, 90], 100)
    assert check_counter(5, 10, 15) == []
    assert check_counter(5, 10, 14)
