"""Links to one of several entities come out with the label of what they lead to. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from loomwork.web.screens import ui
from loomwork.web.screens.values import cell_html, value_html
from tests.support.shop import SYSTEM, both, entity, field, grant, start_shop

TASK = entity(
    "Task",
    "name",
    {
        "name": field("text", 0, required=True),
        "about": field("link_any", 1, properties={"entities": ["shop.customer", "shop.product"]}),
    },
)
TASKS = {"tasks": {"entity": "shop.task", "actions": ["read", "create", "update"], "rows": "all"}}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    porter = {"label": both("Porter"), "grants": {**TASKS, "products": grant("product", "read", rows="all")}}
    rt = start_shop(tmp_path, database_url, {"entities/task.json": TASK, "roles/porter.json": porter})
    yield rt
    rt.close()


def _create(rt: Runtime, name: str, data: dict[str, Any]) -> str:
    with rt.write() as work:
        return str(rt.records.create(work, SYSTEM, name, data)["id"])


def _tasks(rt: Runtime, actor: Actor = SYSTEM) -> dict[str, Any]:
    with rt.read() as work:
        rows = rt.query.run(work, actor, Query("shop.task", ("name", "about"), sort=("name",))).rows
    return {row["name"]: row["about"] for row in rows}


def test_the_label_stands_beside_the_link(shop: Runtime) -> None:
    ann, bolt = _create(shop, "shop.customer", {"name": "Ann"}), _create(shop, "shop.product", {"name": "Bolt"})
    for name, kind, target in (("call", "customer", ann), ("count", "product", bolt)):
        _create(shop, "shop.task", {"name": name, "about": {"entity": f"shop.{kind}", "id": target}})
    _create(shop, "shop.task", {"name": "nothing"})
    call, count = ({"entity": "shop.customer", "id": ann}, {"entity": "shop.product", "id": bolt})
    everything = {"call": {**call, "label": "Ann"}, "count": {**count, "label": "Bolt"}, "nothing": None}
    assert _tasks(shop) == everything
    porter = Actor("0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "Po", frozenset({"shop.porter"}))
    assert _tasks(shop, porter) == {**everything, "call": {**call, "label": None}}
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.product", bolt, 1)
    assert _tasks(shop)["count"] == {**count, "label": None}


def test_a_link_leads_to_a_record_that_is_there_and_seen(shop: Runtime) -> None:
    ann, bolt = _create(shop, "shop.customer", {"name": "Ann"}), _create(shop, "shop.product", {"name": "Bolt"})
    porter = Actor("0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "Po", frozenset({"shop.porter"}))
    nowhere = "0192f0c1-7b2a-7c3d-8e4f-0123456789ff"
    for actor, target in (
        (SYSTEM, {"entity": "shop.product", "id": nowhere}),
        (SYSTEM, {"entity": "shop.product", "id": ann}),
        (porter, {"entity": "shop.customer", "id": ann}),
    ):
        with shop.write() as work, pytest.raises(InvalidInput) as caught:
            shop.records.create(work, actor, "shop.task", {"name": "x", "about": target})
        assert [(one.path, one.code) for one in caught.value.details] == [("about", "no_such_record")]
    with shop.write() as work:
        made = shop.records.create(
            work, SYSTEM, "shop.task", {"name": "x", "about": {"entity": "shop.customer", "id": ann}}
        )
        # What stays is not asked again; what changes is.
        shop.records.update(work, porter, "shop.task", made["id"], {"name": "y"}, 1)
        away = {"about": {"entity": "shop.product", "id": bolt}}
        assert shop.records.update(work, porter, "shop.task", made["id"], away, 2)["about"]["label"] == "Bolt"


def test_groups_by_it_carry_the_label_that_the_reader_sees(shop: Runtime) -> None:
    ann, bolt = _create(shop, "shop.customer", {"name": "Ann"}), _create(shop, "shop.product", {"name": "Bolt"})
    targets = ({"entity": "shop.customer", "id": ann}, {"entity": "shop.product", "id": bolt})
    for name, about in (("a", targets[0]), ("b", targets[0]), ("c", targets[1]), ("d", None)):
        _create(shop, "shop.task", {"name": name, "about": about})
    porter = Actor("0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "Po", frozenset({"shop.porter"}))
    for actor, label in ((SYSTEM, "Ann"), (porter, None)):
        query = Query("shop.task", group=(Dimension("about"),), measures=(Measure("n", "count"),), sort=("-n", "about"))
        with shop.read() as work:
            rows = shop.query.group(work, actor, query)["rows"]
        assert rows[0] == {"about": {**targets[0], "label": label}, "n": 2}
        assert {"about": {**targets[1], "label": "Bolt"}, "n": 1} in rows
        assert {"about": None, "n": 1} in rows


def test_a_link_to_what_was_deleted_stays_and_shows_a_dash_that_leads_nowhere(shop: Runtime) -> None:
    bolt = _create(shop, "shop.product", {"name": "Bolt"})
    link = {"entity": "shop.product", "id": bolt}
    task = _create(shop, "shop.task", {"name": "count", "about": link})
    about = shop.catalog.entity("shop.task").fields["about"]

    def shown() -> tuple[Any, str, str]:
        wire = _tasks(shop)["count"]
        return wire, str(cell_html(about, wire)), str(value_html(about, wire))

    def history() -> list[Any]:
        with shop.read() as work:
            return [row["changes"].get("about") for row in shop.query.history(work, SYSTEM, "shop.task", task)]

    alive = shown()
    assert f'href="/e/shop.product/{bolt}"' in alive[2]
    assert history() == [[None, {**link, "label": "Bolt"}]]
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.product", bolt, 1)
    wire, cell, alone = shown()
    assert wire == {**link, "label": None}
    assert cell == '<span class="lw-none">–</span>'
    assert alone == f'<span class="lw-none">{ui.t("record.empty")}</span>'
    assert history() == [[None, {**link, "label": None}]]
    with shop.write() as work:
        # The record that holds the link can still be changed, and sent back as it came.
        kept = shop.records.update(work, SYSTEM, "shop.task", task, {"name": "count", "about": wire}, 1)
        assert kept["row_version"] == 1
        assert shop.records.update(work, SYSTEM, "shop.task", task, {"name": "sum", "about": wire}, 1)["about"] == wire
        shop.records.update(work, SYSTEM, "shop.task", task, {"name": "count"}, 2)
        shop.records.restore(work, SYSTEM, "shop.product", bolt)
    assert shown() == alive
