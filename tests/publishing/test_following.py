"""Two processes over one database: the other follows a new version, writers of an old one do not slip through."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import TryAgain
from loomwork.core.settings import load_settings
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.runtime.runtime import MetadataFaults
from loomwork.storage.system_tables import CATALOG_SOURCE
from tests.support.apps import write_package
from tests.support.shop import PRODUCT, SYSTEM, field, files, start_shop


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[tuple[Runtime, Runtime]]:
    first = start_shop(tmp_path, database_url)
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path / "second"), "LOOMWORK_DATABASE_URL": database_url})
    second = Runtime.start(settings, app_folders=first.app_folders)
    yield first, second
    first.close()
    second.close()


def publish(rt: Runtime) -> int:
    product = copy.deepcopy(PRODUCT)
    product["fields"]["colour"] = field("text", 9)
    write_package(rt.app_folders[0], {**files(), "entities/product.json": product})
    return rt.publish(author="test", message="colour")


def test_starting_again_publishes_nothing(pair: tuple[Runtime, Runtime]) -> None:
    assert [rt.program.number for rt in pair] == [1, 1]


def test_the_next_write_of_another_process_is_under_the_new_version(pair: tuple[Runtime, Runtime]) -> None:
    first, second = pair
    assert publish(first) == 2
    with second.write() as work:
        assert work.program.number == 2
        made = second.records.create(work, SYSTEM, "shop.product", {"name": "A", "colour": "red"})
    with first.read() as work:
        assert first.query.get(work, SYSTEM, "shop.product", made["id"])["colour"] == "red"


def test_readers_go_on_while_the_new_version_is_loaded_and_follow_soon(
    pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    publish(first)
    monkeypatch.setattr("loomwork.runtime.runtime.STALE_AFTER_S", 0.0)
    may_load = threading.Event()
    load = second.load

    def load_later(*given: Any, **named: Any) -> Any:
        may_load.wait(30)
        return load(*given, **named)

    monkeypatch.setattr(second, "load", load_later)
    for _ in range(3):
        with second.read() as work:
            assert work.program.number == 1
            assert second.query.run(work, SYSTEM, Query("shop.product", fields=("name",))).rows == []
    may_load.set()
    wait_for(second, 2)
    with second.read() as work:
        assert second.query.run(work, SYSTEM, Query("shop.product", fields=("colour",))).rows == []


def test_a_process_that_nobody_asked_meanwhile_answers_by_the_new_version_at_once(
    pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    publish(first)
    monkeypatch.setattr("loomwork.runtime.runtime.STALE_AFTER_S", -1.0)
    monkeypatch.setattr("loomwork.runtime.runtime.IDLE_AFTER_S", -1.0)
    with second.read() as work:
        assert work.program.number == 2
        assert second.query.run(work, SYSTEM, Query("shop.product", fields=("colour",))).rows == []


def test_a_version_is_taken_over_from_what_was_kept_with_it_when_the_folder_is_broken(
    pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    publish(first)
    monkeypatch.setattr("loomwork.runtime.runtime.STALE_AFTER_S", 0.0)
    (second.app_folders[0] / "entities" / "product.json").write_text("{", encoding="utf-8")
    wait_for(second, 2)
    assert "colour" in second.catalog.entity("shop.product").fields


def test_metadata_that_cannot_be_read_stops_writers_with_a_word_and_readers_go_on(
    pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    publish(first)
    monkeypatch.setattr("loomwork.runtime.runtime.STALE_AFTER_S", 0.0)
    (second.app_folders[0] / "entities" / "product.json").write_text("{", encoding="utf-8")
    with first.database.write() as work:
        work.execute(sa.delete(CATALOG_SOURCE))
    with pytest.raises(TryAgain) as told, second.write():
        pass
    assert (told.value.code, told.value.params) == ("metadata_newer", {"number": 2})
    for _ in range(3):
        with second.read() as work:
            assert work.program.number == 1
            assert second.query.run(work, SYSTEM, Query("shop.product", fields=("name",))).rows == []


def test_commands_go_on_with_the_published_version(pair: tuple[Runtime, Runtime]) -> None:
    first, _ = pair
    (first.app_folders[0] / "entities" / "product.json").write_text("{", encoding="utf-8")
    settings = replace(first.settings, app_folders=first.app_folders)
    found = Runtime.start_published(settings)
    assert found is not None
    try:
        assert (found.program.number, found.catalog.version) == (1, first.catalog.version)
        with found.write() as work:
            found.records.create(work, SYSTEM, "shop.product", {"name": "A"})
    finally:
        found.close()


def test_what_was_found_sound_is_not_checked_again_and_what_was_not_is(
    pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair
    checked: list[str] = []
    monkeypatch.setattr("loomwork.runtime.runtime.check_formulas", lambda *_: checked.append("again"))
    Runtime.start(first.settings, app_folders=first.app_folders).close()
    assert checked == []
    product = copy.deepcopy(PRODUCT)
    product["validations"] = {"named": {"check": "nonsense > 1", "message": {"en": "x", "zh-CN": "x"}}}
    write_package(first.app_folders[0], {**files(), "entities/product.json": product})
    monkeypatch.undo()
    with pytest.raises(MetadataFaults, match="nonsense"):
        Runtime.start(first.settings, app_folders=first.app_folders)
    with pytest.raises(MetadataFaults, match="nonsense"):
        Runtime.start(first.settings, app_folders=first.app_folders)


def wait_for(rt: Runtime, number: int) -> None:
    """Read until the version is there."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with rt.read() as work:
            if work.program.number == number:
                return
        time.sleep(0.02)
    raise AssertionError(f"version {number} was not taken over")


def test_a_publish_waits_for_the_writers_that_are_under_way(pair: tuple[Runtime, Runtime]) -> None:
    first, second = pair
    order: list[str] = []

    def publish_now() -> None:
        publish(first)
        order.append("published")

    thread = threading.Thread(target=publish_now)
    with second.write() as work:
        second.records.create(work, SYSTEM, "shop.product", {"name": "A"})
        thread.start()
        thread.join(0.3)
        order.append("written")
    thread.join(30)
    assert order == ["written", "published"]
    with first.read() as work:
        rows = first.query.run(work, SYSTEM, Query("shop.product", fields=("name", "colour"))).rows
    assert [(row["name"], row["colour"]) for row in rows] == [("A", None)]
