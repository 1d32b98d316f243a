"""One effect per idempotency key, and numbers that are never given twice. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from loomwork.core import clock
from loomwork.core.errors import Conflict, InvalidInput, StaleRecord, TryAgain
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.records.idempotency import Answer, once, request_hash
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def post(rt: Runtime, actor: Actor, key: str, name: str = "A") -> Answer:
    body = name.encode()
    with rt.write() as work:

        def run() -> Answer:
            made = rt.records.create(work, actor, "shop.customer", {"name": name})
            return Answer(201, {"ETag": "1"}, made["id"].encode())

        return once(work, actor, key, request_hash("POST", "/records/shop.customer", body), run)


def count(rt: Runtime) -> int:
    with rt.read() as work:
        return int(rt.query.run(work, SYSTEM, Query("shop.customer", count="exact")).count or 0)


def test_the_same_request_is_answered_again_and_done_once(shop: Runtime) -> None:
    first, again = post(shop, SYSTEM, "k1"), post(shop, SYSTEM, "k1")
    assert (again.status, again.headers, again.body, again.is_replay) == (201, {"ETag": "1"}, first.body, True)
    assert count(shop) == 1


def test_another_request_with_the_key_is_refused_and_keys_belong_to_their_owner(shop: Runtime) -> None:
    post(shop, SYSTEM, "k1")
    with pytest.raises(InvalidInput) as fault:
        post(shop, SYSTEM, "k1", "B")
    assert fault.value.code == "key_reused"
    manager = make_person(shop, "Max", "manager")
    assert not post(shop, manager, "k1").is_replay
    assert count(shop) == 2


def test_a_request_that_failed_leaves_its_key_free(shop: Runtime) -> None:
    with pytest.raises(InvalidInput):
        post(shop, SYSTEM, "k1", "")
    assert not post(shop, SYSTEM, "k1").is_replay


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "\x00"])
def test_keys_have_a_form(shop: Runtime, key: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        post(shop, SYSTEM, key)
    assert fault.value.code == "bad_key"


def test_parallel_requests_with_one_key_have_one_effect(shop: Runtime) -> None:
    def attempt(number: int) -> bytes | None:
        try:
            return post(shop, SYSTEM, f"k{number % 5}").body
        except (Conflict, TryAgain):
            return None

    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(attempt, range(40)))
    assert count(shop) == 5
    assert len({body for body in bodies if body}) == 5


def test_a_key_that_is_in_use_conflicts_on_postgresql(shop: Runtime) -> None:
    if shop.database.dialect == "sqlite":
        return  # there is one writer at a time, so the second request waits and is answered again (tested above)
    began, done = threading.Event(), threading.Event()

    def slow() -> Answer:
        began.set()
        done.wait(20)
        return Answer(200, {}, b"")

    def hold() -> None:
        with shop.write() as work:
            once(work, SYSTEM, "k", "f", slow)

    holder = threading.Thread(target=hold)
    holder.start()
    began.wait(20)
    with pytest.raises(Conflict) as fault, shop.write() as work:
        once(work, SYSTEM, "k", "f", slow)
    done.set()
    holder.join()
    assert fault.value.code == "key_in_use"


def test_numbers_are_given_once_and_without_gaps_by_parallel_writers(shop: Runtime) -> None:
    def make(number: int) -> str:
        with shop.write() as work:
            return str(shop.records.create(work, SYSTEM, "shop.customer", {"name": str(number)})["code"])

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(make, range(24)))
    with pytest.raises(InvalidInput):
        post(shop, SYSTEM, "k", "")
    assert sorted([*codes, make(99)]) == [f"C-{n:04d}" for n in range(1, 26)]


def test_a_numbering_by_year_begins_again_in_the_companys_new_year(shop: Runtime) -> None:
    with shop.write() as work:
        customer = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A"})["id"]
    numbers = []
    for at in (
        datetime(2026, 12, 30, 12, tzinfo=UTC),
        datetime(2026, 12, 30, 13, tzinfo=UTC),
        datetime(2027, 1, 2, tzinfo=UTC),
    ):
        with clock.frozen(at), shop.write() as work:
            numbers.append(shop.records.create(work, SYSTEM, "shop.order", {"customer": customer})["number"])
    assert numbers == ["O-2026-0001", "O-2026-0002", "O-2027-0001"]


def test_parallel_changes_of_one_record_lose_nothing(shop: Runtime) -> None:
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A", "rating": 0})
    accepted: list[int] = []

    def add(_: int) -> None:
        for _attempt in range(200):
            with shop.read() as work:
                row: dict[str, Any] = shop.query.get(work, SYSTEM, "shop.customer", made["id"])
            try:
                with shop.write() as work:
                    shop.records.update(
                        work,
                        replace(SYSTEM),
                        "shop.customer",
                        made["id"],
                        {"rating": row["rating"] + 1},
                        row["row_version"],
                    )
            except (StaleRecord, TryAgain):
                continue
            accepted.append(1)
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(16)))
    with shop.read() as work:
        row = shop.query.get(work, SYSTEM, "shop.customer", made["id"])
    assert (row["rating"], row["row_version"]) == (len(accepted), len(accepted) + 1)
    assert len(accepted) == 16
