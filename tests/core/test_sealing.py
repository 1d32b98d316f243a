"""Sealed values open at their own place only."""

from __future__ import annotations

import random

import pytest

from loomwork.core.errors import PlatformError
from loomwork.core.sealing import Sealer

OLD = "an old secret of more than thirty-two characters"
NEW = "a new secret of more than thirty-two characters!"
HERE = ("shop.person", "card", "0192f0c1-7b2a-7c3d-8e4f-0123456789ab")
THERE = ("shop.person", "card", "0192f0c1-7b2a-7c3d-8e4f-0123456789ac")
SEED = 7


def _code(sealer: Sealer, sealed: str, place: tuple[str, str, str] = HERE) -> str:
    with pytest.raises(PlatformError) as caught:
        sealer.open_value(sealed, *place)
    assert "secret" not in caught.value.message
    return caught.value.code


@pytest.mark.parametrize("text", ["", "6222 0200", "密码 🔑", "x" * 10_000])
def test_what_is_sealed_opens(text: str) -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal_value(text, *HERE)
    version, key, _, _ = sealed.split(":")
    assert (version, len(key)) == ("v1", 8)
    assert not text or text not in sealed
    assert sealer.open_value(sealed, *HERE) == text


def test_equal_texts_are_sealed_differently() -> None:
    sealer = Sealer(OLD)
    assert len({sealer.seal_value("same", *HERE) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "place",
    [THERE, ("shop.person", "other", HERE[2]), ("shop.order", "card", HERE[2]), ("shop.person\x1fcard", "", HERE[2])],
)
def test_a_value_that_was_moved_does_not_open(place: tuple[str, str, str]) -> None:
    sealer = Sealer(OLD)
    assert _code(sealer, sealer.seal_value("x", *HERE), place) == "seal_broken"


def test_swapped_rows_are_found() -> None:
    sealer = Sealer(OLD)
    rows = {HERE: sealer.seal_value("mine", *HERE), THERE: sealer.seal_value("yours", *THERE)}
    rows[HERE], rows[THERE] = rows[THERE], rows[HERE]
    assert [_code(sealer, sealed, place) for place, sealed in rows.items()] == ["seal_broken"] * 2


def test_an_altered_value_does_not_open() -> None:
    source, sealer = random.Random(SEED), Sealer(OLD)
    sealed = sealer.seal_value("some text", *HERE)
    start = sealed.index(":", 3) + 1
    for _ in range(300):
        place = source.randrange(start, len(sealed) - 1)
        other = source.choice("ABCDEFGHabcdefgh0123-_:")
        altered = sealed[:place] + other + sealed[place + 1 :]
        if altered != sealed:
            assert _code(sealer, altered) in {"seal_broken", "seal_key_missing"}, f"seed {SEED}: {altered}"
    for broken in ("", "v1", "v1:::", "v1:a:b:c", "v2" + sealed[2:], "密:文:在:此"):
        assert _code(sealer, broken) in {"seal_broken", "seal_key_missing"}


def test_secrets_change_one_after_the_other() -> None:
    before = Sealer(OLD).seal_value("kept", *HERE)
    both = Sealer(NEW, [OLD])
    assert both.open_value(before, *HERE) == "kept"
    assert not both.is_current(before)
    after = both.seal_value("kept", *HERE)
    assert both.is_current(after)
    assert Sealer(NEW).open_value(after, *HERE) == "kept"
    assert _code(Sealer(NEW), before) == "seal_key_missing"


def test_short_secrets_are_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Sealer("short")
