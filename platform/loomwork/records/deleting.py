"""Into the trash and back. What points to a deleted record decides: refused, cleared, or gone with it."""

from loomwork.core.errors import VersionMissing
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.records.around import administrators
from loomwork.records.loading import load_for
from loomwork.records.program import Program
from loomwork.records.sets.restoring import untrash
from loomwork.records.sets.trashing import stale, trash
from loomwork.storage.database import Work


def delete(program: Program, work: Work, actor: Actor, entity: str, record_id: str, row_version: int | None) -> int:
    """Put a record into the trash, with those that belong to it; its version rises.

    Raises: VersionMissing, NotFound, NotAllowed, StaleRecord; Conflict `still_linked` where a link refuses, `owns_records`
    for a person who owns records, `last_administrator`.
    """
    if row_version is None:
        raise VersionMissing("say which version you delete: If-Match with the record's row_version")
    plan = program.plans.of(entity)
    is_guarded = administrators.guard_change(program, work, entity)
    loaded = load_for(program, work, actor, plan, record_id, "delete")
    if not loaded.held:
        raise not_allowed("delete", entity)
    if loaded.version != row_version:
        raise stale(program, work, actor, entity, loaded)
    trash(program, work, actor, plan, {record_id: loaded})
    if is_guarded:
        administrators.check_left(program, work)
    return loaded.version + 1


def restore(program: Program, work: Work, actor: Actor, entity: str, record_id: str) -> int:
    """Take a record out of the trash, with those that went with it.

    Raises: NotFound unless it is in the trash and seen; NotAllowed; Conflict where a unique value is used by now.
    """
    plan = program.plans.of(entity)
    loaded = load_for(program, work, actor, plan, record_id, "restore", trash=True)
    if not loaded.held:
        raise not_allowed("restore", entity)
    administrators.check_restoring(program, actor, entity, loaded.cells)
    untrash(program, work, actor, plan, {record_id: loaded})
    return loaded.version + 1
