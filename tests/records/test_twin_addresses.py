"""Nobody gets an address that another one signs in with but for case and width, whatever the door. On both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from loomwork.core.errors import PlatformError
from loomwork.records.around.people import fold
from loomwork.records.importing import Import, ImportReport, read_sheet, run_import
from loomwork.runtime import Runtime
from loomwork.web.auth import people
from tests.support.shop import SYSTEM, empty_shop, make_person

USER = "system.user"
TWINS = ("ANN@example.com", "ann@EXAMPLE.COM", "Ann@example.com", "\uff41nn@example.com", "ann@\uff45xample.com")


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def create(rt: Runtime, email: str) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, USER, {"name": "New", "email": email})


def update(rt: Runtime, user_id: str, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        row = rt.query.get(work, SYSTEM, USER, user_id, ("id",))
        return rt.records.update(work, SYSTEM, USER, user_id, values, row["row_version"])


def plant(rt: Runtime, user_id: str, email: str) -> None:
    """An address that no door would take today."""
    held = rt.program.tables.entities[USER]
    with rt.database.write() as work:
        work.execute(held.table.update().where(held.column("id") == user_id).values({held.column("email").name: email}))


def refused(act: Any, *rest: Any, **values: Any) -> list[tuple[str, str]]:
    with pytest.raises(PlatformError) as fault:
        act(*rest, **values)
    return [(one.path, one.code) for one in fault.value.details]


@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_is_refused_wherever_it_is_given(shop: Runtime, twin: str) -> None:
    ann, bob = make_person(shop, "Ann", "seller"), make_person(shop, "Bob", "seller")
    # An address that is the same once it is read is told by the unique index.
    codes = (["email_taken"], ["unique"])
    assert [code for _, code in refused(create, shop, twin)] in codes
    assert [code for _, code in refused(update, shop, bob.user_id, email=twin)] in codes

    def make() -> None:
        with shop.write() as work:
            people.create(shop, work, name="New", email=twin)

    assert [code for _, code in refused(make)] in codes
    # His own address he writes as he likes.
    assert fold(update(shop, ann.user_id, email=twin)["email"]) == "ann@example.com"


def test_twins_in_one_batch_refuse_it(shop: Runtime) -> None:
    rows = [{"name": "A", "email": "zoe@example.com"}, {"name": "B", "email": "ZOE@example.com"}]

    def make() -> None:
        with shop.write() as work:
            shop.records.create_many(work, SYSTEM, USER, rows)

    assert refused(make) == [("1.email", "email_taken")]


def load(rt: Runtime, text: str, **more: Any) -> ImportReport:
    body = {"type": "import", "entity": USER, "columns": {name: {"field": name} for name in ("name", "email")}}
    return run_import(rt, SYSTEM, Import(USER, read_sheet(text.encode(), "file.csv"), {**body, **more}))


def test_imports_report_the_row(shop: Runtime) -> None:
    make_person(shop, "Ann", "seller")
    text = "name,email\nOther,other@example.com\nAnn,ANN@example.com\nOther,OTHER@example.com\n"
    report = load(shop, text)
    found = [(one["row"], one["column"], one["code"]) for one in report.faults]
    assert (report.state, found) == ("refused", [(3, "email", "email_taken"), (4, "email", "email_taken")])


def test_what_is_taken_back_from_the_trash_is_asked_as_well(shop: Runtime) -> None:
    ann = make_person(shop, "Ann", "seller")
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, USER, ann.user_id, 1)
    create(shop, "ANN@example.com")

    def restore() -> None:
        with shop.write() as work:
            shop.records.restore(work, SYSTEM, USER, ann.user_id)

    assert refused(restore) == [("email", "email_taken")]


def test_an_address_that_is_given_up_is_free_in_the_same_unit(shop: Runtime) -> None:
    ann, bob = make_person(shop, "Ann", "seller"), make_person(shop, "Bob", "seller")
    with shop.write() as work:
        shop.records.update(work, SYSTEM, USER, ann.user_id, {"email": "anna@example.com"}, 1)
        shop.records.update(work, SYSTEM, USER, bob.user_id, {"email": "ANN@example.com"}, 1)
        shop.records.delete(work, SYSTEM, USER, ann.user_id, 2)
        shop.records.create(work, SYSTEM, USER, {"name": "Anna", "email": "ANNA@example.com"})


def test_twins_of_before_go_on(shop: Runtime) -> None:
    ann, bob = make_person(shop, "Ann", "seller"), make_person(shop, "Bob", "seller")
    plant(shop, bob.user_id, "ANN@example.com")
    assert update(shop, bob.user_id, name="Robert", email="ANN@example.com")["name"] == "Robert"
    assert refused(create, shop, "Ann@example.com") == [("email", "email_taken")]
    with shop.read() as work:
        found = [people.find_by_email(shop, work, one) for one in ("ann@example.com", "ANN@example.com")]
    assert [one and one.id for one in found] == [ann.user_id, bob.user_id]


def test_of_two_at_once_one_gets_the_address(shop: Runtime) -> None:
    for number in range(6):
        start, told = threading.Barrier(2), list[str]()

        def make(email: str, start: threading.Barrier = start, told: list[str] = told) -> None:
            start.wait()
            try:
                create(shop, email)
                told.append("made")
            except PlatformError as fault:
                told.append(fault.details[0].code)

        both = [threading.Thread(target=make, args=(f"{who}{number}@example.com",)) for who in ("max", "MAX")]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert sorted(told) == ["email_taken", "made"]
