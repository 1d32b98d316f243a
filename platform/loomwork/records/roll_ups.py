"""Roll-ups of parents, and what depends on them: recomputed set by set in the database after records changed.

Parents are locked in the order of their ids, their `row_version` stays, and no right is asked: a roll-up counts what
there is, its own read right says who may see it. A roll-up of a roll-up and stored formulas over either follow, level
by level. Formulas of other records that read a changed record through a link are recomputed as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.core.jsonio import canonical
from loomwork.expressions import Formula
from loomwork.query.conditions import list_items, value_sql
from loomwork.query.frames import Frame
from loomwork.query.select import virtual_decoder
from loomwork.records.draft import Draft
from loomwork.records.links import joined_ids
from loomwork.records.plans import EntityPlan, RollUp
from loomwork.records.program import Program
from loomwork.records.rules import system_build_of
from loomwork.records.values import computed_cells
from loomwork.storage.database import Work
from loomwork.storage.reindex import reindex_some
from loomwork.storage.statements import Prepared, prepare

MOST_LEVELS = 12

Parents = dict[tuple[str, str], set[str]]
"""(entity, computed field) → ids of the records whose value has to be made anew."""


def affected_parents(program: Program, drafts: Sequence[Draft], *, removed: bool = False) -> Parents:
    """The parents' roll-ups that these changed records of one entity may have changed."""
    found: Parents = defaultdict(set)
    touching: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        changed = {*draft.changed(), *draft.joins} if draft.before is not None and not removed else None
        for field, _ in draft.plan.own_roll_ups if draft.joins else ():
            relation = draft.plan.entity.relations[str(field.props["relation"])]
            if relation.kind == "join" and relation.is_owner and relation.via in draft.joins:
                found[draft.plan.entity.name, field.name].add(draft.record_id)
        for number, roll_up in enumerate(draft.plan.roll_ups):
            if changed is None or _reads(roll_up, changed):
                touching[number].append(draft)
    for number, some in touching.items():
        roll_up = some[0].plan.roll_ups[number]
        found[roll_up.parent, roll_up.field.name].update(_parents(program, some, roll_up))
    return found


def _reads(roll_up: RollUp, changed: set[str]) -> bool:
    """Whether a roll-up reads one of the changed fields, or the link to the parent itself changed."""
    if roll_up.via in changed:
        return True
    head = f"{roll_up.field.props['relation']}."
    names = {path[len(head) :].partition(".")[0] for path in roll_up.formula.dependencies if path.startswith(head)}
    return bool(names & changed)


def _parents(program: Program, drafts: Sequence[Draft], roll_up: RollUp) -> set[str]:
    if roll_up.join is not None:
        before = (one for draft in drafts for one in draft.joined_before.get(roll_up.join[1], ()))
        return {*_paired(program, drafts[0].work, roll_up, [draft.record_id for draft in drafts]), *before}
    now = {draft.cells[roll_up.via][0] for draft in drafts}
    old = {draft.before[roll_up.via][0] for draft in drafts if draft.before and roll_up.via in draft.before}
    return (now | old) - {None}


def _paired(program: Program, work: Work, roll_up: RollUp, ids: Sequence[str]) -> set[str]:
    """The parents that are paired with records, whichever side the pairs belong to."""
    owner, field, is_owner = roll_up.join or ("", "", False)
    if not is_owner:
        return {other for _, other in joined_ids(program, work, owner, field, ids)}
    join = program.tables.joins[owner, field]
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    chosen = sa.select(join.owner).distinct().where(join.other.in_(list_items("ids", work.dialect, join.other.type)))
    return {row[0] for row in work.fetch(chosen, {"ids": packed})}


def recompute(program: Program, work: Work, parents: Parents) -> None:
    """Make roll-ups and the formulas over them anew, level by level, until nothing changes."""
    waiting = {key: set(ids) for key, ids in parents.items() if ids}
    for _ in range(MOST_LEVELS):
        if not waiting:
            return
        following: Parents = defaultdict(set)
        by_entity: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for (entity, field), ids in waiting.items():
            by_entity[entity][field] = ids
        for entity in sorted(by_entity):
            plan = program.plans.of(entity)
            _lock(program, work, plan, sorted(set().union(*by_entity[entity].values())))
            for some, names in _by_ids(by_entity[entity]).items():
                for name, changed in _settle(program, work, plan, names, some).items():
                    _add_dependents(program, plan, {name}, changed, following, work)
        waiting = following


def _lock(program: Program, work: Work, plan: EntityPlan, ids: Sequence[str]) -> None:
    """PostgreSQL: lock the parents in the order of their ids, so that two writers never wait for each other."""
    if work.dialect == "sqlite":
        return

    def make() -> Prepared:
        identity = plan.held.column("id")
        chosen = sa.select(identity).where(identity.in_(list_items("ids", work.dialect, identity.type)))
        return prepare(chosen.order_by(identity).with_for_update(), program.plans.dialect)

    work.rows(program.engine.kept(("lock", plan.entity.name), make), {"ids": list(ids)})


def _formula_of(program: Program, plan: EntityPlan, field: Field) -> Formula:
    for one, formula in plan.own_roll_ups:
        if one is field:
            return formula
    found = program.formulas.of_field(plan.entity, field)
    if found is None:
        raise KeyError(field.name)
    return found


def _by_ids(fields: Mapping[str, set[str]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Fields that are wanted for the same records, to be read in one statement."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(fields):
        groups[tuple(sorted(fields[name]))].append(name)
    return {ids: tuple(names) for ids, names in groups.items()}


def _settle(
    program: Program, work: Work, plan: EntityPlan, names: tuple[str, ...], ids: Sequence[str]
) -> dict[str, list[str]]:
    """Bring computed fields of some records up to date; by field, the ids of those whose value changed.

    One statement reads the kept and the true values of all fields, so that a parent with many roll-ups costs one
    question; only what differs is written, as the driver gave it.
    """

    def make() -> Prepared:
        frame = Frame(system_build_of(program), plan.entity.name)
        kept = [frame.raw(name) for name in names]
        true = [value_sql(_formula_of(program, plan, plan.entity.fields[name]).ir, frame) for name in names]
        columns = [column.label(f"c{n}") for n, column in enumerate((frame.raw("id"), *kept, *true))]
        wanted = frame.raw("id").in_(list_items("ids", work.dialect, plan.held.column("id").type))
        return prepare(sa.select(*columns).select_from(frame.source()).where(wanted), program.plans.dialect)

    prepared = program.engine.kept(("true values", plan.entity.name, names), make)
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    changed: dict[str, list[str]] = defaultdict(list)
    stale: dict[str, dict[str, Any]] = {}
    for record_id, *values in work.rows(prepared, {**_no_one(program, work), "ids": packed}):
        for name, kept, true in zip(names, values, values[len(names) :], strict=False):
            if kept != true:
                changed[name].append(record_id)
                stale[record_id] = dict(zip(names, values[len(names) :], strict=True))
    # What is stale on any of them is written to all that are stale: true values, in one statement.
    some = tuple(name for name in names if name in changed)
    rows = [
        {"_id": one, **dict(pair for name in some for pair in _bound(program, plan, name, true[name]))}
        for one, true in stale.items()
    ]
    if rows:
        work.run_many(_write_statement(program, plan, some), rows)
        if plan.are_found(some):
            reindex_some(work, plan.held, sorted({one for name in some for one in changed[name]}))
    return changed


def _bound(program: Program, plan: EntityPlan, name: str, value: Any) -> list[tuple[str, Any]]:
    """The driver values of a computed field's columns: the value as it was read, with its sort key where it has one."""
    field = plan.entity.fields[name]
    if len(field.columns) == 1:
        return [(f"v_{name}", value)]
    decode = virtual_decoder(_formula_of(program, plan, field).ir, program.tables.dialect)
    cells = computed_cells(field, decode(value) if decode is not None and value is not None else value)
    bound = plan.writers[name].bound(cells)
    return [
        (f"v_{name}__{spec.suffix}".rstrip("_"), cell) for spec, (_, cell) in zip(field.columns, bound, strict=True)
    ]


def _write_statement(program: Program, plan: EntityPlan, names: tuple[str, ...]) -> Prepared:
    def make() -> Prepared:
        binds: dict[str, Any] = {}
        for name in names:
            for spec, one in zip(plan.entity.fields[name].columns, plan.held.fields[name].columns, strict=True):
                binds[one.name] = sa.bindparam(f"v_{name}__{spec.suffix}".rstrip("_"), type_=one.type)
        identity = plan.held.column("id")
        here = identity == sa.bindparam("_id", type_=identity.type)
        return prepare(sa.update(plan.held.table).where(here).values(binds), program.plans.dialect)

    return program.engine.kept(("settle", plan.entity.name, names), make)


def _no_one(program: Program, work: Work) -> dict[str, Any]:
    """Bind values for formulas that ask for nobody in particular."""
    from loomwork.permissions.actor import system_actor

    return program.engine.binds(work, program.reader(system_actor("compute")))


def _add_dependents(
    program: Program, plan: EntityPlan, changed: set[str], ids: Sequence[str], found: Parents, work: Work
) -> None:
    """Stored values, of the same records and of others, that read these fields of these records."""
    entity = plan.entity.name
    for field, made in plan.computed:
        if made.formula.dependencies & changed:
            found[entity, field.name].update(ids)
    for roll_up in plan.roll_ups:
        if roll_up.join is None and _reads(roll_up, changed) and ids:
            found[roll_up.parent, roll_up.field.name].update(_values_of(plan, work, roll_up.via, ids))
    for other, (name, names), link in linked_formulas(program).get(entity, ()):
        if names & changed:
            found[other, name].update(_referring(program, work, other, link, ids))


def after_change_of(program: Program, work: Work, plan: EntityPlan, changed: set[str], ids: Sequence[str]) -> None:
    """Bring everything up to date that reads some fields, of many records whose links stayed as they were."""
    parents: Parents = defaultdict(set)
    _add_dependents(program, plan, changed, ids, parents, work)
    for field, made in plan.computed:
        if any(path.partition(".")[0] in changed for path in made.formula.dependencies):
            parents[plan.entity.name, field.name].update(ids)
    for roll_up in plan.roll_ups:
        if roll_up.join is not None and _reads(roll_up, changed):
            parents[roll_up.parent, roll_up.field.name].update(_paired(program, work, roll_up, ids))
    if parents:
        recompute(program, work, parents)


def _values_of(plan: EntityPlan, work: Work, link: str, ids: Sequence[str]) -> set[str]:
    identity, column = plan.held.column("id"), plan.held.column(link)
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    chosen = (
        sa.select(column)
        .distinct()
        .where(identity.in_(list_items("ids", work.dialect, identity.type)), column.is_not(None))
    )
    return {row[0] for row in work.fetch(chosen, {"ids": packed})}


def _referring(program: Program, work: Work, entity: str, link: str, ids: Sequence[str]) -> set[str]:
    plan = program.plans.of(entity)
    identity, column = plan.held.column("id"), plan.held.column(link)
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    chosen = sa.select(identity).where(column.in_(list_items("ids", work.dialect, column.type)))
    return {row[0] for row in work.fetch(chosen, {"ids": packed})}


def linked_formulas(program: Program) -> Mapping[str, list[tuple[str, tuple[str, frozenset[str]], str]]]:
    """Stored formulas that read a record through one link: target → (entity, (field, names read), link)."""

    def make() -> dict[str, list[tuple[str, tuple[str, frozenset[str]], str]]]:
        result: dict[str, list[tuple[str, tuple[str, frozenset[str]], str]]] = defaultdict(list)
        for entity in program.catalog.entities.values():
            for field, made in (
                program.plans.of(entity.name).computed if _has_stored_formula(entity.fields.values()) else ()
            ):
                names: dict[str, set[str]] = defaultdict(set)
                for path in made.formula.dependencies:
                    head, _, tail = path.partition(".")
                    if tail and (link := entity.fields.get(head)) is not None and link.is_link:
                        names[head].add(tail.partition(".")[0])
                for link_name, read in names.items():
                    target = entity.fields[link_name].target
                    result[target].append((entity.name, (field.name, frozenset(read)), link_name))
        return dict(result)

    return program.engine.kept(("linked formulas",), make)


def _has_stored_formula(fields: Iterable[Field]) -> bool:
    from loomwork.field_types.base import Origin

    return any(field.type.origin is Origin.FORMULA and field.columns for field in fields)


def after_change(program: Program, work: Work, drafts: Sequence[Draft], *, removed: bool = False) -> None:
    """Bring everything computed elsewhere up to date with changed records of one entity."""
    parents = affected_parents(program, drafts, removed=removed)
    if not removed:
        _add_referring(program, work, [draft for draft in drafts if draft.before is not None], parents)
    if parents:
        recompute(program, work, parents)


def _add_referring(program: Program, work: Work, drafts: Sequence[Draft], parents: Parents) -> None:
    """Stored formulas of other records that read what changed in these through a link."""
    linked = linked_formulas(program).get(drafts[0].plan.entity.name, ()) if drafts else ()
    changed = {draft.record_id: set(draft.changed()) for draft in drafts} if linked else {}
    for other, (field, names), link in linked:
        ids = [one for one, its in changed.items() if names & its]
        if ids:
            parents.setdefault((other, field), set()).update(_referring(program, work, other, link, ids))
