"""Somebody can always manage people, and a right that is taken away is gone at the next request; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import Conflict, InvalidInput
from loomwork.permissions.actor import system_actor
from loomwork.records.importing import Import, Sheet, run_import
from tests.support.answers import json_of
from tests.support.running import Running, running

SYSTEM = system_actor("test")
USER, ASSIGNMENT, UNIT = "system.user", "system.role_assignment", "system.unit"


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        for who in ("lena", "otto"):
            # The app's own role may manage people as well; here only the platform's administrators do.
            with made.rt.write() as work:
                row = made.rt.query.get(work, SYSTEM, ASSIGNMENT, assignment(made, who, "lib.librarian"))
                made.rt.records.delete(work, SYSTEM, ASSIGNMENT, row["id"], row["row_version"])
        yield made


def send(library: Running, who: str, method: str, entity: str, record_id: str, **values: Any) -> Any:
    """A change or deletion of the record as it is now."""
    path = f"/api/v1/records/{entity}/{record_id}"
    with library.rt.read() as work:
        version = library.rt.query.get(work, SYSTEM, entity, record_id)["row_version"]
    return library.call(who, method, path, headers={"If-Match": str(version)}, json=values or None)


def assignment(library: Running, who: str, role: str = "system.administrator") -> str:
    from loomwork.query.tree import Query

    query = Query(ASSIGNMENT, filter="role = :role and user.id = :who", params={"role": role, "who": library.ids[who]})
    with library.rt.read() as work:
        return str(library.rt.query.run(work, SYSTEM, query).rows[0]["id"])


def code(answer: Any) -> str:
    return str(json_of(answer)["error"]["code"]) if answer.status_code >= 400 else str(answer.status_code)


def test_no_door_takes_the_last_administrator_away(library: Running) -> None:
    lena, mine = library.ids["lena"], assignment(library, "lena")
    assert send(library, "lena", "PATCH", USER, library.ids["otto"], active=False).status_code == 200
    last = "last_administrator"
    assert code(send(library, "lena", "PATCH", USER, lena, active=False)) == last
    assert code(send(library, "lena", "DELETE", USER, lena)) == last
    assert code(send(library, "lena", "DELETE", ASSIGNMENT, mine)) == last
    assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, role="lib.guest")) == last
    assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, user=library.ids["mia"])) == "200"
    assert send(library, "mia", "PATCH", ASSIGNMENT, mine, user=lena).status_code == 200
    for end in ("2020-01-01", "2199-01-01"):
        assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, valid_until=end)) == last
    assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, valid_from="2199-01-01")) == last
    unit = json_of(library.call("lena", "POST", f"/api/v1/records/{UNIT}", json={"name": "North"}))["id"]
    assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, unit=unit)) == last
    assert json_of(library.call("lena", "POST", f"/api/v1/users/{lena}/switch-off"))["error"]["code"] == last
    changes = [{"do": "update", "id": lena, "row_version": version(library, lena), "data": {"active": False}}]
    refused = library.call("lena", "POST", f"/api/v1/records/{USER}/batch", json={"changes": changes})
    assert refused.status_code == 409, refused.text
    sheet = Sheet(("email", "active"), [["lena@example.com", "false"]], [2])
    mapping = {
        "type": "import",
        "match": ["email"],
        "on_match": "update",
        "columns": {"email": "email", "active": "active"},
    }
    with pytest.raises(InvalidInput) as fault:
        run_import(library.rt, SYSTEM, Import(USER, sheet, mapping))
    assert [one.code for one in fault.value.details] == [last]
    assert library.call("lena", "GET", "/api/v1/me").status_code == 200


def version(library: Running, user_id: str) -> int:
    with library.rt.read() as work:
        return int(library.rt.query.get(work, SYSTEM, USER, user_id)["row_version"])


def test_a_role_for_one_unit_counts_within_that_unit(library: Running) -> None:
    send(library, "lena", "PATCH", USER, library.ids["otto"], active=False)
    north = json_of(library.call("lena", "POST", f"/api/v1/records/{UNIT}", json={"name": "North"}))["id"]
    south = json_of(library.call("lena", "POST", f"/api/v1/records/{UNIT}", json={"name": "South"}))["id"]
    lena, mine = library.ids["lena"], assignment(library, "lena")
    assert send(library, "lena", "PATCH", USER, lena, unit=south).status_code == 200
    assert code(send(library, "lena", "PATCH", ASSIGNMENT, mine, unit=north)) == "last_administrator"
    assert send(library, "lena", "PATCH", UNIT, south, parent=north).status_code == 200
    assert send(library, "lena", "PATCH", ASSIGNMENT, mine, unit=north).status_code == 200
    assert code(send(library, "lena", "PATCH", UNIT, south, parent=None)) == "last_administrator"
    assert code(send(library, "lena", "PATCH", USER, lena, unit=None)) == "last_administrator"
    assert library.call("lena", "GET", "/api/v1/me").status_code == 200


def test_two_administrators_do_not_switch_each_other_off(library: Running) -> None:
    start, told = threading.Barrier(2), []

    def run(who: str) -> None:
        found = version(library, library.ids[who])
        start.wait()
        try:
            with library.rt.write() as work:
                library.rt.records.update(work, SYSTEM, USER, library.ids[who], {"active": False}, found)
            told.append("off")
        except Conflict as fault:
            told.append(fault.code)

    threads = [threading.Thread(target=run, args=(who,)) for who in ("lena", "otto")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["last_administrator", "off"]


def owner_of(library: Running, book: str) -> str:
    with library.rt.read() as work:
        return str(library.rt.query.get(work, SYSTEM, "lib.book", book, ("owner_id",))["owner_id"]["id"])


def test_of_two_who_inherit_each_other_one_stays(library: Running) -> None:
    """Two hand-overs at once: no record is left with somebody who is switched off."""
    pair = ("mia", "max")
    books = {
        json_of(library.call(who, "POST", "/api/v1/records/lib.book", json={"title": f"{who} {number}"}))["id"]
        for who in pair
        for number in range(3)
    }
    library.token("lena")
    start, told = threading.Barrier(2), []

    def run(who: str, heir: str) -> None:
        start.wait()
        path = f"/api/v1/users/{library.ids[who]}/deactivate"
        told.append(code(library.call("lena", "POST", path, json={"successor": library.ids[heir]})))

    threads = [threading.Thread(target=run, args=one) for one in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["200", "successor"]
    with library.rt.read() as work:
        for owner in {owner_of(library, book) for book in books}:
            assert library.rt.query.get(work, SYSTEM, USER, owner, ("active",))["active"] is True


def test_a_chain_of_hand_overs_at_once_loses_nothing(library: Running) -> None:
    """Mia's go to Max while Max's go to Otto: whichever comes first, nothing stays with either of the two."""
    book = json_of(library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": "Hers"}))["id"]
    library.token("lena")
    start, told = threading.Barrier(2), dict[str, str]()

    def run(who: str, heir: str) -> None:
        start.wait()
        path = f"/api/v1/users/{library.ids[who]}/deactivate"
        told[who] = code(library.call("lena", "POST", path, json={"successor": library.ids[heir]}))

    threads = [threading.Thread(target=run, args=one) for one in (("mia", "max"), ("max", "otto"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owner = owner_of(library, book)
    # Where Max was off before Mia's turn came, hers is refused and she stays, or is told to name somebody else.
    expected = {"200": library.ids["otto"], "successor": library.ids["mia"]}
    assert (told["max"], owner) == ("200", expected[told["mia"]])


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(library: Running) -> None:
    """Whichever door takes it: nothing of before is remembered by the process."""
    assert library.call("otto", "GET", "/api/v1/me").status_code == 200
    assert send(library, "lena", "DELETE", ASSIGNMENT, assignment(library, "otto")).status_code == 204
    refused = library.call("otto", "POST", f"/api/v1/records/{USER}", json={"name": "X", "email": "x@example.com"})
    assert refused.status_code == 403
    assert send(library, "lena", "PATCH", USER, library.ids["otto"], active=False).status_code == 200
    assert library.call("otto", "GET", "/api/v1/me").status_code == 401


def test_a_share_is_seen_at_the_next_request(library: Running) -> None:
    book = json_of(library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": "Mine"}))["id"]
    change = {"headers": {"If-Match": "1"}, "json": {"title": "Ours"}}
    assert library.call("max", "PATCH", f"/api/v1/records/lib.book/{book}", **change).status_code == 403
    with library.rt.write() as work:
        who = library.ids["max"]
        library.rt.records.share(work, SYSTEM, "lib.book", book, principal=who, level="write")
    assert library.call("max", "PATCH", f"/api/v1/records/lib.book/{book}", **change).status_code == 200
