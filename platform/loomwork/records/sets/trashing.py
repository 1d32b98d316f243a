"""Put many records into the trash: what points to them is settled first, then they go, the farthest first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from loomwork.core.errors import PlatformError, StaleRecord
from loomwork.permissions.actor import Actor, system_actor
from loomwork.permissions.policy import not_allowed
from loomwork.records import roll_ups
from loomwork.records.around import administrators, owned
from loomwork.records.around.pointing import still_linked
from loomwork.records.around.raising import covered
from loomwork.records.draft import Draft
from loomwork.records.loading import Loaded, load_many
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.sets.gathering import MOST_CASCADED, gather
from loomwork.records.sets.storing import Changed, documents_of, store
from loomwork.storage.database import Work


def delete_all(
    program: Program, work: Work, actor: Actor, entity: str, versions: Mapping[str, int], *, apart: bool = False
) -> None:
    """Delete records at their versions; `apart` as in `trash`.

    Raises: NotFound, NotAllowed, StaleRecord; Conflict as `deleting.delete` does; Entangled.
    """
    if not versions:
        return
    plan = program.plans.of(entity)
    is_guarded = administrators.guard_change(program, work, entity)
    loaded = load_many(program, work, actor, plan, list(versions), "delete")
    for one, version in versions.items():
        if not loaded[one].held:
            raise not_allowed("delete", entity)
        if loaded[one].version != version:
            raise stale(program, work, actor, entity, loaded[one])
    trash(program, work, actor, plan, loaded, apart=apart)
    if is_guarded:
        administrators.check_left(program, work)


def stale(program: Program, work: Work, actor: Actor, entity: str, loaded: Loaded) -> StaleRecord:
    """The refusal to delete a record at another version than its own."""
    current = program.engine.get(work, program.reader(actor), entity, loaded.cells["id"][0])
    return StaleRecord(
        "somebody changed this record meanwhile",
        extra={"row_version": loaded.version, "theirs": current, "yours": None},
    )


class Entangled(PlatformError):
    """Records hang together, so that it matters in which order they go or come: they have to go one by one."""

    default_code = "entangled"


def trash(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, loaded: Mapping[str, Loaded], *, apart: bool = False
) -> None:
    """Settle what points to records of one entity, then put them into the trash after those that go with them.

    `apart`: each is a deletion of its own and comes back alone.
    Raises: Conflict `still_linked`, `too_many`, `owns_records`; Entangled for records that cannot go apart together.
    """
    settled = gather(program, work, plan.entity.name, list(loaded), language=actor.language)
    if apart and settled.is_entangled:
        raise Entangled("these records hang together")
    for level in settled.levels:
        for entity, ids in level.items():
            if owned.is_owner(program, entity):
                owned.refuse_owners(program, work, ids)
    # What goes in one unit but not together comes back apart: each deletion has an instant of its own.
    count = work.notes.get("deletions", -1) + 1
    places = {one: count + place if apart else count for place, one in enumerate(loaded)}
    work.notes["deletions"] = max(places.values())
    stamps = {one: work.now + timedelta(microseconds=places[root]) for one, root in settled.roots.items()}
    going = defaultdict(list, {plan.entity.name: list(loaded)})
    for entity, ids in settled.below:
        going[entity] += ids
    with covered(work, going):
        for entity, field, ids in settled.cleared:
            clear(program, work, service(actor, "clear link"), program.plans.of(entity), field, ids)
        cascade = service(actor, "cascade")
        for entity, ids in settled.below:
            other = program.plans.of(entity)
            _mark(program, work, cascade, other, load_many(program, work, cascade, other, ids, "delete"), stamps)
        _mark(program, work, actor, plan, loaded, stamps)


def _mark(
    program: Program,
    work: Work,
    actor: Actor,
    plan: EntityPlan,
    loaded: Mapping[str, Loaded],
    stamps: Mapping[str, datetime],
) -> None:
    changes = [
        Changed(Draft(work, actor, plan, one, dict(it.cells), before=it.cells), it) for one, it in loaded.items()
    ]
    for change in changes:
        stamp = stamps[change.draft.record_id]
        change.draft.cells.update(deleted_at=(stamp,), **_stamp(work, actor, change.loaded))
    store(program, changes, "deleted", dict.fromkeys(loaded, "") if plan.held.search else {})
    roll_ups.after_change(program, work, [change.draft for change in changes], removed=True)


def _stamp(work: Work, actor: Actor, loaded: Loaded) -> dict[str, tuple[object, ...]]:
    return {"updated_at": (work.now,), "updated_by": (actor.user_id,), "row_version": (loaded.version + 1,)}


def service(actor: Actor, reason: str) -> Actor:
    """The platform, on somebody's behalf."""
    return system_actor(reason, on_behalf_of=actor.user_id)


def clear(program: Program, work: Work, actor: Actor, plan: EntityPlan, field: str, ids: Sequence[str]) -> None:
    """Empty a link of some records; what is computed from it follows.

    Raises: Conflict `still_linked` where the link has to be filled.
    """
    if plan.entity.fields[field].required:
        raise still_linked(program, {(plan.entity.name, field): len(ids)}, most=MOST_CASCADED, language=actor.language)
    for some in _chunks(ids):
        loaded = load_many(program, work, actor, plan, some, "update")
        changes = [
            Changed(Draft(work, actor, plan, one, dict(it.cells), before=it.cells), it) for one, it in loaded.items()
        ]
        for change in changes:
            change.draft.cells[field] = plan.writers[field].empty
            change.draft.cells.update(_stamp(work, actor, change.loaded))
        drafts = [change.draft for change in changes]
        store(program, changes, "updated", documents_of(drafts))
        roll_ups.after_change(program, work, drafts)
        roll_ups.recompute(program, work, computed_from(plan, {field}, some))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """At most 5,000 at a time, so that memory stays small however many point to a record."""
    for start in range(0, len(ids), MOST_CASCADED):
        yield ids[start : start + MOST_CASCADED]


def computed_from(plan: EntityPlan, fields: set[str], ids: Iterable[str]) -> roll_ups.Parents:
    """The stored formulas of records that read some of their fields."""
    return {
        (plan.entity.name, field.name): set(ids)
        for field, made in plan.computed
        if any(path.partition(".")[0] in fields for path in made.formula.dependencies)
    }
