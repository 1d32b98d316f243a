"""Rights: cells united grant by grant, units, tokens, explanations. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loomwork.core.errors import NotAllowed, NotFound
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, actor: Actor = SYSTEM, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, entity, values)


def names(rt: Runtime, actor: Actor) -> list[str]:
    with rt.read() as work:
        return [
            row["name"]
            for row in rt.query.run(work, actor, Query("shop.customer", fields=("name",), sort=("name",))).rows
        ]


def test_a_unit_head_sees_what_belongs_to_the_people_of_his_units(shop: Runtime) -> None:
    top = create(shop, "system.unit", name="Top")["id"]
    low = create(shop, "system.unit", name="Low", parent=top)["id"]
    create(shop, "system.unit", name="Other")
    head, worker, stranger = (
        make_person(shop, "Hedi", "unit_head", top),
        make_person(shop, "Wim", "seller", low),
        make_person(shop, "Stan", "seller"),
    )
    create(shop, "shop.customer", name="of the worker", owner_id=worker.user_id)
    create(shop, "shop.customer", name="of the stranger", owner_id=stranger.user_id)
    create(shop, "shop.customer", name="of the head", owner_id=head.user_id)
    assert names(shop, replace(head, unit_ids=(top, low))) == ["of the head", "of the worker"]
    assert names(shop, replace(head, unit_ids=(top,))) == ["of the head"]
    assert names(shop, worker) == ["of the worker"]


def test_somebody_may_only_create_what_his_grant_covers(shop: Runtime) -> None:
    seller, other = make_person(shop, "Sam", "seller"), make_person(shop, "Sue", "seller")
    assert create(shop, "shop.customer", seller, name="mine")["owner_id"]["id"] == seller.user_id
    with pytest.raises(NotAllowed) as fault:
        create(shop, "shop.customer", seller, name="theirs", owner_id=other.user_id)
    assert fault.value.code == "row_closed"
    with pytest.raises(NotAllowed):
        create(shop, "shop.product", seller, name="x")
    assert names(shop, SYSTEM) == ["mine"]


def test_two_grants_never_lend_each_other_rows_or_fields_when_writing(shop: Runtime) -> None:
    both = replace(make_person(shop, "Bo", "seller"), roles=frozenset({"shop.seller", "shop.clerk"}))
    mine = create(shop, "shop.customer", name="mine", owner_id=both.user_id)
    foreign = create(shop, "shop.customer", name="foreign")
    with shop.write() as work:
        shop.records.update(work, both, "shop.customer", mine["id"], {"secret": "s", "city": "x"}, 1)
    with shop.write() as work:
        shop.records.update(work, both, "shop.customer", foreign["id"], {"city": "x"}, 1)
    for values in ({"secret": "s"}, {"name": "n"}, {"city": "y", "rating": 1}):
        with pytest.raises(NotAllowed), shop.write() as work:
            shop.records.update(work, both, "shop.customer", foreign["id"], values, 2)


SCOPES = [
    ({"read"}, True, False),
    ({"write"}, True, True),
    ({"admin"}, True, True),
    ({"metadata"}, False, False),
    ({"import"}, False, False),
    (set(), False, False),
]


def _case_name(value: object) -> str:
    return "+".join(sorted(value)) or "none" if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("scopes", "reads", "writes"), SCOPES, ids=_case_name)
def test_a_token_narrows_its_holder(shop: Runtime, scopes: set[str], reads: bool, writes: bool) -> None:
    manager = make_person(shop, "Max", "manager")
    made = create(shop, "shop.customer", name="A")
    token = replace(manager, scopes=frozenset(scopes))
    if reads:
        assert names(shop, token) == ["A"]
    else:
        for ask in (
            lambda work: shop.query.get(work, token, "shop.customer", made["id"]),
            lambda work: shop.query.history(work, token, "shop.customer", made["id"]),
        ):
            with shop.read() as work, pytest.raises(NotAllowed):
                ask(work)
        with pytest.raises(NotAllowed):
            names(shop, token)
    for change in (
        lambda work: shop.records.update(work, token, "shop.customer", made["id"], {"city": "x"}, 1),
        lambda work: shop.records.create(work, token, "shop.product", {"name": "B"}),
        lambda work: shop.records.delete(work, token, "shop.customer", made["id"], 2),
    ):
        if writes:
            with shop.write() as work:
                change(work)
        else:
            with shop.write() as work, pytest.raises(NotAllowed):
                change(work)


def test_what_is_missing_and_what_is_hidden_are_told_in_the_same_words(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    hidden = create(shop, "shop.customer", name="A")["id"]
    answers = []
    for record_id in (hidden, "01a205b2-0000-7000-8000-000000000000", "x", "' OR 1=1 --"):
        for ask in (
            lambda work, r=record_id: shop.query.get(work, seller, "shop.customer", r),
            lambda work, r=record_id: shop.records.update(work, seller, "shop.customer", r, {"city": "x"}, 1),
            lambda work, r=record_id: shop.records.delete(work, seller, "shop.customer", r, 1),
            lambda work, r=record_id: shop.query.history(work, seller, "shop.customer", r),
            lambda work, r=record_id: shop.query.explain(work, seller, "shop.customer", r),
            lambda work, r=record_id: shop.records.restore(work, seller, "shop.customer", r),
        ):
            with shop.write() as work, pytest.raises(NotFound) as fault:
                ask(work)
            answers.append((fault.value.code, fault.value.message, tuple(fault.value.details)))
    assert len(set(answers)) == 1


def test_a_decision_explains_itself(shop: Runtime) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    made = create(shop, "shop.order", customer=create(shop, "shop.customer", name="A")["id"])
    with shop.read() as work:
        found = shop.query.explain(work, clerk, "shop.order", made["id"])
        customer = shop.query.explain(work, clerk, "shop.customer", made["customer"]["id"])
    assert found["actions"]["update"]["allowed"] is True
    assert (found["actions"]["delete"]["allowed"], found["actions"]["delete"]["grants"]) == (False, [])
    assert found["actions"]["update"]["lacking"] == []
    may_delete = {
        role.label["en"] for role in shop.catalog.roles.values() for grant in role.grants
        if grant.entity == "shop.order" and "delete" in grant.actions
    }  # fmt: skip
    assert set(found["actions"]["delete"]["lacking"]) == may_delete != set()
    assert [(one["grant"], one["states"], one["holds"]) for one in found["actions"]["update"]["grants"]] == [
        ("orders", ["open"], True)
    ]
    assert (found["fields"]["due"]["write"], found["fields"]["reason"]["write"]) == (True, False)
    assert (customer["fields"]["email"]["read"], "secret" in customer["fields"]) == ("masked", False)
