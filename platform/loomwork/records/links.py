"""Links of a record: a target has to be there, alive, and seen by the one who links to it. One statement for all links."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.core.ids import is_id
from loomwork.core.jsonio import canonical
from loomwork.expressions.ir import Node
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import condition_sql, every_cell, list_items
from loomwork.query.frames import Frame
from loomwork.records.around.answering import USER, answer_plan, label_sql
from loomwork.records.around.people import check_people
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

MISSING = {"en": "there is no such record", "zh-CN": "没有这条记录"}
OUTSIDE = {"en": "this record cannot be chosen here", "zh-CN": "此处不能选择这条记录"}

ATTACHED = frozenset({"system.note", "system.file"})
"""Entities whose records hang on one of any entity, named by `entity` and `record_id`."""
_FOUND, _OUTSIDE = 1, 2
"""What the statement says of a target: it may be linked to, or it does not meet the link's filter; 0 is not there."""


Wanted = list[tuple[Field, bool]]
"""Links to ask about, each with whether it changes itself."""

Known = frozenset[tuple[str, str]]
"""(entity, id) of records that were found to be there and seen by the actor, in this unit of work."""


def known_targets(program: Program, work: Work, actor: Actor, plan: EntityPlan, rows: Sequence[Any]) -> Known:
    """The targets that rows name in their links, as far as the actor sees them: one question per link, not per row."""
    found: set[tuple[str, str]] = set()
    for field in plan.links:
        given = [row.get(field.name) for row in rows if isinstance(row, Mapping)]
        ids = {one["id"] if isinstance(one, Mapping) and "id" in one else one for one in given if one is not None}
        wanted = sorted(one for one in ids if isinstance(one, str) and is_id(one))
        if wanted and field.name not in plan.dependent and field.target in program.catalog.entities:
            seen = program.engine.get_many(work, program.reader(actor), field.target, wanted, ("id",))
            found.update((field.target, row["id"]) for row in seen)
    return frozenset(found)


def check_links(program: Program, draft: Draft, known: Known = frozenset()) -> None:
    """Keep a fault for each link whose target is missing, in the trash, not seen by the actor, or outside its filter.

    A link that stays is asked again only when its filter reads a value that changes; one to a known record is not asked.
    """
    wanted = wanted_links(draft, known)
    if not wanted:
        return
    fields = [field for field, _ in wanted]
    is_labelled = draft.is_new and answer_plan(program, draft.actor, draft.plan) is not None
    prepared = _statement(program, draft, fields, is_labelled=is_labelled)
    binds = program.engine.binds(draft.work, program.reader(draft.actor))
    binds.update({f"l{n}": draft.cells[field.name][0] for n, field in enumerate(fields)})
    dependent = [draft.plan.dependent[field.name] for field in fields if field.name in draft.plan.dependent]
    if dependent:
        values = draft.values()
        for one in dependent:
            binds.update({f"p_{name}": value for name, value in one.params(values).items()})
    row = draft.work.rows(prepared, binds)[0]
    if is_labelled:
        for field, label in zip(fields, row[len(fields) :], strict=True):
            draft.labels[field.name, draft.cells[field.name][0]] = label
    take_found(draft, wanted, row[: len(fields)])


def take_found(draft: Draft, wanted: Wanted, row: Sequence[Any]) -> None:
    """Keep a fault for each link whose target was not found, or lies outside."""
    for (field, is_new), found in zip(wanted, row, strict=True):
        if found == _OUTSIDE:
            draft.fault(field.name, "not_selectable", OUTSIDE.get(draft.actor.language, OUTSIDE["en"]))
        elif found != _FOUND and is_new:
            draft.fault(field.name, "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))


def wanted_links(draft: Draft, known: Known) -> Wanted:
    """The links to ask about, those to known targets left out as far as no filter narrows them."""
    return [
        (field, is_new)
        for field, is_new in _wanted(draft)
        if field.name in draft.plan.dependent or (field.target, draft.cells[field.name][0]) not in known
    ]


def _wanted(draft: Draft) -> Wanted:
    before = draft.before or {}
    wanted: Wanted = []
    for field in draft.plan.links:
        cells = draft.cells[field.name]
        if cells[0] is None or (draft.actor.is_system and field.is_system):
            continue
        dependent = draft.plan.dependent.get(field.name)
        # A link that the actor does not see is asked about as if it were new, so that nothing tells what it was.
        if cells != before.get(field.name) or field.name in draft.unread:
            # Everybody is there for himself, but only where people are linked to.
            if field.target != USER or cells[0] != draft.actor.user_id or dependent is not None:
                wanted.append((field, True))
        elif dependent is not None and any(draft.cells.get(n) != before.get(n) for n in dependent.reads):
            wanted.append((field, False))
    return wanted


def _statement(program: Program, draft: Draft, wanted: Sequence[Field], *, is_labelled: bool) -> Prepared:
    access = program.policies.of(draft.actor)
    key = ("links", access.key, draft.plan.entity.name, tuple(field.name for field in wanted), is_labelled)

    def make() -> Prepared:
        build = program.engine.build(access)
        columns = found_columns(build, draft.plan, wanted)
        if is_labelled:
            for number, field in enumerate(wanted):
                label = label_sql(program, Frame(build, field.target), field, number)
                columns.append(label.label(f"label{number}"))
        return prepare(sa.select(*columns), program.plans.dialect)

    return program.engine.kept(key, make)


def found_columns(build: Any, plan: EntityPlan, wanted: Sequence[Field]) -> list[Any]:
    """What is said of each link's target, which is bound as `l0`, `l1` …; filters bind what they read as `p_…`."""
    columns: list[Any] = []
    for number, field in enumerate(wanted):
        seen = _hit(Frame(build, field.target), number)
        whens: list[Any] = [(seen, sa.literal(_FOUND, sa.Integer()))]
        dependent = plan.dependent.get(field.name)
        if dependent is not None:
            inside = _hit(Frame(build, field.target), number, dependent.formula.ir)
            whens = [(inside, sa.literal(_FOUND, sa.Integer())), (seen, sa.literal(_OUTSIDE, sa.Integer()))]
        columns.append(sa.case(*whens, else_=sa.literal_column("0")).label(f"f{number}"))
    return columns


def _hit(frame: Frame, number: int, condition: Node | None = None) -> Any:
    """`the target of link number n is there, seen, and meets the condition`; the condition sees all, as rules do."""
    identity = frame.raw("id")
    conditions = [identity == sa.bindparam(f"l{number}", type_=identity.type, required=True), frame.is_alive()]
    visible = frame.visible()
    if visible is not None:
        conditions.append(visible)
    if condition is not None:
        conditions.append(condition_sql(condition, every_cell(frame)))
    return sa.select(sa.literal_column("1")).select_from(frame.source()).where(*conditions).exists()


def check_joined(program: Program, drafts: Sequence[Draft]) -> None:
    """Keep a fault for each link to many, or to one of several entities, that names a record which is missing or not seen.

    And for each person newly named who is switched off. The drafts are of one entity and actor, their single links asked.
    """
    if drafts and drafts[0].plan.anywhere:
        _check_anywhere(program, drafts)
    if drafts and drafts[0].plan.entity.name in ATTACHED and not drafts[0].actor.is_system:
        _check_attached(program, drafts)
    for name in dict.fromkeys(name for draft in drafts for name in draft.joins):
        asked = sorted({one for draft in drafts for one in draft.joins.get(name, ())})
        if not asked:
            continue
        seen = seen_ids(program, drafts[0], drafts[0].plan.entity.fields[name], asked)
        for draft in drafts:
            for place, one in enumerate(draft.joins.get(name, ())):
                if one not in seen:
                    draft.fault(f"{name}.{place}", "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))
    check_people(program, drafts)


def _check_anywhere(program: Program, drafts: Sequence[Draft]) -> None:
    """One question for each entity that new or changed links lead to."""
    wanted = [
        (draft, field.name, cells[1], cells[0])
        for draft in drafts
        for field in draft.plan.anywhere
        if (cells := draft.cells[field.name])[0] is not None and cells != (draft.before or {}).get(field.name)
    ]
    for entity in sorted({one[2] for one in wanted}):
        asked = sorted({record_id for _, _, target, record_id in wanted if target == entity})
        reader = program.reader(drafts[0].actor)
        seen = {row["id"] for row in program.engine.get_many(drafts[0].work, reader, entity, asked, ("id",))}
        for draft, name, target, record_id in wanted:
            if target == entity and record_id not in seen:
                draft.fault(name, "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))


def _check_attached(program: Program, drafts: Sequence[Draft]) -> None:
    """Notes and files hang on records that their writer sees, whichever door they come through."""
    reader = program.reader(drafts[0].actor)
    for draft in drafts:
        place = tuple(draft.cells[name][0] for name in ("entity", "record_id"))
        if place == tuple((draft.before or {}).get(name, (None,))[0] for name in ("entity", "record_id")):
            continue
        entity, record_id = (str(one or "") for one in place)
        is_there = entity in program.catalog.entities and is_id(record_id)
        if not (is_there and program.engine.get_many(draft.work, reader, entity, [record_id], ("id",))):
            draft.fault("record_id", "no_such_record", MISSING.get(draft.actor.language, MISSING["en"]))


def read_joins(program: Program, drafts: Sequence[Draft]) -> None:
    """Read what the given many-to-many fields of changed records hold; a list that says nothing new is no change.

    The drafts are of one entity and actor. Links that the actor does not see are no part of the list for him.
    """
    for name in dict.fromkeys(name for draft in drafts for name in draft.joins):
        changed = [draft for draft in drafts if name in draft.joins]
        there: dict[str, list[str]] = {draft.record_id: [] for draft in changed}
        entity = changed[0].plan.entity
        for owner, other in joined_ids(program, changed[0].work, entity.name, name, list(there)):
            there[owner].append(other)
        others = sorted({one for ids in there.values() for one in ids})
        seen = seen_ids(program, changed[0], entity.fields[name], others) if others else set()
        for draft in changed:
            before = draft.joined_before[name] = there[draft.record_id]
            draft.joined_unseen[name] = [one for one in before if one not in seen]
            _leave_same(draft, name, [one for one in before if one in seen])


def _leave_same(draft: Draft, name: str, shown: list[str]) -> None:
    """Forget a list that is given as it stands; an empty one that has to be filled is refused all the same."""
    given = list(dict.fromkeys(draft.joins[name]))
    is_faulty = any(one.path.partition(".")[0] == name for one in draft.details)
    if given == shown and not (is_faulty or name in draft.unread or (not given and name in draft.plan.required)):
        del draft.joins[name]


def settle_joins(drafts: Sequence[Draft]) -> None:
    """Keep those links that the actor does not see; what is written and told afterwards is the whole list."""
    for draft in drafts:
        for name, ids in draft.joins.items():
            draft.joins[name] = list(dict.fromkeys((*ids, *draft.joined_unseen[name])))


def write_joins(program: Program, drafts: Sequence[Draft]) -> None:
    """Replace the pairs of the many-to-many fields that were given; `read_joins` has read what was there."""
    for name in dict.fromkeys(name for draft in drafts for name in draft.joins):
        _write_pairs(program, [draft for draft in drafts if name in draft.joins], name)


def _write_pairs(program: Program, drafts: Sequence[Draft], name: str) -> None:
    work, entity = drafts[0].work, drafts[0].plan.entity
    join = program.tables.joins[entity.name, name]
    changed = [draft.record_id for draft in drafts if draft.joined_before.get(name)]
    if changed:
        mine = sa.delete(join.table).where(join.owner.in_(list_items("ids", work.dialect, join.owner.type)))
        work.execute(mine, {"ids": canonical(changed) if work.dialect == "sqlite" else changed})
    pairs = [
        {"o": draft.record_id, "t": one, "p": place}
        for draft in drafts
        for place, one in enumerate(dict.fromkeys(draft.joins[name]))
    ]
    values: dict[str, Any] = {"owner": sa.bindparam("o"), "other": sa.bindparam("t"), "position": sa.bindparam("p")}
    work.run_many(prepare(sa.insert(join.table).values(values), program.plans.dialect), pairs)


def seen_ids(program: Program, draft: Draft, field: Field, ids: Sequence[str]) -> set[str]:
    """Those of the records that a field leads to which the draft's actor sees."""
    rows = program.engine.get_many(draft.work, program.reader(draft.actor), field.target, ids, ("id",))
    return {row["id"] for row in rows}


def joined_ids(
    program: Program, work: Any, entity: str, field: str, record_ids: Sequence[str]
) -> list[tuple[str, str]]:
    """Pairs (owner, other) of many records, in their order; seen by nobody's rights, for the platform's own use."""
    join = program.tables.joins[entity, field]
    packed = canonical(list(record_ids)) if work.dialect == "sqlite" else list(record_ids)
    chosen = sa.select(join.owner, join.other).where(join.owner.in_(list_items("ids", work.dialect, join.owner.type)))
    return [(row[0], row[1]) for row in work.fetch(chosen.order_by(join.owner, join.position), {"ids": packed})]
