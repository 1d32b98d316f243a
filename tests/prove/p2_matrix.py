"""P2: every endpoint of the API for every kind of person. The matrix is data; an endpoint that is not in it is a fault."""

from __future__ import annotations

from typing import Any

from tests.prove.counter import Shop, opened
from tests.prove.results import Context, Proof, Result

PEOPLE = ("owner", "peer", "guest", "nobody", "gone", "late")
_OUT = (401, 401, 401)
"""Nobody, a person who was deactivated, a token that has ended: refused before anything else."""

# endpoint → (method, path, body, statuses of owner, peer and guest). {order} is an order of the owner, {other} of no one.
MATRIX: dict[str, tuple[str, str, Any, tuple[int, int, int]]] = {
    "api.list_records": ("GET", "/records/shop.order", None, (200, 200, 200)),
    "api.create_record": ("POST", "/records/shop.order", {"name": "new"}, (201, 201, 403)),
    "api.get_record": ("GET", "/records/shop.order/{order}", None, (200, 404, 404)),
    "api.update_record": ("PATCH", "/records/shop.order/{order}", {"note": "changed"}, (200, 404, 404)),
    "api.delete_record": ("DELETE", "/records/shop.order/{order}", None, (204, 404, 404)),
    "api.restore_record": ("POST", "/records/shop.order/{trashed}/restore", {}, (200, 404, 404)),
    "api.show_history": ("GET", "/records/shop.order/{order}/history", None, (200, 404, 404)),
    "api.explain_record": ("GET", "/records/shop.order/{order}/explain", None, (200, 404, 404)),
    "api.list_files": ("GET", "/records/shop.order/{order}/files", None, (200, 404, 404)),
    "api.add_file": ("POST", "/records/shop.order/{order}/files", "form", (201, 404, 404)),
    "api.list_notes": ("GET", "/records/shop.order/{order}/notes", None, (200, 404, 404)),
    "api.add_note": ("POST", "/records/shop.order/{order}/notes", {"body": "a note"}, (201, 404, 404)),
    "api.list_actions": ("GET", "/records/shop.order/{order}/actions", None, (200, 404, 404)),
    "api.run_action": ("POST", "/records/shop.order/{order}/actions/shop.none", {}, (404, 404, 404)),
    "api.preview_action": ("POST", "/records/shop.order/{order}/actions/shop.none/preview", {}, (404, 404, 404)),
    "api.share_record": (
        "POST",
        "/records/shop.order/{order}/share",
        {"principal": "{peer}", "level": "read"},
        (200, 404, 404),
    ),
    "api.unshare_record": ("DELETE", "/records/shop.order/{order}/share/{peer}", None, (204, 404, 404)),
    "api.list_shares": ("GET", "/records/shop.order/{order}/shares", None, (200, 404, 404)),
    "api.reveal_field": (
        "POST",
        "/records/shop.order/{order}/reveal",
        {"field": "phone", "reason": "asked by phone"},
        (403, 403, 403),
    ),
    "api.batch": (
        "POST",
        "/records/shop.order/batch",
        {"changes": [{"do": "update", "id": "{order}", "row_version": 1, "data": {"note": "b"}}]},
        (200, 404, 404),
    ),
    "api.export_records": ("GET", "/records/shop.order/export?format=csv", None, (200, 200, 403)),
    "api.import_records": ("POST", "/records/shop.order/import", "form", (201, 201, 403)),
    "api.query": ("POST", "/query", {"entity": "shop.order", "measures": {"n": "COUNT()"}}, (200, 200, 200)),
    "api.evaluate_formula": (
        "POST",
        "/formula/evaluate",
        {"formula": "name", "entity": "shop.order", "record": "{order}"},
        (200, 404, 404),
    ),
    "api.upload_file": ("POST", "/files", "form", (201, 201, 201)),
    "api.download_file": ("GET", "/files/{other}", None, (404, 404, 404)),
    "api.show_import": ("GET", "/imports/{other}", None, (404, 404, 404)),
    "api.undo_import_of": ("POST", "/imports/{other}/undo", {}, (404, 404, 404)),
    "api.show_job": ("GET", "/jobs/{other}", None, (404, 404, 404)),
    "api.list_components": ("GET", "/metadata/entities", None, (403, 403, 403)),
    "api.get_component": ("GET", "/metadata/entities/shop.order", None, (403, 403, 403)),
    "auth_api.me": ("GET", "/me", None, (200, 200, 200)),
    "auth_api.change_password": ("POST", "/me/password", {"old": "x", "new": "y"}, (403, 403, 403)),
    "auth_api.list_sessions": ("GET", "/sessions", None, (403, 403, 403)),
    "auth_api.end_session": ("DELETE", "/sessions/{other}", None, (403, 403, 403)),
    "auth_api.list_tokens": ("GET", "/tokens", None, (403, 403, 403)),
    "auth_api.create_token": ("POST", "/tokens", {"name": "mine", "scopes": ["admin"]}, (403, 403, 403)),
    "auth_api.end_token": ("DELETE", "/tokens/{other}", None, (403, 403, 403)),
    "auth_api.deactivate": ("POST", "/users/{owner}/deactivate", {}, (403, 403, 403)),
    "auth_api.invite": ("POST", "/users/{owner}/invite", {}, (403, 403, 403)),
    "describe.openapi": ("GET", "/api/openapi.json", None, (200, 200, 200)),
}
OTHER = "0193aaaa-dead-7000-8000-00000000beef"


def run(context: Context) -> Result:
    """Every endpoint as every person on an order of the owner; and the words of the refusals."""
    faults: list[str] = []
    cells = agreed = 0
    with opened(context) as shop:
        known = {rule.endpoint for rule in shop.on.server.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
        faults += [f"the matrix lacks {name}" for name in sorted(known - set(MATRIX))]
        faults += [
            f"the matrix names {name}, which is not there"
            for name in sorted(set(MATRIX) - known - {"describe.openapi"})
        ]
        for name in sorted(set(MATRIX) & (known | {"describe.openapi"})):
            for person, wanted in zip(PEOPLE, (*MATRIX[name][3], *_OUT), strict=True):
                cells += 1
                fault = _cell(shop, name, person, wanted)
                agreed += not fault
                faults += [fault] if fault else []
        told_apart = _words(shop)
        faults += told_apart
    return Result(
        not faults,
        {"endpoints": len(MATRIX), "cells": cells, "as_declared": agreed, "told_apart": len(told_apart)},
        faults,
    )


def _cell(shop: Shop, name: str, person: str, wanted: int) -> str:
    """One cell; a fresh order each time, so that no cell depends on another."""
    method, path, body, _ = MATRIX[name]
    on = shop.on
    values = {"name": "cell", "size": 1, "phone": "+8613812345678"}
    order = on.create("shop.order", values, person="owner")
    names = {"order": order["id"], "other": OTHER, "peer": on.users["peer"], "owner": on.users["owner"]}
    if "{trashed}" in path:
        trashed = on.create("shop.order", values, person="owner")
        with on.rt.write() as work:
            on.rt.records.delete(work, on.actor("owner"), "shop.order", trashed["id"], 1)
        names["trashed"] = trashed["id"]
    if name == "api.unshare_record":
        with on.rt.write() as work:
            on.rt.records.share(
                work, on.actor("owner"), "shop.order", order["id"], principal=on.users["peer"], level="read"
            )
        if person == "peer":
            return ""  # shared with him, he sees it: another cell
    url = (path if path.startswith("/api") else f"/api/v1{path}").format(**names)
    answer = _send(shop, person, method, url, _filled(body, names))
    status = answer.status_code
    is_right = status == wanted
    if is_right and person in ("peer", "guest") and status >= 400 and "hidden-canary" in answer.text:
        is_right = False
    return "" if is_right else f"{name} as {person}: {status} instead of {wanted}: {answer.text[:160]}"


def _filled(body: Any, names: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, names) for value in body]
    return body.format(**names) if isinstance(body, str) and "{" in body else body


def _send(shop: Shop, person: str, method: str, url: str, body: Any) -> Any:
    headers = {"If-Match": '"1"'} if method in ("PATCH", "DELETE") else {}
    on = shop.on
    if person == "nobody":
        return on.ask("", method, url, None if body == "form" else body, headers)
    if body != "form":
        return on.ask(person, method, url, body, headers)
    import io

    sent = {"Authorization": f"Bearer {on.tokens[person]}", "Accept": "application/json"}
    return on.client.open(url, method=method, headers=sent, data={"file": (io.BytesIO(b"name\r\nx\r\n"), "a.csv")})


def _words(shop: Shop) -> list[str]:
    """A record that is hidden and one that does not exist are refused in the same words, at every endpoint."""
    import re

    faults = []
    for name, (method, path, body, wanted) in MATRIX.items():
        if "{order}" not in path or wanted[1] != 404 or body == "form":
            continue
        texts = []
        for record in (shop.order["id"], OTHER):
            names = {"order": record, "other": OTHER, "peer": shop.on.users["peer"], "owner": shop.on.users["owner"]}
            answer = _send(shop, "peer", method, f"/api/v1{path}".format(**names), _filled(body, names))
            texts.append((answer.status_code, re.sub(r'"request_id":"[^"]*"', "", answer.text).replace(record, "ID")))
        if texts[0] != texts[1]:
            faults.append(f"{name} tells hidden from missing: {texts[0]} {texts[1]}")
    return faults


PROOF = Proof("P2", "action matrix", run)
