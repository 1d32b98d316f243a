"""The timeline of a deal says which lines of its quote came, changed and went, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor, system_actor
from loomwork.runtime import Runtime
from loomwork.web.auth import people
from loomwork.web.screens import env, ui
from loomwork.web.screens.desk import open_desk
from loomwork.web.screens.told import Day, Event
from loomwork.web.screens.views.record_view import record_page

APP = Path(__file__).parents[3] / "apps" / "crm_standard"
SEED = system_actor("seed")
Events = Callable[[str], list[Event]]


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("lines"))})
    running = Runtime.start(settings, app_folders=[APP])
    yield running
    running.close()


def _lines(rt: Runtime, deal: str) -> list[dict[str, Any]]:
    with rt.read() as work:
        found: list[dict[str, Any]] = rt.query.get(work, SEED, "crm.opportunity", deal, ("lines",))["lines"]
    return found


@pytest.fixture
def events(rt: Runtime) -> Events:
    """Events of a deal whose lines were written twice: by language, newest first."""
    with rt.write() as work:
        make = rt.records.create
        chen = people.create(rt, work, name="Chen", email=f"{uuid4().hex}@x.example", roles=("crm.representative",))
        account = make(work, SEED, "crm.account", {"name": "澄宇电驱", "kind": "company", "owner_id": chen})["id"]
        deal = make(work, SEED, "crm.opportunity", {"name": "MES", "account": account, "owner_id": chen})["id"]
        some = [{"item": f"Part {n}", "quantity": "1", "price": "100"} for n in range(8)]
        some[0] = {"item": "Licence", "quantity": "2", "price": "1000"}
        mine = [{**one, "owner_id": chen} for one in some]
        rt.records.update(work, SEED, "crm.opportunity", deal, {"lines": mine}, 1)
    first, second = (one["id"] for one in _lines(rt, deal)[:2])
    kept = [{"id": one["id"]} for one in _lines(rt, deal) if one["id"] != second]
    kept = [{**one, "quantity": "3"} if one["id"] == first else one for one in kept]
    with rt.write() as work:
        rt.records.update(work, SEED, "crm.opportunity", deal, {"lines": kept}, 2)

    def read(language: str) -> list[Event]:
        roles = frozenset({"crm.representative", "system.everyone"})
        actor = Actor(chen, "Chen", roles, language=language, zone="Asia/Shanghai", source="screens")
        with open_desk(rt, actor, "token") as desk:
            page = record_page(desk, "crm.opportunity", deal)
        return [event for day in page.days for event in day.events]

    return read


def _told(event: Event) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (row.words, [(one.label, one.old.striptags(), one.new.striptags()) for one in row.changes])
        for row in event.rows
    ]


@pytest.mark.parametrize(
    ("language", "verb", "changed", "removed", "quantity"),
    [
        ("en", "changed Quote lines", "Changed Licence", "Removed Part 1", "Quantity"),
        ("zh-CN", "修改了报价明细", "修改 Licence", "移除 Part 1", "数量"),
    ],
)
def test_lines_are_told_with_old_and_new(
    events: Events, language: str, verb: str, changed: str, removed: str, quantity: str
) -> None:
    newest, added, made = events(language)
    assert (newest.verb, added.verb, newest.changes) == (verb, verb, ())
    told = dict(_told(newest))
    assert told[changed] == [(quantity, "2.00", "3.00")]
    assert (quantity, "1.00", {"en": "empty", "zh-CN": "空"}[language]) in told[removed]
    assert len(added.rows) == 8
    assert made.rows == ()


def test_the_page_shows_some_and_folds_the_rest(events: Events) -> None:
    _, added, _ = events("en")
    with ui.used(ui.Ui()):
        html = str(env.macro("parts/timeline.html", "days")([Day("Monday", (added,))], ""))
    assert html.count('data-row="created"') == 8
    assert "3 more" in html
    assert html.index("<details") > html.index("Part 3")
