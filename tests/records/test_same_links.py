"""A list of links that is given as it stands changes nothing; links that one does not see are no part of it. Both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.errors import InvalidInput, StaleRecord
from loomwork.permissions.actor import Actor
from loomwork.records.draft import Change
from loomwork.records.sets import updating
from loomwork.runtime import Runtime
from loomwork.storage.system_tables import AUDIT, OUTBOX
from tests.support.shop import SYSTEM, both, grant, make_person, start_shop

CUSTOMER = "shop.customer"
PICKER = {
    "label": both("Picker"),
    "grants": {
        "customers": grant("customer", "read update", rows="all", fields={"read": ["*"], "write": ["*"]}),
        "products": grant("product", "read", rows={"formula": "STARTSWITH(name, 'open')"}),
    },
}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    rt = start_shop(tmp_path, database_url, {"roles/picker.json": PICKER})
    yield rt
    rt.close()


def _products(rt: Runtime, *names: str) -> list[str]:
    with rt.write() as work:
        return rt.records.create_many(work, SYSTEM, "shop.product", [{"name": one} for one in names])


def _customer(rt: Runtime, *favourites: str) -> str:
    with rt.write() as work:
        return str(rt.records.create(work, SYSTEM, CUSTOMER, {"name": "A", "favourites": list(favourites)})["id"])


def _change(rt: Runtime, one: str, version: int, actor: Actor = SYSTEM, *, merge: bool = False, **data: Any) -> int:
    with rt.write() as work:
        return int(rt.records.update(work, actor, CUSTOMER, one, data, version, merge=merge)["row_version"])


def _favourites(rt: Runtime, one: str) -> list[str]:
    with rt.read() as work:
        return [link["id"] for link in rt.query.get(work, SYSTEM, CUSTOMER, one)["favourites"]]


def _written(rt: Runtime) -> list[int]:
    """How many rows audit and outbox hold."""
    with rt.read() as work:
        return [work.fetch(sa.select(sa.func.count()).select_from(table), {})[0][0] for table in (AUDIT, OUTBOX)]


def test_the_same_list_is_no_change(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    made, bare = _customer(shop, bolt, nut), _customer(shop)
    before = _written(shop)
    assert _change(shop, made, 1, favourites=[bolt, nut]) == 1
    assert _change(shop, made, 1, favourites=[{"id": bolt, "label": "Bolt"}, {"id": nut}, nut]) == 1
    assert _change(shop, bare, 1, favourites=[]) == 1
    assert _written(shop) == before
    assert _change(shop, made, 1, favourites=[nut, bolt]) == 2, "another order is another list"
    assert _change(shop, made, 2, favourites=[nut, bolt], name="B") == 3
    with shop.read() as work:
        newest = shop.query.history(work, SYSTEM, CUSTOMER, made)[0]["changes"]
    assert newest == {"name": ["A", "B"]}
    assert _favourites(shop, made) == [nut, bolt]


def test_the_same_list_among_many_changes_is_no_change(shop: Runtime) -> None:
    bolt, nut = _products(shop, "Bolt", "Nut")
    same, other = _customer(shop, bolt), _customer(shop, bolt)
    before = _written(shop)
    with shop.write() as work:
        changes = [Change(same, {"favourites": [bolt]}, 1), Change(other, {"favourites": [bolt, nut]}, 1)]
        updating.write(shop.program, updating.begin(shop.program, work, SYSTEM, CUSTOMER, changes))
    assert [_favourites(shop, same), _favourites(shop, other)] == [[bolt], [bolt, nut]]
    assert _written(shop) == [count + 1 for count in before]


def test_links_that_one_does_not_see_are_no_part_of_the_list(shop: Runtime) -> None:
    first, hidden, second = _products(shop, "open 1", "closed", "open 2")
    picker = make_person(shop, "Pia", "picker")
    made = _customer(shop, first, hidden, second)
    assert _change(shop, made, 1, picker, favourites=[first, second]) == 1
    assert _favourites(shop, made) == [first, hidden, second]
    with pytest.raises(InvalidInput) as fault:
        _change(shop, made, 1, picker, favourites=[first, hidden, second])
    assert [(one.path, one.code) for one in fault.value.details] == [("favourites.1", "no_such_record")]
    assert _change(shop, made, 1, picker, favourites=[second]) == 2
    assert _favourites(shop, made) == [second, hidden]


def test_a_conflict_does_not_tell_of_links_that_one_does_not_see(shop: Runtime) -> None:
    first, hidden, second = _products(shop, "open 1", "closed", "open 2")
    picker = make_person(shop, "Pia", "picker")
    told = []
    for favourites in ([first, hidden], [first]):
        made = _customer(shop, first)
        _change(shop, made, 1, favourites=favourites, city="Rome")
        with pytest.raises(StaleRecord) as fault:
            _change(shop, made, 1, picker, favourites=[second], city="Oslo")
        told.append(fault.value.extra)
    assert told[0] == told[1]
    assert told[0]["fields"] == ["city"]
    assert [one["id"] for one in told[0]["theirs"]["favourites"]] == [first]


def test_changes_that_meet_in_hidden_links_alone_are_merged(shop: Runtime) -> None:
    first, hidden, second = _products(shop, "open 1", "closed", "open 2")
    picker = make_person(shop, "Pia", "picker")
    made = _customer(shop, first)
    _change(shop, made, 1, favourites=[first, hidden])
    assert _change(shop, made, 1, picker, merge=True, favourites=[first, second]) == 3
    assert _favourites(shop, made) == [first, second, hidden]
    _change(shop, made, 3, favourites=[second, hidden])
    with pytest.raises(StaleRecord) as fault:
        _change(shop, made, 3, picker, merge=True, favourites=[first])
    assert fault.value.extra["fields"] == ["favourites"]
