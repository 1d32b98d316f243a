"""Formulas and roll-ups over money are money of the company: kept, filtered, sorted and shown. On both databases."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from loomwork.query.tree import Query
from tests.support.shop import LINE, ORDER, SYSTEM, field, start_shop

DOUBLE = {"formula": "price * 2", "result": "money"}
ROLL_UPS: dict[str, dict[str, Any]] = {
    "paid": {"function": "sum", "value": "cost"},
    "mean": {"function": "avg", "value": "cost"},
    "most": {"function": "max", "value": "double"},
    "number": {"function": "count"},
}


def test_what_is_computed_from_money_is_money(tmp_path: Path, database_url: str) -> None:
    line, order = copy.deepcopy(LINE), copy.deepcopy(ORDER)
    line["fields"]["cost"] = field("money", 80)
    line["fields"]["double"] = field("formula", 81, properties=DOUBLE)
    for place, (name, properties) in enumerate(ROLL_UPS.items()):
        order["fields"][name] = field("roll_up", 82 + place, properties={"relation": "lines", **properties})
    rt = start_shop(tmp_path, database_url, {"entities/line.json": line, "entities/order.json": order})
    try:
        fields = rt.catalog.entity("shop.order").fields
        kinds = {name: fields[name].type.result(fields[name].props) for name in ROLL_UPS}  # type: ignore[attr-defined]
        with rt.write() as work:
            buyer = rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": "A"}])[0]
            abroad = {"amount": "10.00", "currency": "USD", "base": "71.23"}
            for costs in (("3.00", "0.01"), (abroad, "1.00"), ("900.00", "100000.10")):
                rows = [{"text": "x", "quantity": 1, "price": "1.50", "cost": cost} for cost in costs]
                rt.records.create_many(work, SYSTEM, "shop.order", [{"customer": buyer, "lines": rows}])
        with rt.read() as work:
            conditions = {"field": "paid", "op": "ge", "value": "72"}
            asked = Query("shop.order", tuple(ROLL_UPS), conditions=conditions, sort=("-paid",))
            found = [{name: row[name] for name in ROLL_UPS} for row in rt.query.run(work, SYSTEM, asked).rows]
    finally:
        rt.close()
    assert kinds == {"paid": "money", "mean": "money", "most": "money", "number": "integer"}
    assert found == [
        {"paid": "100900.10", "mean": "50450.05", "most": "3.00", "number": 2},
        {"paid": "72.23", "mean": "36.12", "most": "3.00", "number": 2},
    ]
    shown = fields["paid"].type.display(found[0]["paid"], fields["paid"].props, "en")
    assert shown == "¥100,900.10"
