"""What a record offers at once: quick actions of the phone and behind cards, and its next step, each under the reader's rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from loomwork.core import clock
from loomwork.core.jsonio import read_json
from loomwork.permissions.actor import system_actor
from loomwork.runtime import Runtime
from loomwork.web.screens import env, figures, ui
from loomwork.web.screens.offers import NextStep
from loomwork.web.screens.views.list_view import list_page, single_row
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from tests.web.screens.conftest import OpenDesk

SEED = system_actor("seed")
ZONE = "Asia/Shanghai"


def _day(days: int) -> str:
    return (clock.today_in(ZONE) + timedelta(days=days)).isoformat()


@pytest.fixture
def make(runtime: Runtime) -> Any:
    """Makes a record: `make("lib.book", title="…")` gives its id."""

    def one(entity: str, **values: Any) -> str:
        with runtime.write() as work:
            return str(runtime.records.create(work, SEED, entity, values)["id"])

    return one


@pytest.fixture
def book(make: Any) -> str:
    """A book of an author who can be called."""
    author = make("lib.author", name="Eileen Chang", phone="+862161234567;ext=8001")
    return str(make("lib.book", title="Love in a Fallen City", author=author))


def _step(desk: OpenDesk, book: str, role: str = "lib.clerk", language: str = "en") -> NextStep | None:
    with desk(role, language=language) as place:
        return record_page(place, "lib.book", book).next_step


def test_a_record_offers_what_its_page_names_and_what_the_reader_may(desk: OpenDesk, book: str) -> None:
    with desk() as place:
        quick = record_page(place, "lib.book", book).quick
    assert [(one.kind, one.label) for one in quick] == [("call", "Call"), ("add", "Follow up")]
    # An extension can be dialled; a text message would not arrive.
    assert quick[0].url == "tel:+862161234567;ext=8001"
    address = urlsplit(quick[1].url)
    given = read_json(parse_qs(address.query)["values"][0])
    assert (address.path, given["book"]["id"], given["title"]) == ("/e/lib.errand/new", book, "Follow up")
    with desk("lib.visitor") as place:
        assert record_page(place, "lib.book", book).quick == ()


def test_without_words_of_a_page_the_phone_fields_of_the_entity_can_be_called(
    runtime: Runtime, desk: OpenDesk, make: Any
) -> None:
    reached, silent = make("lib.author", name="Bei Dao", phone="+8613800138001"), make("lib.author", name="Anonymous")
    urls = {}
    with desk(language="zh-CN") as place:
        for who in (reached, silent):
            urls[who] = [(one.label, one.url) for one in record_page(place, "lib.author", who).quick]
        cards = {row.id: row.offers for row in list_page(place, "lib.author", {}).table.rows}
    assert urls == {reached: [("拨号", "tel:+8613800138001")], silent: []}
    assert [one.url for one in cards[reached]] == ["tel:+8613800138001"]
    assert cards[silent] == ()


def test_cards_uncover_what_is_swiped_and_bear_the_mark_that_the_page_names(desk: OpenDesk, make: Any) -> None:
    author = make("lib.author", name="Eileen Chang", phone="+862161234567")
    book = make("lib.book", title="Half a Lifelong Romance", author=author)
    title = "Half a Lifelong Romance"
    state = {"search": title, "columns": "title,copies"}
    with desk() as place:
        page = list_page(place, "lib.book", state)
        html = env.render("parts/single_row.html", place.wishes, table=page.table)
        again = single_row(place, "lib.book", {**state, "only": book}).rows[0]
    [row] = page.table.rows
    assert [one.kind for one in row.offers] == ["call", "add"]
    assert (row.title, row.mark) == (title, "Eileen Chang")
    assert (again.offers, again.mark) == (row.offers, row.mark)
    assert 'aria-label="Call: Half a Lifelong Romance"' in html
    with desk("lib.visitor") as place:
        assert list_page(place, "lib.book", state).table.rows[0].offers == ()


def test_the_nearest_open_step_stands_on_the_record_and_says_what_when_and_who(
    desk: OpenDesk, make: Any, book: str
) -> None:
    assert _step(desk, book) is None
    person = make("lib.author", name="Lin Peifen")
    make("lib.errand", title="Someday", book=book)
    make("lib.errand", title="Later", book=book, due_on=_day(9))
    make("lib.errand", title="Was done", book=book, due_on=_day(1), done=True)
    starts = f"{_day(3)}T07:00:00Z"
    near = make("lib.errand", title="Agree on the price", book=book, due_on=_day(3), starts_at=starts, person=person)
    step = _step(desk, book)
    assert step is not None
    assert (step.id, step.title, step.people, step.more) == (near, "Agree on the price", ("Lin Peifen",), "1")
    assert step.when.endswith("15:00")
    assert (step.late, step.field, step.may_complete) == ("", "done", True)
    for number in range(12):
        make("lib.errand", title=f"More {number}", book=book, due_on=_day(20))
    again = _step(desk, book)
    assert again is not None
    assert (again.id, again.more) == (near, "9+")
    # Who may not read such records is told of none.
    assert _step(desk, book, "lib.visitor") is None


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [(-1, "en", "1 day overdue"), (-2, "zh-CN", "逾期 2 天"), (0, "en", ""), (1, "en", "")],
)
def test_what_is_overdue_is_told_in_days(
    desk: OpenDesk, make: Any, book: str, days: int, language: str, said: str
) -> None:
    make("lib.errand", title="Pay", book=book, due_on=_day(days))
    step = _step(desk, book, language=language)
    assert step is not None
    assert step.late == said


def test_an_instant_is_overdue_by_the_days_of_the_reader(desk: OpenDesk) -> None:
    with desk() as place:
        assert place.wishes.zone == ZONE
        with ui.used(place.wishes):
            # The last second of yesterday in Shanghai is the afternoon in UTC.
            assert figures.overdue(f"{_day(-1)}T15:59:59Z") == "1 day overdue"
            assert figures.overdue(f"{_day(-1)}T16:00:00Z") == ""


def test_a_step_that_is_done_makes_room_for_the_next(runtime: Runtime, desk: OpenDesk, make: Any, book: str) -> None:
    first = make("lib.errand", title="First", book=book, due_on=_day(-3))
    second = make("lib.errand", title="Second", book=book, due_on=_day(5))
    seen: list[tuple[str, int] | None] = []
    for done, errand in ((True, first), (True, second), (False, first)):
        step = _step(desk, book)
        seen.append((step.id, step.version) if step else None)
        with runtime.write() as work:
            version = runtime.query.get(work, SEED, "lib.errand", errand, ("id",))["row_version"]
            runtime.records.update(work, SEED, "lib.errand", errand, {"done": done}, version)
    again = _step(desk, book)
    assert seen == [(first, 1), (second, 1), None]
    assert again is not None
    assert again.id == first


def test_the_page_draws_the_box_only_for_who_may_tick_it(desk: OpenDesk, make: Any, book: str) -> None:
    make("lib.errand", title="Sort <the> shelf", book=book, due_on=_day(-2))
    with desk() as place:
        page = record_page(place, "lib.book", book)
        html = env.render("record.html", place.wishes, shell=shell(place, "lib.book"), title=page.title, page=page)
    box = next(part for part in html.split("<input") if "data-complete" in part)
    assert 'data-complete="done"' in box
    assert "Sort &lt;the&gt; shelf" in box
    assert "2 days overdue" in html
