"""What a new record begins with in the context of another: the same for screens and programs, under the actor's rights.

On SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, NotAllowed
from loomwork.forms.prefill import begin_values
from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, both, choices, entity, field, grant, link, make_person, start_shop

CALL = entity(
    "Call",
    "subject",
    {
        "subject": field("text", 0),
        "order": field("link", 1, properties=link("shop.order", "calls", "clear")),
        "customer": field("link", 2, properties=link("shop.customer", "calls", "clear")),
        "kind": field("choice", 3, default="phone", properties=choices("phone", "visit")),
        "heading": field("text", 4, default={"formula": "IF(subject IS NULL, 'Call', subject & '!')"}),
        "closed": field("text", 5, default="not for everybody"),
    },
)
WRITTEN = ["subject", "order", "customer", "kind", "heading", "owner_id"]


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    calls = grant("call", "read create", rows="all", fields={"read": ["*"], "write": WRITTEN})
    whole: dict[str, Any] = {"read": ["*"], "write": []}
    few: dict[str, Any] = {"read": ["number"], "write": []}
    roles: dict[str, Any] = {
        "caller": {
            "calls": calls,
            "orders": grant("order", "read", rows="all", fields=whole),
            "customers": grant("customer", "read", rows="all", fields=whole),
        },
        "half": {"calls": calls, "orders": grant("order", "read", rows="all", fields=few)},
        "reader": {"calls": grant("call", "read", rows="all", fields=whole)},
    }
    changes: dict[str, Any] = {
        f"roles/{name}.json": {"label": both(name), "grants": one} for name, one in roles.items()
    }
    rt = start_shop(tmp_path, database_url, {**changes, "entities/call.json": CALL})
    yield rt
    rt.close()


def _begin(rt: Runtime, actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    with rt.read() as work:
        return begin_values(rt.program, work, actor, rt.program.catalog.entity("shop.call"), given)


def _order(rt: Runtime) -> tuple[str, str]:
    with rt.write() as work:
        customer = rt.records.create(work, SYSTEM, "shop.customer", {"name": "Acme"})["id"]
        return customer, rt.records.create(work, SYSTEM, "shop.order", {"customer": customer})["id"]


def test_links_of_the_given_record_are_taken_over(shop: Runtime) -> None:
    customer, order = _order(shop)
    ada = make_person(shop, "Ada", "caller")
    begun = _begin(shop, ada, {"order": order})
    me = {"id": ada.user_id, "label": "Ada"}
    acme = {"id": customer, "label": "Acme"}
    assert begun == {"customer": acme, "kind": "phone", "heading": "Call", "owner_id": me}
    assert _begin(shop, ada, {"order": {"id": order, "label": "?"}})["customer"] == acme
    with shop.write() as work:
        made = shop.records.create(work, ada, "shop.call", {**begun, "order": order})
    assert (made["customer"], made["closed"]) == (acme, "not for everybody")


def test_what_is_given_stays_and_feeds_defaults(shop: Runtime) -> None:
    _, order = _order(shop)
    ada = make_person(shop, "Ada", "caller")
    begun = _begin(shop, ada, {"order": order, "customer": None, "subject": "Ring", "kind": "visit"})
    assert begun == {"heading": "Ring!", "owner_id": {"id": ada.user_id, "label": "Ada"}}


def test_nothing_is_told_of_what_the_actor_does_not_see(shop: Runtime) -> None:
    _, order = _order(shop)
    half = make_person(shop, "Hal", "half")
    assert "customer" not in _begin(shop, half, {"order": order})
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.order", order, 1)
    ada = make_person(shop, "Ada", "caller")
    assert "customer" not in _begin(shop, ada, {"order": order})
    assert "customer" not in _begin(shop, ada, {"order": "rubbish"})


def test_who_may_not_create_is_refused_and_unknown_fields_are_named(shop: Runtime) -> None:
    with pytest.raises(NotAllowed):
        _begin(shop, make_person(shop, "Rita", "reader"), {})
    with pytest.raises(InvalidInput) as caught:
        _begin(shop, make_person(shop, "Ada", "caller"), {"ordr": "x"})
    assert [one.path for one in caught.value.details] == ["ordr"]
