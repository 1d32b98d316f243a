"""What an author wrote for a combination that is in use is what people read. On SQLite and PostgreSQL."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from loomwork.core.errors import Conflict
from tests.support.shop import PRODUCT, SYSTEM, start_shop


def test_the_words_of_the_author_are_told(tmp_path: Path, database_url: str) -> None:
    product = copy.deepcopy(PRODUCT)
    product["fields"]["sku"].pop("unique")
    message = {"en": "This product is listed already", "zh-CN": "此产品已登记"}
    product["unique"] = {"listed": {"fields": ["name", "sku"], "message": message}}
    rt = start_shop(tmp_path, database_url, {"entities/product.json": product})
    try:
        with rt.write() as work:
            rt.records.create(work, SYSTEM, "shop.product", {"name": "A", "sku": "1"})
        for language, text in message.items():
            actor = replace(SYSTEM, language=language)
            with rt.write() as work, pytest.raises(Conflict) as told:
                rt.records.create(work, actor, "shop.product", {"name": "A", "sku": "1"})
            assert told.value.code == "unique"
            assert {one.message for one in told.value.details} == {text}
    finally:
        rt.close()
