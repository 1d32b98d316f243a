"""Files name people and records by what they are called, and choices by their labels. Each on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.query.tree import Query
from loomwork.records.importing import Import, ImportReport, read_sheet, run_import
from loomwork.runtime import Runtime
from loomwork.web.import_words import report_json
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def _import(rt: Runtime, entity: str, text: str, **fields: str) -> ImportReport:
    body = {"type": "import", "entity": entity, "columns": {name: {"field": one} for name, one in fields.items()}}
    return run_import(rt, SYSTEM, Import(entity, read_sheet(text.encode(), "file.csv"), body))


def _rows(rt: Runtime, entity: str, *fields: str) -> list[dict[str, Any]]:
    with rt.read() as work:
        return list(rt.query.run(work, SYSTEM, Query(entity, fields, sort=("created_at", "id"), limit=50)).rows)


def _said(report: ImportReport, language: str) -> list[str]:
    return [fault["message"] for fault in report_json(report, language)["faults"]]


def test_owners_are_named_by_mail_name_or_id(shop: Runtime) -> None:
    ada = make_person(shop, "Ada", "seller")
    text = f"name,owner\nA,ADA@example.com\nB,Ada\nC,{ada.user_id}\n"
    report = _import(shop, "shop.customer", text, name="name", owner="owner_id")
    assert report.state == "done", report.faults
    assert [row["owner_id"]["id"] for row in _rows(shop, "shop.customer", "owner_id")] == [ada.user_id] * 3


def test_nobody_and_several_people_are_told_apart(shop: Runtime) -> None:
    make_person(shop, "Ada", "seller")
    with shop.write() as work:
        shop.records.create(work, SYSTEM, "system.user", {"name": "Ada", "email": "other@example.com"})
    report = _import(shop, "shop.customer", "name,owner\nA,Ada\nB,Eve\n", name="name", owner="owner_id")
    assert [(one["row"], one["code"]) for one in report.faults] == [(2, "ambiguous"), (3, "not_found")]
    assert _said(report, "en") == [
        "2 users have “Ada” as Name; write the E-mail instead.",
        "No user has “Eve” as E-mail or Name.",
    ]
    assert _said(report, "zh-CN") == ["有 2 个用户的姓名是“Ada”，请改填邮箱。", "没有邮箱或姓名为“Eve”的用户。"]
    assert _rows(shop, "shop.customer", "name") == []


def test_links_are_named_by_unique_code_before_title(shop: Runtime) -> None:
    _import(shop, "shop.product", "name,sku\nBolt,P1\nP1,P2\n", name="name", sku="sku")
    _import(shop, "shop.customer", "name\nAcme\n", name="name")
    with shop.write() as work:
        customer = _rows(shop, "shop.customer", "id")[0]["id"]
        order = shop.records.create(work, SYSTEM, "shop.order", {"customer": customer})["id"]
    text = f"order,product\n{order},P1\n{order},Bolt\n"
    report = _import(shop, "shop.line", text, order="order", product="product")
    assert report.state == "done", report.faults
    assert [row["product"]["label"] for row in _rows(shop, "shop.line", "product")] == ["Bolt", "Bolt"]
    named = _import(shop, "shop.order", "customer\nAcme\nNone\n", customer="customer")
    assert [(one["row"], one["code"], one["value"]) for one in named.faults] == [(3, "not_found", "None")]


def test_what_a_reader_does_not_see_is_named_like_what_is_not_there(shop: Runtime) -> None:
    _import(shop, "shop.customer", "name,email\nHidden,h@example.com\n", name="name", email="email")
    seller = make_person(shop, "Sol", "seller")
    sheet = read_sheet(b"customer\nHidden\nh@example.com\nNowhere\n", "file.csv")
    report = run_import(shop, seller, Import("shop.order", sheet))
    assert {one["code"] for one in report.faults} == {"not_found"}


def test_choices_are_taken_and_named_by_their_labels_in_the_readers_language(shop: Runtime) -> None:
    labels = shop.catalog.entities["shop.customer"].fields["region"].props["_choices"]
    english, chinese = ([one.label[language] for one in labels.values()] for language in ("en", "zh-CN"))
    text = f"name,side\nA,{english[0].upper()}\nB,{chinese[1]}\nC,north\n"
    taken = _import(shop, "shop.customer", text, name="name", side="region")
    assert taken.state == "done", taken.faults
    assert [row["region"] for row in _rows(shop, "shop.customer", "region")] == ["north", "south", "north"]
    refused = _import(shop, "shop.customer", "name,side\nA,East\n", name="name", side="region")
    assert refused.faults[0]["code"] == "unknown_choice"
    assert _said(refused, "en") == [f"“East” is not one of the choices; possible: {', '.join(english)}."]
    assert _said(refused, "zh-CN") == [f"“East”不在选项中，可用：{'、'.join(chinese)}。"]
