"""Frequent words are searched in the order of the list, rare ones by the search index: the answers are the same."""

from __future__ import annotations

import pytest

from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.storage.search import Frequent, match_text
from tests.support.shop import SYSTEM, empty_shop

MANY, RARE = 120, 2


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt = empty_shop(database_kind, request)
    with rt.write() as work:
        names = [f"Northwind 科技 {n}" for n in range(MANY)] + [f"Quiet Harbour {n}" for n in range(RARE)]
        rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": name} for name in names])
    with rt.database.write() as work:
        work.connection.exec_driver_sql("ANALYZE")
    # Tests share the runtime, and it remembers statistics for minutes.
    rt.program.engine._frequent = Frequent()
    return rt


def _found(rt: Runtime, text: str) -> list[str]:
    names: list[str] = []
    cursor = ""
    while True:
        with rt.read() as work:
            page = rt.query.run(
                work, SYSTEM, Query("shop.customer", ("name",), sort=("-name",), search=text, limit=50, cursor=cursor)
            )
        names += [row["name"] for row in page.rows]
        if not page.next_cursor:
            return names
        cursor = page.next_cursor


def test_frequent_and_rare_words_find_all_and_only_what_holds_them(shop: Runtime) -> None:
    assert len(_found(shop, "northwind")) == len(set(_found(shop, "科技"))) == MANY
    assert sorted(_found(shop, "northwind 11")) == sorted(f"Northwind 科技 {n}" for n in (11, *range(110, MANY)))
    assert _found(shop, "harbour") == [f"Quiet Harbour {n}" for n in reversed(range(RARE))]
    assert _found(shop, "northwind harbour") == []


@pytest.mark.parametrize(
    ("text", "is_frequent"),
    [
        ("northwind", True),
        ("north", True),
        ("科技", True),
        ("Northwind 科技", True),
        ("harbour", False),
        ("nowhere", False),
        ("northwind harbour", False),
    ],
)
def test_statistics_of_postgresql_tell_which_words_are_frequent(shop: Runtime, text: str, is_frequent: bool) -> None:
    engine, dialect = shop.program.engine, shop.database.dialect
    asked = match_text(shop.program.catalog.entities["shop.customer"], text, ("name",), dialect)
    assert asked
    with shop.read() as work:
        found = engine._is_frequent(work, "shop.customer", {"search0": asked})
    # SQLite keeps no such statistics and asks its index first, always.
    assert found is (is_frequent and dialect == "postgresql")
