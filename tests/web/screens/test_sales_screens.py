"""The generated screens over a real app: stages and conversions, timelines of several people, homes by role, money."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor, system_actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.web.auth import people
from loomwork.web.screens import env
from loomwork.web.screens.desk import Desk, open_desk
from loomwork.web.screens.models import FormPage
from loomwork.web.screens.views.form_view import new_form
from loomwork.web.screens.views.home_view import home_page, seen_lines
from loomwork.web.screens.views.list_more import fitting_rows, tab_counts
from loomwork.web.screens.views.list_view import list_page
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from loomwork.web.screens.views.small_views import explain_rows

APP = Path(__file__).parents[3] / "apps" / "crm_standard"
OpenPlace = Callable[[str], AbstractContextManager[Desk]]
SEED = system_actor("seed")


class Sales:
    """A running CRM with a manager (`lin`), two representatives (`chen`, `wang`) and some records of theirs."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.ids: dict[str, str] = {}
        with rt.write() as work:
            for name, role in (("lin", "crm.manager"), ("chen", "crm.representative"), ("wang", "crm.marketer")):
                self.ids[name] = people.create(rt, work, name=name.title(), email=f"{name}@x.example", roles=(role,))
        self.roles = {"lin": "crm.manager", "chen": "crm.representative", "wang": "crm.marketer"}
        self._records()

    def _records(self) -> None:
        own = {"owner_id": self.ids["chen"]}
        with self.rt.write() as work:
            make = self.rt.records.create_many
            [account] = make(work, SEED, "crm.account", [{"name": "澄宇电驱", "kind": "company", **own}])
            [deal] = make(
                work,
                SEED,
                "crm.opportunity",
                [{"name": "MES 二期", "account": account, "amount": "500000", "probability": "30", **own}],
            )
            leads = [
                {"company": f"公司{n}", "name": {"full": "王敏"}, "mobile": "+8613800138000", **own} for n in (1, 2)
            ]
            self.ids["lead"], self.ids["other"] = make(work, SEED, "crm.lead", leads)
            self.ids |= {"account": account, "deal": deal}

    def actor(self, name: str) -> Actor:
        roles = frozenset({self.roles[name], "system.everyone"})
        return Actor(self.ids[name], name.title(), roles, language="zh-CN", zone="Asia/Shanghai", source="screens")


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sales]:
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("sales"))})
    rt = Runtime.start(settings, app_folders=[APP])
    yield Sales(rt)
    rt.close()


@pytest.fixture
def at(sales: Sales) -> OpenPlace:
    return lambda name: open_desk(sales.rt, sales.actor(name), "token")


def _move(sales: Sales, entity: str, record: str, values: dict[str, object]) -> None:
    with sales.rt.write() as work:
        row = sales.rt.query.get(work, SEED, entity, record, ("id",))
        sales.rt.records.update(work, SEED, entity, record, values, row["row_version"])


def test_a_stage_that_only_the_conversion_gives_is_no_plain_move(sales: Sales, at: OpenPlace) -> None:
    _move(sales, "crm.lead", sales.ids["lead"], {"status": "qualified"})
    with at("chen") as place:
        page = record_page(place, "crm.lead", sales.ids["lead"])
        html = env.render("record.html", place.wishes, shell=shell(place, "crm.lead"), title="x", page=page)
        early = record_page(place, "crm.lead", sales.ids["other"])
    assert page.path is not None
    assert page.path.next_value == ""
    assert page.path.action is not None
    assert page.path.action.name == "crm.lead_convert"
    assert "path" not in page.spec
    assert html.count('data-action="advance"') == 0
    status = next(field for field in page.spec["fields"] if field["name"] == "status")
    assert [one["value"] for one in status["choices"] if one["by_action"]] == ["converted"]
    assert early.path is not None
    assert early.path.next_value == "working"
    assert early.path.action is None


def test_the_path_tells_the_days_in_each_stage(sales: Sales, at: OpenPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    from loomwork.core import clock
    from loomwork.web.screens.views.stage_path import days_by_value

    now = datetime(2026, 11, 23, 4, tzinfo=UTC)
    monkeypatch.setattr(clock, "now_utc", lambda: now)
    monkeypatch.setattr(clock, "today_in", lambda zone: now.date())

    def told(days_ago: int, old: str | None, new: str) -> dict[str, Any]:
        return {"at": (now - timedelta(days=days_ago)).isoformat(), "changes": {"stage": [old, new]}}

    history: list[dict[str, Any]] = [
        told(3, "b", "a"),
        told(5, "a", "b"),
        {"at": now.isoformat(), "changes": {}},
        told(15, None, "a"),
    ]
    assert days_by_value(history, "stage") == {"a": 13, "b": 2}
    assert days_by_value([], "stage") == {}
    with at("chen") as place:
        page = record_page(place, "crm.opportunity", sales.ids["deal"])
    assert page.path is not None
    assert [step.note for step in page.path.steps if step.state == "next"] == [""] * 5


def test_notes_and_calls_of_colleagues_stand_in_the_timeline_of_who_may_see_them(sales: Sales, at: OpenPlace) -> None:
    call = {
        "subject": "致电采购",
        "kind": "call",
        "account": sales.ids["account"],
        "result": "预算已批。",
        "owner_id": sales.ids["chen"],
    }
    with sales.rt.write() as work:
        [made] = sales.rt.records.create_many(work, SEED, "crm.activity", [call])
        note = {"body": "客户要合同模板", "entity": "crm.account", "record_id": sales.ids["account"]}
        sales.rt.records.create_many(work, sales.actor("chen"), "system.note", [note])
    _move(sales, "crm.activity", made, {"done": True})
    seen = {}
    for name in ("chen", "lin"):
        with at(name) as place:
            assert place.may("crm.activity", "read")
            seen[name] = record_page(place, "crm.account", sales.ids["account"])
    events = {name: [event for day in page.days for event in day.events] for name, page in seen.items()}
    notes = [[(one.person, one.text) for one in told if one.kind == "note"] for told in events.values()]
    assert notes == [[("Chen", "客户要合同模板")]] * 2
    [told] = [one for one in events["chen"] if one.kind == "moment:activities"]
    assert (told.person, told.verb, told.title, told.text) == ("Chen", "记录了电话", "致电采购", "预算已批。")
    # The manager of another unit sees the account and its notes, not a call that he may not open.
    assert not [one for one in events["lin"] if one.kind == "moment:activities"]
    assert [name for _, name in seen["chen"].kinds] == ["电话", "会面", "任务"]
    assert [one.label for one in seen["chen"].composer] == ["任务", "电话", "会议", "拜访"]


def test_home_has_lists_for_the_role_and_records_that_were_seen(sales: Sales, at: OpenPlace) -> None:
    labels = {}
    for name in ("lin", "chen", "wang"):
        with at(name) as place:
            frame = shell(place, "home")
            page = home_page(place, frame)
            labels[name] = {block.label for block in page.blocks}
            env.render("home.html", place.wishes, shell=frame, page=page, title="x")
    assert {"团队逾期待办", "本月成交", "我的待办"} <= labels["lin"]
    assert "团队逾期待办" not in labels["chen"]
    assert "待首次响应" in labels["wang"]
    seen = [f"crm.account:{sales.ids['account']}", "crm.account:0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "no.such:1", ""]
    with at("chen") as place:
        assert [line.title for line in seen_lines(place, seen)] == ["澄宇电驱"]


def test_view_tabs_count_and_all_fitting_records_can_be_picked(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        counts = tab_counts(place, "crm.lead")
        picked = fitting_rows(place, "crm.lead", {"search": "公司1"})
    assert counts["crm.lead_all"] == "2"
    assert counts["crm.lead_closed"] == "0"
    assert [row["id"] for row in picked["rows"]] == [sales.ids["lead"]]
    assert picked["is_all"]


def test_computed_amounts_are_money_of_the_company(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        deal = record_page(place, "crm.opportunity", sales.ids["deal"])
        account = record_page(place, "crm.account", sales.ids["account"])
        table = list_page(place, "crm.opportunity", {"columns": "name,weighted_amount"}).table
        rows = place.run(
            Query(
                "crm.account",
                ("open_pipeline",),
                conditions={"field": "open_pipeline", "op": "ge", "value": "500000"},
                sort=("-open_pipeline",),
            )
        ).rows
    shown = {figure.label: str(figure.html) for figure in (*deal.highlights, *account.highlights)}
    assert "¥ 150,000" in shown["加权金额"]
    assert "¥ 500,000" in shown["在途金额"]
    assert [column.label for column in table.columns][1] == "加权金额（元）"
    assert [figure.full for figure in table.sums][1] == "¥ 150,000.00"
    assert [row["open_pipeline"] for row in rows] == ["500000.00"]


def test_numbers_are_written_for_people_and_the_link_holds_the_whole_number(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.lead", sales.ids["lead"])
        table = list_page(place, "crm.lead", {"columns": "title,mobile"}).table
    mobile = next(one for section in page.sections for one in section.details if one.name == "mobile")
    cell = table.rows[0].cells[1]
    for html in (str(mobile.html), str(cell.html)):
        assert 'href="tel:+8613800138000"' in html
        assert "+86 138 0013 8000" in html
    assert [one.url for one in page.quick if one.kind == "call"] == ["tel:+8613800138000"]


def test_what_is_overdue_stands_out_until_it_is_done(sales: Sales, at: OpenPlace) -> None:
    task = {"subject": "寄样品", "kind": "task", "due_on": "2020-01-02", "owner_id": sales.ids["chen"]}
    with sales.rt.write() as work:
        [made] = sales.rt.records.create_many(work, SEED, "crm.activity", [task])

    def is_late() -> bool:
        with at("chen") as place:
            table = list_page(place, "crm.activity", {"view": "crm.activity_all", "search": "寄样品"}).table
            html = env.render("parts/single_row.html", place.wishes, table=table)
        [cell] = [cell for cell in table.rows[0].cells if cell.path == "due_on"]
        assert ("，已逾期" in html) is cell.is_late
        return cell.is_late

    assert is_late()
    _move(sales, "crm.activity", made, {"done": True})
    assert not is_late()


def test_what_is_made_from_a_record_takes_over_its_links(sales: Sales, at: OpenPlace) -> None:
    own = {"owner_id": sales.ids["chen"]}
    with sales.rt.write() as work:
        person = {"name": {"full": "李雷"}, "account": sales.ids["account"], **own}
        [contact] = sales.rt.records.create_many(work, SEED, "crm.contact", [person])
        deal = {"name": "三期", "account": sales.ids["account"], "contact": contact, **own}
        [deal_id] = sales.rt.records.create_many(work, SEED, "crm.opportunity", [deal])
    given = {"opportunity": {"id": deal_id, "label": "三期"}, "kind": "call"}
    with at("chen") as place:
        made = _given_values(new_form(place, "crm.activity", {"values": json.dumps(given)}))
        kept = {**given, "account": None}
        emptied = _given_values(new_form(place, "crm.activity", {"values": json.dumps(kept)}))
        from_contact = {"contact": {"id": contact, "label": "李雷"}}
        told = _given_values(new_form(place, "crm.activity", {"values": json.dumps(from_contact)}))
    assert made["opportunity"]["id"] == deal_id
    assert made["account"] == {"id": sales.ids["account"], "label": "澄宇电驱"}
    assert made["contact"] == {"id": contact, "label": "李雷"}
    assert made["owner_id"]["label"] == "Chen"
    assert (emptied["account"], emptied["contact"]["id"]) == (None, contact)
    assert told["account"]["id"] == sales.ids["account"]
    blind = Actor(sales.ids["wang"], "Wang", frozenset({"crm.representative"}), language="zh-CN")
    with open_desk(sales.rt, blind, "token") as place:
        assert _given_values(new_form(place, "crm.activity", {"values": json.dumps(given)}))["account"] is None


def _given_values(page: FormPage) -> dict[str, Any]:
    items = (item for tab in page.tabs for section in tab.sections for item in section.items)
    return {**page.record["fixed"], **{item.name: json.loads(item.wire) for item in items}}


def test_the_panel_of_rights_says_for_which_records_a_role_gives_them(sales: Sales, at: OpenPlace) -> None:
    values = {"name": "别人的商机", "account": sales.ids["account"], "owner_id": sales.ids["lin"]}
    with sales.rt.write() as work:
        [deal] = sales.rt.records.create_many(work, SEED, "crm.opportunity", [values])
    with at("chen") as place:
        told = {one["label"]: one for one in explain_rows(place, "crm.opportunity", deal)}
        mine = {one["label"]: one for one in explain_rows(place, "crm.opportunity", sales.ids["deal"])}
    assert (told["查看"]["allowed"], told["查看"]["reasons"]) == (True, ["销售代表：符合条件的记录"])
    assert (told["修改"]["allowed"], told["修改"]["reasons"]) == (
        False,
        ["销售代表：本人负责的记录", "此记录不在其中。", "有此权限的角色：CRM 管理员、销售经理。"],
    )
    assert told["删除"]["reasons"] == [
        "你的角色都没有此权限，可以请管理员授予相应角色。",
        "有此权限的角色：CRM 管理员、销售经理。",
    ]
    assert (mine["修改"]["allowed"], mine["修改"]["reasons"]) == (True, ["销售代表：本人负责的记录"])


def test_a_call_that_was_made_is_logged_result_first_from_card_and_record_alike(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        [row] = [one for one in list_page(place, "crm.opportunity", {}).table.rows if one.id == sales.ids["deal"]]
        record = record_page(place, "crm.opportunity", sales.ids["deal"])
        [url] = [one.url for one in row.offers if one.label == "跟进"]
        page = new_form(place, "crm.activity", {"values": parse_qs(urlsplit(url).query)["values"][0]})
    assert url in [one.url for one in record.quick]
    names = [item.name for tab in page.tabs for section in tab.sections for item in section.items]
    assert names.index("result") < names.index("due_on")
    made = _given_values(page)
    assert (made["kind"], made["done"], made["opportunity"]["id"]) == ("call", True, sales.ids["deal"])
    assert row.mark == "澄宇电驱"
