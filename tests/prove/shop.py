"""A small app for the proofs: orders of customers, with every kind of right that a proof needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.prove.stage import write_package

ROLE, BOSS, GUEST, AUDITOR = "shop.clerk", "shop.boss", "shop.guest", "shop.auditor"
SETTLE = "shop.settle"
"""The action of the shop: an order gives a customer of its name, and is paid."""


def _label(text: str) -> dict[str, str]:
    return {"en": text, "zh-CN": text}


def _field(type_: str, rank: int, **more: Any) -> dict[str, Any]:
    return {"type": type_, "label": _label("Field"), "order": f"a{rank}", **more}


def _choices(*values: str) -> dict[str, Any]:
    return {
        "label": _label("Set"),
        "choices": {v: {"label": _label(v), "order": f"a{n}"} for n, v in enumerate(values)},
    }


def shop_files() -> dict[str, Any]:
    """The package: path → JSON."""
    link = {"entity": "shop.customer", "reverse": "orders", "reverse_label": _label("Orders"), "on_delete": "restrict"}
    part_of = {"entity": "shop.order", "reverse": "of_lines", "reverse_label": _label("Lines"), "on_delete": "cascade"}
    everything = ["read", "create", "update", "delete", "restore", "export", "import", "share"]
    clerk = {
        "orders": {
            "entity": "shop.order",
            "actions": everything,
            "rows": "unit_and_below",
            "fields": {"read": ["*"], "write": ["*"], "except": ["secret", "locked"]},
        },
        "customers": {"entity": "shop.customer", "actions": ["read", "create", "update"], "rows": "all"},
        "lines": {"entity": "shop.line", "actions": everything, "rows": "unit_and_below"},
    }
    boss = {
        "orders": {"entity": "shop.order", "actions": everything, "rows": "all"},
        "customers": {"entity": "shop.customer", "actions": everything, "rows": "all"},
        "lines": {"entity": "shop.line", "actions": everything, "rows": "all"},
    }
    guest = {
        "orders": {
            "entity": "shop.order",
            "actions": ["read"],
            "rows": "own",
            "fields": {"read": ["name", "state", "phone"], "write": [], "mask": ["phone"]},
        },
    }
    auditor = {
        "orders": {
            "entity": "shop.order",
            "actions": ["read"],
            "rows": "all",
            "fields": {"read": ["name", "state", "phone"], "write": [], "mask": ["phone"]},
        },
    }
    settle = {"name": {"from": "name"}, "city": {"value": "Xi'an"}}
    return {
        "app.json": {
            "format": 1, "name": "shop", "namespace": "shop", "version": "1.0.0", "label": _label("Shop"), "depends_on": [],
            "languages": ["en", "zh-CN"], "platform": ">=0.1,<1",
        },
        "choice_sets/state.json": _choices("open", "paid", "void"),
        "entities/customer.json": {
            "label": _label("Customer"), "plural": _label("Customers"), "title_field": "name",
            "fields": {"name": _field("text", 0, required=True, searchable=True), "city": _field("text", 1)},
        },
        "entities/order.json": {
            "label": _label("Order"), "plural": _label("Orders"), "title_field": "name", "state_field": "state",
            "fields": {
                "name": _field("text", 0, required=True, searchable=True),
                "code": _field("text", 1, unique=True),
                "state": _field("choice", 2, default="open", properties={"choice_set": "shop.state"}),
                "size": _field("integer", 3),
                "note": _field("long_text", 4, searchable=True),
                "customer": _field("link", 5, properties=link),
                "phone": _field("phone", 6),
                "secret": _field("text", 7, searchable=True),
                "locked": _field("text", 8),
                "double": _field("formula", 9, properties={"formula": "size * 2", "result": "integer"}),
                "lines": _field("child_table", 10, properties={"entity": "shop.line", "link": "order"}),
                "pieces": _field("roll_up", 11, properties={"relation": "lines", "function": "sum", "value": "count"}),
            },
        },
        "entities/line.json": {
            "label": _label("Line"), "plural": _label("Lines"), "title_field": "what",
            "fields": {
                "what": _field("text", 0, required=True), "count": _field("integer", 1, default=1),
                "order": _field("link", 2, required=True, properties=part_of), "cost": _field("integer", 3),
            },
        },
        "mappings/settle.json": {
            "type": "convert", "label": _label("Settle"), "source": "shop.order",
            "targets": {"customer": {"entity": "shop.customer", "order": "a0", "match": ["name"], "fields": settle}},
            "after": {"state": {"value": "paid"}, "customer": {"target": "customer"}},
        },
        "mappings/copy.json": {
            "type": "convert", "label": _label("Copy"), "source": "shop.order",
            "targets": {"customer": {"entity": "shop.customer", "order": "a0", "fields": settle}},
        },
        "actions/copy.json": {"entity": "shop.order", "label": _label("Copy"), "type": "convert", "mapping": "shop.copy"},
        "actions/settle.json": {
            "entity": "shop.order", "label": _label("Settle"), "type": "convert", "mapping": "shop.settle", "when": "state = 'open'",
        },
        "roles/clerk.json": {"label": _label("Clerk"), "abilities": ["use_api"], "grants": clerk},
        "roles/boss.json": {"label": _label("Boss"), "abilities": ["use_api", "read_metadata"], "grants": boss},
        "roles/guest.json": {"label": _label("Guest"), "abilities": ["use_api"], "grants": guest},
        "roles/auditor.json": {"label": _label("Auditor"), "abilities": ["use_api", "reveal"], "grants": auditor},
    }  # fmt: skip


def make_shop(folder: Path) -> Path:
    """The package on disk."""
    return write_package(folder, shop_files())
