"""S2(c): what people write is data for ever. It is stored first and used later, by whatever door, and never evaluated.

Texts that would be a product in some language are written into everything that people may write; then everything is
read: pages, API, exports, mails. The product must appear nowhere. And no formula ever meets anything but plain values.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from tests.prove.counter import ORDERS, Shop
from tests.prove.p9_routes import _calls

PRODUCT = "62615533"
SUM = "7919*7907"
TEXTS = (
    f"{{{{{SUM}}}}}", f"${{{SUM}}}", f"#{{{SUM}}}", f"<%= {SUM} %>", f"={SUM}", f"+{SUM}", f"@SUM({SUM})", f"{{% if {SUM} %}}{SUM}{{% endif %}}",
    f"[[{SUM}]]", f"%{{{SUM}}}", SUM, f"'||({SUM})||'",
)  # fmt: skip
"""The same product in the languages of templates, sheets, shells, SQL, and in our own."""
ALL = " ".join(TEXTS)
PLAIN = (bool, int, Decimal, str, date, datetime, time, timedelta, list, tuple)


def plant(shop: Shop) -> str:
    """Write the texts into everything that people may write; the id of the order in the middle of it."""
    on, created = shop.on, []
    for number, text in enumerate(TEXTS):
        customer = on.create("shop.customer", {"name": text, "city": text}, person="boss")
        values = {
            "name": text, "code": f"{number} {text}", "size": 7, "note": ALL, "customer": customer["id"], "secret": text, "locked": text,
            "lines": [{"what": text}],
        }  # fmt: skip
        created.append(on.create("shop.order", values, person="boss"))
    order, record = created[0]["id"], f"{ORDERS}/{created[0]['id']}"
    for text in TEXTS:
        version = on.ask("boss", "GET", record).headers["ETag"]
        answers = [
            on.ask("boss", "PATCH", record, {"note": text, "name": text}, {"If-Match": version}),
            on.ask("boss", "POST", f"{record}/notes", {"body": text}),
            _file(on, "POST", f"{record}/files", f"{text}.txt".replace("/", "-"), text),
        ]
        for answer in answers:
            if answer.status_code not in (200, 201):
                raise AssertionError(f"{text!r} was refused: {answer.text[:200]}")
    heads = "name,note\n" + "\n".join('"' + text.replace('"', '""') + '",' + "x" for text in TEXTS)
    if _file(on, "POST", f"{ORDERS}/import", f"{TEXTS[0]}.csv", heads).status_code != 201:
        raise AssertionError("the file was refused")
    unit = on.add_unit(TEXTS[0])
    user = on.rt.records
    with on.rt.write() as work:
        row = on.rt.query.get(work, on.actor(), "system.user", on.users["boss"])
        user.update(work, on.actor(), "system.user", row["id"], {"name": ALL[:100], "unit": unit}, row["row_version"])
    on.server.guard.identities.forget()
    return str(order)


def _file(on: Any, method: str, url: str, name: str, text: str) -> Any:
    headers = {"Authorization": f"Bearer {on.tokens['boss']}", "Accept": "application/json"}
    return on.client.open(url, method=method, headers=headers, data={"file": (io.BytesIO(text.encode()), name)})


def look(shop: Shop, order: str) -> Iterator[tuple[str, bytes]]:
    """Everything that can be read, as (address, bytes): as a program and as a browser, sheets unpacked."""
    on = shop.on
    shop.order = {**shop.order, "id": order}
    rules = [
        rule for rule in on.server.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint != "static"
    ]
    addresses = [url for _, method, url in _calls(shop, rules) if method == "GET"]
    addresses += [
        f"{ORDERS}/export?format=xlsx",
        f"{ORDERS}/export?format=csv&heads=labels",
        f"{ORDERS}?search=7919",
        "/search?q=7919",
    ]
    addresses += [
        f"/e/shop.customer?sort=name&q={SUM}",
        "/lookup/shop.order/customer?q=7919",
        f"/e/shop.order/{order}/actions/shop.settle",
    ]
    for address in addresses:
        for ask in (on.ask, shop.browse):
            yield address, _unpacked(ask("boss", "GET", address).data)
    posts: list[tuple[str, Any]] = [
        ("/api/v1/query", {"entity": "shop.order", "group": ["name", "customer"], "measures": {"n": "COUNT()", "most": "MAX(note)"}}),
        ("/api/v1/formula/evaluate", {"formula": "CONCAT(name, note)", "entity": "shop.order", "record": order}),
        (f"{ORDERS}/{order}/actions/shop.settle/preview", {}),
        (f"{ORDERS}/{order}/actions/shop.settle", {}),
        *((f"{ORDERS}", {"name": text, "size": text}) for text in TEXTS),
        *(("/api/v1/query", {"entity": text}) for text in TEXTS),
    ]  # fmt: skip
    for address, body in posts:
        yield address, on.ask("boss", "POST", address, body).data
    token = {"X-CSRF-Token": shop.csrf("boss")}
    for text in TEXTS:
        yield (
            "compute",
            shop.browse("boss", "POST", "/e/shop.order/compute", {"values": {"name": text, "note": text}}, token).data,
        )
    yield "invite", on.ask("boss", "POST", f"/api/v1/users/{on.users['boss']}/invite", {}).data
    for mail in sorted((on.rt.settings.home / "outbox").glob("**/*")):
        if mail.is_file():
            yield mail.name, mail.read_bytes()


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = [book.read(name) for name in book.namelist()]
    if any(b"<f>" in part for part in parts):
        return b"formula " + PRODUCT.encode()
    return b"".join(parts)


@contextmanager
def watched() -> Iterator[dict[str, Any]]:
    """Every surrounding of a formula that is made meanwhile: how many there were, and the strange values in them."""
    from loomwork.expressions.env import Env

    seen: dict[str, Any] = {"count": 0, "strange": set()}
    original = Env.__init__

    def made(self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        seen["count"] += 1
        for value in (*self.values.values(), *self.params.values()):
            if value is not None and not isinstance(value, PLAIN):
                seen["strange"].add(type(value).__name__)

    with patch.object(Env, "__init__", made):
        yield seen


def second_order(shop: Shop, faults: list[str]) -> dict[str, Any]:
    """Plant, look, count; then the counter-test: pages that are rendered twice must be found."""
    with watched() as seen:
        order = plant(shop)
        read = shown = evaluated = 0
        for address, data in look(shop, order):
            read += 1
            shown += SUM.encode() in data
            if PRODUCT.encode() in data:
                evaluated += 1
                faults.append(f"{address} evaluated what somebody wrote: {_around(data)}")
    faults += [f"a formula was given a {name}" for name in sorted(seen["strange"])]
    if shown < read // 6 or seen["count"] < 20:
        faults.append(
            f"the texts were shown in {shown} of {read} answers, {seen['count']} formulas ran: too few to tell"
        )
    if not _counter_test(shop, order):
        faults.append("pages that are rendered twice were not found: the proof sees nothing")
    return {"planted": len(TEXTS), "read": read, "shown": shown, "evaluated": evaluated, "envs": seen["count"]}


def _around(data: bytes) -> str:
    place = data.index(PRODUCT.encode())
    return data[max(0, place - 80) : place + 40].decode(errors="replace")


def _counter_test(shop: Shop, order: str) -> bool:
    """Whether pages that take what they show for a template are found out."""
    import jinja2

    from loomwork.web.screens import env

    original: Callable[..., str] = env.render

    def twice(*given: Any, **named: Any) -> str:
        # Only the part that holds data: scripts have braces of their own.
        text = original(*given, **named)
        lines = [line for line in text.splitlines() if "{{" + SUM in line and "{%" not in line]
        return "\n".join(jinja2.Environment(autoescape=True).from_string(line[:2_000]).render() for line in lines[:1])

    with patch.object(env, "render", twice):
        answer = shop.browse("boss", "GET", f"/e/shop.order/{order}/edit")
        listed = shop.browse("boss", "GET", "/e/shop.customer")
    return PRODUCT in answer.text or PRODUCT in listed.text


def planted_evaluators() -> list[tuple[str, Callable[[str], Any]]]:
    """Broken evaluators, each with the fault that it must be told for."""
    from tests.prove.s2_injection import VALUES

    def spoils(text: str) -> Any:
        VALUES["lines"].append({"a": text})
        return None

    def breaks(text: str) -> Any:
        nothing: dict[str, str] = {}
        return nothing[text]

    return [
        ("gave a", type),
        ("changed", spoils),
        ("KeyError", breaks),
        ("evaluated data", lambda text: json.dumps({"sum": 7 * 7})),
    ]
