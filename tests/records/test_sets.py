"""Many records at once: what is written set by set is what would have been written one by one, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import Conflict, InvalidInput, NotAllowed, StaleRecord
from loomwork.core.jsonio import read_json
from loomwork.query.tree import Query
from loomwork.records.bulk import RowFault
from loomwork.runtime import Runtime
from loomwork.storage.system_tables import AUDIT, OUTBOX
from tests.support.databases import DatabaseMaker, PostgresMaker, SqliteMaker
from tests.support.shop import SYSTEM, both, choices, entity, field, grant, link, make_person, start_shop

BED = entity(
    "Bed",
    "name",
    {
        "name": field("text", 0, required=True),
        "is_full": field("boolean", 1),
        "plants": field("child_table", 2, properties={"entity": "shop.plant", "link": "bed"}),
        "height": field("roll_up", 3, properties={"relation": "plants", "function": "sum", "value": "height"}),
        "plant_count": field("roll_up", 4, properties={"relation": "plants", "function": "count"}),
        "half": field(
            "formula", 5, properties={"formula": "height / 2", "result": "decimal", "scale": 2, "stored": True}
        ),
    },
)
_MATE = (
    "bed = parent.bed AND height >= parent.height AND planted <= parent.planted AND kind = parent.kind "
    "AND seen <= parent.seen AND is_old = parent.is_old AND (name = parent.note OR parent.note = NULL)"
)
PLANT = entity(
    "Plant",
    "name",
    {
        "name": field("text", 0, required=True, searchable=True),
        "bed": field("link", 1, required=True, properties=link("shop.bed", "bed_plants", "cascade")),
        "above": field("tree_parent", 2, properties={"reverse": "below", "reverse_label": both("Below"), "on_delete": "clear"}),
        "height": field("decimal", 3, properties={"scale": 2}),
        "note": field("text", 4, searchable=True),
        "pin": field("encrypted_text", 5),
        "code": field("text", 6, unique=True),
        "kind": field("choice", 7, properties=choices("herb", "tree")),
        "planted": field("date", 8),
        "seen": field("instant", 9),
        "is_old": field("boolean", 10),
        "mate": field("link", 11, properties={**link("shop.plant", "mates", "clear"), "filter": _MATE}),
        "friends": field("many_to_many", 12, properties={"entity": "shop.product", "reverse": "plants", "reverse_label": both("P")}),
        "leaves": field("child_table", 13, properties={"entity": "shop.leaf", "link": "plant"}),
        "leaf_size": field("roll_up", 14, properties={"relation": "leaves", "function": "sum", "value": "size"}),
        "double": field("formula", 15, properties={"formula": "height * 2", "result": "decimal", "scale": 2, "stored": True}),
        "bed_name": field("formula", 16, properties={"formula": "bed.name", "result": "text", "stored": True}),
    },
    validations={
        "room": {"check": "bed.is_full = NULL OR bed.is_full = FALSE OR height = NULL OR height < 9", "message": both("No room"), "field": "height"}
    },
)  # fmt: skip
LEAF = entity(
    "Leaf",
    "text",
    {
        "text": field("text", 0, required=True),
        "plant": field("link", 1, required=True, properties=link("shop.plant", "plant_leaves", "cascade")),
        "bed": field("link", 2, properties=link("shop.bed", "bed_leaves", "cascade")),
        "twin": field("link", 3, properties=link("shop.leaf", "twins", "clear")),
        "size": field("integer", 4),
    },
)
GARDENER = {
    "label": both("Gardener"),
    "grants": {
        "beds": grant("bed", "read update", rows="all", fields={"read": ["*"], "write": ["*"]}),
        "plants": grant("plant", "read create update delete", rows={"formula": "height < 50"}, fields={"read": ["*"], "write": ["*"]}),
    },
}  # fmt: skip
FILES = {
    "entities/bed.json": BED, "entities/plant.json": PLANT, "entities/leaf.json": LEAF, "roles/gardener.json": GARDENER,
}  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "name": ["Rose", "Lily", "玫瑰"],
    "height": ["1.50", "2.25", None],
    "note": ["n", "much", None],
    "pin": ["1234", "99"],
    "kind": ["herb", "tree", None],
    "planted": ["2026-01-02", None],
    "seen": ["2026-01-02T03:04:05Z", None],
    "is_old": [True, False],
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def garden(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    if request.config.getoption("--db") not in ("both", request.param):
        pytest.skip(f"not {request.param}")
    folder: Path = tmp_path_factory.mktemp("garden")
    is_sqlite = request.param == "sqlite"
    maker: DatabaseMaker = (
        SqliteMaker(folder) if is_sqlite else PostgresMaker(request.getfixturevalue("postgres_server"))
    )
    rt = start_shop(folder, maker.create(), FILES)
    yield rt
    rt.close()
    maker.drop_all()


def create(rt: Runtime, name: str, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, f"shop.{name}", values)


def save(rt: Runtime, name: str, record_id: str, actor: Any = SYSTEM, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        version = rt.query.get(work, SYSTEM, f"shop.{name}", record_id, ("id",))["row_version"]
        return rt.records.update(work, actor, f"shop.{name}", record_id, values, version)


def delete(rt: Runtime, name: str, record_id: str) -> None:
    with rt.write() as work:
        version = rt.query.get(work, SYSTEM, f"shop.{name}", record_id, ("id",))["row_version"]
        rt.records.delete(work, SYSTEM, f"shop.{name}", record_id, version)


def plants(rt: Runtime, bed: str, *fields: str) -> list[dict[str, Any]]:
    asked = {"field": "bed", "op": "eq", "value": bed}
    query = Query("shop.plant", fields=fields or _SHOWN, conditions=asked, sort=("created_at", "id"), limit=200)
    with rt.read() as work:
        return rt.query.run(work, SYSTEM, query).rows


_SHOWN = (*VALUES, "double", "bed_name", "leaf_size", "friends", "row_version", "code")


def trail(rt: Runtime, ids: list[str]) -> list[list[Any]]:
    """What history and outbox hold of records, each in order."""
    with rt.read() as work:
        rows = work.fetch(
            sa.select(AUDIT.c.record_id, AUDIT.c.verb, AUDIT.c.version, AUDIT.c.changes, AUDIT.c.actor).order_by(
                AUDIT.c.id
            )
        )
        sent = [read_json(row[0]) for row in work.fetch(sa.select(OUTBOX.c.payload).order_by(OUTBOX.c.id))]
    found = []
    for one in ids:
        told = [
            [verb, version, {k: v for k, v in read_json(changes).items() if k != "bed"}, who]
            for key, verb, version, changes, who in rows
            if key == one
        ]
        events = [[row["row_version"], row["fields"]] for row in sent if row.get("id") == one]
        found.append([told, events])
    return found


def search(rt: Runtime, text: str, ids: set[str]) -> set[str]:
    with rt.read() as work:
        rows = rt.query.run(work, SYSTEM, Query("shop.plant", fields=("id",), search=text, limit=200)).rows
    return {row["id"] for row in rows} & ids


@pytest.mark.parametrize("seed", range(6))
def test_rows_changed_together_are_as_if_changed_one_by_one(garden: Runtime, seed: int) -> None:
    draw = random.Random(seed)
    friends = [create(garden, "product", name=name)["id"] for name in "AB"]
    start = [
        {"name": "Oak", **{name: draw.choice(options) for name, options in VALUES.items() if draw.random() < 0.6}}
        for _ in range(7)
    ]
    beds = [create(garden, "bed", name="Bed", plants=[dict(row) for row in start])["id"] for _ in range(2)]
    ids = [[row["id"] for row in plants(garden, bed)] for bed in beds]
    changes: list[dict[str, Any]] = [
        {name: draw.choice(options) for name, options in VALUES.items() if draw.random() < 0.4} for _ in start
    ]
    for row in changes:
        if draw.random() < 0.4:
            row["friends"] = draw.sample(friends, draw.randint(0, 2))
        if draw.random() < 0.4:
            row["leaves"] = [{"text": "l", "size": draw.randint(1, 9)} for _ in range(draw.randint(1, 2))]
    save(garden, "bed", beds[0], plants=[{"id": one, **row} for one, row in zip(ids[0], changes, strict=True)])
    for one, row in zip(ids[1], changes, strict=True):
        save(garden, "plant", one, **row)
    together, alone = ([{k: v for k, v in row.items() if k != "id"} for row in plants(garden, bed)] for bed in beds)
    assert together == alone
    assert trail(garden, ids[0]) == trail(garden, ids[1])
    for text in ("Rose", "much", "玫瑰", "Oak"):
        first, second = (search(garden, text, set(some)) for some in ids)
        assert [one in first for one in ids[0]] == [one in second for one in ids[1]]
    with garden.read() as work:
        rows = [garden.query.get(work, SYSTEM, "shop.bed", bed, ("height", "plant_count", "half")) for bed in beds]
        opened = [
            [
                garden.sealer.open_value(row[0], "shop.plant", "pin", row[1])
                for row in _pins(garden, work, some)
                if row[0]
            ]
            for some in ids
        ]
    assert [rows[0][name] for name in ("height", "plant_count", "half")] == [
        rows[1][name] for name in ("height", "plant_count", "half")
    ]
    assert opened[0] == opened[1]


def _pins(rt: Runtime, work: Any, ids: list[str]) -> list[Any]:
    held = rt.program.tables.entities["shop.plant"]
    rows = work.fetch(sa.select(held.column("pin"), held.column("id")).where(held.column("id").in_(ids)))
    return sorted(rows, key=lambda row: ids.index(row[1]))


def test_a_row_that_says_nothing_new_stays_at_its_version(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", plants=[{"name": "A", "height": "1"}, {"name": "B", "height": "2"}])["id"]
    first, second = plants(garden, bed)
    save(garden, "bed", bed, plants=[{"id": first["id"], "name": "A"}, {"id": second["id"], "height": "5"}])
    assert [row["row_version"] for row in plants(garden, bed)] == [1, 2]


def test_a_row_given_twice_is_changed_twice(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", plants=[{"name": "A"}, {"name": "B"}])["id"]
    first, second = (row["id"] for row in plants(garden, bed))
    twice = [{"id": first, "name": "C"}, {"id": second, "name": "D"}, {"id": first, "name": "E"}]
    with pytest.raises(StaleRecord):
        save(garden, "bed", bed, plants=twice)
    twice[2]["row_version"] = 2
    save(garden, "bed", bed, plants=twice)
    assert [(row["name"], row["row_version"]) for row in plants(garden, bed)] == [("E", 3), ("D", 2)]


def test_refused_rows_are_told_at_their_places_and_nothing_is_written(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", is_full=True, plants=[{"name": "A", "height": "1"}, {"name": "B"}])["id"]
    first, second = (row["id"] for row in plants(garden, bed))
    rows: list[dict[str, Any]] = [
        {"id": first, "height": "x"}, {"name": ""}, {"id": second, "mate": first.replace(first[-4:], "0000")},
        {"id": bed, "name": "C"}, {"name": "D", "above": first.replace(first[-4:], "0000")},
    ]  # fmt: skip
    with pytest.raises(InvalidInput) as fault:
        save(garden, "bed", bed, plants=rows)
    assert sorted((one.path, one.code) for one in fault.value.details) == [
        ("plants.0.height", "not_number"),
        ("plants.1.name", "required"),
        ("plants.2.mate", "no_such_record"),
        ("plants.3.id", "no_such_record"),
        ("plants.4.above", "no_such_record"),
    ]
    late = [{"id": first, "height": "2"}, {"id": second, "height": "9"}]
    with pytest.raises(InvalidInput) as fault:
        save(garden, "bed", bed, plants=late)
    assert [(one.path, one.message) for one in fault.value.details] == [("plants.1.height", "No room")]
    with pytest.raises(InvalidInput) as fault:
        save(garden, "bed", bed, plants=[{"id": first}, {"name": "N", "height": "3"}, {"name": "M", "height": "10"}])
    assert [(one.path, one.message) for one in fault.value.details] == [("plants.2.height", "No room")]
    assert [(row["height"], row["row_version"]) for row in plants(garden, bed)] == [("1.00", 1), (None, 1)]


def test_rows_moved_together_do_not_stand_above_each_other(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", plants=[{"name": name} for name in "ABC"])["id"]
    a, b, c = (row["id"] for row in plants(garden, bed))
    with pytest.raises(InvalidInput) as fault:
        save(garden, "bed", bed, plants=[{"id": a, "above": b}, {"id": b, "above": a}, {"id": c, "above": a}])
    assert {(one.path, one.code) for one in fault.value.details} == {
        ("plants.0.above", "cycle"),
        ("plants.1.above", "cycle"),
    }
    save(garden, "bed", bed, plants=[{"id": a, "above": b}, {"id": b, "above": c}, {"id": c}])
    # A row that changes places with the one above it, in one go.
    save(garden, "bed", bed, plants=[{"id": a, "above": c}, {"id": b, "above": a}, {"id": c}])
    assert [row["above"] and row["above"]["id"] for row in plants(garden, bed, "above")] == [c, a, None]


def test_a_value_that_only_one_may_have_is_refused_among_many(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", plants=[{"name": "A", "code": "one"}, {"name": "B", "code": "two"}])["id"]
    first, second = (row["id"] for row in plants(garden, bed))
    with pytest.raises(Conflict) as fault:
        save(garden, "bed", bed, plants=[{"id": first, "height": "1"}, {"id": second, "code": "one"}])
    assert (fault.value.code, [one.path for one in fault.value.details]) == ("unique", ["code"])
    assert [row["code"] for row in plants(garden, bed)] == ["one", "two"]


def test_rights_hold_for_each_row(garden: Runtime) -> None:
    gardener = make_person(garden, f"G{random.random()}", "gardener")
    bed = create(garden, "bed", name="B", plants=[{"name": "A", "height": "1"}, {"name": "B", "height": "60"}])["id"]
    low, high = (row["id"] for row in plants(garden, bed))
    with pytest.raises(InvalidInput) as fault:
        save(garden, "bed", bed, gardener, plants=[{"id": low}, {"id": high, "name": "C"}])
    assert [one.path for one in fault.value.details] == ["plants.1.id"]
    with pytest.raises(NotAllowed) as refused:
        save(
            garden,
            "bed",
            bed,
            gardener,
            plants=[{"id": low}, {"name": "N", "height": "1"}, {"name": "N", "height": "70"}],
        )
    assert refused.value.code == "row_closed"
    save(garden, "bed", bed, gardener, plants=[{"name": "N", "height": "1"}])
    # What he does not see is not his to take away.
    assert [row["name"] for row in plants(garden, bed)] == ["B", "N"]


@pytest.mark.parametrize(
    "differing",
    [{"height": "3"}, {"planted": "2026-02-01"}, {"kind": "tree"}, {"seen": "2026-03-01T00:00:00Z"}, {"is_old": False},
     {"name": "Other"}],
)  # fmt: skip
def test_a_filter_reads_each_row_s_own_values(garden: Runtime, differing: dict[str, Any]) -> None:
    like = {
        "name": "Same",
        "height": "4",
        "planted": "2026-01-01",
        "kind": "herb",
        "seen": "2026-01-01T00:00:00Z",
        "is_old": True,
    }
    bed = create(garden, "bed", name="B")["id"]
    good = create(garden, "plant", bed=bed, **like)["id"]
    bad = create(garden, "plant", bed=bed, **{**like, **differing})["id"]
    asked = {**like, "bed": bed, "note": "Same"}
    rows = [
        {**asked, "mate": good},
        {**asked, "mate": bad},
        {**asked, "mate": None},
        {**asked, "note": "no", "mate": good},
    ]
    with pytest.raises(RowFault) as fault, garden.write() as work:
        garden.records.create_many(work, SYSTEM, "shop.plant", rows)
    assert [(one.path, one.code) for one in fault.value.details] == [("1.mate", "not_selectable")]
    with pytest.raises(RowFault) as fault, garden.write() as work:
        garden.records.create_many(work, SYSTEM, "shop.plant", [rows[0], rows[2], rows[3]])
    assert [(one.path, one.code) for one in fault.value.details] == [("2.mate", "not_selectable")]
    with garden.write() as work:
        assert len(garden.records.create_many(work, SYSTEM, "shop.plant", [rows[0], rows[2]])) == 2


def test_what_goes_together_comes_back_together(garden: Runtime) -> None:
    outside = create(garden, "bed", name="O", plants=[{"name": "X"}])["id"]
    bed = create(
        garden, "bed", name="B", plants=[{"name": n, "height": h} for n, h in (("A", "1"), ("B", "2"), ("C", "3"))]
    )["id"]
    a, b, c = (row["id"] for row in plants(garden, bed))
    # A leaf belongs to its plant and to the bed: it goes once, and comes back although both come with it.
    leaves = [
        create(garden, "leaf", text=one, plant=plant, bed=bed, size=2)["id"]
        for one, plant in (("1", a), ("2", a), ("3", b))
    ]
    save(garden, "leaf", leaves[0], twin=leaves[2])
    save(garden, "plant", b, above=a)
    (pointing,) = (row["id"] for row in plants(garden, outside))
    save(garden, "plant", pointing, above=c)
    before = plants(garden, bed)
    delete(garden, "plant", c)
    delete(garden, "bed", bed)
    assert plants(garden, bed) == []
    assert plants(garden, outside, "above")[0]["above"] is None
    assert search(garden, "A", {a, b, c}) == set()
    told = trail(garden, [bed, a, leaves[0], c])
    assert [[row[0] for row in one[0]][-1] for one in told] == ["deleted"] * 4
    assert [len([row for row in one[0] if row[0] == "deleted"]) for one in told] == [1, 1, 1, 1]
    with garden.write() as work:
        back = garden.records.restore(work, SYSTEM, "shop.bed", bed)
    assert (back["plant_count"], back["height"], back["half"]) == (2, "3.00", "1.50")
    after = plants(garden, bed)
    assert [{**row, "row_version": 0} for row in after] == [
        {**row, "row_version": 0} for row in before if row["id"] != c
    ]
    assert [row["row_version"] - old["row_version"] for row, old in zip(after, before, strict=False)] == [2, 2]
    with garden.read() as work:
        leaf = garden.query.get(work, SYSTEM, "shop.leaf", leaves[0])
    assert (leaf["twin"]["id"], leaf["row_version"]) == (leaves[2], 4)
    assert plants(garden, bed, "above")[1]["above"]["id"] == a
    assert search(garden, "B", {a, b, c}) == {b}


def test_rows_that_hold_each_other_go_together(garden: Runtime) -> None:
    bed = create(garden, "bed", name="B", plants=[{"name": "A"}, {"name": "B"}, {"name": "C"}])["id"]
    a, b, c = (row["id"] for row in plants(garden, bed))
    save(garden, "plant", b, above=a)
    save(garden, "plant", c, above=b)
    save(garden, "bed", bed, plants=[{"id": c}])
    (left,) = plants(garden, bed, "above", "row_version")
    assert (left["above"], left["row_version"]) == (None, 3)
