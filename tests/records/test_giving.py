"""Nobody gives more than he may himself: roles, addresses, links to sign in with. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import NotAllowed
from loomwork.permissions.actor import Actor
from loomwork.records.bulk import RowFault
from loomwork.runtime import Runtime
from loomwork.storage.database import Work
from loomwork.web.accounts import inviting
from tests.support.shop import ALL, SYSTEM, both, make_person, start_shop

USER, ASSIGNMENT = "system.user", "system.role_assignment"
ROLE = {
    "label": both("staff"),
    "abilities": ["manage_users"],
    "grants": {
        name: {"entity": f"system.{name}", "actions": ALL.split(), "rows": "all"}
        for name in ("user", "role_assignment")
    },
}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    free = {**ROLE, "label": both("free"), "abilities": ["manage_users", "manage_roles"]}
    rt = start_shop(tmp_path, database_url, {"roles/staff.json": ROLE, "roles/free.json": free})
    yield rt
    rt.close()


def give(rt: Runtime, user: Actor, role: str, actor: Actor = SYSTEM) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, ASSIGNMENT, {"user": user.user_id, "role": role})


def lacking(rt: Runtime, act: Callable[[Work], Any]) -> bool:
    """Whether the act is refused for a right that the actor lacks."""
    try:
        with rt.write() as work:
            act(work)
    except NotAllowed as fault:
        return fault.code == "ability"
    return False


def test_roles_with_other_abilities_are_not_given(shop: Runtime) -> None:
    staff, other = make_person(shop, "Hana", "staff"), make_person(shop, "Otto", "seller")
    records, admin = shop.records, "system.administrator"
    wanted = {"user": other.user_id, "role": admin}
    assert lacking(shop, lambda work: records.create(work, staff, ASSIGNMENT, wanted))
    assert not lacking(shop, lambda work: records.create(work, staff, ASSIGNMENT, {**wanted, "role": "shop.seller"}))
    give(shop, make_person(shop, "Kim", "seller"), admin)
    own = give(shop, staff, admin)
    change = {"valid_until": "2099-01-01"}
    assert lacking(shop, lambda work: records.update(work, staff, ASSIGNMENT, own["id"], change, 1))
    seller = give(shop, other, "shop.clerk")
    assert lacking(shop, lambda work: records.update(work, staff, ASSIGNMENT, seller["id"], {"role": admin}, 1))
    with pytest.raises(RowFault), shop.write() as work:
        records.create_many(work, staff, ASSIGNMENT, [wanted])
    with shop.write() as work:
        records.delete(work, SYSTEM, ASSIGNMENT, own["id"], 1)
    assert lacking(shop, lambda work: records.restore(work, staff, ASSIGNMENT, own["id"]))
    free = make_person(shop, "Fred", "free")
    assert give(shop, other, admin, free)["role"] == admin


def send(rt: Runtime, way: Callable[..., Any], actor: Actor, user: Actor, work: Work) -> None:
    way(rt, work, actor, user.user_id)


def test_links_and_addresses_of_those_who_may_more_stay_theirs(shop: Runtime) -> None:
    staff, boss, other = (make_person(shop, name, "staff") for name in ("Hana", "Bess", "Otto"))
    give(shop, boss, "system.administrator")

    def readdress(user: Actor) -> Callable[[Work], Any]:
        def act(work: Work) -> None:
            row = shop.query.get(work, SYSTEM, USER, user.user_id, ("id",))
            shop.records.update(work, staff, USER, user.user_id, {"email": "new@example.com"}, row["row_version"])

        return act

    for way in (inviting.invite, inviting.reset):
        assert lacking(shop, partial(send, shop, way, staff, boss))
        assert not lacking(shop, partial(send, shop, way, staff, other))
        assert not lacking(shop, partial(send, shop, way, replace(staff, roles=staff.roles | {"shop.free"}), boss))
    assert lacking(shop, readdress(boss))
    assert not lacking(shop, readdress(other))
