"""Whether the reader sees a record at all: asked before anything is said about what hangs on it."""

from loomwork.permissions.actor import Actor
from loomwork.query.refusals import not_found
from loomwork.storage.database import Work
from loomwork.web import context


def check_seen(work: Work, who: Actor, entity: str, record_id: str) -> None:
    """Pass for a record that the reader sees.

    Raises: NotFound, in the same words for a record that is not there, one that he does not see, and one of an entity
    of which he sees nothing.
    """
    rt = context.runtime()
    rt.catalog.entity(entity)
    if not rt.query.may(work, who, entity, "read"):
        raise not_found(entity)
    rt.query.get(work, who, entity, record_id, ("id",))
