"""Addresses that nobody's page has made are refused or read as nothing: never a fault of the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.running import Running, running

LIST = "/e/lib.book"
HALF = '{"field": "title", "op": "contains", "value": "\\ud800"}'


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


FILTERS = (
    '{"and": 1}',
    '{"or": null}',
    '{"and": {"and": []}}',
    HALF,
    '{"and":[' * 990,
    "[]",
    "²",
    '{"not": 1}',
    '{"title": "A"}',
)


def test_filters_of_an_address(library: Running) -> None:
    lena = library.browser("lena")
    assert lena.get(LIST).status_code == 200
    for place in ("?filter=", "/fitting?filter=", "/export?filter="):
        for text in FILTERS:
            assert lena.get(LIST + place + quote(text)).status_code == 422, (place, text[:40])


def test_a_filter_that_denies_is_kept(library: Running) -> None:
    for title in ("Aspen", "Birch"):
        library.call("lena", "POST", "/api/v1/records/lib.book", json={"title": title})
    lena = library.browser("lena")
    denied = '{"not": {"field": "title", "op": "eq", "value": "Aspen"}}'
    shown = {
        text: lena.get(LIST + "?filter=" + quote(text)).text
        for text in (denied, '{"formula": "title = \'Birch\'"}', "{}")
    }
    assert [">Aspen<" in page for page in shown.values()] == [False, False, True]
    assert all(">Birch<" in page for page in shown.values())


def test_numbers_of_an_address_are_plain_digits(library: Running) -> None:
    made = library.call("lena", "POST", "/api/v1/records/lib.book", json={"title": "A"}).get_json()["id"]
    lena = library.browser("lena")
    for text in ("²", "٣", "１", "-1", "9" * 40):
        for address in (f"{LIST}?start=", f"{LIST}/{made}/timeline?before="):
            assert lena.get(address + quote(text)).status_code == 200, (address, text)


def test_half_a_character_is_told_as_it_came(library: Running) -> None:
    for body in (
        {"entity": "lib.book", "sort": ["\ud800"]},
        {"entity": "lib.book", "filter": "title = :a", "params": {"a": "\ud800"}},
        {"entity": "lib.book", "filter": {"field": "title", "op": "contains", "value": "\ud800"}},
        {"entity": "\ud800"},
        {"\ud800": 1},
    ):
        answer = library.call("lena", "POST", "/api/v1/query", json=body)
        assert 400 <= answer.status_code < 500, body
