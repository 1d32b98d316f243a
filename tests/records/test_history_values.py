"""The history gives values back as they were written. On SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from loomwork.core.jsonio import dump_json
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def test_numbers_inside_json_stay_numbers(shop: Runtime) -> None:
    size = {"wide": 2.5, "parts": [1, 0.1, None, "2.5"]}
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.product", {"name": "Lamp", "size": size})["id"]
    with shop.read() as work:
        told = shop.query.history(work, SYSTEM, "shop.product", made)[0]["changes"]["size"]
    assert dump_json(told) == dump_json([None, size])
