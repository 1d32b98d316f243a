"""Order of keyed maps: entries without a rank keep their place, and there is always room between two ranks."""

from hypothesis import given
from hypothesis import strategies as st

from loomwork.catalog.ranks import effective_ranks, first_ranks, ordered, rank_between

RANKS = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6).filter(lambda rank: rank[-1] != "0")


def test_entries_stand_by_rank_and_equal_ranks_by_the_file() -> None:
    entries = {"c": {"order": "a2"}, "a": {"order": "a0"}, "b": {"order": "a0"}}
    assert list(ordered(entries)) == ["a", "b", "c"]


def test_an_entry_without_a_rank_stands_behind_the_one_before_it() -> None:
    entries = {"last": {"order": "b0"}, "first": {"order": "a0"}, "second": {}, "third": {}}
    assert list(ordered(entries)) == ["first", "second", "third", "last"]
    assert list(ordered({"x": {}, "y": {}})) == ["x", "y"]


def test_long_lists_without_ranks_keep_short_ranks() -> None:
    ranks = effective_ranks({f"f{n}": {} for n in range(300)})
    assert list(ranks.values()) == sorted(ranks.values())
    assert max(map(len, ranks.values())) <= 8


@given(st.tuples(RANKS, RANKS).filter(lambda pair: pair[0] != pair[1]))
def test_there_is_a_rank_between_any_two(pair: tuple[str, str]) -> None:
    low, high = sorted(pair)
    assert low < rank_between(low, high) < high


@given(RANKS)
def test_there_is_a_rank_before_and_after_any(rank: str) -> None:
    assert rank < rank_between(rank, "")
    assert rank_between("", rank) < rank


def test_first_ranks_rise_and_differ() -> None:
    for count in (1, 3, 700, 2_000):
        ranks = first_ranks(count)
        assert ranks == sorted(set(ranks))
        assert len(ranks) == count
    assert first_ranks(3) == ["a0", "a1", "a2"]
