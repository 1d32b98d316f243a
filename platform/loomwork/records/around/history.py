"""The history of a record: who changed what, when, from what to what, under the reader's rights of now."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.errors import NotFound
from loomwork.core.jsonio import read_json
from loomwork.field_types.base import Storage
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import scope_allows
from loomwork.query.access import EntityAccess
from loomwork.query.decode import label_of
from loomwork.query.engine import Reader
from loomwork.query.to_many import label_anywhere
from loomwork.records.program import Program
from loomwork.records.rights import held_now
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT

PAGE = 100
USER = "system.user"


def history(
    program: Program, work: Work, actor: Actor, entity: str, record_id: str, *, before: int = 0, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Changes of a record, newest first.

    Shapes: `{at, actor: {id, label}, verb, version, changes: {field: [old, new]}}`, links as `{id, label}` with the
    title of now, null where the reader does not see it; fields that he does not see plainly on this record now are
    left out. `before` is the version to page from. Who may restore records reads the history of one in the trash too.
    Raises: NotFound.
    """
    reader = program.reader(actor)
    fields = program.catalog.entity(entity).fields
    try:
        seen = visible_fields(program, work, actor, entity, record_id)
    except NotFound:
        if not program.policies.may(actor, entity, "restore"):
            raise
        seen = visible_fields(program, work, actor, entity, record_id, trash=True)
    c = AUDIT.c
    chosen = sa.select(c.at, c.actor, c.on_behalf_of, c.verb, c.version, c.changes, c.source).where(
        c.record_id == sa.bindparam("record"), c.entity == entity
    )
    if before:
        chosen = chosen.where(c.version < before)
    rows = work.fetch(chosen.order_by(c.version.desc(), c.at.desc()).limit(min(limit, PAGE)), {"record": record_id})
    result: list[dict[str, Any]] = []
    for at, who, behalf, verb, version, changes, source in rows:
        shown = {name: pair for name, pair in read_json(changes).items() if name in seen and name in fields}
        result.append(
            {"at": to_rfc3339(from_micros(at)), "actor": {"id": behalf or who, "label": None}, "verb": verb, "version": version,
             "changes": shown, "source": source}
        )  # fmt: skip
    _label(program, work, reader, entity, result)
    return result


def _label(program: Program, work: Work, reader: Reader, entity: str, rows: list[dict[str, Any]]) -> None:
    """Name people, and put `{id, label}` in the place of ids of links and of lists of them: one query per entity."""
    fields = program.catalog.entities[entity].fields
    wanted: dict[str, set[str]] = defaultdict(set, {USER: {row["actor"]["id"] for row in rows}})
    pairs = [
        (pair, fields[name].target)
        for row in rows
        for name, pair in row["changes"].items()
        if fields[name].is_link and fields[name].target
    ]
    for pair, target in pairs:
        wanted[target].update(value for value in pair if isinstance(value, str))
    many = [
        (row["changes"], name)
        for row in rows
        for name in row["changes"]
        if fields[name].type.storage is Storage.JOIN_TABLE
    ]
    for changes, name in many:
        wanted[fields[name].target].update(one for side in changes[name] for one in side or ())
    labels = {target: _titles(program, work, reader, target, ids) for target, ids in wanted.items() if ids}
    for row in rows:
        row["actor"]["label"] = labels[USER].get(row["actor"]["id"])
    for changes, name in many:
        # Records that the reader does not see are no part of the field for him, nor is a change of them alone.
        known = labels.get(fields[name].target, {})
        old, new = ([{"id": v, "label": known[v]} for v in side or () if v in known] for side in changes[name])
        changes[name] = [old or None, new or None]
        if old == new:
            del changes[name]
    anywhere = [
        {"old": pair[0], "new": pair[1]}
        for row in rows
        for name, pair in row["changes"].items()
        if fields[name].props.get("entities")
    ]
    label_anywhere(program.engine, work, reader, ("old", "new"), anywhere)
    for pair, target in pairs:
        pair[:] = [{"id": v, "label": labels[target].get(v)} if isinstance(v, str) else v for v in pair]


def _titles(program: Program, work: Work, reader: Reader, target: str, ids: set[str]) -> dict[str, str | None]:
    """Titles by id, of the records that the reader sees; None where he does not see the title."""
    held = program.catalog.entities.get(target)
    if held is None or not ids:
        return {}
    title, rights = held.fields[held.title_field], reader.access.entity(target)
    is_open = not (rights.is_closed(title.name) or rights.is_only_masked(title.name))
    rows = program.engine.get_many(work, reader, target, sorted(ids), (title.name,) if is_open else ("id",))
    return {row["id"]: label_of(title, row[title.name]) if is_open else None for row in rows}


def visible_fields(
    program: Program, work: Work, actor: Actor, entity: str, record_id: str, *, trash: bool = False
) -> set[str]:
    """The fields that the reader sees plainly on this very record, now.

    Raises: NotFound for a record not there (in the trash, when `trash` is asked for) or not seen.
    """
    plan = program.plans.of(entity)
    access = program.policies.of(actor).entity(entity)
    held = held_now(program, work, actor, plan, record_id, trash=trash)["read"]
    if all(access.is_plain(name) for name in plan.entity.fields):
        return set(plan.entity.fields)
    return plain_fields(access, held if scope_allows(actor, "read") else frozenset())


def plain_fields(access: EntityAccess, held: frozenset[int]) -> set[str]:
    """Fields that one of the holding rules opens plainly."""
    return {name for name, cell in access.cells.items() if cell.plain & held}


def changed_since(work: Work, record_id: str, asked: int, now: int) -> dict[str, list[Any]] | None:
    """The fields changed after version `asked` up to `now`, each with its pairs of old and new as they are stored.

    None when the history has a hole there.
    """
    c = AUDIT.c
    chosen = sa.select(c.version, c.changes).where(
        c.record_id == sa.bindparam("record"), c.version > asked, c.version <= now
    )
    rows = work.fetch(chosen, {"record": record_id})
    if asked < 1 or {row[0] for row in rows} != set(range(asked + 1, now + 1)):
        return None
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name, pair in read_json(row[1]).items():
            found[name].append(pair)
    return found
