"""The base currency: read by everybody, changed while no amount is stored, kept with the data; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.runtime import Runtime
from loomwork.web.company import save_company
from tests.support.answers import json_of
from tests.support.running import LIBRARY, Running, running

URL = "/api/v1/company/currency"
BOOKS = "/api/v1/records/lib.book"
COMPANY = "system.company"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        with made.rt.write() as work:
            save_company(made.rt, work, "Harbour Library", "en")
        yield made


def change(library: Running, currency: Any, who: str = "lena") -> Any:
    return library.call(who, "PUT", URL, json={"currency": currency})


def company(library: Running) -> str:
    return str(json_of(library.call("lena", "GET", f"/api/v1/records/{COMPANY}"))["records"][0]["currency"])


def test_while_no_amount_is_stored_another_currency_is_chosen(library: Running) -> None:
    assert json_of(library.call("mia", "GET", URL)) == {"currency": "CNY", "may_change": True, "stored_in": []}
    answer = change(library, "EUR")
    assert (answer.status_code, json_of(answer)["currency"], company(library)) == (200, "EUR", "EUR")
    made = library.call("lena", "POST", BOOKS, json={"title": "Loom", "price": "12.50"})
    assert json_of(made)["price"] == {"amount": "12.50", "currency": "EUR"}
    page = library.browser("lena").client.get("/e/lib.book").text
    assert '<meta name="lw-currency" content="EUR">' in page


def test_once_an_amount_is_stored_it_stays_and_says_where(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "Loom", "price": "12.50"}))
    library.call("lena", "DELETE", f"{BOOKS}/{book['id']}", headers={"If-Match": '"1"'})
    refused = change(library, "EUR")
    assert (refused.status_code, json_of(refused)["error"]["code"]) == (409, "currency_in_use")
    assert [one["path"] for one in json_of(refused)["error"]["details"]] == ["lib.book.price"]
    state = json_of(library.call("lena", "GET", URL))
    assert (state["currency"], state["may_change"], state["stored_in"][0]["field"]) == ("CNY", False, "lib.book.price")
    drawer = library.browser("lena").client.get("/company/currency", headers={"X-Drawer": "1"}).text
    assert "stored in CNY already" in drawer
    assert "data-go" not in drawer
    assert change(library, "CNY").status_code == 200


@pytest.mark.parametrize("currency", ["", "cny", "XXX", 7])
def test_what_is_no_currency_is_refused(library: Running, currency: Any) -> None:
    assert change(library, currency).status_code == 422
    assert company(library) == "CNY"


def test_who_may_not_change_metadata_reads_only(library: Running) -> None:
    assert change(library, "EUR", "mia").status_code == 403
    assert library.browser("max").client.get("/company/currency").status_code == 403
    patched = library.call(
        "lena", "PATCH", f"/api/v1/records/{COMPANY}/{_company_id(library)}", json={"currency": "EUR"},
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert (patched.status_code, company(library)) == (422, "CNY")


def _company_id(library: Running) -> str:
    return str(json_of(library.call("lena", "GET", f"/api/v1/records/{COMPANY}"))["records"][0]["id"])


def test_other_processes_and_later_starts_have_the_currency_of_the_data(library: Running) -> None:
    other = Runtime.start(library.rt.settings, app_folders=[LIBRARY])
    try:
        assert change(library, "EUR").status_code == 200
        with other.write() as work:
            row = other.records.create(work, system_actor("test"), "lib.book", {"title": "Weft", "price": "3"})
            assert row["price"]["currency"] == "EUR"
        assert other.currency == "EUR"
    finally:
        other.close()
    later = Runtime.start(replace(library.rt.settings, currency="USD"), app_folders=[LIBRARY])
    assert later.currency == "EUR"
    later.close()


def test_the_company_shows_its_currency_from_the_first_moment(database_url: str, tmp_path: Path) -> None:
    """Whichever door made the record, and whatever the currency was when the server started."""
    with running(database_url, tmp_path) as made:
        assert change(made, "EUR").status_code == 200
        form = made.browser("lena").client.get(f"/e/{COMPANY}/new").text
        assert "EUR" in form
        answer = json_of(made.call("lena", "POST", f"/api/v1/records/{COMPANY}", json={"name": "Harbour Library"}))
        assert answer["currency"] == "EUR"
        given = {"name": "Second", "currency": "USD"}
        assert made.call("lena", "POST", f"/api/v1/records/{COMPANY}", json=given).status_code in (409, 422)
        other = Runtime.start(made.rt.settings, app_folders=[LIBRARY])
        try:
            assert change(made, "JPY").status_code == 200
            with other.read() as work:
                rows = other.query.run(work, system_actor("test"), Query(COMPANY, fields=("currency",))).rows
            assert [row["currency"] for row in rows] == ["JPY"]
        finally:
            other.close()
