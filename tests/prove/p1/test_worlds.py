"""The two-world generator: the twin differs in much and shows the user the same, by the oracle's own word."""

from __future__ import annotations

import random

import pytest

from tests.prove.p1.model import GrantModel, make_model
from tests.prove.p1.oracle import HIDDEN, MASKED, PLAIN, Oracle, Record
from tests.prove.p1.people import People, Person, make_people
from tests.prove.p1.world import World, make_twin, make_world


def _build(seed: int) -> tuple[object, People, World]:
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
        twin = make_twin(random.Random(seed), model, people, world, user)  # type: ignore[arg-type]
        changed += twin.changed_cells + twin.removed + twin.added
        seen = Oracle(model, people, user, world.shared)  # type: ignore[arg-type]
        for key, record in world.records.items():
            if seen.sees_row(record):
                assert key in twin.world.records
    assert changed > 600


def test_updates_change_something_in_both_worlds() -> None:
    model, people, world = _build(1)
    for user in list(people.persons)[:4]:
        twin = make_twin(random.Random(2), model, people, world, user).world  # type: ignore[arg-type]
        now: dict[tuple[str, str], object] = {}
        for op in twin.ops:
            if (
                op.kind == "update"
                and op.key in world.records
                and Oracle(model, people, user, world.shared).sees_row(world.records[op.key])
            ):  # type: ignore[arg-type]
                assert any(now.get((op.key, name)) != value for name, value in op.values.items())
            if op.kind in ("create", "update"):
                now.update({(op.key, name): value for name, value in op.values.items()})


def _oracle(grants: list[GrantModel], shared: dict[str, frozenset[str]] | None = None) -> Oracle:
    people = People(
        {
            "me": Person("me", "Me", "u1", ("r",)),
            "boss": Person("boss", "Boss", "u0", ()),
            "low": Person("low", "Low", "u2", ()),
        },
        {"u0": None, "u1": "u0", "u2": "u1"},
    )
    model = type("M", (), {"roles": {"r": grants}})
    return Oracle(model, people, "me", shared or {})  # type: ignore[arg-type]


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
    assert not _oracle(grants).sees_row(_record("boss", state="held"))
    assert not _oracle(grants, shared).sees_row(_record("boss", state="held"))
    own = [_grant("own", {"a"}, states={"open"})]
    assert not _oracle(own).sees_row(_record("boss", state="open"))
    assert _oracle(own, shared).sees_row(_record("boss", state="open"))
