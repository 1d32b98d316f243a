"""Addresses of people and of machines: capitals keep nobody out, and a network is one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from loomwork.permissions.actor import system_actor
from loomwork.web.auth import people
from loomwork.web.auth.service import Visitor
from tests.support.running import running


def test_a_second_address_in_capitals_keeps_nobody_out(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        assert library.browser().sign_in("lena").status_code == 303
        with library.rt.write() as work:
            twin = {"name": "Twin", "email": "twin@example.com"}
            made = library.rt.records.create(work, system_actor("test"), "system.user", twin)
            # No door gives such an address today; some gave it once.
            held = library.rt.program.tables.entities["system.user"]
            email, identity = held.column("email"), held.column("id")
            work.execute(held.table.update().where(identity == made["id"]).values({email.name: "LENA@example.com"}))
        assert library.browser().sign_in("lena").status_code == 303
        with library.rt.read() as work:
            found = [people.find_by_email(library.rt, work, f"{one}@EXAMPLE.com") for one in ("lena", "LENA", "Lena")]
        assert [one and one.id for one in found] == [library.ids["lena"], made["id"], None]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "unix:", False),
    ],
)
def test_what_the_throttle_takes_for_one_place(one: str, other: str, is_same: bool) -> None:
    assert (Visitor(one).network == Visitor(other).network) is is_same
