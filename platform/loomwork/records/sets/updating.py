"""Change many records of one entity: the walk of `writing.update`, each step taken by all of them together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from loomwork.core.errors import InvalidInput
from loomwork.core.ids import is_version
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records import children, files, links, rights, roll_ups, rules
from loomwork.records.around import administrators, trees
from loomwork.records.around.conflicts import check_stale, unread_fields_of
from loomwork.records.around.taking import take
from loomwork.records.draft import Change, Draft
from loomwork.records.loading import Loaded, load_many
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.sets.linking import check_links
from loomwork.records.sets.storing import Changed, documents_of, store, write_computed
from loomwork.storage.database import Work


def begin(program: Program, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[Changed]:
    """Each change checked as far as can be told before the write; the drafts keep their faults.

    Raises: NotFound, NotAllowed, StaleRecord with both sides.
    """
    plan = program.plans.of(entity)
    for change in changes:
        trees.reserve(plan, work, change.data)
    administrators.guard_change(program, work, entity, {name for change in changes for name in change.data})
    loaded = load_many(program, work, actor, plan, [change.record_id for change in changes], "update")
    begun = [_taken(work, actor, plan, change, loaded[change.record_id]) for change in changes]
    unread = unread_fields_of(program, [one.draft for one in begun])
    for one, change in zip(begun, changes, strict=True):
        one.draft.unread = unread.get(change.record_id, frozenset())
        asked = change.row_version if change.row_version and is_version(change.row_version) else 0
        if one.loaded.version != asked:
            check_stale(program, one.draft, change.data, asked, one.loaded.version, merge=change.merge)
        if not one.loaded.held:
            raise not_allowed("update", entity)
        rights.check_fields(program, one.draft, one.draft.given, one.loaded.held, "update")
    links.read_joins(program, [one.draft for one in begun])
    children.drop_same(program, [one.draft for one in begun])
    for one in begun:
        if _is_change(one.draft):
            one.draft.cells.update(
                updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(one.loaded.version + 1,)
            )
            with collecting(one.draft):
                rules.apply_local(one.draft)
    check(program, [one.draft for one in begun if _is_change(one.draft)])
    return begun


def _taken(work: Work, actor: Actor, plan: EntityPlan, change: Change, loaded: Loaded) -> Changed:
    draft = Draft(work, actor, plan, change.record_id, dict(loaded.cells), before=loaded.cells)
    take(draft, change.data)
    return Changed(draft, loaded)


def _is_change(draft: Draft) -> bool:
    return bool(draft.details or draft.changed() or draft.joins or draft.children or draft.unread)


@contextmanager
def collecting(draft: Draft) -> Iterator[None]:
    """Let a draft keep the faults of its values in place of raising them."""
    try:
        yield
    except InvalidInput as fault:
        draft.details.extend(fault.details)


def check(program: Program, drafts: Sequence[Draft]) -> None:
    """What drafts of one entity and actor have to ask about others: links, pairs, files. They keep the faults."""
    if drafts:
        check_links(program, drafts)
        links.check_joined(program, drafts)
        files.settle_files(program, drafts)


def write(program: Program, changes: Sequence[Changed]) -> None:
    """Write checked changes with everything that follows; the drafts keep what only the database could tell.

    Raises: StaleRecord, Conflict for a taken value, RowFault for rows of child tables. After faults nothing may be
    committed.
    """
    some = [one for one in changes if _is_change(one.draft)]
    if not some:
        return
    drafts, work = [one.draft for one in some], some[0].draft.work
    links.settle_joins(drafts)
    store(program, some, "updated", documents_of(drafts))
    trees.check_moved(program, drafts)
    _write_lists(program, drafts)
    if drafts[0].plan.has_outward:
        changed = rules.apply_outward_many(program, drafts)
        if any(draft.details for draft in drafts):
            return
        write_computed(program, drafts, changed)
    roll_ups.after_change(program, work, drafts)
    if "administrators" in work.notes:
        administrators.check_left(program, work)


def _write_lists(program: Program, drafts: Sequence[Draft]) -> None:
    links.write_joins(program, drafts)
    children.write_all(program, drafts)
