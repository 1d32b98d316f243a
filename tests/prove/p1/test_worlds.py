"""The two-world generator: the twin differs in much and shows the user the same, by the oracle's own word."""

from __future__ import annotations

import random

import pytest

from tests.prove.p1.asking import Asker
from tests.prove.p1.book import Book, Record
from tests.prove.p1.model import EntityModel, FieldModel, GrantModel, Model, make_model
from tests.prove.p1.oracle import HIDDEN, MASKED, PLAIN, Oracle
from tests.prove.p1.people import People, Person, make_people
from tests.prove.p1.twins import make_twin
from tests.prove.p1.world import World, make_world


def _build(seed: int) -> tuple[Model, People, World]:
    rng = random.Random(seed)
    model = make_model(rng)
    people = make_people(rng, list(model.roles))
    return model, people, make_world(rng, model, people, rows=24)


@pytest.mark.parametrize("seed", range(4))
def test_a_twin_hides_what_differs(seed: int) -> None:
    model, people, world = _build(seed)
    changed = 0
    for user in list(people.persons)[:6]:
        # `make_twin` checks itself that visible rows and plain cells are equal.
        twin = make_twin(random.Random(seed), model, people, world, user)
        changed += twin.changed_cells + twin.removed + twin.added
        seen = Oracle(model, people, user, world.shared, Book(model, world.records))
        for key, record in world.records.items():
            if seen.sees_row(record):
                assert key in twin.world.records
    assert changed > 600


def test_updates_change_something_in_both_worlds() -> None:
    model, people, world = _build(1)
    for user in list(people.persons)[:4]:
        twin = make_twin(random.Random(2), model, people, world, user).world
        seen = Oracle(model, people, user, world.shared, Book(model, world.records))
        now: dict[tuple[str, str], object] = {}
        for op in twin.ops:
            if op.kind == "update" and op.key in world.records and seen.sees_row(world.records[op.key]):
                assert any(now.get((op.key, name)) != value for name, value in op.values.items())
            if op.kind in ("create", "update"):
                now.update({(op.key, name): value for name, value in op.values.items()})


_FIELDS = {
    "a": FieldModel("a", "text"),
    "size": FieldModel("size", "integer"),
    "up": FieldModel("up", "link", target="e"),
    "ups": FieldModel("ups", "roll_up", child="e", via="up", gather="count"),
    "far": FieldModel("far", "formula", formula="up.size", far="up"),
    "pals": FieldModel("pals", "many_to_many", others="e"),
}


def _oracle(
    grants: list[GrantModel], shared: dict[str, frozenset[str]] | None = None, others: tuple[Record, ...] = ()
) -> Oracle:
    people = People(
        {
            "me": Person("me", "Me", "u1", ("r",)),
            "boss": Person("boss", "Boss", "u0", ()),
            "low": Person("low", "Low", "u2", ()),
        },
        {"u0": None, "u1": "u0", "u2": "u1"},
        {"t": frozenset({"me", "boss"}), "s": frozenset({"low"})},
    )
    model = Model({"e": EntityModel("e", _FIELDS)}, {"r": grants})
    return Oracle(model, people, "me", shared or {}, Book(model, {one.key: one for one in others}))


def _grant(rows: object, read: set[str], mask: set[str] | None = None, states: set[str] | None = None) -> GrantModel:
    return GrantModel(
        "e", frozenset({"read"}), rows, frozenset(read), frozenset(mask or ()), frozenset(), frozenset(states or ())
    )


def _record(owner: str, **values: object) -> Record:
    return Record("k", "e", owner, owner, values)


@pytest.mark.parametrize(
    ("rows", "owner", "is_seen"),
    [
        ("all", "boss", True),
        ("own", "me", True),
        ("own", "low", False),
        ("unit", "low", False),
        ("unit_and_below", "low", True),
        ("unit_and_below", "boss", False),
        ("team", "boss", True),
        ("team", "low", False),
        (("formula", "size", "<", 5), "boss", True),
        (("formula", "size", "<", 4), "boss", False),
    ],
)
def test_the_oracle_knows_row_rules(rows: object, owner: str, is_seen: bool) -> None:
    assert _oracle([_grant(rows, {"a"})]).sees_row(_record(owner, a=1, size=4)) is is_seen


def test_the_oracle_unites_grants_cell_by_cell() -> None:
    oracle = _oracle([_grant("own", {"a", "b"}), _grant("all", {"a"}, {"a"})])
    assert oracle.cell(_record("me"), "a") == PLAIN
    assert oracle.cell(_record("boss"), "a") == MASKED
    assert oracle.cell(_record("boss"), "b") == HIDDEN


def test_the_oracle_knows_states_and_sharing() -> None:
    grants = [_grant("all", {"a"}, states={"open"})]
    shared = {"k": frozenset({"me"})}
    assert _oracle([_grant("own", {"a"})], {"k": frozenset({"t"})}).sees_row(_record("boss"))
    assert not _oracle([_grant("own", {"a"})], {"k": frozenset({"s", "u2"})}).sees_row(_record("boss"))
    assert not _oracle(grants).sees_row(_record("boss", state="held"))
    assert not _oracle(grants, shared).sees_row(_record("boss", state="held"))
    own = [_grant("own", {"a"}, states={"open"})]
    assert not _oracle(own).sees_row(_record("boss", state="open"))
    assert _oracle(own, shared).sees_row(_record("boss", state="open"))


def _other(key: str, owner: str = "boss", **values: object) -> Record:
    return Record(key, "e", owner, owner, values)


def test_the_oracle_knows_rules_over_other_records() -> None:
    others = (_other("big", size=900), _other("small", size=1), _other("c", up="k", size=700))
    linked = _oracle([_grant(("link", "up", "<", 5), {"a"})], others=others)
    assert linked.sees_row(_record("boss", up="small"))
    assert not linked.sees_row(_record("boss", up="big"))
    assert not linked.sees_row(_record("boss"))
    assert _oracle([_grant(("many", "e", "up", 600), {"a"})], others=others).sees_row(_record("boss"))
    assert not _oracle([_grant(("many", "e", "up", 800), {"a"})], others=others).sees_row(_record("boss"))


def test_a_look_holds_what_follows_from_others() -> None:
    others = (_other("mine", "me", size=3), _other("c", up="k"), _other("hers", size=4))
    own = _oracle([_grant("own", {"ups", "far", "pals"})], others=others)
    seen, _ = own.look(Record("k", "e", "me", "me", {"up": "hers", "pals": ["hers", "mine"]}))
    assert (seen["ups"], seen["far"], seen["pals"]) == ((PLAIN, 1), (PLAIN, 4), (PLAIN, ["mine"]))
    assert own.look(_other("hers")) is None


def test_a_twin_moves_what_follows_from_others() -> None:
    """Over some seeds hidden pairs, counts that are not seen and shares of hidden records do differ."""
    lists = counts = shares = 0
    for seed in range(3):
        model, people, world = _build(seed)
        for user in list(people.persons)[:4]:
            twin = make_twin(random.Random(seed), model, people, world, user).world
            books = Book(model, world.records), Book(model, twin.records)
            shares += twin.shared != world.shared
            for key in world.records.keys() & twin.records.keys():
                for name, one in model.entities[world.records[key].entity].fields.items():
                    values = [book.value(book.records[key], name) for book in books]
                    lists += one.others != "" and values[0] != values[1]
                    counts += one.gather != "" and values[0] != values[1]
    assert lists > 50
    assert counts > 50
    assert shares > 3


@pytest.mark.parametrize("seed", range(3))
def test_requests_of_every_kind_are_drawn(seed: int) -> None:
    model, people, world = _build(seed)
    user = list(people.persons)[seed]
    twin = make_twin(random.Random(seed), model, people, world, user)
    oracle = Oracle(model, people, user, world.shared, Book(model, world.records))
    kinds, again = (
        [asker.draw().text() for _ in range(600)]
        for asker in (Asker(random.Random(seed), model, (world, twin.world), oracle) for _ in range(2))
    )
    assert kinds == again
    asker = Asker(random.Random(seed), model, (world, twin.world), oracle)
    assert len({asker.draw().kind for _ in range(600)}) >= 33
