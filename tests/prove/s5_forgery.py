"""S5: a change that the person did not start himself is refused: no token, another session's, a foreign origin, a GET, a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from tests.prove.counter import Shop, opened
from tests.prove.p9_routes import _calls
from tests.prove.results import Context, Proof, Result


def _forgeries(shop: Shop) -> dict[str, Callable[[str, str], Any]]:
    """Ways to forge a request in the name of the boss, whose cookie the browser adds."""
    good = {"X-CSRF-Token": shop.csrf("boss"), "Origin": "http://localhost"}
    return {
        "without token": lambda method, url: shop.browse("boss", method, url, {}),
        "empty token": lambda method, url: shop.browse("boss", method, url, {}, {"X-CSRF-Token": ""}),
        "token of another session": lambda method, url: shop.browse(
            "boss", method, url, {}, {"X-CSRF-Token": shop.csrf("peer")}
        ),
        "cut token": lambda method, url: shop.browse(
            "boss", method, url, {}, {"X-CSRF-Token": good["X-CSRF-Token"][:-1]}
        ),
        "foreign origin": lambda method, url: shop.browse(
            "boss", method, url, {}, {**good, "Origin": "https://evil.example"}
        ),
        "origin null": lambda method, url: shop.browse("boss", method, url, {}, {**good, "Origin": "null"}),
        "cross site": lambda method, url: shop.browse(
            "boss", method, url, {}, {**good, "Sec-Fetch-Site": "cross-site"}
        ),
        "text/plain form": lambda method, url: shop.browse(
            "boss", method, url, '{"name":"x"}', {"Content-Type": "text/plain"}
        ),
        "urlencoded form": lambda method, url: shop.browse(
            "boss", method, url, "name=x", {"Content-Type": "application/x-www-form-urlencoded"}
        ),
        "token in the address": lambda method, url: shop.browse(
            "boss", method, f"{url}?csrf_token={good['X-CSRF-Token']}", {}
        ),
    }


def run(context: Context) -> Result:
    """Every unsafe endpoint in every forged way; nothing may change; the true request must pass the guard."""
    faults: list[str] = []
    tried = refused = passed = 0
    with opened(context) as shop:
        shop.session("boss"), shop.session("peer")
        rules = list(shop.on.server.url_map.iter_rules())
        unsafe = [(rule, method, url) for rule, method, url in _calls(shop, rules) if method not in ("GET", "HEAD")]
        before = shop.state()
        for rule, method, url in unsafe:
            for name, send in _forgeries(shop).items():
                answer = send(method, url)
                tried += 1
                refused += answer.status_code == 403
                if answer.status_code != 403:
                    faults.append(f"{method} {rule.rule} {name}: {answer.status_code} {answer.text[:120]}")
            # The same address by GET is another page or nothing, never the action.
            if shop.browse("boss", "GET", url).status_code == 500:
                faults.append(f"GET {url}: 500")
        after = shop.state()
        if after != before:
            faults.append(f"something changed: {[name for name in after if after[name] != before.get(name)]}")
        true = {"X-CSRF-Token": shop.csrf("boss"), "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        answer = shop.browse("boss", "POST", "/api/v1/records/shop.customer", {"name": "true"}, true)
        passed = int(answer.status_code == 201)
        unguarded = _counter_test(shop, unsafe[:6])
        if not unguarded:
            faults.append("without the check nothing was let through: the proof sees nothing")
        if not passed:
            faults.append(f"the true request was refused: {answer.status_code} {answer.text[:200]}")
    return Result(
        not faults and tried >= 200,
        {
            "endpoints": len(unsafe),
            "tried": tried,
            "refused": refused,
            "changed": int(after != before),
            "true_passed": passed,
            "counter_test": f"{unguarded}_let_through",
        },
        faults,
    )


def _counter_test(shop: Shop, unsafe: list[tuple[Any, str, str]]) -> int:
    """How many forgeries pass the guard when it looks at no token and no origin."""
    with patch("loomwork.web.auth.guard.check_csrf", lambda *given: None):
        return sum(
            send(method, url).status_code != 403 for _, method, url in unsafe for send in _forgeries(shop).values()
        )


PROOF = Proof("S5", "forged requests", run)
