"""Records that are called by a choice or an amount are told in the reader's language, at every door of the query layer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import LINE, PRODUCT, SYSTEM, field, start_shop

CHINESE, ENGLISH = replace(SYSTEM, language="zh-CN"), replace(SYSTEM, language="en")
COLOURS = {"red": {"label": {"en": "Red", "zh-CN": "红色"}, "order": "a0x"}}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Runtime]:
    product, line = copy.deepcopy(PRODUCT), copy.deepcopy(LINE)
    product["fields"]["colour"] = field("choice", 80, properties={"choices": COLOURS})
    product["title_field"] = "colour"
    also = {"entity": "shop.product", "reverse": "also", "reverse_label": {"en": "Also", "zh-CN": "Also"}}
    line["fields"]["others"] = field("many_to_many", 81, properties=also)
    line["fields"]["any"] = field("link_any", 82, properties={"entities": ["shop.product", "shop.customer"]})
    rt = start_shop(tmp_path, database_url, {"entities/product.json": product, "entities/line.json": line})
    yield rt
    rt.close()


def test_labels_follow_the_reader(shop: Runtime) -> None:
    with shop.write() as work:
        [product] = shop.records.create_many(work, SYSTEM, "shop.product", [{"name": "Bolt", "colour": "red"}])
        [customer] = shop.records.create_many(work, SYSTEM, "shop.customer", [{"name": "A"}])
        [order] = shop.records.create_many(work, SYSTEM, "shop.order", [{"customer": customer}])
        row = {
            "order": order,
            "product": product,
            "others": [product],
            "any": {"entity": "shop.product", "id": product},
        }
        line = shop.records.create(work, CHINESE, "shop.line", row)
    assert line["product"]["label"] == "红色"
    names = ("product", "others", "any")
    # The plans are made once and serve both readers, in either order.
    for actor, label in ((CHINESE, "红色"), (ENGLISH, "Red"), (CHINESE, "红色")):
        with shop.read() as work:
            [listed] = shop.query.run(work, actor, Query("shop.line", names)).rows
            one = shop.query.get(work, actor, "shop.line", line["id"], names)
            grouped = shop.query.group(
                work, actor, Query("shop.line", group=(Dimension("product"),), measures=(Measure("n", "count"),))
            )
            told = shop.query.history(work, actor, "shop.line", line["id"])[-1]["changes"]["product"][1]
        for found in (listed, one):
            assert [found["product"]["label"], found["others"][0]["label"], found["any"]["label"]] == [label] * 3
        assert grouped["rows"][0]["product"]["label"] == label
        assert told["label"] == label
