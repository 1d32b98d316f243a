"""Many existing records at once: changed, deleted and restored together as if one by one, on both databases."""

from __future__ import annotations

import random
from typing import Any

import pytest

from loomwork.core.errors import PlatformError
from loomwork.permissions.actor import Actor
from loomwork.records import deleting, writing
from loomwork.records.bulk import RowFault
from loomwork.records.draft import Change
from loomwork.runtime import Runtime
from loomwork.storage.database import Work
from tests.records.test_sets import VALUES, create, garden, plants, save, search, trail
from tests.support.shop import SYSTEM, make_person

__all__ = ["garden"]
PLANT = "shop.plant"


def one_by_one(rt: Runtime, work: Work, actor: Actor, verb: str, changes: list[Change]) -> list[int]:
    """What a batch is held against: the same through the door for one record."""
    versions = []
    for place, change in enumerate(changes):
        try:
            versions.append(_one(rt, work, actor, verb, change))
        except PlatformError as fault:
            raise RowFault(place, fault) from fault
    return versions


def _one(rt: Runtime, work: Work, actor: Actor, verb: str, change: Change) -> int:
    one, version = change.record_id, change.row_version
    match verb:
        case "update":
            return int(rt.records.update(work, actor, PLANT, one, change.data, version, is_shown=False)["row_version"])
        case "delete":
            return rt.records.delete(work, actor, PLANT, one, version)
    return int(rt.records.restore(work, actor, PLANT, one)["row_version"])


def together(rt: Runtime, work: Work, actor: Actor, verb: str, changes: list[Change]) -> list[int]:
    match verb:
        case "update":
            return rt.records.update_many(work, actor, PLANT, changes)
        case "delete":
            return rt.records.delete_many(work, actor, PLANT, changes)
    return rt.records.restore_many(work, actor, PLANT, [change.record_id for change in changes])


def both_ways(rt: Runtime, verb: str, pairs: list[list[Change]], actor: Actor = SYSTEM) -> list[Any]:
    """The versions, or the place and code of the fault: of the records that go together, then of those one by one."""
    found: list[Any] = []
    for way, changes in zip((together, one_by_one), pairs, strict=True):
        try:
            with rt.write() as work:
                found.append(way(rt, work, actor, verb, changes))
        except RowFault as fault:
            found.append((fault.place, fault.code, [detail.path for detail in fault.details]))
    return found


def planted(rt: Runtime, rows: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Two beds with the same plants, each with leaves."""
    beds = [create(rt, "bed", name="Bed", plants=[dict(row) for row in rows])["id"] for _ in range(2)]
    return beds, [[row["id"] for row in plants(rt, bed)] for bed in beds]


def state(rt: Runtime, bed: str, ids: list[str]) -> list[Any]:
    """All that people and programs see of the plants of a bed, without their ids."""
    rows = [{name: value for name, value in row.items() if name != "id"} for row in plants(rt, bed)]
    with rt.read() as work:
        about = rt.query.get(work, SYSTEM, "shop.bed", bed, ("height", "plant_count", "half"))
    figures = [about[name] for name in ("height", "plant_count", "half", "row_version")]
    found = [[one in search(rt, text, set(ids)) for one in ids] for text in ("Rose", "much", "玫瑰", "Oak")]
    return [rows, figures, trail(rt, ids), found]


def versions_of(rt: Runtime, bed: str) -> dict[str, int]:
    return {row["id"]: row["row_version"] for row in plants(rt, bed, "id", "row_version")}


@pytest.mark.parametrize("seed", range(4))
def test_changed_deleted_and_restored_together_is_as_one_by_one(garden: Runtime, seed: int) -> None:
    draw = random.Random(seed)
    friends = [create(garden, "product", name=name)["id"] for name in "AB"]
    rows = [
        {"name": "Oak", **{name: draw.choice(options) for name, options in VALUES.items() if draw.random() < 0.6}}
        for _ in range(8)
    ]
    beds, ids = planted(garden, rows)
    datas: list[dict[str, Any]] = [
        {name: draw.choice(options) for name, options in VALUES.items() if draw.random() < 0.4} for _ in rows
    ]
    for data in datas:
        if draw.random() < 0.4:
            data["friends"] = draw.sample(friends, draw.randint(0, 2))
        if draw.random() < 0.5:
            data["leaves"] = [{"text": "l", "size": draw.randint(1, 9)} for _ in range(draw.randint(1, 2))]
    pairs = [[Change(one, data, 1) for one, data in zip(some, datas, strict=True)] for some in ids]
    first, second = both_ways(garden, "update", pairs)
    assert first == second
    assert isinstance(first, list)
    assert state(garden, beds[0], ids[0]) == state(garden, beds[1], ids[1])
    going = sorted(draw.sample(range(8), 5))
    known = [versions_of(garden, bed) for bed in beds]
    pairs = [[Change(some[n], {}, known[side][some[n]]) for n in going] for side, some in enumerate(ids)]
    first, second = both_ways(garden, "delete", pairs)
    assert (first, len(first)) == (second, 5)
    assert state(garden, beds[0], ids[0]) == state(garden, beds[1], ids[1])
    # One comes back alone, with the leaves that went with it; then the others together.
    for back in (slice(2, 3), slice(0, 2), slice(3, 5)):
        first, second = both_ways(garden, "restore", [some[back] for some in pairs])
        assert first == second
        assert isinstance(first, list)
        assert state(garden, beds[0], ids[0]) == state(garden, beds[1], ids[1])


@pytest.mark.parametrize(
    ("verb", "spoil"),
    [
        ("update", {"data": {"kind": "stone"}}),
        ("update", {"data": {"height": "10"}}),
        ("update", {"data": {"bed": "nowhere"}}),
        ("update", {"row_version": 7, "data": {"note": "x"}}),
        ("update", {"row_version": None, "data": {"note": "x"}}),
        ("update", {"record_id": "0190b5a0-0000-7000-8000-000000000000"}),
        ("update", {"data": {"leaves": [{"text": None}]}}),
        ("update", {"data": {"code": "taken"}}),
        ("delete", {"row_version": 9}),
        ("delete", {"record_id": "0190b5a0-0000-7000-8000-000000000000"}),
        ("restore", {}),
    ],
)
def test_a_refused_record_is_told_at_its_place_and_nothing_is_written(
    garden: Runtime, verb: str, spoil: dict[str, Any]
) -> None:
    code = f"taken {random.random()}"
    full = create(garden, "bed", name="Full", is_full=True)["id"]
    beds, ids = planted(garden, [{"name": "Oak"} for _ in range(4)])
    create(garden, "plant", name="T", bed=full, code=code)
    data = {name: code if value == "taken" else value for name, value in spoil.get("data", {}).items()}
    if "height" in data:
        data["bed"] = full
    pairs = []
    for some in ids:
        changes = [Change(one, {"note": "new"}, 1) for one in some]
        mine = {"record_id": some[2], "data": data, "row_version": 1, **{k: v for k, v in spoil.items() if k != "data"}}
        changes[2] = Change(**mine)
        pairs.append(changes)
    before = state(garden, beds[0], ids[0])
    first, second = both_ways(garden, verb, pairs)
    assert first == second
    assert first[0] == (0 if verb == "restore" else 2)
    assert state(garden, beds[0], ids[0]) == before == state(garden, beds[1], ids[1])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 0, 1)])
def test_where_the_order_matters_it_is_kept(garden: Runtime, order: tuple[int, ...]) -> None:
    beds, ids = planted(garden, [{"name": "A"}, {"name": "B"}, {"name": "C"}])
    for some in ids:
        save(garden, "plant", some[1], above=some[0])
        save(garden, "plant", some[2], above=some[1])
    known = [versions_of(garden, bed) for bed in beds]
    pairs = [[Change(some[n], {}, known[side][some[n]]) for n in order] for side, some in enumerate(ids)]
    first, second = both_ways(garden, "delete", pairs)
    assert first == second
    left = [[some.index(one) for one in versions_of(garden, bed)] for bed, some in zip(beds, ids, strict=True)]
    assert left[0] == left[1]
    if left[0]:
        return
    for way in ((0, 1, 2), (2, 1, 0)):
        first, second = both_ways(garden, "restore", [[Change(some[n], {}, 1) for n in way] for some in ids])
        assert first == second
    above = [
        [row["above"] and some.index(row["above"]["id"]) for row in plants(garden, bed, "above")]
        for bed, some in zip(beds, ids, strict=True)
    ]
    assert above[0] == above[1]


def test_rights_hold_for_each_record(garden: Runtime) -> None:
    beds, ids = planted(
        garden, [{"name": "A", "height": "1"}, {"name": "B", "height": "60"}, {"name": "C", "height": "2"}]
    )
    gardener = make_person(garden, f"G{random.random()}", "gardener")
    for verb in ("update", "delete"):
        pairs = [[Change(one, {"note": "x"}, 1) for one in some] for some in ids]
        first, second = both_ways(garden, verb, pairs, gardener)
        assert (first, first[0]) == (second, 1)
    assert state(garden, beds[0], ids[0]) == state(garden, beds[1], ids[1])


def test_records_that_do_not_hang_together_are_never_written_one_by_one(
    garden: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(*_args: Any) -> int:
        raise AssertionError("one by one")

    monkeypatch.setattr(writing, "update", alone)
    monkeypatch.setattr(deleting, "delete", alone)
    monkeypatch.setattr(deleting, "restore", alone)
    _, (some, _) = planted(garden, [{"name": "A", "leaves": [{"text": "l"}]}, {"name": "B"}])
    for verb, version, found in (("update", 1, [2, 2]), ("delete", 2, [3, 3]), ("restore", 3, [4, 4])):
        with garden.write() as work:
            changes = [Change(one, {"note": "x"}, version) for one in some]
            assert together(garden, work, SYSTEM, verb, changes) == found
