"""Sharing of single records with a person, a unit or a team, for reading or for writing."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Detail, InvalidInput
from loomwork.core.ids import is_id
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.conditions import list_items
from loomwork.records.around.watching import SHARES, note_change
from loomwork.records.loading import load_for
from loomwork.records.program import Program
from loomwork.storage.access_log import note_access
from loomwork.storage.database import Work
from loomwork.storage.system_tables import SHARE

LEVELS = ("read", "write")
PRINCIPALS = ("system.user", "system.unit", "system.team")


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom, and for what. Shapes: `principal` is the id of a person, unit or team; `level` one of LEVELS."""

    principal: str
    level: str


def share(program: Program, work: Work, actor: Actor, entity: str, record_id: str, asked: Sharing) -> None:
    """Share a record; a level given again replaces the old one.

    Raises: NotFound, NotAllowed, InvalidInput for an unknown level or principal.
    """
    plan = program.plans.of(entity)
    loaded = load_for(program, work, actor, plan, record_id, "share")
    if not loaded.held:
        raise not_allowed("share", entity)
    principal, level = asked.principal, asked.level
    if level not in LEVELS:
        raise InvalidInput("level is read or write", details=[Detail("level", "unknown_level", "read or write")])
    # Nobody gives what he lacks, least of all to himself.
    if level == "write" and not load_for(program, work, actor, plan, record_id, "update").held:
        raise not_allowed("update", entity)
    if not is_id(principal) or not _exists(program, work, actor, principal):
        raise InvalidInput(
            "there is no such person, unit or team",
            details=[Detail("principal", "no_such_record", "no such person, unit or team")],
        )
    unshare_row(work, record_id, principal)
    row = {
        "record_id": record_id,
        "principal": principal,
        "entity": entity,
        "level": level,
        "at": work.now_micros,
        "by_user": actor.user_id,
    }
    work.execute(sa.insert(SHARE).values(**row))
    about = {"principal": principal, "level": level}
    note_access(work, actor=actor.user_id, entity=entity, record_id=record_id, verb="shared", about=about)
    note_change(work, SHARES)


def _exists(program: Program, work: Work, actor: Actor, principal: str) -> bool:
    reader = program.reader(actor)
    known = [name for name in PRINCIPALS if name in program.catalog.entities]
    return any(program.engine.get_many(work, reader, name, [principal], ("id",)) for name in known)


def unshare_row(work: Work, record_id: str, principal: str) -> bool:
    """Take a share away; whether there was one."""
    mine = (SHARE.c.record_id == record_id, SHARE.c.principal == principal)
    was_there = bool(work.fetch(sa.select(SHARE.c.level).where(*mine)))
    work.execute(sa.delete(SHARE).where(*mine))
    return was_there


def unshare(program: Program, work: Work, actor: Actor, entity: str, record_id: str, principal: str) -> None:
    """Take a share away.

    Raises: NotFound, NotAllowed.
    """
    loaded = load_for(program, work, actor, program.plans.of(entity), record_id, "share")
    if not loaded.held:
        raise not_allowed("share", entity)
    if unshare_row(work, record_id, principal):
        about = {"principal": principal}
        note_access(work, actor=actor.user_id, entity=entity, record_id=record_id, verb="unshared", about=about)
    note_change(work, SHARES)


def shares_of(program: Program, work: Work, actor: Actor, entity: str, record_id: str) -> list[dict[str, Any]]:
    """With whom a record is shared: `[{principal: {id, label}, kind, level}]`; only principals that the reader sees have a label."""
    reader = program.reader(actor)
    program.engine.get(work, reader, entity, record_id, ("id",))
    rows = work.fetch(
        sa.select(SHARE.c.principal, SHARE.c.level).where(SHARE.c.record_id == record_id, SHARE.c.entity == entity)
    )
    labels: dict[str, tuple[str, Any]] = {}
    for name in PRINCIPALS:
        if name in program.catalog.entities and not reader.access.entity(name).is_closed(
            title := program.catalog.entities[name].title_field
        ):
            for row in program.engine.get_many(work, reader, name, [one for one, _ in rows], (title,)):
                labels[row["id"]] = (name, row[title])
    return [
        {
            "principal": {"id": one, "label": labels.get(one, ("", None))[1]},
            "kind": labels.get(one, ("", None))[0],
            "level": level,
        }
        for one, level in rows
    ]


def any_for(work: Work, principals: tuple[str, ...]) -> bool:
    """Whether any record is shared with one of these principals."""

    def make() -> sa.Select[Any]:
        items = list_items("principals", work.dialect, sa.Text())
        return sa.select(SHARE.c.record_id).where(SHARE.c.principal.in_(items)).limit(1)

    prepared = work.database.prepared("any share", make)
    packed: Any = canonical(list(principals)) if work.dialect == "sqlite" else list(principals)
    return bool(work.rows(prepared, {"principals": packed}))
