"""Who may write a field that he may not read learns nothing of it from what becomes of his writes."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, PlatformError, StaleRecord
from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, entity, values)


def change(rt: Runtime, actor: Actor, row: dict[str, Any], version: int, /, **values: Any) -> dict[str, Any]:
    entity = "shop.order" if "number" in row else "shop.customer"
    with rt.write() as work:
        return rt.records.update(work, actor, entity, row["id"], values, version)


def outcome(rt: Runtime, actor: Actor, row: dict[str, Any], version: int, /, **values: Any) -> Any:
    """What the actor is told of a change, and what he sees of the record and its history after it; ids left out."""
    entity = "shop.order" if "number" in row else "shop.customer"
    told: Any
    try:
        told = {
            k: v
            for k, v in change(rt, actor, row, version, **values).items()
            if k not in ("updated_at", "id", "number")
        }
    except PlatformError as fault:
        told = (fault.code, fault.message, [(one.path, one.code, one.message) for one in fault.details], fault.extra)
    with rt.read() as work:
        changes = [
            (one["version"], one["verb"], one["changes"])
            for one in rt.query.history(work, actor, entity, row["id"])
            if one["version"] > 1
        ]
    return told, changes


@pytest.mark.parametrize("guess", [{"secret": "gold"}, {"email": "a@example.com"}, {"secret": "gold", "city": "Rome"}])
def test_a_right_guess_looks_like_a_wrong_one(shop: Runtime, guess: dict[str, str]) -> None:
    blind = make_person(shop, "Bea", "blind")
    right = create(shop, "shop.customer", name="A", city="Rome", secret="gold", email="a@example.com", region="south")
    wrong = create(shop, "shop.customer", name="A", city="Rome", secret="lead", email="b@example.com", region="south")
    first, second = (outcome(shop, blind, row, 1, **guess) for row in (right, wrong))
    if "email" in guess:  # "already used" is told on purpose, so the value of the first record has to go before
        change(shop, SYSTEM, right, 2, email="c@example.com")
        second = outcome(shop, blind, wrong, 1, **guess)
    assert first == second
    assert first[0]["row_version"] == 2
    assert first[0].get("secret") is None


def test_the_same_change_of_a_field_that_is_seen_is_no_change(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    south = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="south")
    north = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="north")
    assert change(shop, blind, south, 1, city="Rome")["row_version"] == 1
    assert change(shop, blind, north, 1, secret="gold")["row_version"] == 1
    assert change(shop, blind, south, 1, secret="gold")["row_version"] == 2


def test_a_link_that_is_not_seen_is_checked_whatever_it_holds(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    owner = create(shop, "shop.customer", name="A")
    twin, other = (create(shop, "shop.order", customer=owner["id"]) for _ in range(2))
    holds = create(shop, "shop.order", customer=owner["id"], twin=twin["id"])
    empty = create(shop, "shop.order", customer=owner["id"], twin=other["id"])
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.order", other["id"], 1)
    gone = create(shop, "shop.order", customer=owner["id"])
    guesses = [outcome(shop, blind, row, row["row_version"], twin=twin["id"]) for row in (holds, gone)]
    assert guesses[0] == guesses[1]
    with shop.read() as work:
        version = shop.query.get(work, SYSTEM, "shop.order", empty["id"])["row_version"]
    with pytest.raises(InvalidInput):
        change(shop, blind, empty, version, twin=other["id"])


def test_a_locked_field_that_is_not_seen_is_refused_whatever_it_holds(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    owner = create(shop, "shop.customer", name="A")
    rows = [create(shop, "shop.order", customer=owner["id"], discount=share, status="paid") for share in ("10", "20")]
    told = [outcome(shop, blind, row, 1, discount="10") for row in rows]
    assert told[0] == told[1]
    assert told[0][0][2][0][1] == "locked"


def test_a_conflict_names_no_field_that_is_not_seen(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    hidden = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="south")
    shown = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="north")
    for row in (hidden, shown):
        change(shop, SYSTEM, row, 1, secret="lead", city="Oslo")
    with pytest.raises(StaleRecord) as fault:
        change(shop, blind, hidden, 1, secret="x", city="Bern")
    assert fault.value.extra["fields"] == ["city"]
    assert fault.value.extra["theirs"] == {"city": "Oslo"}
    with pytest.raises(StaleRecord) as fault:
        change(shop, blind, shown, 1, secret="x", city="Bern")
    assert fault.value.extra["fields"] == ["city", "secret"]


def test_merging_does_not_tell_whether_a_hidden_field_was_touched(shop: Runtime) -> None:
    blind = make_person(shop, "Bea", "blind")
    touched = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="south")
    left = create(shop, "shop.customer", name="A", city="Rome", secret="gold", region="south")
    change(shop, SYSTEM, touched, 1, secret="lead")
    change(shop, SYSTEM, left, 1, pin="1234")
    told = []
    for row in (touched, left):
        with pytest.raises(StaleRecord) as fault, shop.write() as work:
            shop.records.update(work, blind, "shop.customer", row["id"], {"secret": "x"}, 1, merge=True)
        told.append((fault.value.message, fault.value.extra))
    assert told[0] == told[1]
    with shop.write() as work:
        merged = shop.records.update(work, blind, "shop.customer", left["id"], {"city": "Bern"}, 1, merge=True)
    assert merged["row_version"] == 3
