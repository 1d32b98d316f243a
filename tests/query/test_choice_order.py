"""Choices are sorted by their own order, pages included; nobody sorts stages by the alphabet."""

import pytest

from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


@pytest.mark.parametrize("sort", ["status", "-status"])
def test_a_choice_sorts_by_rank_over_pages(shop: Runtime, sort: str) -> None:
    with shop.write() as work:
        owner = shop.records.create(work, SYSTEM, "shop.customer", {"name": "A"})["id"]
        wanted = ["cancelled", "open", "paid"] * 2
        rows = [{"customer": owner, "status": status, "reason": "r"} for status in wanted]
        shop.records.create_many(work, SYSTEM, "shop.order", rows)
    found: list[str] = []
    cursor = ""
    with shop.read() as work:
        while True:
            page = shop.query.run(
                work, SYSTEM, Query("shop.order", fields=("status",), sort=(sort,), limit=2, cursor=cursor)
            )
            found += [str(row["status"]) for row in page.rows]
            cursor = page.next_cursor
            if not cursor:
                break
    by_rank = ["open", "open", "paid", "paid", "cancelled", "cancelled"]
    assert found == (by_rank if sort == "status" else by_rank[::-1])
