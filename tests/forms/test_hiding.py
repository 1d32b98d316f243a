"""Pages leave out what the form's rules would hide, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.forms import hidden_fields
from loomwork.runtime import Runtime
from tests.support.shop import ORDER, SYSTEM, start_shop

SHOWING = {
    **ORDER,
    "rules": {
        **ORDER["rules"],
        "cancelled": {**ORDER["rules"]["cancelled"], "show": ["reason"]},
        "late": {"when": "status = 'paid'", "show": ["reason", "due"]},
        "rich": {"when": "customer.rating > 90", "show": ["placed"]},
    },
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("hiding")
    rt = start_shop(folder, f"sqlite:///{folder / 'shop.db'}", {"entities/order.json": SHOWING})
    yield rt
    rt.close()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"status": "open"}, {"reason", "due"}),
        ({"status": "paid"}, set()),
        ({"status": "cancelled"}, {"due"}),
        ({"status": None}, {"reason", "due"}),
        ({}, set()),
        ({"status": {"masked": "••••"}}, set()),
    ],
    ids=["none holds", "the second holds", "the first holds", "empty", "not read", "masked"],
)
def test_fields_are_hidden_while_no_rule_that_shows_them_holds(
    shop: Runtime, row: dict[str, Any], expected: set[str]
) -> None:
    entity = shop.catalog.entities["shop.order"]
    assert hidden_fields(shop.program, entity, SYSTEM, row) == expected


def test_a_rule_that_looks_at_other_records_hides_nothing(shop: Runtime) -> None:
    entity = shop.catalog.entities["shop.order"]
    row = {"status": "paid", "customer": {"id": "0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "label": "A"}}
    assert "placed" not in hidden_fields(shop.program, entity, SYSTEM, row)
