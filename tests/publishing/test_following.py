"""Two processes over one database: the other follows a new version, writers of an old one do not slip through."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.core.settings import load_settings
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
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


def test_a_reader_follows_soon(pair: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = pair
    publish(first)
    monkeypatch.setattr("loomwork.runtime.runtime.STALE_AFTER_S", 0.0)
    with second.read() as work:
        assert work.program.number == 2
        assert second.query.run(work, SYSTEM, Query("shop.product", fields=("colour",))).rows == []


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
