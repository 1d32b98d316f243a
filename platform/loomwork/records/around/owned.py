"""The records that a person owns: they have to go to somebody before he does."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict
from loomwork.core.jsonio import canonical
from loomwork.query.conditions import in_list
from loomwork.records.program import Program
from loomwork.records.values import RefusedDetail
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare

OWNER = "owner_id"


def is_owner(program: Program, entity: str) -> bool:
    """Whether records of the entity own others."""
    fields = program.catalog.entities[entity].fields
    return OWNER in fields and fields[OWNER].target == entity


def owned_entities(program: Program) -> list[str]:
    """Entities whose records are the company's; personal things (views, favourites, the profile) stay where they are."""
    return [one.name for one in program.catalog.entities.values() if not one.is_system and not one.parent_field]


def count_owned(program: Program, work: Work, *people: str) -> list[tuple[str, int]]:
    """How many living records of each entity people own; entities without any are left out.

    It counts with the platform's eyes: whoever may delete or deactivate a person is told how many, not which.
    """
    found = []
    for entity in owned_entities(program):
        held = program.tables.entities[entity]
        owner, deleted = held.column(OWNER), held.column("deleted_at")
        theirs = in_list(owner, "who", work.dialect)
        counted = sa.select(sa.func.count()).select_from(held.table).where(theirs, deleted.is_(None))
        prepared = program.engine.kept(("owned", entity), lambda: prepare(counted, program.plans.dialect))  # noqa: B023 - used at once
        packed: Any = canonical(list(people)) if work.dialect == "sqlite" else list(people)
        number = int(work.rows(prepared, {"who": packed})[0][0])
        if number:
            found.append((entity, number))
    return found


def refuse_owners(program: Program, work: Work, people: Sequence[str]) -> None:
    """Raise unless people own nothing.

    Raises: Conflict `owns_records` with the number of each entity.
    """
    found = count_owned(program, work, *people)
    if not found:
        return
    count = sum(number for _, number in found)
    raise Conflict(
        f"this person owns {count} records; deactivate the account and hand them over to somebody, then delete it",
        code="owns_records",
        params={"count": count},
        details=[
            RefusedDetail(entity, "owns_records", f"{number} records of {entity}", {"count": number, "entity": entity})
            for entity, number in found
        ],
    )
