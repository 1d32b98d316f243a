"""A record's history tells which rows of its child tables came, changed and went, under the reader's rights.

On SQLite and PostgreSQL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import StaleRecord
from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, both, empty_shop, grant, make_person, start_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _order(rt: Runtime, *texts: str, actor: Actor = SYSTEM) -> dict[str, Any]:
    with rt.write() as work:
        customer = rt.records.create(work, SYSTEM, "shop.customer", {"name": "A"})["id"]
        rows = [{"text": one, "quantity": "1", "price": "5"} for one in texts]
        made = rt.records.create(work, actor, "shop.order", {"customer": customer, "lines": rows})
    return _order_now(rt, made["id"])


def _order_now(rt: Runtime, record_id: str) -> dict[str, Any]:
    """The order with its rows as a form sends them back: without what is computed."""
    with rt.read() as work:
        row = rt.query.get(work, SYSTEM, "shop.order", record_id, ("id", "row_version", "lines"))
    return {**row, "lines": [{name: value for name, value in one.items() if name != "amount"} for one in row["lines"]]}


def _change(rt: Runtime, order: dict[str, Any], **data: Any) -> dict[str, Any]:
    with rt.write() as work:
        rt.records.update(work, SYSTEM, "shop.order", order["id"], data, order["row_version"])
    return _order_now(rt, order["id"])


def _history(rt: Runtime, order: str, actor: Actor = SYSTEM, **page: int) -> list[dict[str, Any]]:
    with rt.read() as work:
        return rt.query.history(work, actor, "shop.order", order, **page)


def _rows(entry: dict[str, Any]) -> list[tuple[str, str | None, dict[str, Any]]]:
    told = ((one["verb"], one["label"], one["changes"]) for one in entry["rows"].get("lines", ()))
    return sorted(told, key=str)


def test_rows_are_told_with_the_change_that_they_came_with(shop: Runtime) -> None:
    order = _order(shop, "Bolt", "Nut")
    bolt, nut = order["lines"]
    order = _change(shop, order, lines=[{"id": bolt["id"], "quantity": "3"}, {"text": "Screw", "price": "2"}])
    newest, first = _history(shop, order["id"])
    assert _rows(newest) == [
        ("created", "Screw", {"text": [None, "Screw"], "price": [None, "2.00"]}),
        ("deleted", "Nut", {"text": ["Nut", None], "quantity": ["1.00", None], "price": ["5.00", None], "amount": ["5.00", None]}),
        ("updated", "Bolt", {"quantity": ["1.00", "3.00"], "amount": ["5.00", "15.00"]}),
    ]  # fmt: skip
    assert [(verb, label) for verb, label, _ in _rows(first)] == [("created", "Bolt"), ("created", "Nut")]
    assert nut["id"] in {one["id"] for one in newest["rows"]["lines"]}


def test_a_row_that_is_changed_on_its_own_is_told_at_its_place(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    line = order["lines"][0]
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.line", line["id"], {"price": "7"}, line["row_version"])
    order = _change(shop, _order_now(shop, order["id"]), due="2026-05-01")
    due, alone, made = _history(shop, order["id"])
    assert (due["version"], due["rows"]) == (3, {})
    assert (alone["version"], alone["verb"], alone["changes"]) == (2, "updated", {})
    assert _rows(alone) == [("updated", "Bolt", {"price": ["5.00", "7.00"], "amount": ["5.00", "7.00"]})]
    assert made["verb"] == "created"


def test_pages_tell_each_row_once(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    line = order["lines"][0]
    for n in range(2, 6):
        order = _change(shop, _order_now(shop, order["id"]), due=f"2026-05-0{n}")
        with shop.write() as work:
            line = shop.records.update(work, SYSTEM, "shop.line", line["id"], {"price": str(n)}, line["row_version"])
    whole = _history(shop, order["id"])
    paged: list[dict[str, Any]] = []
    before = 0
    while page := _history(shop, order["id"], before=before, limit=2):
        paged += page
        before = page[-1]["version"]
    assert paged == whole
    assert sum(len(_rows(one)) for one in whole) == 5


def test_a_row_from_elsewhere_came_with_its_move(shop: Runtime) -> None:
    one, other = _order(shop, "Bolt"), _order(shop, "Nut")
    line = one["lines"][0]
    with shop.write() as work:
        moved = {"order": other["id"], "price": "9"}
        shop.records.update(work, SYSTEM, "shop.line", line["id"], moved, line["row_version"])
    newest, first = _history(shop, other["id"])
    assert [(verb, label) for verb, label, _ in _rows(newest)] == [("created", "Bolt")]
    assert [(verb, label) for verb, label, _ in _rows(first)] == [("created", "Nut")]


def test_the_rows_of_a_deleted_record_go_without_saying(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.order", order["id"], 1)
    with shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.order", order["id"])
    restored, deleted, made = _history(shop, order["id"])
    assert (restored["rows"], deleted["rows"]) == ({}, {})
    assert len(_rows(made)) == 1


def test_rows_that_are_given_as_they_are_change_nothing(shop: Runtime) -> None:
    order = _order(shop, "Bolt", "Nut")
    again = _change(shop, order, lines=order["lines"])
    assert again["row_version"] == order["row_version"]
    assert len(_history(shop, order["id"])) == 1
    fewer = _change(shop, order, lines=order["lines"][:1])
    assert fewer["row_version"] == order["row_version"] + 1


def test_who_reads_less_is_told_less(database_url: str, tmp_path: Path) -> None:
    """Fields that are closed or masked to the reader stay out, as do rows that he does not see."""
    orders = grant("order", "read", rows="all", fields={"read": ["*"], "write": []})
    few: dict[str, Any] = {"read": ["text", "order", "quantity"], "write": []}
    masked: dict[str, Any] = {"read": ["*"], "write": [], "mask": ["price", "amount", "text"]}
    whole: dict[str, Any] = {"read": ["*"], "write": []}
    roles: dict[str, Any] = {
        "some": {"orders": orders, "lines": grant("line", "read", rows={"formula": "price < 100"}, fields=few)},
        "masked": {"orders": orders, "lines": grant("line", "read", rows="all", fields=masked)},
        "unlinked": {
            "orders": orders,
            "lines": grant("line", "read", rows="all", fields={"read": ["text"], "write": []}),
        },
        "no_lines": {"orders": orders},
        "no_table": {
            "orders": grant("order", "read", rows="all", fields={"read": ["number", "customer"], "write": []}),
            "lines": grant("line", "read", rows="all", fields=whole),
        },
    }
    files = {f"roles/{name}.json": {"label": both(name), "grants": grants} for name, grants in roles.items()}
    shop = start_shop(tmp_path, database_url, files)
    try:
        order = _order(shop, "Bolt")
        bolt = order["lines"][0]
        dear = {"text": "Gold", "quantity": "1", "price": "1000"}
        order = _change(shop, order, lines=[{"id": bolt["id"], "quantity": "3", "price": "6"}, dear])
        _change(shop, order, lines=[])
        told = {}
        for name in roles:
            entries = _history(shop, order["id"], make_person(shop, name, name))
            told[name] = [_rows(entry) for entry in entries]
    finally:
        shop.close()
    was = {"text": ["Bolt", None], "quantity": ["3.00", None]}
    made = {"text": [None, "Bolt"], "quantity": [None, "1.00"]}
    assert told["some"] == [
        [("deleted", "Bolt", was)],
        [("updated", "Bolt", {"quantity": ["1.00", "3.00"]})],
        [("created", "Bolt", made)],
    ]
    gone, changed, created = told["masked"]
    assert [one[:2] for one in gone] == [("deleted", None)] * 2
    assert [one for one in changed if one[0] == "updated"] == [("updated", None, {"quantity": ["1.00", "3.00"]})]
    assert created == [("created", None, {"quantity": [None, "1.00"]})]
    assert "1000" not in str(told["masked"])
    assert "Gold" not in str(told["masked"])
    assert told["unlinked"] == told["no_lines"] == told["no_table"] == [[], [], []]


def test_rows_of_two_people_meet(shop: Runtime) -> None:
    """A change of rows is merged only where nobody else changed rows meanwhile: what was added would be lost."""
    order = _order(shop, "Bolt")
    mine = order["lines"]
    _change(shop, order, lines=[*mine, {"text": "Nut"}])
    data = {"lines": [{**mine[0], "quantity": "2"}]}
    with shop.write() as work, pytest.raises(StaleRecord) as caught:
        shop.records.update(work, SYSTEM, "shop.order", order["id"], data, 1, merge=True)
    assert caught.value.extra["fields"] == ["lines"]
    assert [one["text"] for one in caught.value.extra["theirs"]["lines"]] == ["Bolt", "Nut"]
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", order["id"], {"due": "2026-05-01"}, 1, merge=True)
        merged = shop.query.get(work, SYSTEM, "shop.order", order["id"], ("lines",))
    assert [one["text"] for one in merged["lines"]] == ["Bolt", "Nut"]


def test_a_row_added_on_its_own_meets_a_merge_too(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    _change(shop, order, due="2026-05-01")
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.line", {"order": order["id"], "text": "Nut"})
    data = {"lines": [{**order["lines"][0], "quantity": "2"}]}
    with shop.write() as work, pytest.raises(StaleRecord) as caught:
        shop.records.update(work, SYSTEM, "shop.order", order["id"], data, 1, merge=True)
    assert caught.value.extra["fields"] == ["lines"]
