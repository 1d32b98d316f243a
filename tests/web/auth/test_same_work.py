"""Who asks for somebody learns nothing from how much is done: the same statements and hashes, on both databases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from loomwork.permissions.actor import system_actor
from loomwork.web.auth import passwords
from loomwork.worker.loop import Worker
from tests.prove.tripwire import Wire, stretched
from tests.support.running import Running, running

SYSTEM = system_actor("test")
KNOWN, UNKNOWN, OFF = "mia@example.com", "mio@example.com", "max@example.com"


class Listener(Wire):
    """Keeps statements without their values."""

    def touch(self, statement: object) -> None:
        self.count += 1
        self.statements.append(re.sub(r"\s+", " ", str(statement)))


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        with made.rt.write() as work:
            row = made.rt.query.get(work, SYSTEM, "system.user", made.ids["max"], ("id",))
            made.rt.records.update(work, SYSTEM, "system.user", row["id"], {"active": False}, row["row_version"])
        yield made


def work_of(library: Running, path: str, data: dict[str, str]) -> tuple[list[str], int, int]:
    """Statements and hashes of a visitor's request, and its status."""
    browser = library.browser()
    browser.get(path)
    with (
        stretched(library.rt.database.engine, Listener(), reads=True) as wire,
        patch.object(passwords, "_hasher", wraps=passwords._hasher) as hasher,
    ):
        answer: Any = browser.post(path, data=data)
    # Which version is published, and what the company is called, is asked now and then, whoever comes.
    told = [one for one in wire.statements if "lw_state" not in one and "system__company" not in one]
    return told, len(hasher.method_calls), answer.status_code


def difference(one: list[str], other: list[str]) -> list[str]:
    """Statements that only one of both has."""
    return sorted(((Counter(one) - Counter(other)) + (Counter(other) - Counter(one))).elements())


@pytest.mark.parametrize("path", ["/sign-in", "/forgot"])
def test_known_unknown_and_switched_off_cost_the_same(library: Running, path: str) -> None:
    def ask(email: str) -> tuple[list[str], int, int]:
        return work_of(library, path, {"email": email, "password": "not the password"})

    for email in (KNOWN, UNKNOWN):
        ask(email)  # statements are prepared at their first use
    known = ask(KNOWN)
    assert (len(known[0]) > 3, known[1]) == (True, int(path == "/sign-in"))
    for other in (ask(UNKNOWN), ask(OFF)):
        assert (other[1:], difference(known[0], other[0])) == (known[1:], [])


def test_mails_to_nobody_are_dropped(library: Running) -> None:
    work_of(library, "/forgot", {"email": UNKNOWN})
    work_of(library, "/forgot", {"email": OFF})
    Worker(library.rt).run_due()
    assert not list((library.rt.settings.home / "outbox").glob("*.eml"))
    work_of(library, "/forgot", {"email": KNOWN})
    Worker(library.rt).run_due()
    assert len(list((library.rt.settings.home / "outbox").glob("*.eml"))) == 1
