"""A record's version rises when a row of its child table is written on its own, so that no save drops that row.

On SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import Conflict, InvalidInput, StaleRecord
from loomwork.records.around import raising
from loomwork.runtime import Runtime
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT, OUTBOX
from tests.records.test_line_history import _history, _order, _order_now, _rows
from tests.support.shop import SYSTEM, empty_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _version(rt: Runtime, order: str) -> int:
    with rt.read() as work:
        return int(rt.query.get(work, SYSTEM, "shop.order", order, ("id", "row_version"))["row_version"])


def _texts(rt: Runtime, order: str) -> list[str]:
    return [one["text"] for one in _order_now(rt, order)["lines"]]


def _add(rt: Runtime, work: Work, order: str, text: str = "Nut") -> dict[str, Any]:
    return rt.records.create(work, SYSTEM, "shop.line", {"order": order, "text": text})


def _change(rt: Runtime, order: dict[str, Any]) -> None:
    line = order["lines"][0]
    with rt.write() as work:
        rt.records.update(work, SYSTEM, "shop.line", line["id"], {"text": "Rivet"}, line["row_version"])


def _create(rt: Runtime, order: dict[str, Any]) -> None:
    with rt.write() as work:
        _add(rt, work, order["id"])


def _create_many(rt: Runtime, order: dict[str, Any]) -> None:
    with rt.write() as work:
        rows = [{"order": order["id"], "text": text} for text in ("Nut", "Screw")]
        rt.records.create_many(work, SYSTEM, "shop.line", rows)


def _delete(rt: Runtime, order: dict[str, Any]) -> None:
    line = order["lines"][0]
    with rt.write() as work:
        rt.records.delete(work, SYSTEM, "shop.line", line["id"], line["row_version"])


def _move_here(rt: Runtime, order: dict[str, Any]) -> None:
    other = _order(rt, "Nut")
    line = other["lines"][0]
    with rt.write() as work:
        rt.records.update(work, SYSTEM, "shop.line", line["id"], {"order": order["id"]}, line["row_version"])
    assert _version(rt, other["id"]) == other["row_version"] + 1


WAYS: list[Callable[[Runtime, dict[str, Any]], None]] = [_create, _create_many, _change, _delete, _move_here]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_save_meets_rows_that_came_went_or_changed_on_their_own(
    shop: Runtime, way: Callable[[Runtime, dict[str, Any]], None]
) -> None:
    order = _order(shop, "Bolt", "Washer")
    way(shop, order)
    assert _version(shop, order["id"]) == order["row_version"] + 1
    now = _texts(shop, order["id"])
    mine = [{**order["lines"][1], "text": "Mine"}]
    for merge in (False, True):
        with shop.write() as work, pytest.raises(StaleRecord) as caught:
            shop.records.update(
                work, SYSTEM, "shop.order", order["id"], {"lines": mine}, order["row_version"], merge=merge
            )
        assert caught.value.extra["fields"] == ["lines"]
        assert [one["text"] for one in caught.value.extra["theirs"]["lines"]] == now
    assert _texts(shop, order["id"]) == now
    with shop.write() as work:
        shop.records.update(
            work, SYSTEM, "shop.order", order["id"], {"due": "2026-05-01"}, order["row_version"], merge=True
        )
    assert _texts(shop, order["id"]) == now


def test_without_the_rise_the_row_would_be_lost(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-test: what the rise of the version is for."""
    monkeypatch.setattr("loomwork.records.events.note_rows", lambda draft: None)
    order = _order(shop, "Bolt")
    _create(shop, order)
    with shop.write() as work:
        rows = [{**order["lines"][0], "text": "Mine"}]
        shop.records.update(work, SYSTEM, "shop.order", order["id"], {"lines": rows}, order["row_version"])
    assert _texts(shop, order["id"]) == ["Mine"]


def test_a_restored_row_is_a_change_too(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    _delete(shop, order)
    with shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.line", order["lines"][0]["id"])
    assert _version(shop, order["id"]) == order["row_version"] + 2


def test_what_is_written_with_its_rows_rises_once(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    assert order["row_version"] == 1
    with shop.write() as work:
        rows = [{**order["lines"][0], "text": "Mine"}, {"text": "Nut"}]
        shop.records.update(work, SYSTEM, "shop.order", order["id"], {"lines": rows}, 1)
    assert _version(shop, order["id"]) == 2
    with shop.write() as work:
        assert shop.records.delete(work, SYSTEM, "shop.order", order["id"], 2) == 3
    with shop.write() as work:
        assert shop.records.restore(work, SYSTEM, "shop.order", order["id"])["row_version"] == 4
    assert _version(shop, order["id"]) == 4


@pytest.mark.parametrize("rows_first", [True, False])
def test_a_record_and_its_row_in_one_unit(shop: Runtime, rows_first: bool) -> None:
    """Nobody saw the record in between, so the version that the caller knows is good, and the one he is told stays."""
    order = _order(shop, "Bolt")
    with shop.write() as work:
        if rows_first:
            _add(shop, work, order["id"])
        told = shop.records.update(work, SYSTEM, "shop.order", order["id"], {"due": "2026-05-01"}, 1)
        if not rows_first:
            _add(shop, work, order["id"])
    assert told["row_version"] == _version(shop, order["id"]) == 2
    assert _texts(shop, order["id"]) == ["Bolt", "Nut"]


def _save_and_take_back(rt: Runtime, work: Work, order: str, data: dict[str, Any]) -> None:
    with work.savepoint():
        rt.records.update(work, SYSTEM, "shop.order", order, data, 1)
        raise Conflict("taken back", code="test")


def test_what_a_savepoint_takes_back_does_not_hide_a_row(shop: Runtime) -> None:
    """A row is added, then a save of its record fails within the same unit: the row is still there and told of."""
    order = _order(shop, "Bolt")
    with shop.write() as work:
        _add(shop, work, order["id"])
        lines = [{**order["lines"][0], "text": "Mine"}, {"quantity": "no number"}]
        with pytest.raises(InvalidInput):
            _save_and_take_back(shop, work, order["id"], {"lines": lines})
        with pytest.raises(Conflict):
            _save_and_take_back(shop, work, order["id"], {"due": "2026-05-01", "lines": []})
    assert _version(shop, order["id"]) == 2
    assert sorted(_texts(shop, order["id"])) == ["Bolt", "Nut"]


def test_a_unit_that_fails_at_its_end_leaves_nothing(shop: Runtime) -> None:
    order = _order(shop, "Bolt")

    def refuse() -> None:
        raise Conflict("too late", code="test")

    def add() -> None:
        with shop.write() as work:
            _add(shop, work, order["id"])
            work.before_commit.append(refuse)

    with pytest.raises(Conflict):
        add()
    assert _texts(shop, order["id"]) == ["Bolt"]
    assert _version(shop, order["id"]) == 1


def test_the_rise_is_in_the_history_of_versions_and_told_by_its_rows(shop: Runtime) -> None:
    order = _order(shop, "Bolt")
    _create(shop, order)
    newest, first = _history(shop, order["id"])
    assert (newest["version"], newest["verb"], newest["changes"]) == (2, "updated", {})
    assert [(verb, label) for verb, label, _ in _rows(newest)] == [("created", "Nut")]
    assert first["version"] == 1
    with shop.read() as work:
        c = AUDIT.c
        raised = sa.select(c.version).where(c.record_id == order["id"], c.verb == raising.ROWS)
        assert [row[0] for row in work.fetch(raised)] == [2]
        topics = {row[0] for row in work.fetch(sa.select(OUTBOX.c.topic))}
    assert "record.rows" not in topics
