"""One Chinese character is enough to find a record by, wherever it stands in a text. On SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    rt = empty_shop(database_kind, request)
    with rt.write() as work:
        names = ["华为技术", "中国华能集团", "京东方 A 座 9 层", "Loom 织", "Acme"]
        rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": name} for name in names])
    return rt


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("华", {"华为技术", "中国华能集团"}),
        ("术", {"华为技术"}),
        ("织", {"Loom 织"}),
        ("国", {"中国华能集团"}),
        ("方", {"京东方 A 座 9 层"}),
        ("座", {"京东方 A 座 9 层"}),
        ("a", {"京东方 A 座 9 层", "Acme"}),
        ("中 团", {"中国华能集团"}),
        ("马", set()),
    ],
)
def test_one_character_finds_what_holds_it(shop: Runtime, text: str, found: set[str]) -> None:
    with shop.read() as work:
        rows = shop.query.run(work, SYSTEM, Query("shop.customer", ("name",), search=text)).rows
    assert {row["name"] for row in rows} == found
