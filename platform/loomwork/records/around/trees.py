"""Trees: a record never stands above itself, whoever moves it and however many move at the same time."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.core.jsonio import canonical
from loomwork.query.conditions import in_list
from loomwork.records.around.turns import take_turn
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

CYCLE = {
    "en": "a record cannot stand below itself; choose one that is not below it",
    "zh-CN": "记录不能成为自己的下级，请选择不在其下级中的记录",
}


def reserve(plan: EntityPlan, work: Work, data: Any) -> None:
    """Before a record is read for a change: let one writer at a time move records of a tree."""
    for field in plan.trees:
        if isinstance(data, Mapping) and field.name in data:
            take_turn(work, f"tree {plan.entity.name}.{field.name}")


def check_trees(program: Program, draft: Draft) -> None:
    """Keep a fault for each tree in which the record would come to stand above itself. A new record stands above none."""
    if draft.before is None:
        return
    for field in draft.plan.trees:
        above = draft.cells[field.name][0]
        if above is None or draft.cells[field.name] == draft.before.get(field.name):
            continue
        take_turn(draft.work, f"tree {draft.plan.entity.name}.{field.name}")
        if draft.work.rows(_statement(program, draft.plan, field), {"above": above, "id": draft.record_id}):
            draft.fault(field.name, "cycle", CYCLE.get(draft.actor.language, CYCLE["en"]))


def check_moved(program: Program, drafts: Sequence[Draft]) -> None:
    """After many records of one entity were written: keep a fault for each that came to stand above itself."""
    for field in drafts[0].plan.trees:
        moved = {
            draft.record_id: draft
            for draft in drafts
            if draft.before is not None and draft.cells[field.name] != draft.before.get(field.name)
        }
        if moved:
            work, ids = drafts[0].work, list(moved)
            packed: Any = canonical(ids) if work.dialect == "sqlite" else ids
            for (one,) in work.rows(_circling(program, drafts[0].plan, field), {"ids": packed}):
                moved[one].fault(field.name, "cycle", CYCLE.get(moved[one].actor.language, CYCLE["en"]))


def _circling(program: Program, plan: EntityPlan, field: Field) -> Prepared:
    """Which of `:ids` stand above themselves."""

    def make() -> Prepared:
        identity, parent = plan.held.column("id"), plan.held.column(field.name)
        moved = in_list(identity, "ids", program.tables.dialect)
        up = sa.select(identity.label("start"), parent.label("above")).where(moved).cte("lw_up", recursive=True)
        up = up.union(sa.select(up.c.start, parent).join(up, identity == up.c.above).where(parent.is_not(None)))
        circling = sa.select(up.c.start).distinct().where(up.c.start == up.c.above)
        return prepare(circling, program.plans.dialect)

    return program.engine.kept(("circling", plan.entity.name, field.name), make)


def _statement(program: Program, plan: EntityPlan, field: Field) -> Prepared:
    """Whether `:id` is `:above` or stands above it. UNION drops what was seen, so a loop in old data ends the walk."""

    def make() -> Prepared:
        identity, parent = plan.held.column("id"), plan.held.column(field.name)
        start: Any = sa.cast(sa.bindparam("above", type_=identity.type, required=True), identity.type)
        up = sa.select(start.label("id")).cte("lw_up", recursive=True)
        up = up.union(sa.select(parent).join(up, identity == up.c.id).where(parent.is_not(None)))
        found = up.c.id == sa.bindparam("id", type_=identity.type, required=True)
        return prepare(sa.select(sa.literal_column("1")).select_from(up).where(found).limit(1), program.plans.dialect)

    return program.engine.kept(("tree", plan.entity.name, field.name), make)
