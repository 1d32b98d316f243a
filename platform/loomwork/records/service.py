"""The record service and the reader: what every door (API, screens, import, engines) calls.

Each call takes the unit of work and the actor; the catalog version is the one that the unit began with.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.core.errors import Broken, NotAllowed, NotFound
from loomwork.permissions.actor import Actor, require
from loomwork.permissions.policy import scope_allows
from loomwork.query.together.counting import count_all
from loomwork.query.tree import MAX_LIMIT, Page, Query
from loomwork.records import bulk, deleting, writing
from loomwork.records.around import answering, explaining, handing, history, shares, taking
from loomwork.records.draft import Change
from loomwork.records.program import Program
from loomwork.records.sets import changing
from loomwork.storage.database import Work

Data = Mapping[str, Any]
Wire = dict[str, Any]


def program_of(work: Work) -> Program:
    """The catalog version of a unit of work."""
    if not isinstance(work.program, Program):
        raise Broken("the unit of work was not begun by the runtime")
    return work.program


def may_read(actor: Actor) -> Actor:
    """The actor, unless he comes with a token that does not let read.

    Raises: NotSignedIn, NotAllowed.
    """
    if not scope_allows(require(actor), "read"):
        raise NotAllowed("this token does not let read records", code="token_scope")
    return actor


class ReadService:
    """Reading: every answer holds only what the actor may see."""

    def run(self, work: Work, actor: Actor, query: Query, *, most: int = MAX_LIMIT) -> Page:
        """A page of records; see `QueryEngine.run`."""
        program = program_of(work)
        return program.engine.run(work, program.reader(may_read(actor)), query, most=most)

    def group(self, work: Work, actor: Actor, query: Query) -> dict[str, Any]:
        """A grouped query: `{columns, rows}`; see `QueryEngine.group`."""
        program = program_of(work)
        return program.engine.group(work, program.reader(may_read(actor)), query)

    def count_all(self, work: Work, actor: Actor, queries: Sequence[Query]) -> list[tuple[int, bool]]:
        """How many records several lists hold, in one statement; see `counting.count_all`."""
        program = program_of(work)
        return count_all(program.engine, work, program.reader(may_read(actor)), queries, program.plans.dialect)

    def get(
        self, work: Work, actor: Actor, entity: str, record_id: str, fields: Sequence[str] = (), *, trash: bool = False
    ) -> Wire:
        """One record. Raises: NotFound for one that is not there or not seen."""
        program = program_of(work)
        program.catalog.entity(entity)
        writing.require_record(entity, record_id)
        return program.engine.get(work, program.reader(may_read(actor)), entity, record_id, fields, trash=trash)

    def history(
        self, work: Work, actor: Actor, entity: str, record_id: str, *, before: int = 0, limit: int = 100
    ) -> list[Wire]:
        """Changes of a record, newest first; see `history.history`."""
        writing.require_record(entity, record_id)
        return history.history(program_of(work), work, may_read(actor), entity, record_id, before=before, limit=limit)

    def explain(self, work: Work, actor: Actor, entity: str, record_id: str) -> Wire:
        """Which grants let the actor do what; see `explaining.explain`."""
        program = program_of(work)
        program.catalog.entity(entity)
        writing.require_record(entity, record_id)
        return explaining.explain(program, work, require(actor), entity, record_id)

    def may(self, work: Work, actor: Actor, entity: str, action: str) -> bool:
        """Whether the actor may do the action on some record of the entity."""
        return program_of(work).policies.may(require(actor), entity, action)


class RecordService:
    """Writing: the only door. Answers are records as the actor sees them."""

    def take_ahead(self, program: Program, actor: Actor, entity: str, data: Data) -> Data:
        """The data of a `create` with its values read before the unit of work, under the program at hand.

        Raises: NotFound for an unknown entity.
        """
        return taking.take_ahead(program, require(actor), entity, data)

    def create(self, work: Work, actor: Actor, entity: str, data: Data, *, is_shown: bool = True) -> Wire:
        """Create a record; where it would have to be read back and is not to be shown here, id and version come alone.

        Raises: NotAllowed, InvalidInput with every fault, Conflict `unique`.
        """
        program = program_of(work)
        program.catalog.entity(entity)
        draft = writing.create_draft(program, work, require(actor), entity, data)
        shown = answering.answer(program, draft)
        if shown is not None:
            return {**shown}
        row = {"id": draft.record_id, "row_version": 1}
        return self.seen(work, actor, entity, row) if is_shown else row

    def update(
        self,
        work: Work,
        actor: Actor,
        entity: str,
        record_id: str,
        data: Data,
        row_version: int | None,
        *,
        merge: bool = False,
        is_shown: bool = True,
        by_service: bool = False,
    ) -> Wire:
        """Change a record; `merge` lets an older version through where nobody touched the same fields.

        Only id and version come back when it is not to be shown here (`seen` shows it after the commit). `by_service`
        lets the platform itself write fields that are closed to people.

        Raises: VersionMissing, NotFound, NotAllowed, StaleRecord with both sides, InvalidInput, Conflict.
        """
        program = program_of(work)
        program.catalog.entity(entity)
        change = Change(record_id, data, row_version, merge)
        version = writing.update(program, work, require(actor), entity, change, by_service=by_service)
        row = {"id": record_id, "row_version": version}
        return self.seen(work, actor, entity, row) if is_shown else row

    def delete(self, work: Work, actor: Actor, entity: str, record_id: str, row_version: int | None) -> int:
        """Put a record into the trash; its new version."""
        program = program_of(work)
        program.catalog.entity(entity)
        return deleting.delete(program, work, require(actor), entity, record_id, row_version)

    def restore(self, work: Work, actor: Actor, entity: str, record_id: str) -> Wire:
        """Take a record out of the trash."""
        program = program_of(work)
        program.catalog.entity(entity)
        version = deleting.restore(program, work, require(actor), entity, record_id)
        return self.seen(work, actor, entity, {"id": record_id, "row_version": version})

    def create_many(self, work: Work, actor: Actor, entity: str, rows: Sequence[Data]) -> list[str]:
        """Create records in one go; their ids. Raises: RowFault with the place of the first refused row."""
        program = program_of(work)
        program.catalog.entity(entity)
        return bulk.create_many(program, work, require(actor), entity, rows)

    def update_many(self, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
        """Change records in one go; their versions. Raises: RowFault with the place of the first refused change."""
        program = program_of(work)
        program.catalog.entity(entity)
        return changing.update_many(program, work, require(actor), entity, changes)

    def delete_many(self, work: Work, actor: Actor, entity: str, changes: Sequence[Change]) -> list[int]:
        """Put records at their versions into the trash in one go; their new versions. Raises: RowFault."""
        program = program_of(work)
        program.catalog.entity(entity)
        return changing.delete_many(program, work, require(actor), entity, changes)

    def restore_many(self, work: Work, actor: Actor, entity: str, ids: Sequence[str]) -> list[int]:
        """Take records out of the trash in one go; their new versions. Raises: RowFault."""
        program = program_of(work)
        program.catalog.entity(entity)
        return changing.restore_many(program, work, require(actor), entity, ids)

    def hand_over(self, work: Work, actor: Actor, entity: str, order: handing.Order) -> handing.Handed:
        """Give an owner's next records to somebody else; only the owner changes. For the platform's own use."""
        program = program_of(work)
        program.catalog.entity(entity)
        return handing.hand_over(program, work, require(actor), entity, order)

    def seen_many(
        self, work: Work, actor: Actor, entity: str, ids: Sequence[str], versions: Sequence[int] = ()
    ) -> list[Wire]:
        """Records as the actor sees them, in the order given; id and version (1 for new ones) of those not seen."""
        program = program_of(work)
        rows = program.engine.get_many(work, program.reader(require(actor)), entity, ids)
        found = {row["id"]: row for row in rows}
        pairs = zip(ids, versions or [1] * len(ids), strict=True)
        return [found.get(one, {"id": one, "row_version": version}) for one, version in pairs]

    def share(self, work: Work, actor: Actor, entity: str, record_id: str, *, principal: str, level: str) -> None:
        """Share a record with a person, unit or team."""
        shares.share(program_of(work), work, require(actor), entity, record_id, shares.Sharing(principal, level))

    def unshare(self, work: Work, actor: Actor, entity: str, record_id: str, *, principal: str) -> None:
        """Take a share away."""
        shares.unshare(program_of(work), work, require(actor), entity, record_id, principal)

    def shares(self, work: Work, actor: Actor, entity: str, record_id: str) -> list[Wire]:
        """With whom a record is shared."""
        return shares.shares_of(program_of(work), work, require(actor), entity, record_id)

    def seen(self, work: Work, actor: Actor, entity: str, row: Wire) -> Wire:
        """A record as the actor sees it after his change; `row` itself (id and version) where he no longer does."""
        program = program_of(work)
        try:
            return program.engine.get(work, program.reader(actor), entity, row["id"])
        except NotFound:
            return row
