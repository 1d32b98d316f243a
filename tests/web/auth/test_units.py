"""The tree of units: who stands where, and what happens to people when a unit goes; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.permissions.actor import system_actor
from tests.support.answers import json_of
from tests.support.running import Running, running

UNIT, USER = "system.unit", "system.user"
RECORDS = f"/api/v1/records/{UNIT}"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def units(library: Running) -> dict[str, str]:
    """East and West below the house, Harbour below East; lena and otto in East, mia in Harbour."""
    ids: dict[str, str] = {}
    for name, above in (("House", ""), ("West", "House"), ("East", "House"), ("Harbour", "East")):
        values = {"name": name, "parent": ids.get(above)}
        ids[name] = json_of(library.call("lena", "POST", RECORDS, json=values))["id"]
    for who, where in (("lena", "East"), ("otto", "East"), ("mia", "Harbour")):
        place(library, who, ids[where])
    return ids


def place(library: Running, who: str, unit: str) -> None:
    service = system_actor("test")
    with library.rt.write() as work:
        row = library.rt.query.get(work, service, USER, library.ids[who], ("id",))
        library.rt.records.update(work, service, USER, row["id"], {"unit": unit}, row["row_version"])


def tree(library: Running, who: str = "lena") -> list[dict[str, Any]]:
    answer = library.call(who, "GET", "/api/v1/units")
    assert answer.status_code == 200, answer.text
    return list(json_of(answer)["items"])


def remove(library: Running, unit: str, who: str = "lena", **body: str) -> Any:
    version = next(one["row_version"] for one in tree(library) if one["id"] == unit)
    headers = {"If-Match": f'"{version}"'}
    return library.call(who, "POST", f"/api/v1/units/{unit}/remove", json=body, headers=headers)


def people(library: Running, unit: str) -> int:
    return next(int(one["people"]) for one in tree(library) if one["id"] == unit)


def test_units_come_as_a_tree_with_their_people(library: Running, units: dict[str, str]) -> None:
    found = [(one["name"], one["level"], one["children"], one["people"], one["people_below"]) for one in tree(library)]
    assert found == [("House", 1, 2, 0, 3), ("East", 2, 1, 2, 3), ("Harbour", 3, 0, 1, 1), ("West", 2, 0, 0, 0)]
    assert [(one["place"], one["siblings"]) for one in tree(library, "max")] == [(1, 1), (1, 2), (1, 1), (2, 2)]
    assert library.call(None, "GET", "/api/v1/units").status_code == 401


def test_a_unit_does_not_go_below_itself(library: Running, units: dict[str, str]) -> None:
    for inside in ("East", "Harbour"):
        headers = {"If-Match": '"1"'}
        answer = library.call(
            "lena", "PATCH", f"{RECORDS}/{units['East']}", json={"parent": units[inside]}, headers=headers
        )
        assert (answer.status_code, json_of(answer)["error"]["details"][0]["code"]) == (422, "cycle")
        assert "cannot stand below itself" in json_of(answer)["error"]["details"][0]["message"]


@pytest.mark.parametrize("door", ["record", "units"])
def test_a_unit_with_people_or_units_stays_and_says_why(library: Running, units: dict[str, str], door: str) -> None:
    if door == "record":
        answer = library.call("lena", "DELETE", f"{RECORDS}/{units['East']}", headers={"If-Match": '"1"'})
    else:
        answer = remove(library, units["East"])
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (409, "still_linked")
    assert [one["message"] for one in json_of(answer)["error"]["details"]] == [
        "1 Unit still points here (Parent unit).",
        "2 Users still point here (Unit).",
    ]
    assert people(library, units["East"]) == 2


def test_people_and_units_go_elsewhere_before_their_unit_goes(library: Running, units: dict[str, str]) -> None:
    for inside in ("East", "Harbour"):
        refused = remove(library, units["East"], move_to=units[inside])
        assert (refused.status_code, json_of(refused)["error"]["code"]) == (422, "unit_inside")
    missing = remove(library, units["East"], move_to=library.ids["lena"])
    assert missing.status_code == 404
    done = remove(library, units["East"], move_to=units["West"])
    assert (done.status_code, json_of(done)) == (200, {"id": units["East"], "moved": 3})
    assert [(one["name"], one["people"]) for one in tree(library)] == [("House", 0), ("West", 2), ("Harbour", 1)]
    back = library.call("lena", "POST", f"{RECORDS}/{units['East']}/restore")
    assert (back.status_code, people(library, units["East"])) == (200, 0)


def test_whoever_may_not_change_units_moves_nobody(library: Running, units: dict[str, str]) -> None:
    assert remove(library, units["East"], "max", move_to=units["West"]).status_code == 403
    assert remove(library, units["West"], "max").status_code == 403
    assert people(library, units["East"]) == 2
    without = library.call("lena", "POST", f"/api/v1/units/{units['West']}/remove", json={})
    assert without.status_code == 428


def test_the_page_shows_the_tree_and_only_what_the_reader_may_do(library: Running, units: dict[str, str]) -> None:
    page = library.browser("lena").client.get("/settings/units").text
    assert page.index("House") < page.index("East") < page.index("Harbour") < page.index("West")
    assert 'data-do="remove"' in page
    reader = library.browser("max").client.get("/settings/units").text
    assert "Harbour" in reader
    assert not any(f'data-do="{one}"' in reader for one in ("create", "rename", "move", "remove"))
