"""Demonstration data from a description: reproducible, relative to the present day, written through the one door.

An app describes its demo in `seed/*.json`: `lists` of words and a `generator` with `sets` of records. `Generator` turns
that into records and events without touching a database; `seed_demo` plays the events through the record service.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from loomwork.catalog.model import Catalog
from loomwork.packages.demo.generator import Generator
from loomwork.packages.demo.model import Event, Made, Ref
from loomwork.packages.demo.writer import accounts_of, write_demo
from loomwork.storage.database import Work

__all__ = ["Event", "Generator", "Made", "Ref", "seed_demo"]


class Started(Protocol):
    """What seeding needs of a runtime."""

    @property
    def catalog(self) -> Catalog:
        """The published catalog."""

    @property
    def settings(self) -> Any:
        """Validated configuration; the language of the account list is taken from it."""

    def write(self) -> AbstractContextManager[Work]:
        """A unit of work that writes."""


def seed_demo(runtime: Started, at: datetime | None = None) -> list[dict[str, str]]:
    """Fill an empty database with reference data and the demo company, all or nothing.

    Returns: the accounts to sign in with (`email`, `name`, `role`, `unit`); passwords are given by the caller.
    Raises: InvalidInput when no app brings demo data, or a record is refused.
    """
    with runtime.write() as work:
        world = write_demo(work, runtime.catalog, at)
    return accounts_of(world, runtime.catalog, runtime.settings.language)
