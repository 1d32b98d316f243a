"""Trees: no record comes to stand above itself, at any door, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.records.importing import Import, Sheet, run_import
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop

UNIT = "system.unit"


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def make(rt: Runtime, name: str, parent: str | None = None) -> str:
    with rt.write() as work:
        return str(rt.records.create(work, SYSTEM, UNIT, {"name": name, "parent": parent})["id"])


def move(rt: Runtime, unit: str, parent: str | None) -> dict[str, Any]:
    with rt.write() as work:
        version = rt.query.get(work, SYSTEM, UNIT, unit)["row_version"]
        return rt.records.update(work, SYSTEM, UNIT, unit, {"parent": parent}, version)


def above(rt: Runtime, unit: str) -> str | None:
    with rt.read() as work:
        found = rt.query.get(work, SYSTEM, UNIT, unit)["parent"]
    return found["id"] if found else None


def test_a_record_is_not_put_under_itself_or_those_below_it(shop: Runtime) -> None:
    top = make(shop, "Top")
    middle = make(shop, "Middle", top)
    low = make(shop, "Low", middle)
    for parent in (top, middle, low):
        with pytest.raises(InvalidInput) as fault:
            move(shop, top, parent)
        assert [(one.path, one.code) for one in fault.value.details] == [("parent", "cycle")]
    assert above(shop, top) is None
    move(shop, low, top)
    move(shop, middle, low)
    assert above(shop, middle) == low


def test_an_import_puts_no_record_under_itself(shop: Runtime) -> None:
    top = make(shop, "Top")
    make(shop, "Low", top)
    sheet = Sheet(("name", "parent"), [["Top", "Low"]], [2])
    mapping = {
        "type": "import", "entity": UNIT, "match": ["name"], "on_match": "update",
        "columns": {"name": {"field": "name"}, "parent": {"field": "parent", "lookup": "name"}},
    }  # fmt: skip
    for dry_run in (True, False):
        report = run_import(shop, SYSTEM, Import(UNIT, sheet, mapping, dry_run=dry_run))
        assert [(one["column"], one["code"]) for one in report.faults] == [("parent", "cycle")]
    assert above(shop, top) is None


def test_two_writers_at_the_same_time_make_no_cycle(shop: Runtime) -> None:
    one, two = make(shop, "One"), make(shop, "Two")
    start, refused = threading.Barrier(2), []

    def run(unit: str, parent: str) -> None:
        with shop.write() as work:
            version = shop.query.get(work, SYSTEM, UNIT, unit)["row_version"]
        start.wait()
        try:
            with shop.write() as work:
                shop.records.update(work, SYSTEM, UNIT, unit, {"parent": parent}, version)
        except PlatformError as fault:
            refused.append([detail.code for detail in fault.details])

    threads = [threading.Thread(target=run, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [["cycle"]]
    assert [above(shop, one), above(shop, two)].count(None) == 1


def test_a_loop_of_old_data_can_be_undone(shop: Runtime) -> None:
    one, two, other = make(shop, "One"), make(shop, "Two"), make(shop, "Other")
    move(shop, two, one)
    held = shop.program.tables.entities[UNIT]
    with shop.database.write() as work:
        work.execute(held.table.update().where(held.column("id") == one).values({held.column("parent").name: two}))
    move(shop, other, one)
    move(shop, one, None)
    assert above(shop, one) is None
