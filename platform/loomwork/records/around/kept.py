"""What is kept outside plain columns, for looking after an installation: stored files by their rows, sealed values by their key.

Read with the platform's own eyes, by the operator's command line alone; no value leaves this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Broken
from loomwork.records.program import Program
from loomwork.storage.database import Work

FILE = "system.file"
PAGE = 1_000
TRIED = 50
"""Sealed values of a field that are opened for trial."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as its row tells it. Shapes: `digest` is the SHA-256 in hex, empty where the row has none."""

    id: str
    name: str
    size: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed values of one field: how many there are, sealed with another key, and opened in vain."""

    entity: str
    field: str
    total: int
    foreign: int
    broken: int


def stored_files(program: Program, work: Work) -> Iterator[KeptFile]:
    """Every file that has a row, those in the trash too: they come back with their bytes."""
    held = program.tables.entities[FILE]
    identity = held.column("id")
    columns = [identity, *(held.column(name) for name in ("name", "size", "sha256"))]
    after: Any = None
    while True:
        chosen = sa.select(*columns).order_by(identity).limit(PAGE)
        rows = work.fetch(chosen if after is None else chosen.where(identity > after))
        for file_id, name, size, digest in rows:
            yield KeptFile(str(file_id), str(name or ""), None if size is None else int(size), str(digest or ""))
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def sealed_fields(program: Program, work: Work) -> Iterator[Sealed]:
    """Every encrypted field that holds a value."""
    for entity in program.catalog.entities.values():
        for field in entity.fields.values():
            if field.type.is_sealed and field.columns:
                found = _sealed(program, work, entity.name, field.name)
                if found.total:
                    yield found


def _sealed(program: Program, work: Work, entity: str, field: str) -> Sealed:
    held, sealer = program.tables.entities[entity], program.sealer
    if sealer is None:
        raise Broken("this installation has no key")
    column: Any = held.column(field)
    is_ours = column.like(f"{sealer.mark}%")
    counts = sa.select(sa.func.count(), sa.func.count(sa.case((is_ours, 1)))).select_from(held.table)
    total, ours = work.fetch(counts.where(column.is_not(None)))[0]
    broken = 0
    for record, value in work.fetch(sa.select(held.column("id"), column).where(is_ours).limit(TRIED)):
        try:
            sealer.open_value(str(value), entity, field, str(record))
        except Broken:
            broken += 1
    return Sealed(entity, field, int(total), int(total) - int(ours), broken)
