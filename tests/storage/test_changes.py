"""Schema changes: what a new version does to a database with data. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import Conflict
from loomwork.publishing.publish import PublishRefused
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.storage.drift import find_drift
from loomwork.storage.steps import raw_ddl
from tests.support.apps import write_package
from tests.support.shop import PRODUCT, SYSTEM, choices, field, files, start_shop

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    rt = start_shop(tmp_path, database_url)
    with rt.write() as work:
        rt.records.create_many(
            work,
            SYSTEM,
            "shop.product",
            [{"name": "Anvil", "sku": "12"}, {"name": "Bell", "sku": "x1"}, {"name": "Cup"}],
        )
    yield rt
    rt.close()


def publish(rt: Runtime, *changes: Change, consent: bool = False) -> int:
    """Publish the shop with a changed product."""
    product = copy.deepcopy(PRODUCT)
    for change in changes:
        change(product)
    write_package(rt.app_folders[0], {**files(), "entities/product.json": product})
    return rt.publish(author="test", message="change", consent=consent)


def with_field(name: str, body: dict[str, Any]) -> Change:
    return lambda product: product["fields"].update({name: body})


def without_field(name: str) -> Change:
    return lambda product: product["fields"].pop(name)


def products(rt: Runtime, *fields: str, **asked: Any) -> list[tuple[Any, ...]]:
    with rt.read() as work:
        rows = rt.query.run(work, SYSTEM, Query("shop.product", fields=fields, sort=("name",), **asked)).rows
    return [tuple(row[name] for name in fields) for row in rows]


def schema(rt: Runtime) -> dict[str, Any]:
    with rt.database.read() as work:
        inspector = sa.inspect(work.connection)
        columns = {key[1]: sorted(c["name"] for c in found) for key, found in inspector.get_multi_columns().items()}
        indexes = {
            key[1]: sorted(str(i["name"]) for i in found) for key, found in inspector.get_multi_indexes().items()
        }
        rows = {
            name: work.fetch(sa.text(f"select count(*) from {name}"))[0][0]
            for name in ("lw_column_map", "lw_catalog_version", "lw_schema_log")
        }
    return {"columns": columns, "indexes": indexes, "rows": rows}


def drift(rt: Runtime) -> list[str]:
    with rt.database.read() as work:
        return [f"{one.kind} {one.target}" for one in find_drift(work, rt.program.tables)]


def test_the_same_metadata_again_changes_nothing(shop: Runtime) -> None:
    before, number = schema(shop), shop.program.number
    assert publish(shop) == number
    assert schema(shop) == before
    assert drift(shop) == []


def test_a_new_field_index_and_unique_come_in_and_hold(shop: Runtime) -> None:
    publish(shop, with_field("colour", field("text", 9, unique=True, indexed=True)))
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "D", "colour": "red"})
    with pytest.raises(Conflict) as fault, shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "E", "colour": "red"})
    assert [one.path for one in fault.value.details] == ["colour"]
    assert products(shop, "name", "colour") == [("Anvil", None), ("Bell", None), ("Cup", None), ("D", "red")]
    assert drift(shop) == []


def test_a_unique_that_the_data_breaks_is_refused_with_a_sample(shop: Runtime) -> None:
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "Anvil"})
    before = schema(shop)
    with pytest.raises(PublishRefused) as fault:
        publish(shop, lambda product: product["fields"]["name"].update(unique=True), consent=True)
    assert "Anvil" in fault.value.details[0].message
    assert schema(shop) == before


def test_a_field_that_was_removed_and_comes_again_is_another_field(shop: Runtime) -> None:
    publish(shop, without_field("sku"))
    with shop.read() as work:
        assert "sku" not in shop.query.run(work, SYSTEM, Query("shop.product")).rows[0]
    publish(shop)
    assert products(shop, "name", "sku") == [("Anvil", None), ("Bell", None), ("Cup", None)]
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "D", "sku": "12"})
    with pytest.raises(Conflict), shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "E", "sku": "12"})
    assert drift(shop) == []


def test_a_change_of_type_needs_consent_and_converts(shop: Runtime) -> None:
    with shop.write() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.product", filter="sku = 'x1'")).rows[0]
        shop.records.update(work, SYSTEM, "shop.product", row["id"], {"sku": "34"}, 1)
    before = schema(shop)
    with pytest.raises(PublishRefused) as fault:
        publish(shop, with_field("sku", field("integer", 1)))
    assert "consent" in fault.value.message
    assert schema(shop) == before
    publish(shop, with_field("sku", field("integer", 1)), consent=True)
    assert products(shop, "name", "sku") == [("Anvil", 12), ("Bell", 34), ("Cup", None)]
    assert products(shop, "name", filter="sku > 20") == [("Bell",)]


def test_a_change_of_type_that_some_values_do_not_survive_is_refused_with_samples(shop: Runtime) -> None:
    before = schema(shop)
    with pytest.raises(PublishRefused) as fault:
        publish(shop, with_field("sku", field("integer", 1)), consent=True)
    assert "'x1'" in fault.value.details[0].message
    assert "1 of 2" in fault.value.details[0].message
    assert schema(shop) == before
    assert products(shop, "name", "sku")[1] == ("Bell", "x1")


def test_a_publish_that_fails_half_way_leaves_no_trace(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    from loomwork.publishing import publish as publishing

    def fail(*_: Any) -> None:
        raise RuntimeError("power cut")

    before, number = schema(shop), shop.program.number
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "record", fail)
        with pytest.raises(RuntimeError):
            publish(shop, with_field("colour", field("text", 9, indexed=True, searchable=True)), without_field("made"))
    assert schema(shop) == before
    assert shop.program.number == number
    assert products(shop, "name", "made")[0] == ("Anvil", None)


def test_a_field_that_becomes_searchable_finds_what_is_there(shop: Runtime) -> None:
    assert products(shop, "name", search="x1") == []
    publish(shop, lambda product: product["fields"]["sku"].update(searchable=True))
    assert products(shop, "name", search="x1") == [("Bell",)]
    publish(shop)
    assert products(shop, "name", search="x1") == []
    assert products(shop, "name", search="bel") == [("Bell",)]


def test_stored_formulas_are_made_for_records_that_are_there(shop: Runtime) -> None:
    stored = field("formula", 9, properties={"formula": "UPPER(name)", "result": "text", "stored": True})
    publish(shop, with_field("loud", stored))
    assert products(shop, "loud") == [("ANVIL",), ("BELL",), ("CUP",)]
    changed = field("formula", 9, properties={"formula": "LOWER(name) & '!'", "result": "text", "stored": True})
    publish(shop, with_field("loud", changed))
    assert products(shop, "loud", filter="loud = 'bell!'") == [("bell!",)]
    with shop.read() as work:
        rows = shop.query.run(work, SYSTEM, Query("shop.product", fields=("loud",), sort=("-loud",))).rows
    assert [row["loud"] for row in rows] == ["cup!", "bell!", "anvil!"]


def test_drift_names_what_somebody_changed_behind_our_back(shop: Runtime) -> None:
    [table] = [one for one in shop.program.tables.layouts() if one.name == "shop__product"]
    index = min(one.name for one in table.indexes if "sku" in one.name)
    with shop.database.write() as work:
        work.ddl(raw_ddl(f'DROP INDEX "{index}"'))
        work.ddl(raw_ddl(f'ALTER TABLE "{table.name}" DROP COLUMN size'))
    assert drift(shop) == [f"missing_column {table.name}.size", f"missing_index {table.name}.{index}"]
    publish(shop, consent=True)
    assert drift(shop) == []


def _with(name: str, **changes: Any) -> Change:
    """A changed field of the product."""

    def change(product: dict[str, Any]) -> None:
        body = product["fields"][name]
        body["properties"] = {**body.get("properties", {}), **changes.pop("properties", {})}
        body.update(changes)

    return change


def test_a_field_made_required_that_is_empty_somewhere_is_refused_with_their_number(shop: Runtime) -> None:
    with pytest.raises(PublishRefused) as told:
        publish(shop, _with("sku", required=True), consent=True)
    assert [(one.path, one.message) for one in told.value.details] == [
        ("shop.product.sku", "1 of 3 records have no value; fill them first")
    ]
    with shop.write() as work:
        cup = shop.query.run(work, SYSTEM, Query("shop.product", fields=("name",), sort=("-name",), limit=1)).rows[0]
        shop.records.update(work, SYSTEM, "shop.product", cup["id"], {"sku": "c9"}, cup["row_version"])
    assert publish(shop, _with("sku", required=True)) == 2


def test_values_outside_new_limits_need_consent_and_stay(shop: Runtime) -> None:
    publish(shop, with_field("kind", field("choice", 20, properties=choices("old", "new"))))
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "shop.product", {"name": "Drumstick", "kind": "old"})

    def narrowed(product: dict[str, Any]) -> None:
        with_field("kind", field("choice", 20, properties=choices("new")))(product)
        _with("name", properties={"max_length": 4})(product)

    with pytest.raises(PublishRefused, match="consent") as told:
        publish(shop, narrowed)
    assert [(one.path, one.message.partition(";")[0]) for one in told.value.details] == [
        ("shop.product.name", "2 values are longer than 4 characters"),
        ("shop.product.kind", "1 values hold a choice that goes: old"),
    ]
    number = publish(shop, narrowed, consent=True)
    assert publish(shop, narrowed) == number
    assert ("Drumstick",) in products(shop, "name")


def test_a_new_required_field_needs_consent_where_there_are_records(shop: Runtime) -> None:
    change = with_field("shelf", field("text", 20, required=True))
    with pytest.raises(PublishRefused, match="3 records have no value yet"):
        publish(shop, change)
    assert publish(shop, change, consent=True) == 2


def test_a_column_that_somebody_dropped_is_not_made_anew_unseen(shop: Runtime) -> None:
    with shop.database.write() as work:
        work.ddl(raw_ddl("DROP INDEX IF EXISTS uq__shop__product__sku"))
        work.ddl(raw_ddl("ALTER TABLE shop__product DROP COLUMN sku"))
    assert "missing_column shop__product.sku" in drift(shop)
    with pytest.raises(PublishRefused, match="its values are lost"):
        publish(shop)
    assert publish(shop, consent=True) == 2
    assert drift(shop) == []
