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
from loomwork.records.sets.trashing import computed_from, service
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare


@dataclass(frozen=True, slots=True)
class _Coming:
    """All that come back: their ids, and which of their own values have to be made anew."""

    ids: set[str]
    stale: roll_ups.Parents


def untrash(program: Program, work: Work, actor: Actor, plan: EntityPlan, loaded: Mapping[str, Loaded]) -> None:
    """Take records of one entity, that went at the same time, out of the trash.

    Raises: Conflict `target_in_trash`, or `unique` where a value is used by now.
    """
    stamp = next(iter(loaded.values())).cells["deleted_at"]
    levels = _gather(program, work, plan.entity.name, list(loaded), plan.writers["deleted_at"].bound(stamp)[0][1])
    coming = _Coming({one for level in levels for ids in level.values() for one in ids}, defaultdict(set))
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


def _gather(program: Program, work: Work, entity: str, ids: Sequence[str], stamp: Any) -> list[Level]:
    """The records themselves, then those that went with them: in the trash since the same instant."""
    levels: list[Level] = [{entity: list(ids)}]
    seen = set(ids)
    while level := levels[-1]:
        following: Level = defaultdict(list)
        for here, targets in level.items():
            for other, link, manner in pointing_links(program, here):
                if manner == "cascade":
                    some = _gone_with(program, work, other.name, link.name, targets, stamp)
                    following[other.name].extend(one for one in some if one not in seen)
                    seen.update(some)
        levels.append({name: some for name, some in following.items() if some})
    return levels[:-1]


def _gone_with(program: Program, work: Work, entity: str, link: str, targets: Sequence[str], stamp: Any) -> list[str]:
    held = program.tables.entities[entity]
    column, deleted = held.column(link), held.column("deleted_at")

    def make() -> Prepared:
        at_once = deleted == sa.bindparam("stamp", type_=deleted.type, required=True)
        here = in_list(column, "targets", program.tables.dialect)
        return prepare(sa.select(held.column("id")).where(here, at_once), program.plans.dialect)

    binds = {"targets": _packed(work, targets), "stamp": stamp}
    return [row[0] for row in work.rows(program.engine.kept(("gone with", entity, link), make), binds)]


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
    emptied = _empty_dead_links(program, work, drafts, coming.ids)
    is_found = bool(plan.held.search)
    documents = {one.record_id: search_document(plan, one.cells, work.dialect) for one in drafts if is_found}
    store(program, changes, "restored", documents)
    for field, _ in plan.own_roll_ups:
        coming.stale[plan.entity.name, field.name].update(loaded)
    for name, ids in emptied.items():
        for key, some in computed_from(plan, {name}, ids).items():
            coming.stale[key].update(some)
    return drafts


def _empty_dead_links(program: Program, work: Work, drafts: Sequence[Draft], coming: set[str]) -> dict[str, list[str]]:
    """Empty the links of restored records whose target is gone by now; the records by the field that was emptied.

    Raises: Conflict `target_in_trash` naming the links that cannot be empty or whose target has to come first.
    """
    plan = drafts[0].plan
    emptied: dict[str, list[str]] = defaultdict(list)
    kept: list[Detail] = []
    for field in plan.links:
        held = program.tables.entities.get(field.target)
        targets = {draft.cells[field.name][0] for draft in drafts} - coming - {None}
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
