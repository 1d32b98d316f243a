"""Handing records over: their owner changes and nothing else, a set of records at a time.

It is no edit of a person. What a record has to fulfil when somebody works on it (fields to fill in, a date that must not
lie in the past, fields that are locked) is not asked, unless it reads the owner. What is computed from the owner follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import list_items
from loomwork.records import events, roll_ups, rules, writing
from loomwork.records.around.owned import OWNER
from loomwork.records.draft import Draft
from loomwork.records.loading import load_for
from loomwork.records.plans import Computation, EntityPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

_FIRST = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Order:
    """Whose records go to whom: at most `limit` of them, those behind the id `after`."""

    owner: str
    successor: str
    after: str = ""
    limit: int = 1_000


@dataclass(slots=True)
class Handed:
    """What was done. `after` is the last record looked at, empty when none is left; `refused` maps records to reasons."""

    moved: int = 0
    after: str = ""
    refused: dict[str, str] = field(default_factory=dict)


def hand_over(program: Program, work: Work, actor: Actor, entity: str, order: Order) -> Handed:
    """Give the next living records of an owner, in the order of their ids, to the successor.

    With audit and outbox like any change. Records that a rule over the owner refuses stay and are named.
    """
    plan = program.plans.of(entity)
    asking = {"owner": order.owner, "after": order.after or _FIRST, "limit": order.limit}
    rows = work.rows(_chosen(program, plan), asking)
    done = Handed(after=rows[-1][0] if len(rows) == order.limit else "")
    asked = _asked_of_the_owner(plan)
    if asked is None:
        _move_all(program, work, actor, plan, {row[0]: int(row[1]) for row in rows}, order)
        done.moved = len(rows)
        return done
    for row in rows:
        try:
            with work.savepoint():
                _move_one(program, work, actor, asked, row[0], order.successor)
            done.moved += 1
        except PlatformError as fault:
            done.refused[row[0]] = "; ".join(one.message for one in fault.details) or fault.message
    return done


def _chosen(program: Program, plan: EntityPlan) -> Prepared:
    def make() -> Prepared:
        identity, held = plan.held.column("id"), plan.held
        owner = held.column(OWNER)
        chosen = (
            sa.select(identity, held.column("row_version"))
            .where(owner == sa.bindparam("owner", type_=owner.type), held.column("deleted_at").is_(None))
            .where(identity > sa.bindparam("after", type_=identity.type))
            .order_by(identity)
            .limit(sa.bindparam("limit", type_=sa.Integer()))
        )
        return prepare(
            chosen.with_for_update() if program.tables.dialect != "sqlite" else chosen, program.plans.dialect
        )

    return program.engine.kept(("hand over", plan.entity.name), make)


def _reads_owner(made: Computation) -> bool:
    return any(path.partition(".")[0] == OWNER for path in made.formula.dependencies)


def _asked_of_the_owner(plan: EntityPlan) -> EntityPlan | None:
    """The plan with only those rules and validations that read the owner; None where there are none."""
    asked = [
        replace(rule, rule=replace(rule.rule, lock=()))
        for rule in plan.rules
        if _reads_owner(rule.when) or any(_reads_owner(made) for _, made in rule.sets)
    ]
    validations = [(one, made) for one, made in plan.validations if _reads_owner(made)]
    if not asked and not validations:
        return None
    return replace(plan, rules=asked, validations=validations, required=(), variant="hand over")


def _move_one(program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, successor: str) -> None:
    loaded = load_for(program, work, actor, plan, record_id, "update")
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=loaded.cells, given={OWNER})
    draft.cells[OWNER] = (successor,)
    draft.cells.update(updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,))
    rules.apply_local(draft)
    draft.raise_faults()
    writing.write_update(program, draft, loaded.version, loaded.sequence, "updated")
    writing.finish(program, draft, "updated")


def _move_all(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, versions: Mapping[str, int], order: Order
) -> None:
    if not versions:
        return
    ids = list(versions)
    values: dict[str, Any] = {}
    for name, cells in ((OWNER, (order.successor,)), ("updated_at", (work.now,)), ("updated_by", (actor.user_id,))):
        plan.writers[name].bind_into(values, cells)
    packed: Any = canonical(ids) if work.dialect == "sqlite" else ids
    work.run(_moving(program, plan), {**values, "ids": packed})
    moved = {OWNER: [order.owner, order.successor]}
    made = [
        events.event_values(work, actor, events.Event(plan.entity.name, one, "updated", version + 1, moved))
        for one, version in versions.items()
    ]
    events.write_events(work, *made)
    roll_ups.after_change_of(program, work, plan, {OWNER}, ids)


def _moving(program: Program, plan: EntityPlan) -> Prepared:
    def make() -> Prepared:
        values: dict[str, Any] = {}
        for name in (OWNER, "updated_at", "updated_by"):
            for column, bind in zip(plan.held.fields[name].columns, plan.writers[name].binds, strict=True):
                values[column.name] = sa.bindparam(bind, type_=column.type, required=True)
        identity, version = plan.held.column("id"), plan.held.column("row_version")
        chosen = identity.in_(list_items("ids", program.tables.dialect, identity.type))
        moved = sa.update(plan.held.table).where(chosen).values({**values, version.name: version + 1})
        return prepare(moved, program.plans.dialect)

    return program.engine.kept(("hand over move", plan.entity.name), make)
