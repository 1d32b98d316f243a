"""Values that rules take from linked records are shown before saving: the same that saving gives."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loomwork.forms import form_logic, preview
from loomwork.runtime import Runtime
from tests.support.shop import LINE, PRODUCT, SYSTEM, field, grant, make_person, start_shop


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    line, product = copy.deepcopy(LINE), copy.deepcopy(PRODUCT)
    product["fields"]["fee"] = field("money", 80)
    product["fields"]["seller"] = field("link", 81, properties={"entity": "shop.customer", "on_delete": "clear"})
    line["fields"]["fee"] = field("money", 80)
    line["fields"]["seller"] = field("link", 81, properties={"entity": "shop.customer", "on_delete": "clear"})
    given = {"text": "product.name", "fee": "product.fee", "seller": "product.seller"}
    line["rules"] = {"take": {"when": "product IS NOT NULL", "set": given}}
    some = {"read": ["name"], "write": []}
    blind = {
        "label": {"en": "Blind", "zh-CN": "Blind"},
        "grants": {
            "lines": grant("line", "read create", rows="all", fields={"read": ["*"], "write": ["*"]}),
            "products": grant("product", "read", rows="all", fields=some),
        },
    }
    folder: Path = tmp_path_factory.mktemp("given")
    changes = {"entities/line.json": line, "entities/product.json": product, "roles/half.json": blind}
    rt = start_shop(folder, f"sqlite:///{folder / 'given.db'}", changes)
    yield rt
    rt.close()


def test_a_changed_link_gives_what_saving_would_give(rt: Runtime) -> None:
    with rt.write() as work:
        [seller] = rt.records.create_many(work, SYSTEM, "shop.customer", [{"name": "Acme"}])
        bolt = {"name": "Bolt", "fee": {"amount": "2.50", "currency": "CNY"}, "seller": seller}
        [product] = rt.records.create_many(work, SYSTEM, "shop.product", [bolt])
        order = rt.records.create(work, SYSTEM, "shop.order", {"customer": seller})["id"]
        saved = rt.records.create(work, SYSTEM, "shop.line", {"order": order, "product": product})
    values = {"product": {"id": product, "label": "Bolt"}, "text": "Nut", "quantity": "2"}
    half = replace(make_person(rt, "Hal", "half"))
    with rt.read() as work:
        entity = rt.program.catalog.entity("shop.line")
        shown = preview(rt.program, work, SYSTEM, entity, values, {"product"})["set"]
        unchanged = preview(rt.program, work, SYSTEM, entity, values, {"quantity"})["set"]
        emptied = preview(rt.program, work, SYSTEM, entity, {**values, "product": None}, {"product"})["set"]
        narrow = preview(rt.program, work, half, entity, values, {"product"})["set"]
        logic = form_logic(rt.program, rt.program.catalog.entity("shop.order"), SYSTEM)
    assert shown == {name: saved[name] for name in ("text", "fee", "seller")}
    assert shown["seller"] == {"id": seller, "label": "Acme"}
    assert (unchanged, emptied) == ({}, {})
    assert narrow == {"text": "Bolt", "fee": None, "seller": None}
    assert logic["line_sets"] == {"lines": {"entity": "shop.line", "reads": ["product"]}}
