"""P9: every route declares who may call it; whoever is not let in is refused; GET and HEAD change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.prove.counter import Shop, opened
from tests.prove.results import Context, Proof, Result

FLOOR = 60
ARGUMENTS = {
    "entity": "shop.order",
    "field": "customer",
    "kind": "entities",
    "name": "shop.order",
    "action": "shop.none",
}


def run(context: Context) -> Result:
    """Walk the map of routes."""
    faults: list[str] = []
    with opened(context) as shop:
        rules = [rule for rule in shop.on.server.url_map.iter_rules() if rule.endpoint != "static"]
        access = shop.on.server.access
        undeclared = sorted({rule.endpoint for rule in rules} - set(access))
        faults += [f"{name} declares no access" for name in undeclared]
        faults += _planted(shop)
        refused = 0
        for rule, method, url in _calls(shop, rules):
            if access[rule.endpoint].who.value == "public":
                continue
            before = refused
            answer = shop.on.ask("", method, url, {} if method != "GET" else None)
            refused += answer.status_code in (401, 403) or (
                answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", "")
            )
            # A browser that is not signed in is shown the form to sign in, in place of the page.
            refused += method == "GET" and answer.status_code == 200 and b'action="/sign-in' in answer.data
            if refused == before:
                faults.append(f"{method} {url} let nobody in with {answer.status_code}")
        reads, changed = _reads(shop, rules, faults)
        faults += _planted_write(shop, rules)
    figures = {
        "routes": len(rules),
        "undeclared": len(undeclared),
        "refused_to_nobody": refused,
        "reads": reads,
        "reads_that_changed": changed,
    }
    return Result(not faults and len(rules) >= FLOOR, figures, faults)


def _calls(shop: Shop, rules: list[Any]) -> Iterator[tuple[Any, str, str]]:
    adapter = shop.on.server.url_map.bind("localhost")
    known = {**ARGUMENTS, "record_id": shop.order["id"], "user_id": shop.on.users["peer"]}
    for rule in rules:
        values = {name: known.get(name, "0193aaaa-dead-7000-8000-00000000beef") for name in rule.arguments}
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            yield rule, method, adapter.build(rule.endpoint, values, method=method)


def _reads(shop: Shop, rules: list[Any], faults: list[str]) -> tuple[int, int]:
    """GET and HEAD of everything by one who may everything, as a program and as a browser."""
    reads = changed = 0
    shop.session("boss")
    before = shop.state()
    for rule, method, url in _calls(shop, rules):
        if method != "GET":
            continue
        for verb in ("GET", "HEAD"):
            for ask in (shop.on.ask, shop.browse):
                answer = ask("boss", verb, url)
                reads += 1
                if answer.status_code >= 500 and rule.endpoint != "health.ready":
                    faults.append(f"{verb} {url}: {answer.status_code} {answer.text[:200]}")
        now = shop.state()
        if now != before:
            changed += 1
            faults.append(f"GET or HEAD of {url} changed {[name for name in now if now[name] != before.get(name)]}")
            before = now
    return reads, changed


def _planted(shop: Shop) -> list[str]:
    """Counter-test: a route without a declaration must stop the start."""
    from loomwork.web.security_access import Undeclared, collect_access

    server = shop.on.server
    server.view_functions["planted"] = lambda: ""
    try:
        collect_access(server)
    except Undeclared:
        return []
    finally:
        del server.view_functions["planted"]
    return ["a route without declared access was not found"]


def _planted_write(shop: Shop, rules: list[Any]) -> list[str]:
    """Counter-test: a page that writes when it is looked at must be found."""
    server, name = shop.on.server, "screens.home"
    original = server.view_functions[name]

    def writes() -> Any:
        shop.on.create("shop.customer", {"name": "made by looking"})
        return original()

    server.view_functions[name] = writes
    try:
        found = _reads(shop, [rule for rule in rules if rule.endpoint == name], [])
    finally:
        server.view_functions[name] = original
    return [] if found[1] else ["a page that writes was not found"]


PROOF = Proof("P9", "routes", run)
