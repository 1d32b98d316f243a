"""The demo companies of the CRM: reproducible, two worlds, two quarters, and nothing that a salesperson would laugh at."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.text import has_cjk
from loomwork.packages.demo import Event, Generator, Made, Ref
from loomwork.packages.demo.scene import World

SEED = Path(__file__).parents[2] / "apps" / "crm_standard" / "seed"
TODAY = date(2026, 11, 22)
OPEN = ("contact", "needs", "demo", "negotiation", "signing")


def _generator() -> Generator:
    bodies = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in SEED.glob("*.json")}
    lists = {name: words for body in bodies.values() for name, words in body.get("lists", {}).items()}
    return Generator(
        bodies["demo"]["generator"], lists, {**bodies["reference"]["records"], **bodies["demo_catalogue"]["records"]}
    )


@pytest.fixture(scope="module")
def demo() -> tuple[World, list[Event]]:
    generator = _generator()
    world = generator.records(TODAY)
    return world, generator.events(world)


def _all(world: World, entity: str) -> list[Made]:
    return [
        made
        for records in world.made.values()
        for made in records.values()
        if made.entity == entity and not made.target
    ]


def test_two_runs_are_the_same(demo: tuple[World, list[Event]]) -> None:
    generator = _generator()
    assert generator.events(generator.records(TODAY)) == demo[1]


def test_sizes_are_those_of_a_company_worth_looking_at(demo: tuple[World, list[Event]]) -> None:
    counts = {
        entity: len(_all(demo[0], entity))
        for entity in ("system.unit", "system.user", "crm.account", "crm.contact", "crm.lead", "crm.opportunity")
    }
    assert counts["system.unit"] == 7
    assert counts["system.user"] == 16
    assert 110 <= counts["crm.account"] <= 135
    assert 230 <= counts["crm.contact"] <= 300
    assert counts["crm.lead"] == 200
    assert counts["crm.opportunity"] == 400
    assert 450 <= len(_all(demo[0], "crm.activity")) <= 900


def test_every_role_has_somebody_who_can_sign_in(demo: tuple[World, list[Event]]) -> None:
    roles = {made.fields["role"] for made in _all(demo[0], "system.role_assignment")}
    known = {f"crm.{file.stem}" for file in (SEED.parent / "roles").glob("*.json")}
    assert roles == known | {"system.administrator"}
    shown = {made.fields["_role"] for made in _all(demo[0], "system.user") if made.fields.get("_shown")}
    assert {f"crm.{role}" for role in shown} == known


def test_both_worlds_are_there(demo: tuple[World, list[Event]]) -> None:
    names = [str(made.fields["name"]) for made in _all(demo[0], "crm.account")]
    chinese = sum(has_cjk(name) for name in names)
    assert chinese >= 60
    assert len(names) - chinese >= 40
    deals = [made.fields["name"] for made in _all(demo[0], "crm.opportunity")]
    assert len(set(deals)) >= 120


def test_company_names_do_not_repeat(demo: tuple[World, list[Event]]) -> None:
    names = Counter(made.fields["name"] for made in _all(demo[0], "crm.account"))
    assert [name for name, count in names.items() if count > 1] == []


def test_contacts_of_an_account_have_names_of_their_own(demo: tuple[World, list[Event]]) -> None:
    seen: dict[Any, set[str]] = defaultdict(set)
    for made in _all(demo[0], "crm.contact"):
        name = json.dumps(made.fields["name"], ensure_ascii=False)
        assert name not in seen[made.fields["account"]]
        seen[made.fields["account"]].add(name)


def test_deals_span_two_quarters_and_are_dated_sensibly(demo: tuple[World, list[Event]]) -> None:
    for made in _all(demo[0], "crm.opportunity"):
        opened, close = (date.fromisoformat(made.fields[name]) for name in ("opened_on", "close_date"))
        assert TODAY - timedelta(days=190) <= opened <= TODAY
        assert opened <= close <= TODAY + timedelta(days=200)
        if made.fields["stage"] in {"won", "lost"}:
            assert close <= TODAY
    quarters = {
        (date.fromisoformat(made.fields["close_date"]).month - 1) // 3
        for made in _all(demo[0], "crm.opportunity")
        if made.fields["stage"] == "won"
    }
    assert len(quarters) >= 2


def test_stages_thin_out_and_the_win_rate_is_believable(demo: tuple[World, list[Event]]) -> None:
    stages = Counter(made.fields["stage"] for made in _all(demo[0], "crm.opportunity"))
    assert set(stages) == {*OPEN, "won", "lost"}
    assert stages["contact"] + stages["needs"] > stages["negotiation"] + stages["signing"] >= 30
    assert 0.5 <= stages["won"] / (stages["won"] + stages["lost"]) <= 0.75
    assert 0.4 <= sum(stages[stage] for stage in OPEN) / stages.total() <= 0.7


def test_amounts_are_those_of_projects_and_agree_with_their_lines(demo: tuple[World, list[Event]]) -> None:
    amounts = []
    for made in _all(demo[0], "crm.opportunity"):
        amount = Decimal(made.fields["amount"])
        amounts.append(amount)
        assert Decimal(1000) <= amount <= Decimal(9_000_000)
        lines = made.fields.get("lines") or []
        if lines:
            total = sum(
                (line["quantity"] * Decimal(line["price"]) * (100 - Decimal(line["discount"])) / 100 for line in lines),
                Decimal(0),
            )
            assert abs(total - amount) < Decimal("0.05")
    assert Decimal(100_000) <= sorted(amounts)[len(amounts) // 2] <= Decimal(1_200_000)


def test_lost_deals_have_reasons_and_won_ones_belong_to_customers(demo: tuple[World, list[Event]]) -> None:
    world = demo[0]
    for made in _all(world, "crm.opportunity"):
        assert (made.fields["loss_reason"] is not None) == (made.fields["stage"] == "lost")
        if made.fields["stage"] == "won":
            assert world.find(made.fields["account"]).fields["lifecycle"] in {"active", "advocate"}


def test_contacts_of_deals_work_at_the_account(demo: tuple[World, list[Event]]) -> None:
    world = demo[0]
    for made in _all(world, "crm.opportunity"):
        if made.fields["contact"] is not None:
            assert world.find(made.fields["contact"]).fields["account"] == made.fields["account"]


def test_deals_that_sign_name_a_contact(demo: tuple[World, list[Event]]) -> None:
    for made in _all(demo[0], "crm.opportunity"):
        if "signing" in made.fields["_states"]:
            assert made.fields["contact"] is not None


def test_converted_leads_came_before_their_deal_and_closed_after_it(demo: tuple[World, list[Event]]) -> None:
    created = {event.ref: event.at for event in demo[1] if event.action == "create"}
    converted = [event for event in demo[1] if event.entity == "crm.lead" and event.fields.get("status") == "converted"]
    assert len(converted) == 40
    for event in converted:
        assert created[event.ref] < created[event.fields["opportunity"]] < event.at


def test_there_is_work_for_today_and_work_left_over(demo: tuple[World, list[Event]]) -> None:
    due = [made.fields["due_on"] for made in _all(demo[0], "crm.activity") if not made.fields["done"]]
    assert any(day < TODAY.isoformat() for day in due)
    assert any(TODAY.isoformat() <= day <= (TODAY + timedelta(days=1)).isoformat() for day in due)
    assert any(day > TODAY.isoformat() for day in due)


def test_activities_end_after_they_begin(demo: tuple[World, list[Event]]) -> None:
    for made in _all(demo[0], "crm.activity"):
        if made.fields["kind"] in {"meeting", "visit"}:
            assert made.fields["start_at"] < made.fields["end_at"]
        if made.fields["kind"] == "task":
            assert made.fields["start_at"] is None


def test_nobody_real_can_be_written_to_or_called(demo: tuple[World, list[Event]]) -> None:
    for made in [
        *_all(demo[0], "crm.contact"),
        *_all(demo[0], "crm.account"),
        *_all(demo[0], "crm.lead"),
        *_all(demo[0], "system.user"),
    ]:
        email = made.fields.get("email")
        assert email is None or email.endswith(".example")


def test_written_fields_exist(demo: tuple[World, list[Event]]) -> None:
    entities = {
        f"crm.{file.stem}": set(json.loads(file.read_text(encoding="utf-8"))["fields"]) | {"owner_id"}
        for file in (SEED.parent / "entities").glob("*.json")
    }
    for event in demo[1]:
        if event.entity in entities:
            assert set(event.fields) <= entities[event.entity], event.ref


def test_links_point_to_records_written_before(demo: tuple[World, list[Event]]) -> None:
    written: set[Ref] = {
        made.ref for name in ("products", "price_books", "competitors") for made in demo[0].made[name].values()
    }
    for event in demo[1]:
        if event.action == "create":
            written.add(event.ref)
        for value in event.fields.values():
            assert not isinstance(value, Ref) or value in written
