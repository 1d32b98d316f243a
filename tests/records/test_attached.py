"""Notes hang on records that their writer sees, through every door. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.permissions.actor import Actor
from loomwork.records.bulk import RowFault
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person

NOTE, CUSTOMER = "system.note", "shop.customer"
MISSING = "01a205b2-0000-7000-8000-000000000000"


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def place(record_id: str, entity: str = CUSTOMER) -> dict[str, Any]:
    return {"body": "x", "entity": entity, "record_id": record_id}


def refused(rt: Runtime, actor: Actor, values: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as fault, rt.write() as work:
        rt.records.create(work, actor, NOTE, values)
    with pytest.raises(RowFault), rt.write() as work:
        rt.records.create_many(work, actor, NOTE, [values])
    return [(one.path, one.message) for one in fault.value.details]


def test_a_note_on_a_record_that_is_not_seen_is_refused_like_one_on_none(shop: Runtime) -> None:
    made = make_person(shop, "Sam", "seller")
    seller = replace(made, roles=made.roles | {"system.everyone"})
    with shop.write() as work:
        own = shop.records.create(work, seller, CUSTOMER, {"name": "Own"})
        hidden = shop.records.create(work, SYSTEM, CUSTOMER, {"name": "Hidden"})
    answers = [
        refused(shop, seller, values)
        for values in (
            place(hidden["id"]),
            place(MISSING),
            place("x"),
            place(own["id"], "shop.nothing"),
            place(own["id"], "shop.order"),
        )
    ]
    assert answers == [answers[0]] * 5
    assert answers[0][0][0] == "record_id"
    with shop.write() as work:
        note = shop.records.create(work, seller, NOTE, place(own["id"]))
    for change in ({"record_id": hidden["id"]}, {"entity": "shop.order"}):
        with pytest.raises(InvalidInput), shop.write() as work:
            shop.records.update(work, seller, NOTE, note["id"], change, note["row_version"])
    with shop.write() as work:
        shop.records.update(work, seller, NOTE, note["id"], {"body": "y"}, note["row_version"])
        shop.records.create(work, SYSTEM, NOTE, place(hidden["id"]))
