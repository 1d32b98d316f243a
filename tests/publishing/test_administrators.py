"""A publish that would leave nobody who may manage people is refused, whether a layer or an app takes the right away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.catalog import Op, Overlay, Patch
from loomwork.publishing.limits import plan_publish
from loomwork.publishing.publish import PublishRefused
from tests.support.running import Running, running

ROLES = ("lib.librarian", "system.administrator")


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


def layer(library: Running, *roles: str) -> str:
    """A layer in which some roles lose the right."""
    patches = []
    for role in roles:
        base = library.rt.catalog.raw["role"][role]["abilities"]
        kept = [one for one in base if one != "manage_users"]
        patches.append(Patch("role", role, "/abilities", Op.SET, kept, base=base))
    return json.dumps(Overlay(tuple(patches)).as_json())


def test_the_last_right_to_manage_people_cannot_be_published_away(library: Running) -> None:
    text, number = layer(library, *ROLES), library.rt.program.number
    for consent in (False, True):
        with pytest.raises(PublishRefused) as fault:
            library.rt.publish(text, author="tester", message="a change", consent=consent)
        assert [one.code for one in fault.value.details] == ["last_administrator"]
        assert "nobody could manage users any more" in fault.value.message
        assert "lib.librarian, system.administrator" in fault.value.message
    assert library.rt.program.number == number
    assert library.call("lena", "GET", "/api/v1/records/system.user").status_code == 200
    catalog, _ = library.rt.load(text)
    with library.rt.database.read() as work:
        assert [step.kind for step in plan_publish(work, catalog).refused] == ["last_administrator"]


def test_one_role_may_lose_it_while_another_is_held_by_somebody(library: Running) -> None:
    both = layer(library, *ROLES)
    assert library.rt.publish(layer(library, ROLES[1]), author="tester", message="one", consent=True) == 2
    with pytest.raises(PublishRefused, match=r"goes with lib\.librarian;"):
        library.rt.publish(both, author="tester", message="both", consent=True)


def test_where_nobody_managed_people_before_nothing_is_refused(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path, with_people=False) as empty:
        assert empty.rt.publish(layer(empty, *ROLES), author="tester", message="a change", consent=True)
