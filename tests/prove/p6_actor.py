"""P6: no statement without an actor: None is refused at every door, and a fault inside the check of rights never lets through.

A lint says that no function of the record and query layers does without an actor or makes one up; a probe looks, for each
statement on a table of an entity, whether an actor stands behind it; what happens on behalf of somebody (imports, records
that go with others, conversions, jobs) names him. Counter-tests: a planted function and a statement by nobody
must be found.
"""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import patch

from tests.prove.counter import ORDERS, Shop, opened
from tests.prove.p6_probe import counter_test, lint, nested, watched
from tests.prove.results import Context, Proof, Result
from tests.support.answers import json_of

NOBODIES: tuple[Any, ...] = (None, "", "owner", 0, {}, object())


class Injected(Exception):
    """A fault in the middle of a decision."""


def run(context: Context) -> Result:
    """Services without an actor; faults injected into each function that decides; the actor in audit and outbox."""
    faults: list[str] = []
    linted = lint(faults)
    with opened(context) as shop, watched(shop.on) as seen:
        calls, refused = _nobody(shop, faults)
        faults += _kept_actor(shop)
        faults += nested(shop)
        faults += [f"a statement without an actor: {one}" for one in sorted(seen.strays)[:5]]
        statements, strays = seen.count, len(seen.strays)
        faults += counter_test(shop, seen)
    with opened(context) as shop:
        injected, safe = _injected(shop, faults)
    figures = {
        "linted": linted, "statements": statements, "without_actor": strays, "calls_without_actor": f"{refused}/{calls}",
        "injected": f"{safe}/{injected}",
    }  # fmt: skip
    return Result(not faults and calls >= 40 and statements >= 60, figures, faults)


def _nobody(shop: Shop, faults: list[str]) -> tuple[int, int]:
    """Every public method of the services that takes an actor."""
    from loomwork.core.errors import NotSignedIn
    from loomwork.query.tree import Query
    from loomwork.records.around.handing import Order
    from loomwork.records.draft import Change

    rt, record = shop.on.rt, shop.order["id"]
    known: dict[str, Any] = {
        "entity": "shop.order", "record_id": record, "data": {"name": "x"}, "row_version": 1, "query": Query("shop.order"),
        "queries": [Query("shop.order")], "rows": [{"name": "x"}],
        "principal": shop.on.users["peer"], "level": "read", "fields": (), "action": "read", "row": {"id": record},
        "ids": [record], "changes": [Change(record, {"name": "x"}, 1)], "order": Order(shop.on.users["owner"], shop.on.users["boss"]),
    }  # fmt: skip
    before = shop.state()
    calls = refused = 0
    for service in (rt.query, rt.records):
        for name, method in inspect.getmembers(service, inspect.ismethod):
            parameters = inspect.signature(method).parameters
            if name.startswith("_") or "actor" not in parameters:
                continue
            given = {
                p: known[p] for p, one in parameters.items() if p in known and one.default is inspect.Parameter.empty
            }
            for nobody in NOBODIES:
                calls += 1
                try:
                    with rt.write() as work:
                        method(work, nobody, **given)
                except NotSignedIn:
                    refused += 1
                except Exception as fault:  # noqa: BLE001 - any other end of the call is told
                    faults.append(f"{name}(actor={nobody!r}): {type(fault).__name__}: {str(fault)[:100]}")
                else:
                    faults.append(f"{name}(actor={nobody!r}) was carried out")
    if shop.state() != before:
        faults.append("a call without an actor changed something")
    return calls, refused


def _injected(shop: Shop, faults: list[str]) -> tuple[int, int]:
    """A fault in each deciding function ends in 403 or 500 with no data."""
    from loomwork.permissions import policy
    from loomwork.records import rights
    from loomwork.web.auth.guard import Guard

    def broken(*_: Any, **__: Any) -> Any:
        raise Injected("in the middle of a decision")

    places = [
        (policy.Policies, "of"), (policy.Policy, "entity"), (policy.Policy, "writable"), (policy, "reads"), (policy.Policy, "_rule"),
        (rights, "check_fields"), (rights, "check_action"), (rights, "check_new"), (rights, "held_of"), (Guard, "_identify"),
        (Guard, "admit"),
    ]  # fmt: skip
    before = shop.state()
    count = safe = 0
    for holder, name in places:
        for method, url, body, headers in _requests(shop):
            shop.on.rt._program = _fresh(shop)
            shop.on.server.guard.identities.forget()
            with patch.object(holder, name, broken):
                answer = shop.on.ask("owner", method, url, body, headers)
            count += 1
            if answer.status_code in (401, 403, 500):
                is_silent = "Injected" not in answer.text and "first" not in answer.text
                safe += is_silent
                if not is_silent:
                    faults.append(f"{name} {method} {url}: data or internals in {answer.text[:150]}")
            elif not _same(shop, answer, method, url, body, headers):
                faults.append(f"{name} broken, {method} {url}: {answer.status_code} {answer.text[:150]}")
            else:
                safe += 1
    shop.on.rt._program = _fresh(shop)
    shop.on.server.guard.identities.forget()
    after = {name: rows for name, rows in shop.state().items() if name not in ("lw_audit", "lw_outbox")}
    if any(len(rows) < len(before.get(name, [])) for name, rows in after.items()):
        faults.append("rows are missing after the injected faults")
    return count, safe


def _same(shop: Shop, answer: Any, method: str, url: str, body: Any, headers: dict[str, str]) -> bool:
    """Whether the broken function plays no part in this request: then the answer is the ordinary one."""
    if method == "PATCH":
        return answer.status_code in (200, 409)
    return bool(shop.on.ask("owner", method, url, body, headers).status_code == answer.status_code)


def _requests(shop: Shop) -> list[tuple[str, str, Any, dict[str, str]]]:
    record = f"{ORDERS}/{shop.order['id']}"
    return [
        ("GET", ORDERS, None, {}),
        ("GET", record, None, {}),
        ("GET", f"{record}/history", None, {}),
        ("GET", f"{record}/explain", None, {}),
        ("POST", "/api/v1/query", {"entity": "shop.order", "measures": {"n": "COUNT()"}}, {}),
        ("POST", ORDERS, {"name": "injected"}, {}),
        ("PATCH", record, {"note": "injected"}, {"If-Match": '"1"'}),
    ]


def _fresh(shop: Shop) -> Any:
    old = shop.on.rt.program
    return shop.on.rt._make(old.catalog, old.tables, old.number)


def _kept_actor(shop: Shop) -> list[str]:
    """Audit and outbox of a change name the one who asked, whoever he is."""
    import sqlalchemy as sa

    from loomwork.storage.system_tables import AUDIT, OUTBOX

    on, faults = shop.on, []
    for person in ("owner", "peer", "boss"):
        made = json_of(on.ask(person, "POST", ORDERS, {"name": f"by {person}"}))
        with on.rt.database.read() as work:
            audit = work.fetch(sa.select(AUDIT.c.actor).where(AUDIT.c.record_id == made["id"]))
            events = [row[0] for row in work.fetch(sa.select(OUTBOX.c.payload)) if made["id"] in row[0]]
        if [row[0] for row in audit] != [on.users[person]]:
            faults.append(f"the audit of {person}'s record names {audit}")
        if not events or any(on.users[person] not in event for event in events):
            faults.append(f"the event of {person}'s record does not name him")
    return faults


PROOF = Proof("P6", "an actor for every statement", run)
