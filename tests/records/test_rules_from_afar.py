"""Values that a rule takes from another record, and what the record itself computes of them. On both databases."""

from __future__ import annotations

import copy
from pathlib import Path

from loomwork.query.tree import Query
from tests.support.shop import CUSTOMER, ORDER, SYSTEM, field, start_shop


def test_a_rule_takes_values_of_a_linked_record_where_none_were_given(tmp_path: Path, database_url: str) -> None:
    order, customer = copy.deepcopy(ORDER), copy.deepcopy(CUSTOMER)
    customer["fields"]["fee"] = field("money", 80)
    order["fields"]["fee"] = field("money", 81)
    order["fields"]["twice"] = field(
        "formula", 82, properties={"formula": "fee * 2", "result": "money", "stored": True}
    )
    order["rules"] = {"take_fee": {"when": "customer IS NOT NULL", "set": {"fee": "customer.fee"}}}
    rt = start_shop(tmp_path, database_url, {"entities/customer.json": customer, "entities/order.json": order})
    try:
        with rt.write() as work:
            fee = {"amount": "7.50", "currency": "CNY"}
            [buyer] = rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": "A", "fee": fee}])
            own = {"amount": "1.00", "currency": "CNY"}
            for values in ({}, {"fee": own}):
                rt.records.create(work, SYSTEM, "shop.order", {"customer": buyer, **values})
            rt.records.create_many(work, SYSTEM, "shop.order", [{"customer": buyer}])
        with rt.read() as work:
            asked = Query("shop.order", ("fee", "twice"), sort=("fee",))
            found = [(row["fee"]["amount"], row["twice"]) for row in rt.query.run(work, SYSTEM, asked).rows]
    finally:
        rt.close()
    assert found == [("1.00", "2.00"), ("7.50", "15.00"), ("7.50", "15.00")]


def test_another_link_brings_the_values_of_another_record_unless_others_are_given(
    tmp_path: Path, database_url: str
) -> None:
    order, customer = copy.deepcopy(ORDER), copy.deepcopy(CUSTOMER)
    order["rules"] = {"take": {"when": "customer IS NOT NULL", "set": {"reason": "customer.city"}}}
    rt = start_shop(tmp_path, database_url, {"entities/customer.json": customer, "entities/order.json": order})
    try:
        with rt.write() as work:
            towns = [{"name": town, "city": town} for town in ("Oslo", "Rome", "Lima")]
            oslo, rome, lima = rt.records.create_many(work, SYSTEM, "shop.customer", towns)
            row = rt.records.create(work, SYSTEM, "shop.order", {"customer": oslo})
        seen = [row["reason"]]
        changes: list[dict[str, str]] = [
            {"customer": rome},
            {"customer": lima, "reason": "Rome"},  # sent back as it was
            {"customer": oslo, "reason": "own"},
            {"discount": "1"},
            {"reason": "mine"},
        ]
        for change in changes:
            with rt.write() as work:
                row = rt.records.update(work, SYSTEM, "shop.order", row["id"], change, row["row_version"])
            seen.append(row["reason"])
    finally:
        rt.close()
    assert seen == ["Oslo", "Rome", "Lima", "own", "own", "mine"]
