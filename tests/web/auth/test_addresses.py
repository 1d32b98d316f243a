"""Addresses that differ in capitals only keep nobody out."""

from __future__ import annotations

from pathlib import Path

from loomwork.permissions.actor import system_actor
from loomwork.web.auth import people
from tests.support.running import running


def test_a_second_address_in_capitals_keeps_nobody_out(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        assert library.browser().sign_in("lena").status_code == 303
        with library.rt.write() as work:
            twin = {"name": "Twin", "email": "LENA@example.com"}
            made = library.rt.records.create(work, system_actor("test"), "system.user", twin)
        assert library.browser().sign_in("lena").status_code == 303
        with library.rt.read() as work:
            found = [people.find_by_email(library.rt, work, f"{one}@EXAMPLE.com") for one in ("lena", "LENA", "Lena")]
        assert [one and one.id for one in found] == [library.ids["lena"], made["id"], None]
