"""P2: every endpoint for every kind of person. The matrix is data (`p2_rows.py`); an endpoint that is not in it is a fault.

Ids are those of the owner's things, asked for by the others; what is hidden and what does not exist are refused in the
same words. Counter-test: with the row rules switched off the matrix must not hold.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from tests.prove.counter import Shop, opened
from tests.prove.p2_rows import ANYONE, BROWSER, INSIDE, MATRIX, OUTSIDE, TOKEN, Row
from tests.prove.results import Context, Proof, Result
from tests.support.answers import json_of

OTHER = "0193aaaa-dead-7000-8000-00000000beef"
_VALUES = {"name": "cell", "size": 1, "phone": "+8613812345678", "secret": "hidden-canary"}
_SAFE = ("GET", "HEAD")


def run(context: Context) -> Result:
    """Every row as every person; the words of the refusals; the counter-test."""
    faults: list[str] = []
    cells = agreed = 0
    with opened(context) as shop:
        known = {rule.endpoint for rule in shop.on.server.url_map.iter_rules() if rule.endpoint != "static"}
        named = {row.endpoint for row in MATRIX}
        faults += [f"the matrix lacks {name}" for name in sorted(known - named)]
        faults += [f"the matrix names {name}, which is not there" for name in sorted(named - known)]
        things = _Things(shop)
        for row in MATRIX:
            for person in (*INSIDE, *OUTSIDE):
                cells += 1
                fault = _cell(things, row, person)
                agreed += not fault
                faults += [fault] if fault else []
        told_apart = _words(things)
        faults += told_apart
        missed = _counter_test(things)
        faults += missed
    figures = {
        "endpoints": len(named), "rows": len(MATRIX), "cells": cells, "as_declared": agreed, "told_apart": len(told_apart),
        "counter_test": "holds" if missed else "fails",
    }  # fmt: skip
    return Result(not faults, figures, faults)


class _Things:
    """The owner's things whose ids the others use."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.count = shop, itertools.count()
        on = shop.on
        url = f"/api/v1/records/shop.order/{shop.order['id']}/files"
        made = _send(shop, "owner", Row("", "POST", url, (), ("a.txt", b"text")), url, ("a.txt", b"text"))
        self.kept = {"file": json_of(made)["id"], "other": OTHER, "customer": shop.customer["id"]}
        self.kept.update({name: on.users[name] for name in ("owner", "peer", "boss")})

    def names(self, row: Row, person: str) -> dict[str, str]:
        """Ids for one cell; what a request uses up is made anew, so that no cell depends on another."""
        asked, on = f"{row.path} {row.body}", self.shop.on
        found = {**self.kept, "order": self.shop.order["id"]}
        if row.method not in _SAFE and "{order}" in asked:
            found["order"] = on.create("shop.order", _VALUES, person="owner")["id"]
        for name, make in (
            ("trashed", self._trashed), ("import", self._import), ("job", self._job), ("session", self._session), ("token", self._token),
            ("leaver", self._leaver),
            ("unit", self._unit),
        ):  # fmt: skip
            if "{" + name + "}" in asked:
                found[name] = make()
        if row.endpoint == "api.unshare_record":
            with on.rt.write() as work:
                actor = on.actor("owner")
                on.rt.records.share(work, actor, "shop.order", found["order"], principal=on.users["boss"], level="read")
        if "{hung}" in asked:
            found["hung"] = self._hung(found["order"], is_gone=row.path.endswith("/restore"))
        return found

    def _hung(self, order: str, *, is_gone: bool) -> str:
        url = f"/api/v1/records/shop.order/{order}/files"
        made = _send(self.shop, "owner", Row("", "POST", url, ()), url, ("a.txt", b"text"))
        file = str(json_of(made)["id"])
        if is_gone:
            _send(self.shop, "owner", Row("", "DELETE", url, ()), f"{url}/{file}", None)
        return file

    def _trashed(self) -> str:
        on = self.shop.on
        made = on.create("shop.order", _VALUES, person="owner")["id"]
        with on.rt.write() as work:
            on.rt.records.delete(work, on.actor("owner"), "shop.order", made, 1)
        return str(made)

    def _import(self) -> str:
        row = Row("", "POST", "/api/v1/records/shop.order/import", ())
        return str(json_of(_send(self.shop, "owner", row, row.path, ("a.csv", b"name\nx\n")))["report"]["id"])

    def _job(self) -> str:
        from loomwork.storage import outbox

        with self.shop.on.rt.write() as work:
            return outbox.add_job(work, "proof.none", {"user_id": self.shop.on.users["owner"]})

    def _session(self) -> str:
        from loomwork.web.auth import sessions

        with self.shop.on.rt.database.write() as work:
            sessions.create(work, self.shop.on.users["owner"], address="127.0.0.1", agent="another")
            return sessions.list_live(work, self.shop.on.users["owner"])[0].id

    def _token(self) -> str:
        from loomwork.web.auth import tokens

        with self.shop.on.rt.database.write() as work:
            return tokens.create(work, self.shop.on.users["owner"], name="another", scopes=("read",))[1].id

    def _unit(self) -> str:
        return str(self.shop.on.create("system.unit", {"name": f"Unit {next(self.count)}"})["id"])

    def _leaver(self) -> str:
        values = {"name": "Leaver", "email": f"leaver{next(self.count)}@proof.example", "active": True}
        return str(self.shop.on.create("system.user", values)["id"])


def _cell(things: _Things, row: Row, person: str) -> str:
    """One cell of the matrix; what was wrong with it."""
    wanted = row.outside
    if row.by != ANYONE and person in INSIDE:
        wanted = row.wanted[INSIDE.index(person)]
    names = things.names(row, person)
    answer = _send(things.shop, person, row, _filled(row.path, names), _filled(row.body, names))
    status = int(answer.status_code) if row.by == ANYONE else _status(answer)
    shows = status >= 400 and "hidden-canary" in answer.text
    if status == wanted and not shows:
        return ""
    return (
        f"{row.method} {row.path} {row.body} by {row.by} as {person}: {status} instead of {wanted}: {answer.text[:160]}"
    )


def _status(answer: Any) -> int:
    """The status; 401 for whoever is shown the way to sign in in place of a page."""
    is_sent_away = answer.status_code == 303 and answer.headers.get("Location", "").partition("?")[0] == "/sign-in"
    return 401 if is_sent_away else int(answer.status_code)


def _filled(body: Any, names: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, names) for value in body]
    return re.sub(r"\{(\w+)\}", lambda m: names[m[1]], body) if isinstance(body, str) else body


def _send(shop: Shop, person: str, row: Row, url: str, body: Any) -> Any:
    """The request of a row: with the person's token, or with his session's cookie and token against forgery."""
    headers = {"If-Match": '"1"'} if row.method in ("PATCH", "DELETE") or url.endswith("/remove") else {}
    headers["Accept"] = "application/json" if url.startswith("/api/") else "text/html"
    on = shop.on
    if row.by == TOKEN and person != "nobody":
        headers["Authorization"] = f"Bearer {on.tokens[person]}"
    if row.by == BROWSER and person != "nobody":
        headers["Cookie"] = f"{on.server.guard.cookies.session_name}={_cookie(shop, person)}"
        if row.method not in _SAFE:
            headers["X-CSRF-Token"] = shop.csrf(person)
    if isinstance(body, tuple):
        data = {"file": (io.BytesIO(body[1]), body[0])}
        if url.endswith("/import/run"):
            data["mapping"] = '{"type": "import", "columns": {"name": {"field": "name"}}}'  # type: ignore[assignment]
        return on.client.open(url, method=row.method, headers=headers, data=data)
    return on.ask("", row.method, url, body, headers)


def _cookie(shop: Shop, person: str) -> str:
    """The secret of a session of the person: of one that was ended for `late`, and anew where it was signed out."""
    from loomwork.web.auth import sessions
    from loomwork.web.auth.secret_text import digest

    secret = shop.session(person)
    with shop.on.rt.database.write() as work:
        is_live = sessions.find(work, digest(secret)) is not None
        if person == "late" and is_live:
            sessions.revoke(work, digests=[digest(secret)])
    if not is_live and person != "late":
        del shop.cookies[person]
        return shop.session(person)
    return secret


def _words(things: _Things) -> list[str]:
    """A record that is hidden and one that does not exist are refused in the same words, at every endpoint."""
    faults = []
    for row in MATRIX:
        if "{order}" not in row.path or row.wanted[2] != 404:
            continue
        texts = []
        for record in (things.shop.order["id"], OTHER):
            names = {**things.names(row, "peer"), "order": record}
            answer = _send(things.shop, "peer", row, _filled(row.path, names), _filled(row.body, names))
            hidden = re.sub(r'"request_id":"[^"]*"|nonce="[^"]*"|[0-9a-f]{16}\b', "", answer.text).replace(record, "ID")
            texts.append((answer.status_code, hidden))
        if texts[0] != texts[1]:
            faults.append(f"{row.method} {row.path} tells hidden from missing: {texts[0]} {texts[1]}"[:400])
    return faults


def _counter_test(things: _Things) -> list[str]:
    """With row rules that hold for every row, reading rows of the matrix must fail; what is wrong if they do not."""
    import sqlalchemy as sa

    from loomwork.query.frames import Frame

    on = things.shop.on
    rows = [row for row in MATRIX if row.endpoint in ("api.get_record", "api.show_history", "screens.show_record")]
    with patch.object(Frame, "visible", lambda self: None), patch.object(Frame, "rule", lambda self, number: sa.true()):
        on.rt._program = on.rt._make(on.rt.program.catalog, on.rt.program.tables, on.rt.program.number)
        found = [fault for row in rows if (fault := _cell(things, row, "peer"))]
    on.rt._program = on.rt._make(on.rt.program.catalog, on.rt.program.tables, on.rt.program.number)
    return [] if len(found) == len(rows) else ["without row rules the matrix still holds: the proof sees nothing"]


PROOF = Proof("P2", "action matrix", run)
