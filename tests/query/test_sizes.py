"""A question that is too large is refused with its place, before the database has to understand it. On both databases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import InvalidInput, TryAgain
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from loomwork.storage import sqlite_local
from loomwork.storage.database import Database
from tests.support.ending import ends
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def ask(rt: Runtime, **asked: Any) -> Any:
    with rt.read() as work:
        return rt.query.run(work, SYSTEM, Query("shop.customer", **asked))


def place(fault: pytest.ExceptionInfo[InvalidInput]) -> tuple[str, str]:
    return fault.value.details[0].path, fault.value.details[0].code


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fields", ("name",) * 501),
        ("sort", ("name", "-name") * 11),
        ("search", "x " * 2_001),
    ],
)
def test_lists_have_an_end(shop: Runtime, key: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as fault:
        ask(shop, **{key: value})
    assert place(fault) == (key, "out_of_range")


def test_groups_and_measures_have_an_end(shop: Runtime) -> None:
    groups = tuple(Dimension("name") for _ in range(21))
    measures = tuple(Measure(f"m{n}", "count") for n in range(101))
    for key, query in (
        ("group", Query("shop.customer", group=groups)),
        ("measures", Query("shop.customer", measures=measures)),
    ):
        with shop.read() as work, pytest.raises(InvalidInput) as fault:
            shop.query.group(work, SYSTEM, query)
        assert place(fault) == (key, "out_of_range")


@pytest.mark.parametrize("links", [9, 70, 2_000])
def test_paths_have_an_end(shop: Runtime, links: int) -> None:
    path = ".".join([*["owner_id"] * links, "name"])
    for asked in ({"fields": (path,)}, {"sort": (path,)}, {"conditions": {"field": path, "op": "empty"}}):
        with pytest.raises(InvalidInput):
            ask(shop, **asked)
    with pytest.raises(InvalidInput):
        ask(shop, filter=f"{path[-1_500:].removeprefix('.')} = 'x'" if links < 2_000 else "x" * 3_000)
    within = ".".join(["owner_id", *["manager"] * 7, "name"])
    assert ask(shop, fields=(within,), sort=(within,), filter=f"{within} is null").rows == []


HUGE = [Decimal("1e1000000000"), Decimal("-1e999999999"), 10**4_000, "1e1000000000", "1_0"]


@pytest.mark.parametrize("value", HUGE, ids=lambda value: str(value)[:14])
def test_a_short_number_of_a_billion_digits(shop: Runtime, value: Any) -> None:
    def asks() -> None:
        with pytest.raises(InvalidInput) as fault:
            ask(shop, filter="rating > :least", params={"least": value})
        assert fault.value.details[0].path == "params.least"

    assert ends(asks)
    with pytest.raises(InvalidInput):
        ask(shop, filter="rating IN (:some)", params={"some": [1, value]})


def test_what_a_database_finds_too_large_is_the_question_s_fault(shop: Runtime) -> None:
    many: list[Any] = [sa.literal_column("1").label(f"c{n}") for n in range(2_500)]
    with shop.read() as work, pytest.raises(InvalidInput) as fault:
        work.fetch(sa.select(*many))
    assert fault.value.code == "query_too_large"


def test_a_reading_statement_is_ended_and_a_writing_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    monkeypatch.setattr(sqlite_local, "STATEMENT_S", -1)
    numbers = sa.select(sa.literal(1).label("n")).cte(recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 300_000))
    total = sa.select(sa.func.sum(numbers.c.n))
    with database.read() as work, pytest.raises(TryAgain):
        work.fetch(total)
    with database.write() as work:
        assert work.fetch(total)[0][0] == 45_000_150_000
    database.dispose()
