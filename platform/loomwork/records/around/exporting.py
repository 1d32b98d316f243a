"""Reading for an export: page by page, only rows that an export right gives, within one unit of work."""

from collections.abc import Iterator
from dataclasses import replace

from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.access import Access, EntityAccess
from loomwork.query.engine import Reader
from loomwork.query.tree import MAX_LIMIT, Page, Query
from loomwork.records.service import program_of
from loomwork.storage.database import Work


class ExportAccess:
    """The reader's rights, but on the exported entity only those rows that an export right gives.

    A record that was shared with him he may look at, not take away, so shares do not count here.
    """

    has_shares = False

    def __init__(self, inner: Access, entity: str) -> None:
        self._inner = inner
        self._entity = entity
        self.knows_colleagues = inner.knows_colleagues
        self.key = f"export:{entity}:{inner.key}"

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """Rights on an entity."""
        return self._inner.entity(name, "export" if name == self._entity and action == "read" else action)


def export_fields(work: Work, actor: Actor, entity: str) -> tuple[str, ...]:
    """The fields that an export holds unless others are named: the id and everything of the entity that is seen.

    Raises: NotAllowed without the right to export.
    """
    program = program_of(work)
    known = program.catalog.entity(entity)
    if not program.policies.may(actor, entity, "export"):
        raise not_allowed("export", entity)
    rights = program.policies.of(actor).entity(entity, "export")
    names = ["id", *(name for name, one in known.fields.items() if not one.is_system)]
    return tuple(name for name in names if not rights.is_closed(name))


def export_pages(work: Work, actor: Actor, query: Query) -> Iterator[Page]:
    """All pages of a query, as large as they may be.

    Raises: NotAllowed without the right to export; what the query raises.
    """
    program = program_of(work)
    if not program.policies.may(actor, program.catalog.entity(query.entity).name, "export"):
        raise not_allowed("export", query.entity)
    own = program.reader(actor)
    reader = Reader(ExportAccess(own.access, query.entity), own.binds, own.user, own.zone, own.language)
    asked = replace(query, limit=MAX_LIMIT)
    while True:
        page = program.engine.run(work, reader, asked)
        yield page
        if not page.next_cursor:
            return
        asked = replace(asked, cursor=page.next_cursor)
