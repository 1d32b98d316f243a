"""Load a record for a change: all its cells, whether the actor sees it, and which row rules of the action hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.ids import is_id
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import scope_allows
from loomwork.query.conditions import in_list
from loomwork.query.frames import Frame
from loomwork.query.refusals import not_found
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.rights import action_frame, held_of, rule_columns
from loomwork.records.values import Cells
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.tables import SEQUENCE


@dataclass(frozen=True, slots=True)
class Loaded:
    """A record as it is. `held` are the numbers of the action's row rules that hold; `sequence` binds the search index."""

    cells: dict[str, Cells]
    version: int
    held: frozenset[int]
    sequence: int


def load_for(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, action: str, *, trash: bool = False
) -> Loaded:
    """The record, locked for the rest of the unit on PostgreSQL unless it is only read.

    Raises: NotFound if it is not there, in the trash (or not, when `trash` is asked for), or not seen by the actor.
    """
    if not is_id(record_id):
        raise not_found(plan.entity.name)
    prepared = _statement(program, work, plan, actor, (action, trash, False))
    binds = program.engine.binds(work, program.reader(actor))
    rows = work.rows(prepared, {**binds, "id": record_id})
    if not rows:
        raise not_found(plan.entity.name)
    return _loaded(plan, rows[0], allowed=scope_allows(actor, action))


def load_many(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, ids: Sequence[str], action: str, *, trash: bool = False
) -> dict[str, Loaded]:  # fmt: skip
    """Several records in one statement, locked in the order of their ids as `load_for` locks one.

    Raises: NotFound if one of them is not there, in the trash (or not, when `trash` is asked for), or not seen.
    """
    if not ids:
        return {}
    if not all(is_id(one) for one in ids):
        raise not_found(plan.entity.name)
    prepared = _statement(program, work, plan, actor, (action, trash, True))
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    rows = work.rows(prepared, {**program.engine.binds(work, program.reader(actor)), "ids": packed})
    allowed = scope_allows(actor, action)
    loaded = (_loaded(plan, row, allowed=allowed) for row in rows)
    found = {one.cells["id"][0]: one for one in loaded}
    if not found.keys() >= set(ids):
        raise not_found(plan.entity.name)
    return {one: found[one] for one in ids}


def _loaded(plan: EntityPlan, row: Sequence[Any], *, allowed: bool) -> Loaded:
    at = 1
    cells: dict[str, Cells] = {}
    for name, writer in plan.writers.items():
        cells[name] = writer.decoded(row, at)
        at += len(writer.binds)
    held = held_of(row[at:]) if allowed else frozenset()
    return Loaded(cells, cells["row_version"][0], held, row[0])


def _statement(
    program: Program, work: Work, plan: EntityPlan, actor: Actor, wanted: tuple[str, bool, bool]
) -> Prepared:
    """The query for one record, or many. Shapes: `wanted` is the action, whether in the trash, whether many."""
    action, trash, is_many = wanted
    access = program.policies.of(actor)
    # A unit that only reads, a trial, waits for nobody and keeps nobody waiting.
    is_locking = work.is_write and action != "read" and program.tables.dialect != "sqlite"
    key = ("load", access.key, plan.entity.name, wanted, is_locking)

    def make() -> Prepared:
        frame = action_frame(program, plan, actor, action)
        seen = Frame.over(frame, frame.build, action="read")
        columns: list[Any] = [frame.alias.c[SEQUENCE] if SEQUENCE in frame.alias.c else sa.literal_column("0")]
        for name in plan.writers:
            columns.extend(frame.alias.c[column.name] for column in plan.held.fields[name].columns)
        columns = [column.label(f"v{n}") for n, column in enumerate(columns)]
        rules = rule_columns(frame)
        identity, deleted = frame.raw("id"), frame.raw("deleted_at")
        one = identity == sa.bindparam("id", type_=identity.type, required=True)
        conditions = [in_list(identity, "ids", program.tables.dialect) if is_many else one]
        conditions.append(deleted.is_not(None) if trash else deleted.is_(None))
        visible = seen.visible()
        if visible is not None:
            conditions.append(visible)
        chosen = sa.select(*columns, *rules).where(*conditions).select_from(frame.source())
        if is_locking:
            chosen = (chosen.order_by(identity) if is_many else chosen).with_for_update(of=frame.alias)
        return prepare(chosen, program.plans.dialect)

    return program.engine.kept(key, make)
