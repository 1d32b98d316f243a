"""Colleagues read ahead give the same rows as the look-up inside each statement, whatever the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loomwork.permissions import colleagues
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, **values: Any) -> str:
    with rt.write() as work:
        return str(rt.records.create(work, SYSTEM, entity, values)["id"])


def names(rt: Runtime, actor: Actor) -> list[str]:
    with rt.read() as work:
        query = Query("shop.customer", fields=("name",), sort=("name",))
        return [row["name"] for row in rt.query.run(work, actor, query).rows]


def knowing(rt: Runtime, actor: Actor) -> Actor:
    """The actor with his colleagues read ahead."""
    with rt.read() as work:
        found = colleagues.find(
            work,
            rt.program.tables,
            actor.user_id,
            unit_id=actor.unit_id,
            unit_ids=actor.unit_ids,
            team_ids=actor.team_ids,
        )
    return replace(actor, colleagues=found)


@pytest.fixture
def people(shop: Runtime) -> dict[str, Any]:
    """Two units one above the other, a unit beside, and a team across; everybody owns a customer of his name."""
    top = create(shop, "system.unit", name="Top")
    low, beside = create(shop, "system.unit", name="Low", parent=top), create(shop, "system.unit", name="Beside")
    team = create(shop, "system.team", name="Team")
    places = {"Ann": top, "Ben": top, "Cid": low, "Dot": beside, "Eve": None}
    made = {name: make_person(shop, name, "seller", unit) for name, unit in places.items()}
    for name in ("Ann", "Dot"):
        create(shop, "system.team_member", team=team, user=made[name].user_id)
    for name, person in made.items():
        create(shop, "shop.customer", name=name, owner_id=person.user_id)
    return {"ann": made["Ann"], "eve": made["Eve"], "top": top, "low": low, "team": team}


@pytest.mark.parametrize(
    ("role", "seen"),
    [("unit_mate", ["Ann", "Ben"]), ("unit_head", ["Ann", "Ben", "Cid"]), ("team_mate", ["Ann", "Dot"])],
)
def test_both_ways_give_the_same_rows(shop: Runtime, people: dict[str, Any], role: str, seen: list[str]) -> None:
    ann = replace(
        people["ann"],
        roles=frozenset({f"shop.{role}"}),
        unit_id=people["top"],
        unit_ids=(people["top"], people["low"]),
        team_ids=(people["team"],),
    )
    known = knowing(shop, ann)
    assert known.colleagues is not None
    assert names(shop, ann) == seen
    assert names(shop, known) == seen


@pytest.mark.parametrize("role", ["unit_mate", "unit_head", "team_mate"])
def test_somebody_without_unit_and_team_has_his_own_records(shop: Runtime, people: dict[str, Any], role: str) -> None:
    eve = replace(people["eve"], roles=frozenset({f"shop.{role}"}), unit_id=None, unit_ids=(), team_ids=())
    assert names(shop, eve) == ["Eve"]
    assert names(shop, knowing(shop, eve)) == ["Eve"]


def test_too_many_colleagues_are_looked_up(
    shop: Runtime, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colleagues, "MOST", 1)
    ann = replace(people["ann"], roles=frozenset({"shop.unit_mate"}), unit_id=people["top"], unit_ids=(people["top"],))
    known = knowing(shop, ann)
    assert known.colleagues is None
    assert names(shop, known) == ["Ann", "Ben"]
