"""The history of a record: who changed what, when, from what to what, under the reader's rights of now."""

from typing import Any

import sqlalchemy as sa

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.jsonio import read_json
from loomwork.permissions.actor import Actor
from loomwork.query.access import EntityAccess
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT

PAGE = 100


def history(
    program: Program, work: Work, actor: Actor, entity: str, record_id: str, *, before: int = 0, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Changes of a record, newest first.

    Shapes: `{at, actor: {id, label}, verb, version, changes: {field: [old, new]}}`; fields that the reader does not
    see plainly on this record now are left out. `before` is the version to page from.
    Raises: NotFound.
    """
    reader = program.reader(actor)
    fields = program.catalog.entity(entity).fields
    seen = visible_fields(program, work, actor, entity, record_id)
    c = AUDIT.c
    chosen = sa.select(c.at, c.actor, c.on_behalf_of, c.verb, c.version, c.changes, c.source).where(
        c.record_id == sa.bindparam("record"), c.entity == entity
    )
    if before:
        chosen = chosen.where(c.version < before)
    rows = work.fetch(chosen.order_by(c.version.desc(), c.at.desc()).limit(min(limit, PAGE)), {"record": record_id})
    people = _names(program, work, reader, {row[2] or row[1] for row in rows})
    result: list[dict[str, Any]] = []
    for at, who, behalf, verb, version, changes, source in rows:
        shown = {name: pair for name, pair in read_json(changes).items() if name in seen and name in fields}
        person = behalf or who
        result.append(
            {"at": to_rfc3339(from_micros(at)), "actor": {"id": person, "label": people.get(person)}, "verb": verb, "version": version,
             "changes": shown, "source": source}
        )  # fmt: skip
    return result


def visible_fields(program: Program, work: Work, actor: Actor, entity: str, record_id: str) -> set[str]:
    """The fields that the reader sees plainly on this very record, now.

    Raises: NotFound for a record not there or not seen.
    """
    from loomwork.records.loading import load_for

    plan = program.plans.of(entity)
    access = program.policies.of(actor).entity(entity)
    if all(access.is_plain(name) for name in plan.entity.fields):
        program.engine.get(work, program.reader(actor), entity, record_id, ("id",))
        return set(plan.entity.fields)
    held = load_for(program, work, actor, plan, record_id, "read").held
    return plain_fields(access, held)


def plain_fields(access: EntityAccess, held: frozenset[int]) -> set[str]:
    """Fields that one of the holding rules opens plainly."""
    return {name for name, cell in access.cells.items() if cell.plain & held}


def _names(program: Program, work: Work, reader: Any, ids: set[str]) -> dict[str, str | None]:
    if "system.user" not in program.catalog.entities or not ids:
        return {}
    title = program.catalog.entities["system.user"].title_field
    if reader.access.entity("system.user").is_closed(title):
        return {}
    rows = program.engine.get_many(work, reader, "system.user", sorted(ids), (title,))
    return {row["id"]: row[title] if isinstance(row[title], str) else None for row in rows}


def changed_since(work: Work, record_id: str, asked: int, now: int) -> set[str] | None:
    """The fields changed after version `asked` up to `now`; None when the history has a hole there."""
    c = AUDIT.c
    chosen = sa.select(c.version, c.changes).where(
        c.record_id == sa.bindparam("record"), c.version > asked, c.version <= now
    )
    rows = work.fetch(chosen, {"record": record_id})
    if asked < 1 or {row[0] for row in rows} != set(range(asked + 1, now + 1)):
        return None
    return {name for row in rows for name in read_json(row[1])}
