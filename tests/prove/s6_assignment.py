"""S6: nobody sets what is not his to set: system columns, computed and closed fields, in whatever shape they are sent.

Every door that writes records is tried: create, change, form, batch, file, row of a child table, input of an action; and
the endpoints that write something else, with a key that they do not know. Counter-test: with the check of fields switched
off the proof must see what was set.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from loomwork.query.tree import Measure, Query
from tests.prove.counter import ORDERS, Shop, opened
from tests.prove.results import Context, Proof, Result

_SYSTEM = ("id", "created_at", "created_by", "updated_at", "updated_by", "row_version", "deleted_at")
_COMPUTED = ("double",)
_CLOSED = ("secret", "locked", *_COMPUTED)
_UNKNOWN = (
    "tenant", "is_admin", "is_system", "role", "roles", "password", "version", "status", "workflow_state", "lw_seq", "lw_search", "name__sort",
    "phone__sort", "__class__", "constructor", "id.id", "customer.name", "customer__name", "owner.roles", "_owner", "ID", "Name", " name", "name ",
)  # fmt: skip


def _values(shop: Shop, name: str) -> Iterator[Any]:
    other = shop.on.users["peer"]
    base = {
        "id": other, "created_at": "2001-01-01T00:00:00Z", "updated_at": "2001-01-01T00:00:00Z", "deleted_at": "2001-01-01T00:00:00Z",
        "row_version": 77, "created_by": other, "updated_by": other, "double": 99,
    }.get(name, "intruder")  # fmt: skip
    yield from (base, {"id": other}, [base], {"": base}, str(base), '{"a": 1}', True, None)


@dataclass(frozen=True)
class Door:
    """A way to write: `send` tries one value for one name; `names` are those that are not the writer's."""

    name: str
    send: Callable[[str, Any], Any]
    names: tuple[str, ...]


def run(context: Context) -> Result:
    """Each door with each forbidden name in each shape; then compare what is in the tables."""
    faults: list[str] = []
    with opened(context) as shop:
        doors = _doors(shop)
        tried = refused = 0
        for door in doors:
            for name in door.names:
                for value in _values(shop, name):
                    before = _kept(shop)
                    answer = door.send(name, value)
                    tried += 1
                    refused += answer.status_code in (403, 422)
                    fault = _judge(shop, door, name, value, answer, before)
                    faults += [fault] if fault else []
        tried, refused = _bodies(shop, faults, tried, refused)
        tried, refused = _other_endpoints(shop, faults, tried, refused)
        faults += _ownership(shop)
        if not _counter_test(shop, doors[1]):
            faults.append("without the check of fields nothing was seen: the proof sees nothing")
    figures = {"doors": len(doors), "tried": tried, "refused": refused, "unauthorised": len(faults)}
    return Result(not faults and tried >= 400, figures, faults)


def _doors(shop: Shop) -> tuple[Door, ...]:
    on, record = shop.on, shop.order["id"]
    every = (*_SYSTEM, *_CLOSED, *_UNKNOWN)
    others = (*_SYSTEM, *_UNKNOWN)

    def batch(change: dict[str, Any]) -> Any:
        return on.ask("owner", "POST", f"{ORDERS}/batch", {"changes": [change]})

    def change(values: Any, **more: str) -> Any:
        return on.ask("owner", "PATCH", f"{ORDERS}/{record}", values, {"If-Match": _tag(shop), **more})

    def form(name: str, value: Any) -> Any:
        headers = {"If-Match": _tag(shop), "X-CSRF-Token": shop.csrf("owner"), "Accept": "application/json"}
        return shop.browse("owner", "PATCH", f"{ORDERS}/{record}", {name: value}, headers)

    def sheet(name: str, value: Any) -> Any:
        text = f'"name","{name}"\n"a","{value}"\n'.encode()
        head = {"Authorization": f"Bearer {on.tokens['owner']}", "Accept": "application/json"}
        data = {"file": (io.BytesIO(text), "a.csv")}
        if name in (*_SYSTEM, *_COMPUTED):
            # Without a mapping such a column is left out and told, as it is when one's own export comes back.
            columns = {"name": {"field": "name"}, name: {"field": name}}
            data["mapping"] = json.dumps({"type": "import", "columns": columns})  # type: ignore[assignment]
        return on.client.open(f"{ORDERS}/import", method="POST", headers=head, data=data)

    def settle(name: str, value: Any) -> Any:
        body = {"values": {"customer": {name: value}}}
        return on.ask("owner", "POST", f"{ORDERS}/{record}/actions/shop.copy", body)

    item = {"do": "update", "id": record}
    return (
        Door("create", lambda n, v: on.ask("owner", "POST", ORDERS, {"name": "a", n: v}), every),
        Door("update", lambda n, v: change({n: v}), every),
        Door("form", form, every),
        Door("batch create", lambda n, v: batch({"do": "create", "data": {"name": "a", n: v}}), every),
        Door("batch update", lambda n, v: batch({**item, "row_version": _kept(shop)["row_version"], "data": {n: v}}), every),
        Door("import", sheet, tuple(n for n in every if n.strip() == n)),  # heads are trimmed, as people write them
        Door("child row", lambda n, v: change({"lines": [{"what": "a", n: v}]}), tuple(n for n in others if n not in ("id", "row_version"))),
        Door("action", settle, others),
    )  # fmt: skip


def _tag(shop: Shop) -> str:
    return f'"{_kept(shop)["row_version"]}"'


def _kept(shop: Shop) -> dict[str, Any]:
    """The order, its version included, and how many records there are of everything that a door could add."""
    rt, who = shop.on.rt, shop.on.actor()
    with rt.read() as work:
        counts = {
            f"count of {name}": rt.query.group(work, who, Query(name, measures=(Measure("n", "count"),)))["rows"][0][
                "n"
            ]
            for name in ("shop.order", "shop.line", "shop.customer")
        }
        return {**rt.query.get(work, who, "shop.order", shop.order["id"]), **counts}


def _judge(shop: Shop, door: Door, name: str, value: Any, answer: Any, before: dict[str, Any]) -> str:
    """Refused, and nothing set; an unknown field is told with 422."""
    after = _kept(shop)
    if after != before:
        return f"{door.name} {name}={value!r} changed {[k for k in after if after[k] != before.get(k)]}"
    wanted = (422,) if name in _UNKNOWN else (403, 422)
    if answer.status_code in wanted:
        return ""
    return f"{door.name} {name}={value!r}: {answer.status_code} {answer.text[:160]}"


def _other_endpoints(shop: Shop, faults: list[str], tried: int, refused: int) -> tuple[int, int]:
    """Endpoints that write something else refuse a key that they do not know, and change nothing."""
    record = f"{ORDERS}/{shop.order['id']}"
    peer = shop.on.users["peer"]
    bodies: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"{record}/notes", {"body": "a"}), ("POST", f"{record}/share", {"principal": peer, "level": "read"}),
        ("POST", f"{record}/actions/shop.copy", {}), ("POST", f"{ORDERS}/batch", {"changes": [{"do": "create", "data": {"name": "a"}}]}),
        ("POST", "/api/v1/tokens", {"name": "a", "scopes": ["read"]}),
        ("POST", "/api/v1/me/password", {"old_password": "a", "new_password": "b"}), ("POST", "/settings/wishes", {"theme": "dark"}),
        ("POST", f"/api/v1/users/{peer}/deactivate", {"successor": shop.on.users["owner"]}),
    ]  # fmt: skip
    headers = {"X-CSRF-Token": shop.csrf("boss"), "Accept": "application/json"}
    shop.session("boss")
    before = shop.state()
    for method, url, body in bodies:
        for key in ("owner_id", "user_id", "is_admin", "created_by", "__class__"):
            answer = shop.browse("boss", method, url, {**body, key: peer}, headers)
            tried += 1
            refused += answer.status_code in (403, 422)
            if answer.status_code not in (400, 403, 422):
                faults.append(f"{method} {url} with {key}: {answer.status_code} {answer.text[:120]}")
    after = shop.state()
    if after != before:
        faults.append(f"an unknown key changed {[name for name in after if after[name] != before.get(name)]}")
    return tried, refused


def _counter_test(shop: Shop, door: Door) -> bool:
    """Whether a closed field that is taken would be seen."""
    before = _kept(shop)
    with patch("loomwork.records.rights.check_fields", lambda *given, **named: None):
        answer = door.send("secret", "intruder")
    return bool(_judge(shop, door, "secret", "intruder", answer, before))


def _bodies(shop: Shop, faults: list[str], tried: int, refused: int) -> tuple[int, int]:
    """Bodies that are not an object, or hide one."""
    on = shop.on
    for body in (
        '[{"name": "a"}]',
        '"{\\"name\\": \\"a\\"}"',
        "null",
        "1",
        "true",
        '{"name": "a", "name": "b"}',
        '{"values": {"name": "a"}}',
        "[[]]",
        "{",
    ):
        for method, url, headers in (
            ("POST", ORDERS, {}),
            ("PATCH", f"{ORDERS}/{shop.order['id']}", {"If-Match": '"1"'}),
        ):
            before = _kept(shop)
            answer = on.ask("owner", method, url, body, headers)
            tried += 1
            refused += answer.status_code in (400, 422)
            if answer.status_code not in (400, 422) or _kept(shop) != before:
                faults.append(f"{method} {body}: {answer.status_code} {answer.text[:120]}")
    return tried, refused


def _ownership(shop: Shop) -> list[str]:
    """A guest cannot make himself owner; a clerk cannot give what is not his."""
    on, faults = shop.on, []
    for person in ("guest", "peer"):
        answer = on.ask(
            person, "PATCH", f"{ORDERS}/{shop.order['id']}", {"owner_id": on.users[person]}, {"If-Match": _tag(shop)}
        )
        if answer.status_code != 404:
            faults.append(f"{person} became owner: {answer.status_code}")
    for values in ({"roles": ["shop.boss"]}, {"active": True, "email": "x@y.example"}, {"unit": None}):
        path = f"/api/v1/records/system.user/{on.users['owner']}"
        version = on.ask("owner", "GET", path).headers.get("ETag", '"1"')
        answer = on.ask("owner", "PATCH", path, values, {"If-Match": version})
        if answer.status_code not in (403, 422, 404):
            faults.append(f"a clerk changed his own {sorted(values)}: {answer.status_code}")
    answer = on.ask(
        "owner", "POST", "/api/v1/records/system.role_assignment", {"user": on.users["owner"], "role": "shop.boss"}
    )
    if answer.status_code not in (403, 404):
        faults.append(f"a clerk gave himself a role: {answer.status_code} {answer.text[:100]}")
    return faults


PROOF = Proof("S6", "mass assignment", run)
