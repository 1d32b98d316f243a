"""The hand-written service does the duties that it is measured with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.bench import cases, data
from tests.bench.baseline import service, store

SIZE = data.Size(deals=600, accounts=60)
BASE = "/api/v1/records/bench.deal"


@pytest.fixture
def url(database_url: str) -> str:
    store.fill(database_url, SIZE)
    return database_url


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setenv("BENCH_DATABASE_URL", url)
    app = service.create_app()
    yield app.test_client()
    app.extensions["bench"].engine.dispose()


def _ask(client: FlaskClient, method: str, path: str, user: int = 0, body: Any = None, **headers: str) -> TestResponse:
    token = data.users(SIZE)[user]["token"]
    sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.open(path, method=method, headers=sent, data=None if body is None else json.dumps(body))


def test_nobody_reads_without_a_token(client: FlaskClient) -> None:
    assert client.get(f"{BASE}?stage=won&least=0").status_code == 401
    assert client.get(BASE, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_row_rule_holds_for_get_list_sums_and_search(client: FlaskClient) -> None:
    rows = list(data.deals(SIZE))
    for user in (0, 1, 8):
        owners = data.visible_owners(SIZE, user)
        for row in rows[:40]:
            wanted = 200 if row["owner_id"] in owners else 404
            assert _ask(client, "GET", f"{BASE}/{row['id']}", user).status_code == wanted
        listed = _ask(client, "GET", f"{BASE}?stage=won&least=0&limit=200", user).get_json()["records"]
        assert {r["id"] for r in listed} == {r["id"] for r in rows if r["stage"] == "won" and r["owner_id"] in owners}
        groups = _ask(client, "POST", "/api/v1/query", user, {}).get_json()["rows"]
        assert sum(g["count"] for g in groups) == sum(r["owner_id"] in owners for r in rows)
        found = _ask(client, "GET", f"{BASE}?search=华为&limit=200", user).get_json()["records"]
        assert {r["id"] for r in found} == {r["id"] for r in rows if "华为" in r["name"] and r["owner_id"] in owners}


def test_sums_are_exact(client: FlaskClient) -> None:
    from decimal import Decimal

    groups = _ask(client, "POST", "/api/v1/query", 0, {}).get_json()["rows"]
    assert sum(Decimal(g["sum"]) for g in groups) == sum(Decimal(r["amount"]) for r in data.deals(SIZE))


def test_pages_follow_each_other(client: FlaskClient) -> None:
    path, seen = f"{BASE}?stage=engaging&least=0&limit=20", list[str]()
    cursor = ""
    for _ in range(20):
        answer = _ask(client, "GET", path + cursor, 0).get_json()
        seen += [row["id"] for row in answer["records"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert len(seen) == len(set(seen)) == sum(r["stage"] == "engaging" for r in data.deals(SIZE))


def test_a_write_leaves_audit_and_outbox_and_raises_the_version(client: FlaskClient, url: str) -> None:
    body = {
        "name": "Fabrikam 采购 新",
        "stage": "proposal",
        "close_date": "2026-05-01",
        "amount": {"amount": "10.50", "currency": "CNY"},
    }
    made = _ask(client, "POST", BASE, 8, body)
    assert made.status_code == 201
    record = made.get_json()
    assert (record["amount"], record["row_version"], made.headers["ETag"]) == (
        {"amount": "10.50", "currency": "CNY"},
        1,
        '"1"',
    )
    changed = _ask(client, "PATCH", f"{BASE}/{record['id']}", 8, {"name": "Hooli 全新"}, If_Match='"1"')
    assert changed.get_json()["row_version"] == 2
    assert _ask(client, "GET", f"{BASE}/{record['id']}", 8).get_json() == changed.get_json()
    assert [r["id"] for r in _ask(client, "GET", f"{BASE}?search=全新", 8).get_json()["records"]] == [record["id"]]
    assert _ask(client, "GET", f"{BASE}?search=Fabrikam 采购 新", 8).get_json()["records"] == []
    engine = store.connect(url)
    with engine.connect() as connection:
        for table in ("audit", "outbox"):
            kinds = connection.execute(sa.text(f"SELECT kind FROM {table} ORDER BY at")).scalars().all()
            assert len(kinds) == 2
    engine.dispose()


def test_writes_are_refused_for_cause(client: FlaskClient) -> None:
    record = next(data.deals(SIZE))["id"]
    path = f"{BASE}/{record}"
    assert _ask(client, "PATCH", path, 0, {"name": "x"}).status_code == 428
    assert _ask(client, "PATCH", path, 0, {"name": "x"}, If_Match='"7"').status_code == 409
    for wrong in (
        {"name": ""}, {"stage": "nowhere"}, {"amount": {"amount": "-1", "currency": "CNY"}}, {"amount": {"amount": "1.005", "currency": "CNY"}},
        {"probability": "101"}, {"discount": "100.01"}, {"close_date": "2026-02-30"}, {"email": "x"}, {"quantity": 1.5}, {"nothing": 1},
        {"stage": "lost", "lost_reason": None}, {"account": data.make_id(9, 9)},
    ):  # fmt: skip
        assert _ask(client, "PATCH", path, 0, wrong, If_Match='"1"').status_code == 422, wrong
    assert _ask(client, "GET", path, 0).get_json()["row_version"] == 1


def test_every_case_gives_an_answer_that_can_be_compared(client: FlaskClient) -> None:
    world = cases.World(SIZE)
    for case in cases.NAMES:
        rows = 0
        for call in cases.make_calls(case, "baseline", world, count=20, part=0):
            answer = client.open(call.path, method=call.method, headers=call.headers(), data=call.body.encode() or None)
            assert answer.status_code < 300, answer.text
            rows += len(cases.meaning(case, answer.data))
        assert rows
