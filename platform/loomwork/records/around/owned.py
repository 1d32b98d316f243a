"""The records that a person owns: they have to go to somebody before he does."""

import sqlalchemy as sa

from loomwork.core.errors import Conflict
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


def count_owned(program: Program, work: Work, user_id: str) -> list[tuple[str, int]]:
    """How many living records of each entity a person owns; entities without any are left out.

    It counts with the platform's eyes: whoever may delete or deactivate a person is told how many, not which.
    """
    found = []
    for entity in owned_entities(program):
        held = program.tables.entities[entity]
        owner, deleted = held.column(OWNER), held.column("deleted_at")
        who = sa.bindparam("who", type_=owner.type, required=True)
        counted = sa.select(sa.func.count()).select_from(held.table).where(owner == who, deleted.is_(None))
        prepared = program.engine.kept(("owned", entity), lambda: prepare(counted, program.plans.dialect))  # noqa: B023 - used at once
        number = int(work.rows(prepared, {"who": user_id})[0][0])
        if number:
            found.append((entity, number))
    return found


def refuse_owner(program: Program, work: Work, user_id: str) -> None:
    """Raise unless a person owns nothing.

    Raises: Conflict `owns_records` with the number of each entity.
    """
    found = count_owned(program, work, user_id)
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
