"""`Idempotency-Key` on every POST of the API: the same request replays its answer, another one under the key is an error."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.packages.archive import pack_folder
from loomwork.web.api.effects import KEPT_WITH_EFFECT, SECRET
from tests.support.answers import json_of
from tests.support.apps import write_package
from tests.support.routes import routes
from tests.support.running import PASSWORD, Running, running
from tests.support.shop import files

FLOOR = 24
UNTRIED = {"api.run_action", "api.preview_action", "api.reveal_field"}
"""They need an app with actions and masks; the server treats them as it does the others of their kind."""
BOOKS = "/api/v1/records/lib.book"
UNITS = "/api/v1/records/system.unit"


@dataclass
class Ask:
    """A request that succeeds. Shapes: `json` is the body; `parts` make a form instead;
    `before` is the endpoint that has to come first.
    """

    path: str
    json: Any = field(default_factory=dict)
    parts: Mapping[str, Any] | None = None
    before: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class World:
    """A library with what the requests are about."""

    def __init__(self, library: Running, folder: Path) -> None:
        self.library, self.browser = library, library.browser("lena")
        self.package = pack_folder(write_package(folder / "shop_app", files()))[0].as_bytes()
        self.book = self.made(BOOKS, {"title": "A book", "contact": "13812345678"})
        self.gone = self.made(BOOKS, {"title": "Gone"})
        library.call("lena", "DELETE", f"{BOOKS}/{self.gone}", headers={"If-Match": '"1"'})
        hung = library.call("lena", "POST", f"{BOOKS}/{self.book}/files", data={"file": (io.BytesIO(b"x"), "x.txt")})
        self.removed = json_of(hung)["id"]
        library.call("lena", "DELETE", f"{BOOKS}/{self.book}/files/{self.removed}")
        self.unit = self.made(UNITS, {"name": "Empty"})
        answer = library.call("lena", "POST", f"{BOOKS}/import", data=self.sheet("Imported"))
        self.imported = json_of(answer)["report"]["id"]

    def made(self, path: str, values: dict[str, Any]) -> str:
        answer = self.library.call("lena", "POST", path, json=values)
        assert answer.status_code == 201, answer.text
        return str(json_of(answer)["id"])

    def sheet(self, title: str) -> dict[str, Any]:
        mapping = json.dumps({"type": "import", "columns": {"Name": "title"}})
        return {"file": (io.BytesIO(f"Name\n{title}\n".encode()), "a.csv"), "mapping": mapping}

    def asks(self) -> dict[str, Ask]:
        one, ids = f"{BOOKS}/{self.book}", self.library.ids
        file, users = {"file": (b"text", "a.txt")}, "/api/v1/users"
        invited = {"name": "New", "email": "new@example.com", "roles": ["lib.member"]}
        return {
            "api.create_record": Ask(BOOKS, {"title": "New"}),
            "api.restore_record": Ask(f"{BOOKS}/{self.gone}/restore", None),
            "api.begin_record": Ask(f"{BOOKS}/new", {"title": "New"}),
            "api.batch": Ask(f"{BOOKS}/batch", {"changes": [{"do": "create", "data": {"title": "B"}}]}),
            "api.query": Ask("/api/v1/query", {"entity": "lib.book", "measures": {"n": "COUNT()"}}),
            "api.evaluate_formula": Ask("/api/v1/formula/evaluate", {"formula": "1 + 1"}),
            "api.add_note": Ask(f"{one}/notes", {"body": "A note"}),
            "api.add_file": Ask(f"{one}/files", parts=file),
            "api.restore_file": Ask(f"{one}/files/{self.removed}/restore", None),
            "api.upload_file": Ask("/api/v1/files", parts=file),
            "api.share_record": Ask(f"{one}/share", {"principal": ids["mia"], "level": "read"}),
            "api.import_records": Ask(f"{BOOKS}/import", parts={"file": (b"Name\nX\n", "x.csv"), "mapping": self.sheet("")["mapping"]}),
            "api.undo_import_of": Ask(f"/api/v1/imports/{self.imported}/undo", None),
            "packages_api.upload": Ask("/api/v1/packages", parts={"file": (self.package, "shop.zip")}),
            "packages_api.plan": Ask("/api/v1/packages/shop_app/plan", None, before="packages_api.upload"),
            "packages_api.upgrade": Ask("/api/v1/packages/shop_app/upgrade", {"message": "The shop"}, before="packages_api.upload"),
            "auth_api.create_token": Ask("/api/v1/tokens", {"name": "t", "scopes": ["read"]}),
            "auth_api.change_password": Ask("/api/v1/me/password", {"old_password": PASSWORD, "new_password": "a better horse battery"}),
            "accounts_api.invite_new": Ask(f"{users}/invite", invited),
            "accounts_api.invite": Ask(f"{users}/{ids['gus']}/invite"),
            "accounts_api.reset": Ask(f"{users}/{ids['mia']}/reset"),
            "accounts_api.deactivate": Ask(f"{users}/{ids['nora']}/deactivate", {"successor": ids["otto"]}),
            "accounts_api.switch_off": Ask(f"{users}/{ids['gus']}/switch-off"),
            "accounts_api.switch_on": Ask(f"{users}/{ids['gus']}/switch-on", before="accounts_api.switch_off"),
            "accounts_api.hand_over": Ask(f"{users}/{ids['mia']}/hand-over", {"successor": ids["max"], "entity": "lib.book"}),
            "accounts_api.remove": Ask(f"/api/v1/units/{self.unit}/remove", {}, headers={"If-Match": '"1"'}),
        }  # fmt: skip

    def send(self, ask: Ask, key: str = "", *, other: bool = False) -> TestResponse:
        headers = {**ask.headers, **({"Idempotency-Key": key} if key else {})}
        if ask.parts is not None:
            parts = {
                name: (io.BytesIO(one[0]), one[1]) if isinstance(one, tuple) else one for name, one in ask.parts.items()
            }
            if other:
                parts["file"] = (io.BytesIO(b"Name\nother\n"), "other.csv")
            return self.browser.post(ask.path, data=parts, headers=headers)
        if ask.json is None:
            return self.browser.post(ask.path, headers=headers, **({"json": {"x": 1}} if other else {}))
        return self.browser.post(ask.path, json={**ask.json, "x": 1} if other else ask.json, headers=headers)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with running(database_url, tmp_path / "home") as made:
        yield World(made, tmp_path)


def test_every_post_of_the_api_is_tried(world: World) -> None:
    found = {
        route.endpoint for route in routes(world.library) if route.method == "POST" and route.rule.startswith("/api/v1")
    }
    assert found == set(world.asks()) | UNTRIED
    assert len(world.asks()) >= FLOOR
    assert found >= KEPT_WITH_EFFECT | SECRET


def test_the_same_request_replays_its_answer_and_another_one_is_an_error(world: World) -> None:
    asks = world.asks()
    last = "auth_api.change_password"  # the session of the browser goes with it
    for endpoint in [*(one for one in asks if one != last), last]:
        ask, key = asks[endpoint], f"key-{endpoint}"
        if ask.before:
            assert world.send(asks[ask.before]).status_code < 300, endpoint
        first = world.send(ask, key)
        assert first.status_code < 300, (endpoint, first.text)
        assert "Idempotency-Replayed" not in first.headers, endpoint
        if endpoint == last:
            world.browser.sign_in("lena", "a better horse battery")
        again = world.send(ask, key)
        if endpoint in SECRET:
            assert (again.status_code, json_of(again)["error"]["code"]) == (409, "answer_not_kept"), endpoint
        else:
            told = (again.status_code, again.data, again.headers.get("Idempotency-Replayed"))
            assert told == (first.status_code, first.data, "true"), endpoint
            assert again.headers.get("Location") == first.headers.get("Location"), endpoint
            assert again.headers.get("ETag") == first.headers.get("ETag"), endpoint
        other = world.send(ask, key, other=True)
        assert other.status_code == 422, (endpoint, other.text)
        # What cannot be read at all is told first where the endpoint reads before it asks for the key.
        assert endpoint in KEPT_WITH_EFFECT or json_of(other)["error"]["code"] == "key_reused", (endpoint, other.text)


def test_a_fault_gives_the_key_back_and_a_running_request_keeps_it(world: World) -> None:
    ask = world.asks()["api.query"]
    wrong = Ask(ask.path, {"entity": "lib.nothing"})
    assert world.send(wrong, "k").status_code == 404
    assert world.send(ask, "k").status_code == 200
    bad = world.send(ask, "no spaces, please")
    assert (bad.status_code, json_of(bad)["error"]["code"]) == (422, "bad_key")
    from loomwork.records.idempotency import begin, forget_old, give_back, request_hash
    from loomwork.storage.database import Work

    rt, body = world.library.rt, json.dumps(ask.json).encode()
    with rt.read() as work:
        who = world.library.app.guard.identities.by_token(world.library.token("lena")).actor
        assert isinstance(work, Work)
    with rt.write() as work:
        assert begin(work, who, "slow", request_hash("POST", "/api/v1/query?", body)) is None
    told = world.library.call(
        "lena", "POST", ask.path, data=body, content_type="application/json", headers={"Idempotency-Key": "slow"}
    )
    assert (told.status_code, json_of(told)["error"]["code"]) == (409, "key_in_use")
    with rt.write() as work:
        give_back(work, who, "slow")
        forget_old(work)
    told = world.library.call(
        "lena", "POST", ask.path, data=body, content_type="application/json", headers={"Idempotency-Key": "slow"}
    )
    assert told.status_code == 200
