"""The head of a record page and what stands beside it: captions, badges, buttons, people as cards, kinds of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor, system_actor
from loomwork.runtime import Runtime
from loomwork.web.auth import people
from loomwork.web.screens import env
from loomwork.web.screens.desk import Desk, open_desk
from loomwork.web.screens.models import Column, RecordPage
from loomwork.web.screens.told import Event
from loomwork.web.screens.views.form_view import edit_form
from loomwork.web.screens.views.list_view import make_row
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.related_view import card_of
from loomwork.web.screens.views.shell_view import shell

APP = Path(__file__).parents[3] / "apps" / "crm_standard"
SEED = system_actor("seed")
OpenPlace = Callable[..., AbstractContextManager[Desk]]
CALL = {"subject": "Ask for the budget", "kind": "call", "result": "Approved.", "outcome": "connected"}


class Sales:
    """A CRM with a representative who has an account with deals, people and a call, and a manager elsewhere."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.roles = {"chen": "crm.representative", "lin": "crm.manager"}
        with rt.write() as work:
            self.ids = {
                name: people.create(rt, work, name=name.title(), email=f"{name}@x.example", roles=(role,))
                for name, role in self.roles.items()
            }
        self.account = self.make("crm.account", name="Kvarnby", kind="company", industry="steel", tier="key")
        self.late = self.deal("Late", opened_on="2025-11-05", close_date="2026-01-05", probability="30")
        self.deal("Open", close_date="2126-01-05", probability="30")
        self.buyer = self.make("crm.contact", name={"full": "Lena Hoffmann"}, job_title="Buyer", influence="buyer")
        for n in range(6):
            self.make("crm.contact", name={"full": f"Person {n}"})
        self.call = self.make("crm.activity", contact=self.buyer, **CALL)
        row = rt.query.get
        with rt.write() as work:
            version = row(work, SEED, "crm.activity", self.call, ("id",))["row_version"]
            rt.records.update(work, SEED, "crm.activity", self.call, {"done": True}, version)

    def make(self, entity: str, **values: object) -> str:
        own = {"owner_id": self.ids["chen"], **values}
        if entity != "crm.account":
            own["account"] = self.account
        with self.rt.write() as work:
            return self.rt.records.create_many(work, SEED, entity, [own])[0]

    def deal(self, name: str, **values: object) -> str:
        return self.make("crm.opportunity", name=name, amount="500000", contact=None, **values)


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sales]:
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("heads"))})
    rt = Runtime.start(settings, app_folders=[APP])
    yield Sales(rt)
    rt.close()


@pytest.fixture
def at(sales: Sales) -> OpenPlace:
    def make(name: str, language: str = "en") -> AbstractContextManager[Desk]:
        roles = frozenset({sales.roles[name], "system.everyone"})
        actor = Actor(sales.ids[name], name, roles, language=language, zone="Asia/Shanghai", source="screens")
        return open_desk(sales.rt, actor, "token")

    return make


def captions(page: RecordPage) -> dict[str, str]:
    return {one.label: one.caption for one in page.highlights}


def events(page: RecordPage) -> list[Event]:
    return [event for day in page.days for event in day.events]


def test_captions_say_what_the_figures_are_made_of(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        told = captions(record_page(place, "crm.account", sales.account))
    assert told["Open pipeline"] == "2 open opportunities"
    assert told["Weighted pipeline"] == "1 past the close date"
    assert told["Won amount"] == ""
    assert told["Last activity"] == "Ask for the budget"
    with at("chen", "zh-CN") as place:
        assert captions(record_page(place, "crm.account", sales.account))["在途金额"] == "2 个进行中商机"


def test_a_reason_to_act_has_its_colour(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.opportunity", sales.late)
    [close] = [one for one in page.highlights if one.label == "Close date"]
    assert close.caption.endswith("days overdue")
    assert close.tone == "warn"


def test_a_caption_tells_nothing_of_records_that_the_reader_may_not_see(sales: Sales, at: OpenPlace) -> None:
    with at("lin") as place:
        page = record_page(place, "crm.account", sales.account)
    assert not [one for one in events(page) if one.kind == "moment:activities"]
    assert captions(page)["Last activity"] == ""
    assert captions(page)["Weighted pipeline"] == ""


def test_the_page_names_badges_and_the_facts_below_the_title(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.account", sales.account)
    assert [str(badge.striptags()) for badge in page.badges] == ["Key account", "Prospect"]
    assert [" ".join(fact.striptags().split()) for fact in page.subtitles] == ["Metals", "Owner CChen"]


def test_the_timeline_names_whom_it_was_about_and_how_it_ended(sales: Sales, at: OpenPlace) -> None:
    told = {}
    for entity, record in (("crm.account", sales.account), ("crm.contact", sales.buyer)):
        with at("chen") as place:
            page = record_page(place, entity, record)
            [told[entity]] = [one for one in events(page) if one.kind == "moment:activities"]
    assert told["crm.account"].verb == "logged a call with Lena Hoffmann"
    assert told["crm.contact"].verb == "logged a call"
    assert [str(fact.striptags()) for fact in told["crm.account"].facts] == ["Reached"]


def test_the_timeline_is_narrowed_to_the_kinds_that_its_buttons_name(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.account", sales.account)
    keys = dict(page.kinds)
    assert list(keys.values()) == ["Calls", "Meetings", "Tasks"]
    [call] = [one for one in events(page) if one.kind == "moment:activities"]
    assert [keys[key] for key in call.narrowed.split()] == ["Calls"]


def test_people_are_cards_with_what_they_do_and_lead_to_the_rest(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.account", sales.account)
        html = env.render("record.html", place.wishes, shell=shell(place, "crm.account"), title="x", page=page)
    [contacts] = [one for one in page.related if one.name == "contacts"]
    assert contacts.count == 7
    assert len(contacts.cards) == 5
    assert "2 more" in html
    assert {card.row.title for card in contacts.cards} == {f"Person {n}" for n in range(1, 6)}


def test_a_card_shows_the_first_words_and_the_first_choice(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        target = place.catalog.entity("crm.contact")
        paths = ("name", "job_title", "influence", "mobile")
        columns = tuple(Column(path, path) for path in paths)
        row = place.get("crm.contact", sales.buyer, paths)
        card = card_of(place, target, columns, make_row(place, target, columns, row, 1), row)
    assert (card.row.title, card.line, str(card.badge.striptags())) == ("Lena Hoffmann", "Buyer", "Purchasing")


def test_the_head_offers_to_create_and_no_more_than_the_reader_may(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.account", sales.account)
    assert [one.label for one in page.head] == ["Follow up", "New opportunity"]
    assert page.head[-1].head == "primary"
    assert sales.account in page.head[-1].url


def test_sections_that_the_page_folds_are_closed_and_empty_lists_too(sales: Sales, at: OpenPlace) -> None:
    with at("chen") as place:
        page = record_page(place, "crm.account", sales.account)
        html = env.render("record.html", place.wishes, shell=shell(place, "crm.account"), title="x", page=page)
    folded = {section.key for section in page.sections if section.is_folded}
    assert folded == {"relation", "system"}
    shown, _, rest = html.partition('id="related-referrals"')
    assert "<details" in shown
    assert rest.partition("<summary>")[0].rstrip().endswith('<details class="lw-fold">')


def test_a_child_table_has_its_totals_below_and_no_second_sum(sales: Sales, at: OpenPlace) -> None:
    with at("chen", "zh-CN") as place:
        page = edit_form(place, "crm.opportunity", sales.late)
        html = env.render(
            "form.html", place.wishes, shell=shell(place, "crm.opportunity"), title="x", page=page, is_drawer=False
        )
    items = {item.name: item for tab in page.tabs for section in tab.sections for item in section.items}
    assert [one.label for one in items["lines"].totals] == ["折扣前", "折扣", "报价合计"]
    assert not {"lines_gross", "lines_discount", "lines_total"} & items.keys()
    assert html.count('data-item="lines_total"') == 1
    heads = {column["name"]: column["label"] for column in items["lines"].spec["columns"]}
    assert heads["amount"].endswith("（元）")
    assert "（" not in heads["price"]
