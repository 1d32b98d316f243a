"""A field that holds a file takes its name, size and type from the store, and only files that its writer sees."""

from pathlib import Path

import pytest

from loomwork.core.errors import InvalidInput
from tests.support.shop import PRODUCT, SYSTEM, field, make_person, start_shop


def test_what_a_caller_says_of_a_file_is_replaced_by_what_is_stored(tmp_path: Path, sqlite_url: str) -> None:
    product = {**PRODUCT, "fields": {**PRODUCT["fields"], "manual": field("file", 9)}}
    shop = start_shop(tmp_path, sqlite_url, {"entities/product.json": product})
    with shop.write() as work:
        stored = shop.records.create(
            work, SYSTEM, "system.file", {"name": "a.pdf", "size": 12, "type": "application/pdf"}
        )
        lie = {"id": stored["id"], "name": "b.exe", "size": 1, "type": "text/html"}
        made = shop.records.create(work, SYSTEM, "shop.product", {"name": "P", "manual": lie})
    assert {key: made["manual"][key] for key in ("name", "size", "type")} == {
        "name": "a.pdf",
        "size": 12,
        "type": "application/pdf",
    }
    manager = make_person(shop, "Mia", "manager")
    with pytest.raises(InvalidInput) as fault, shop.write() as work:
        shop.records.create(work, manager, "shop.product", {"name": "Q", "manual": lie})
    assert [(one.path, one.code) for one in fault.value.details] == [("manual", "no_such_record")]
    shop.close()
