"""A function that only one database could compute is refused on both, with its name and what to do instead."""

from __future__ import annotations

import pytest

from loomwork.core.errors import NamedDetail
from loomwork.expressions.faults import FormulaError
from loomwork.expressions.functions import FUNCTIONS
from loomwork.query.tree import Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop

FILTERS = {
    "PINYIN": "PINYIN(name) = 'li'",
    "RMBCAPITAL": "RMBCAPITAL(rating) = 'x'",
    "ISWORKDAY": "ISWORKDAY(created_at)",
    "WORKDAYS": "WORKDAYS(DATE(2026, 1, 1), DATE(2026, 2, 1)) > 3",
    "ADDWORKDAYS": "ADDWORKDAYS(TODAY(), 3) > TODAY()",
    "NEXTWORKDAY": "NEXTWORKDAY(TODAY()) > TODAY()",
    "PREVWORKDAY": "PREVWORKDAY(TODAY()) < TODAY()",
    "SORTED": "SIZE(SORTED(['b', name])) = 2",
    "UNIQUE": "SIZE(UNIQUE(['b', name])) = 2",
    "POSITION": "POSITION(['b', 'c'], name) = 1",
    "BAND": "BAND(rating, [0, rating], ['a', 'b']) = 'a'",
    "HAS": "HAS([1, rating], 2)",
}


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def test_every_function_without_sql_is_tried() -> None:
    lacking = {name for name, one in FUNCTIONS.items() if not one.runs_on("postgresql")}
    assert lacking <= set(FILTERS)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_with_it_is_refused_alike(shop: Runtime, name: str) -> None:
    text = FILTERS[name]
    count = Measure("n", "count", "", filter=text)
    for query in (Query("shop.customer", filter=text), Query("shop.customer", measures=(count,))):
        with shop.read() as work, pytest.raises(FormulaError) as caught:
            shop.query.group(work, SYSTEM, query) if query.measures else shop.query.run(work, SYSTEM, query)
        [detail] = caught.value.details
        assert isinstance(detail, NamedDetail)
        assert (detail.code, detail.name) == ("X131", name)
        assert name in caught.value.message
        assert ";" in detail.message


def test_what_both_compute_is_answered(shop: Runtime) -> None:
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.customer", {"name": "Li", "rating": 60})
    text = "BAND(rating, [0, 50], ['low', 'high']) = 'high' AND HAS(['Li', 'Wu'], name)"
    with shop.read() as work:
        assert len(shop.query.run(work, SYSTEM, Query("shop.customer", filter=text)).rows) == 1
