"""Sharing one record with a person, a unit or a team. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, NotAllowed, NotFound
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.storage.access_log import note_access
from tests.support.shop import SYSTEM, both, empty_shop, grant, make_person, start_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, entity: str, /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, entity, values)


def share(
    rt: Runtime, row: dict[str, Any], principal: str, level: str, actor: Actor = SYSTEM, entity: str = "shop.customer"
) -> None:
    with rt.write() as work:
        rt.records.share(work, actor, entity, row["id"], principal=principal, level=level)


def names(rt: Runtime, actor: Actor, **asked: Any) -> list[str]:
    with rt.read() as work:
        return [
            row["name"]
            for row in rt.query.run(work, actor, Query("shop.customer", fields=("name",), sort=("name",), **asked)).rows
        ]


def change(rt: Runtime, actor: Actor, row: dict[str, Any], **values: Any) -> None:
    with rt.write() as work:
        version = rt.query.get(work, SYSTEM, "shop.customer", row["id"])["row_version"]
        rt.records.update(work, actor, "shop.customer", row["id"], values, version)


def test_a_share_for_reading_shows_and_one_for_writing_lets_change(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    made = create(shop, "shop.customer", name="A")
    create(shop, "shop.customer", name="B")
    assert names(shop, seller) == []
    share(shop, made, seller.user_id, "read")
    assert names(shop, seller) == ["A"]
    with pytest.raises(NotAllowed):
        change(shop, seller, made, city="x")
    share(shop, made, seller.user_id, "write")
    change(shop, seller, made, city="x")
    with shop.write() as work:
        shop.records.unshare(work, SYSTEM, "shop.customer", made["id"], principal=seller.user_id)
    assert names(shop, seller) == []


def test_a_share_lets_neither_delete_nor_share_further(shop: Runtime) -> None:
    seller, other = make_person(shop, "Sam", "seller"), make_person(shop, "Sue", "seller")
    made = create(shop, "shop.customer", name="A")
    share(shop, made, seller.user_id, "write")
    with pytest.raises(NotAllowed), shop.write() as work:
        shop.records.delete(work, seller, "shop.customer", made["id"], 1)
    with pytest.raises(NotAllowed):
        share(shop, made, other.user_id, "read", seller)


def test_a_share_gives_no_more_fields_than_the_roles_do_and_no_entity_without_a_grant(shop: Runtime) -> None:
    head, packer = make_person(shop, "Hedi", "unit_head"), make_person(shop, "Paco", "packer")
    made = create(shop, "shop.customer", name="A")
    for one in (head, packer):
        share(shop, made, one.user_id, "write")
    assert names(shop, head) == ["A"]
    with pytest.raises(NotAllowed):
        change(shop, head, made, city="x")
    with pytest.raises(NotAllowed):
        names(shop, packer)


def test_a_share_does_not_open_a_state_that_the_grant_leaves_out(shop: Runtime) -> None:
    clerk = make_person(shop, "Cleo", "clerk")
    made = create(shop, "shop.order", customer=create(shop, "shop.customer", name="A")["id"], status="paid")
    share(shop, made, clerk.user_id, "write", entity="shop.order")
    with shop.read() as work:
        assert shop.query.run(work, clerk, Query("shop.order")).rows == []


def test_units_and_teams_share_with_their_people(shop: Runtime) -> None:
    unit = create(shop, "system.unit", name="North")["id"]
    team = create(shop, "system.team", name="Key accounts")["id"]
    seller = make_person(shop, "Sam", "seller", unit)
    made, second = create(shop, "shop.customer", name="A"), create(shop, "shop.customer", name="B")
    share(shop, made, unit, "read")
    share(shop, second, team, "read")
    assert names(shop, seller) == ["A"]
    assert names(shop, replace(seller, team_ids=(team,))) == ["A", "B"]
    assert names(shop, replace(seller, unit_id=None, unit_ids=())) == []
    with shop.read() as work:
        shown = shop.records.shares(work, SYSTEM, "shop.customer", made["id"])
    assert shown == [{"principal": {"id": unit, "label": "North"}, "kind": "system.unit", "level": "read"}]


def test_unknown_levels_principals_and_records_are_refused(shop: Runtime) -> None:
    seller = make_person(shop, "Sam", "seller")
    made = create(shop, "shop.customer", name="A")
    for principal, level in ((seller.user_id, "all"), (made["id"], "read"), ("x", "read"), ("' OR 1=1 --", "read")):
        with pytest.raises(InvalidInput):
            share(shop, made, principal, level)
    with pytest.raises(NotFound):
        share(shop, made, seller.user_id, "read", seller)


def test_nobody_shares_for_writing_what_he_may_not_change_himself(database_url: str, tmp_path: Path) -> None:
    grants = {
        "all": grant("customer", "read share", rows="all", fields={"read": ["*"], "write": []}),
        "mine": grant("customer", "read update share", rows="own", fields={"read": ["*"], "write": ["*"]}),
    }
    rt = start_shop(tmp_path, database_url, {"roles/host.json": {"label": both("host"), "grants": grants}})
    try:
        host = make_person(rt, "Hope", "host")
        made, own = create(rt, "shop.customer", name="A"), create(rt, "shop.customer", name="B", owner_id=host.user_id)
        share(rt, made, host.user_id, "read", host)
        with pytest.raises(NotAllowed) as fault:
            share(rt, made, host.user_id, "write", host)
        assert fault.value.params["action"] == "update"
        with pytest.raises(NotAllowed):
            change(rt, host, made, city="x")
        share(rt, own, make_person(rt, "Sue", "host").user_id, "write", host)
        # What he was given for writing he may change, and so the share is what opens it.
        share(rt, made, host.user_id, "write")
        change(rt, host, made, city="x")
    finally:
        rt.close()


def test_the_history_tells_with_whom_a_record_was_shared(shop: Runtime) -> None:
    """At its place among the changes, and what was revealed as well: neither is a change of the record."""
    seller = make_person(shop, "Sam", "seller")
    made = create(shop, "shop.customer", name="A", email="a@x.example")
    share(shop, made, seller.user_id, "read")
    change(shop, SYSTEM, made, city="x")
    with shop.write() as work:
        about = {"email": "revealed", "pin": "revealed"}
        note_access(
            work, actor=seller.user_id, entity="shop.customer", record_id=made["id"], verb="revealed", about=about
        )
    with shop.write() as work:
        shop.records.unshare(work, SYSTEM, "shop.customer", made["id"], principal=seller.user_id)
        shop.records.unshare(work, SYSTEM, "shop.customer", made["id"], principal=seller.user_id)
    clerk = make_person(shop, "Cleo", "clerk")
    sam = {"id": seller.user_id, "label": "Sam"}
    with shop.read() as work:
        told = shop.query.history(work, clerk, "shop.customer", made["id"])
        first = shop.query.history(work, clerk, "shop.customer", made["id"], limit=1)
        rest = shop.query.history(work, clerk, "shop.customer", made["id"], before=2)
    assert [(one["verb"], one["version"], one.get("about")) for one in told] == [
        ("unshared", 2, {"principal": sam}),
        ("revealed", 2, {"fields": ["email"]}),
        ("updated", 2, None),
        ("shared", 1, {"principal": sam, "level": "read"}),
        ("created", 1, None),
    ]
    assert first + rest == told
    assert all(one["changes"] == {} for one in told if "about" in one)
