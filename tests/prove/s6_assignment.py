"""S6: nobody sets what is not his to set: system columns, computed and closed fields, in whatever shape they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.prove.counter import ORDERS, Shop, opened
from tests.prove.results import Context, Proof, Result

_SYSTEM = ("id", "created_at", "created_by", "updated_at", "updated_by", "row_version", "deleted_at")
_CLOSED = ("secret", "locked", "double")
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


def run(context: Context) -> Result:
    """Create, change, batch and import with each forbidden name in each shape; then compare what is in the tables."""
    faults: list[str] = []
    tried = refused = 0
    with opened(context) as shop:
        for door, send in _doors(shop).items():
            for name in (*_SYSTEM, *_CLOSED, *_UNKNOWN):
                for value in _values(shop, name):
                    before = _kept(shop)
                    answer = send(name, value)
                    tried += 1
                    refused += answer.status_code in (403, 422)
                    fault = _judge(shop, door, name, value, answer, before)
                    faults += [fault] if fault else []
        tried, refused = _bodies(shop, faults, tried, refused)
        faults += _ownership(shop)
    return Result(
        not faults and tried >= 400, {"tried": tried, "refused": refused, "unauthorised": len(faults)}, faults
    )


def _doors(shop: Shop) -> dict[str, Any]:
    on, record = shop.on, shop.order["id"]
    item = lambda values: {"changes": [{"do": "create", "data": values}]}  # noqa: E731
    return {
        "create": lambda name, value: on.ask("owner", "POST", ORDERS, {"name": "a", name: value}),
        "update": lambda name, value: on.ask(
            "owner", "PATCH", f"{ORDERS}/{record}", {name: value}, {"If-Match": _tag(shop)}
        ),
        "batch": lambda name, value: on.ask("owner", "POST", f"{ORDERS}/batch", item({"name": "a", name: value})),
    }


def _tag(shop: Shop) -> str:
    return f'"{_kept(shop)["row_version"]}"'


def _kept(shop: Shop) -> dict[str, Any]:
    with shop.on.rt.read() as work:
        return dict(shop.on.rt.query.get(work, shop.on.actor(), "shop.order", shop.order["id"]))


def _judge(shop: Shop, door: str, name: str, value: Any, answer: Any, before: dict[str, Any]) -> str:
    """Refused, and nothing set; an unknown field is named in a 422."""
    after = _kept(shop)
    if after != before:
        return f"{door} {name}={value!r} changed {[k for k in after if after[k] != before.get(k)]}"
    if answer.status_code in (403, 422, 400):
        if name in _UNKNOWN and answer.status_code != 422 and door != "batch":
            return f"{door} unknown field {name!r} gave {answer.status_code}"
        return ""
    if answer.status_code == 201 and door == "create":
        made = answer.get_json()
        with shop.on.rt.read() as work:
            stored = shop.on.rt.query.get(work, shop.on.actor(), "shop.order", made["id"])
        if stored.get(name) == value and value is not None and name in (*_SYSTEM, *_CLOSED):
            return f"create took {name}={value!r}"
        return f"create with {name}={value!r} was taken in silence"
    return f"{door} {name}={value!r}: {answer.status_code} {answer.text[:120]}"


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
