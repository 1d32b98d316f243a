"""A star gives nothing that is made of what the same grant hides: no copy, no part, no order, on both databases."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import PlatformError
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import CUSTOMER, ORDER, SYSTEM, both, field, grant, make_person, start_shop


def formula(place: int, text: str, *, stored: bool) -> dict[str, Any]:
    properties = {"formula": text, "result": "text", "stored": stored}
    return field("formula", place, properties=properties, searchable=stored)


DERIVED = ("mail_now", "mail_kept", "mail_again", "secret_kept")
HIDING = {"read": ["*"], "write": [], "mask": ["email"], "except": ["secret"]}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    customer, order = copy.deepcopy(CUSTOMER), copy.deepcopy(ORDER)
    customer["fields"] |= {
        "mail_now": formula(20, "LOWER(email)", stored=False),
        "mail_kept": formula(21, "LOWER(email)", stored=True),
        "mail_again": formula(22, "mail_kept", stored=True),
        "secret_kept": formula(23, "UPPER(secret)", stored=True),
        "harmless": formula(24, "UPPER(city)", stored=True),
    }
    order["fields"]["customer_mail"] = formula(20, "customer.email", stored=True)
    orders = grant("order", "read", rows="all", fields={"read": ["*"], "write": []})
    named = {**HIDING, "read": ["*", "mail_kept"]}
    roles = {
        "roles/peeper.json": {"c": grant("customer", "read export", rows="all", fields=HIDING), "o": orders},
        "roles/told.json": {"c": grant("customer", "read", rows="all", fields=named), "o": orders},
    }
    changes = {name: {"label": both("role"), "grants": grants} for name, grants in roles.items()}
    changes |= {"entities/customer.json": customer, "entities/order.json": order}
    made = start_shop(tmp_path, database_url, changes)
    yield made
    made.close()


def fill(rt: Runtime) -> None:
    with rt.write() as work:
        for name in ("zed", "abe"):
            values = {
                "name": f"C {name}",
                "email": f"canary{name}@example.com",
                "secret": f"canary{name}",
                "city": "oslo",
            }
            one = rt.records.create(work, SYSTEM, "shop.customer", values)
            rt.records.create(work, SYSTEM, "shop.order", {"customer": one["id"]})


def run(rt: Runtime, actor: Actor, query: Query) -> list[dict[str, Any]]:
    with rt.read() as work:
        return list(rt.query.run(work, actor, query).rows)


def is_refused(rt: Runtime, actor: Actor, query: Query) -> bool:
    try:
        run(rt, actor, query)
    except PlatformError as fault:
        return fault.code == "field_closed"
    return False


def test_a_star_does_not_give_what_is_made_of_hidden_fields(shop: Runtime) -> None:
    fill(shop)
    peeper = make_person(shop, "Pia", "peeper")
    [row, _] = run(shop, peeper, Query("shop.customer", ("name", "email", "harmless")))
    assert (row["harmless"], set(row["email"])) == ("OSLO", {"masked"})
    for name in DERIVED:
        assert is_refused(shop, peeper, Query("shop.customer", ("id",), sort=(name,))), name
        assert is_refused(shop, peeper, Query("shop.customer", ("id",), filter=f"{name} <> NULL")), name
    assert is_refused(shop, peeper, Query("shop.order", ("id",), sort=("customer_mail",)))
    # What is not there for somebody is found by none of its words.
    for word in ("canary", "canaryzed", "canaryzed@example.com"):
        assert run(shop, peeper, Query("shop.customer", ("id",), search=word)) == [], word
        assert run(shop, peeper, Query("shop.order", ("id",), search=word)) == [], word


def test_no_door_shows_a_hidden_value(shop: Runtime) -> None:
    """Whole records, history, explanations, groups and measures: the canaries are in none of them."""
    fill(shop)
    peeper, found = make_person(shop, "Pia", "peeper"), list[str]()
    with shop.read() as work:
        for entity in ("shop.customer", "shop.order"):
            names = [one for one in shop.catalog.entity(entity).fields if one != "lines"]
            reader = shop.program.reader(peeper).access.entity(entity)
            open_ones = tuple(one for one in names if not reader.is_closed(one))
            for row in shop.query.run(work, peeper, Query(entity, open_ones)).rows:
                found.append(str(row))
                found.append(str(shop.query.history(work, peeper, entity, row["id"])))
                found.append(str(shop.query.explain(work, peeper, entity, row["id"])))
            for name in open_ones:
                for body in ({"group": (Dimension(name),)}, {"measures": (Measure("m", "max", name),)}):
                    try:
                        found.append(str(shop.query.group(work, peeper, Query(entity, (), **body))))
                    except PlatformError:
                        continue
    assert len(found) > 20
    assert not [one for one in found if "canary" in one.lower()]


def test_what_a_grant_names_it_gives(shop: Runtime) -> None:
    fill(shop)
    told = make_person(shop, "Tom", "told")
    rows = run(shop, told, Query("shop.customer", ("mail_kept",), sort=("mail_kept",)))
    assert [row["mail_kept"] for row in rows] == ["canaryabe@example.com", "canaryzed@example.com"]
    assert is_refused(shop, told, Query("shop.customer", ("mail_again",), sort=("mail_again",))) is True
