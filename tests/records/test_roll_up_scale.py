"""A roll-up is kept in the scale of its field, whatever the scale of what it gathers. On SQLite and PostgreSQL."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from loomwork.query.tree import Query
from tests.support.shop import LINE, ORDER, SYSTEM, field, start_shop

ROLL_UPS: dict[str, tuple[dict[str, Any], str | int]] = {
    "narrow": ({"function": "sum", "value": "weight"}, "1.24"),
    "wide": ({"function": "sum", "value": "weight", "scale": 6}, "1.235000"),
    "whole": ({"function": "max", "value": "length", "result": "integer"}, 8),
    "mean": ({"function": "avg", "value": "length", "scale": 4}, "7.6500"),
}


def test_sums_are_rounded_to_the_scale_of_their_field(tmp_path: Path, database_url: str) -> None:
    line, order = copy.deepcopy(LINE), copy.deepcopy(ORDER)
    line["fields"]["weight"] = field("decimal", 80, properties={"scale": 4})
    line["fields"]["length"] = field("decimal", 81, properties={"scale": 2})
    for place, (name, (properties, _)) in enumerate(ROLL_UPS.items()):
        order["fields"][name] = field("roll_up", 82 + place, properties={"relation": "lines", **properties})
    rt = start_shop(tmp_path, database_url, {"entities/line.json": line, "entities/order.json": order})
    try:
        with rt.write() as work:
            buyer = rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": "A"}])[0]
            row = {"text": "x", "quantity": 1, "price": "1", "weight": "1.2350", "length": "7.65"}
            rt.records.create_many(work, SYSTEM, "shop.order", [{"customer": buyer, "lines": [row]}])
        with rt.read() as work:
            found = rt.query.run(work, SYSTEM, Query("shop.order", tuple(ROLL_UPS))).rows[0]
    finally:
        rt.close()
    assert {name: found[name] for name in ROLL_UPS} == {name: wanted for name, (_, wanted) in ROLL_UPS.items()}
