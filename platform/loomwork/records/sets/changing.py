"""Many existing records at once, as if one by one: each in its turn, all or none.

They go together, in as many statements for many as for one. Where together is refused, or the order of the records would
matter, what was written is taken back and they go one by one, which tells the place of the one that is refused.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy

from loomwork.core.errors import PlatformError, TryAgain
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records import deleting, writing
from loomwork.records.around import administrators
from loomwork.records.bulk import RowFault
from loomwork.records.draft import Change
from loomwork.records.loading import load_many
from loomwork.records.program import Program
from loomwork.records.sets import updating
from loomwork.records.sets.restoring import untrash
from loomwork.records.sets.trashing import Entangled, delete_all
from loomwork.storage.database import Work


def update_many(program: Program, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
    """Change records; their new versions. Raises: RowFault with the place of the first that is refused."""

    def one(place: int) -> int:
        return writing.update(program, work, actor, entity, changes[place])

    def all_of_them() -> list[int]:
        return update_together(program, work, actor, entity, changes)

    return _together(work, len(changes), all_of_them, one)


def delete_many(program: Program, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
    """Put records at their versions into the trash; their new versions. Raises: RowFault."""

    def one(place: int) -> int:
        change = changes[place]
        return deleting.delete(program, work, actor, entity, change.record_id, change.row_version)

    def all_of_them() -> list[int]:
        return delete_together(program, work, actor, entity, changes)

    return _together(work, len(changes), all_of_them, one)


def restore_many(program: Program, work: Work, actor: Actor, entity: str, ids: Sequence[str]) -> list[int]:
    """Take records out of the trash; their new versions. Raises: RowFault."""

    def one(place: int) -> int:
        return deleting.restore(program, work, actor, entity, ids[place])

    def all_of_them() -> list[int]:
        plan = program.plans.of(entity)
        loaded = load_many(program, work, actor, plan, _distinct(ids), "restore", trash=True)
        for it in loaded.values():
            if not it.held:
                raise not_allowed("restore", entity)
            administrators.check_restoring(program, actor, entity, it.cells)
        untrash(program, work, actor, plan, loaded)
        return [loaded[one].version + 1 for one in ids]

    return _together(work, len(ids), all_of_them, one)


def update_together(program: Program, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
    """Change records set by set. Raises: what any of them is refused for, Entangled; then nothing may be committed."""
    _distinct([change.record_id for change in changes])
    for change in changes:
        change.version()
    begun = updating.begin(program, work, actor, entity, changes)
    for one in begun:
        one.draft.raise_faults()
    updating.write(program, begun)
    for one in begun:
        one.draft.raise_faults()
    return [one.draft.cells["row_version"][0] for one in begun]


def delete_together(program: Program, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
    """Delete records set by set, each to come back alone. Raises: as `update_together`."""
    _distinct([change.record_id for change in changes])
    versions = {change.record_id: change.version() for change in changes}
    delete_all(program, work, actor, entity, versions, apart=True)
    return [version + 1 for version in versions.values()]


def _distinct(ids: Sequence[str]) -> Sequence[str]:
    if len(set(ids)) != len(ids):
        raise Entangled("a record is named twice")
    return ids


def _together(work: Work, count: int, all_of_them: Callable[[], list[int]], one: Callable[[int], int]) -> list[int]:
    if count > 1:
        notes, calls = deepcopy(work.notes), list(work.before_commit)
        try:
            with work.savepoint():
                return all_of_them()
        except TryAgain:
            raise
        except PlatformError:
            restore_notes(work, notes, calls)
    versions: list[int] = []
    for place in range(count):
        try:
            versions.append(one(place))
        except PlatformError as fault:
            raise RowFault(place, fault) from fault
    return versions


def restore_notes(work: Work, notes: dict[str, object], calls: Sequence[Callable[[], None]]) -> None:
    """What a unit knew before a part of it that was taken back."""
    work.notes.clear()
    work.notes.update(notes)
    work.before_commit[:] = calls
