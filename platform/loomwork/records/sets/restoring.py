"""Take records out of the trash, with those that went with them: level by level, each in a few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, Detail
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.query.conditions import in_list
from loomwork.records import roll_ups
from loomwork.records.around import people
from loomwork.records.around.raising import covered
from loomwork.records.draft import Draft
from loomwork.records.loading import Loaded, load_many
from loomwork.records.plans import EntityPlan, search_document
from loomwork.records.program import Program
from loomwork.records.sets.gathering import Level, pointing_links
from loomwork.records.sets.storing import Changed, store
from loomwork.records.sets.trashing import Entangled, computed_from, service
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare


@dataclass(frozen=True, slots=True)
class _Coming:
    """All that come back: with which record each does, and which of their own values have to be made anew."""

    roots: dict[str, str]
    stale: roll_ups.Parents


def untrash(program: Program, work: Work, actor: Actor, plan: EntityPlan, loaded: Mapping[str, Loaded]) -> None:
    """Take records of one entity out of the trash, each with those that went with it.

    Raises: Conflict `target_in_trash`, or `unique` where a value is used by now; Entangled where their order matters.
    """
    roots = {one: one for one in loaded}
    levels = _gather(program, work, plan.entity.name, roots)
    coming = _Coming(roots, defaultdict(set))
    cascade = service(actor, "cascade")
    together: Level = defaultdict(list)
    for level in levels:
        for entity, ids in level.items():
            together[entity] += ids
    with covered(work, together):
        written = [_write(program, work, actor, plan, loaded, coming)]
        for level in levels[1:]:
            for entity, ids in level.items():
                other = program.plans.of(entity)
                some = load_many(program, work, cascade, other, ids, "restore", trash=True)
                written.append(_write(program, work, cascade, other, some, coming))
    roll_ups.recompute(program, work, coming.stale)
    for drafts in reversed(written):
        roll_ups.after_change(program, work, drafts)


def _gather(program: Program, work: Work, entity: str, roots: dict[str, str]) -> list[Level]:
    """The records themselves, then those that went with them: in the trash since the same instant. Fills `roots`."""
    levels: list[Level] = [{entity: list(roots)}]
    while level := levels[-1]:
        following: Level = defaultdict(list)
        for here, targets in level.items():
            for other, link, manner in pointing_links(program, here):
                if manner == "cascade":
                    for one, target in _gone_with(program, work, other.name, link.name, here, targets):
                        if one not in roots:
                            following[other.name].append(one)
                        if roots.setdefault(one, roots[target]) != roots[target]:
                            raise Entangled("these records hang together")
        levels.append({name: some for name, some in following.items() if some})
    return levels[:-1]


def _gone_with(
    program: Program, work: Work, entity: str, link: str, here: str, targets: Sequence[str]
) -> list[tuple[str, str]]:
    """The records of an entity that went with some others, and with which."""
    held, above = program.tables.entities[entity], program.tables.entities[here]
    child, parent = held.table.alias("lw_child"), above.table.alias("lw_parent")

    def make() -> Prepared:
        identity = parent.c[above.column("id").name]
        column, deleted = child.c[held.column(link).name], child.c[held.column("deleted_at").name]
        joined = child.join(parent, identity == column)
        at_once = deleted == parent.c[above.column("deleted_at").name]
        chosen = sa.select(child.c[held.column("id").name], identity).select_from(joined)
        return prepare(
            chosen.where(in_list(identity, "targets", program.tables.dialect), at_once), program.plans.dialect
        )

    binds = {"targets": _packed(work, targets)}
    rows = work.rows(program.engine.kept(("gone with", entity, link), make), binds)
    return [(row[0], row[1]) for row in rows]


def _packed(work: Work, ids: Sequence[str]) -> Any:
    return canonical(list(ids)) if work.dialect == "sqlite" else list(ids)


def _write(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, loaded: Mapping[str, Loaded], coming: _Coming
) -> list[Draft]:
    """Bring records of one entity back."""
    changes = [Changed(Draft(work, actor, plan, one, dict(it.cells)), it) for one, it in loaded.items()]
    drafts = [change.draft for change in changes]
    for change in changes:
        change.draft.cells.update(
            deleted_at=(None,),
            updated_at=(work.now,),
            updated_by=(actor.user_id,),
            row_version=(change.loaded.version + 1,),
        )
    people.check_addresses(program, drafts)
    for draft in drafts:
        draft.raise_faults()
    emptied = _empty_dead_links(program, work, drafts, coming.roots)
    is_found = bool(plan.held.search)
    documents = {one.record_id: search_document(plan, one.cells, work.dialect) for one in drafts if is_found}
    store(program, changes, "restored", documents)
    for field, _ in plan.own_roll_ups:
        coming.stale[plan.entity.name, field.name].update(loaded)
    for name, ids in emptied.items():
        for key, some in computed_from(plan, {name}, ids).items():
            coming.stale[key].update(some)
    return drafts


def _empty_dead_links(
    program: Program, work: Work, drafts: Sequence[Draft], coming: Mapping[str, str]
) -> dict[str, list[str]]:
    """Empty the links of restored records whose target is gone by now; the records by the field that was emptied.

    Raises: Conflict `target_in_trash` naming the links that cannot be empty or whose target has to come first.
    """
    plan = drafts[0].plan
    emptied: dict[str, list[str]] = defaultdict(list)
    kept: list[Detail] = []
    for field in plan.links:
        held = program.tables.entities.get(field.target)
        pairs = [(draft.record_id, draft.cells[field.name][0]) for draft in drafts]
        if any(coming.get(target, coming[one]) != coming[one] for one, target in pairs):
            raise Entangled("these records hang together")
        targets = {target for _, target in pairs} - coming.keys() - {None}
        if held is None or field.is_system or not targets:
            continue
        identity, deleted = held.column("id"), held.column("deleted_at")
        alive = sa.select(identity).where(in_list(identity, "ids", work.dialect), deleted.is_(None))
        dead = targets - {row[0] for row in work.fetch(alive, {"ids": _packed(work, sorted(targets))})}
        cut = [draft for draft in drafts if draft.cells[field.name][0] in dead]
        if cut and (field.columns[0].on_delete != "clear" or field.required):
            kept.append(Detail(field.name, "target_in_trash", "what this links to is in the trash; restore it first"))
            continue
        for draft in cut:
            draft.cells[field.name] = plan.writers[field.name].empty
            emptied[field.name].append(draft.record_id)
    if kept:
        raise Conflict("what this record belongs to is in the trash", code="target_in_trash", details=kept)
    return emptied
