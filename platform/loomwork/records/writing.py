"""Create, change, delete and restore records: the walk of a write, from wire to commit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Conflict, Detail, InvalidInput, SaidDetail, StaleRecord
from loomwork.core.ids import is_id, new_id
from loomwork.permissions.actor import Actor, system_actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.refusals import not_found
from loomwork.query.tree import Query
from loomwork.records import children, events, files, links, numbering, rights, roll_ups, rules
from loomwork.records.around import administrators, trees
from loomwork.records.around.conflicts import check_stale, unread_fields
from loomwork.records.around.taking import Taken, take
from loomwork.records.draft import Change, Draft, message_of
from loomwork.records.loading import load_for
from loomwork.records.plans import EntityPlan, search_document
from loomwork.records.program import Program
from loomwork.records.values import computed_cells
from loomwork.storage.database import UniqueTaken, Work
from loomwork.storage.documents import write_documents
from loomwork.storage.reindex import reindex_some
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.tables import SEARCH

Data = Mapping[str, Any]


def create(
    program: Program, work: Work, actor: Actor, entity: str, data: Data, *, link: tuple[str, str] | None = None
) -> str:
    """Create a record and give its id; see `create_draft`."""
    return create_draft(program, work, actor, entity, data, link=link).record_id


def create_draft(
    program: Program, work: Work, actor: Actor, entity: str, data: Data, *, link: tuple[str, str] | None = None
) -> Draft:
    """Create a record; as it was written. `link` ties a child row to its parent: (link field, parent's id).

    Raises: NotAllowed, InvalidInput naming every field, Conflict for a value that is taken.
    """
    draft = prepare_new(program, work, actor, entity, data, link=link)
    insert(program, draft)
    finish(program, draft, "created")
    return draft


def _check_single(program: Program, work: Work, entity: str) -> None:
    """Raises: Conflict `single` where the one record is there already."""
    reader = program.reader(system_actor("single"))
    if program.engine.run(work, reader, Query(entity, fields=("id",), limit=1)).rows:
        raise Conflict("there is one record only, and it is there already", code="single")


def prepare_new(
    program: Program, work: Work, actor: Actor, entity: str, data: Data, *, link: tuple[str, str] | None = None
) -> Draft:
    """A checked draft of a new record, not yet written."""
    draft = check_begun(program, begin_new(program, work, actor, entity, data, link=link))
    for field in draft.plan.numbering:
        number = numbering.next_number(work, field, program.company_zone)[0]
        draft.cells[field.name] = computed_cells(field, number)
    return draft


def check_begun(program: Program, draft: Draft, known: links.Known = frozenset()) -> Draft:
    """A draft of a new record with everything checked that can be told before the write; takes no number.

    `known` are link targets that were found already. Raises: InvalidInput naming every field.
    """
    links.check_links(program, draft, known)
    links.check_joined(program, [draft])
    files.settle_files(program, [draft])
    children.raise_faults(program, draft)
    return draft


def begin_new(
    program: Program, work: Work, actor: Actor, entity: str, data: Data, *, link: tuple[str, str] | None = None
) -> Draft:
    """A draft of a new record with everything checked that it can tell of itself; it keeps the faults.

    Raises: NotAllowed, InvalidInput for what is no record at all, Conflict `single`.
    """
    plan = program.plans.of(entity)
    rights.check_action(program, actor, entity, "create")
    if plan.entity.is_single:
        _check_single(program, work, entity)
    if isinstance(data, Taken) and data.ahead.plan is plan:
        draft = replace(data.ahead, work=work, actor=actor, cells=dict(data.ahead.cells))
    else:
        draft = Draft(work, actor, plan, new_id(), {name: writer.empty for name, writer in plan.writers.items()})
        take(draft, data, readonly_too=actor.is_system)
    if link is not None:
        draft.cells[link[0]] = (link[1],)
        draft.given.discard(link[0])
    stamp_new(draft)
    rules.apply_defaults(draft)
    rules.apply_local(draft)
    return draft


def check_change(program: Program, work: Work, actor: Actor, entity: str, record_id: str, data: Data) -> None:
    """Check a change without writing it.

    Raises: what `update` would raise before its write.
    """
    plan = program.plans.of(entity)
    loaded = load_for(program, work, actor, plan, record_id, "update")
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=loaded.cells)
    take(draft, data)
    draft.unread = unread_fields(program, work, actor, plan, record_id, draft.given)
    if not loaded.held:
        raise not_allowed("update", entity)
    rights.check_fields(program, draft, draft.given, loaded.held, "update")
    rules.apply_local(draft)
    links.check_links(program, draft)
    trees.check_trees(program, draft)
    links.check_joined(program, [draft])
    files.settle_files(program, [draft])
    children.raise_faults(program, draft)


def stamp_new(draft: Draft) -> None:
    """The service's own columns of a new record."""
    now, who = draft.work.now, draft.actor.user_id
    draft.cells.update(
        id=(draft.record_id,),
        created_at=(now,),
        created_by=(who,),
        updated_at=(now,),
        updated_by=(who,),
        row_version=(1,),
    )
    if draft.cells["owner_id"][0] is None:
        draft.cells["owner_id"] = (who,)


def sealed_cells(program: Program, draft: Draft, name: str, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cells as they are written: encrypted where the type says so."""
    if not draft.plan.entity.fields[name].type.is_sealed or cells[0] is None:
        return cells
    if program.sealer is None:
        raise InvalidInput("there is no key for encrypted fields", code="no_key")
    return (program.sealer.seal_value(cells[0], draft.plan.entity.name, name, draft.record_id), *cells[1:])


def bound_values(program: Program, draft: Draft, names: Sequence[str]) -> dict[str, Any]:
    """Bind values of some fields."""
    values: dict[str, Any] = {}
    for name in names:
        draft.plan.writers[name].bind_into(values, sealed_cells(program, draft, name, draft.cells[name]))
    return values


def insert(program: Program, draft: Draft) -> None:
    """Write a new record with its search document, pairs, audit and outbox rows.

    Raises: Conflict `unique` naming the fields of a value that is taken.
    """
    plan, work = draft.plan, draft.work
    values = new_values(program, draft)
    try:
        if work.dialect == "sqlite":
            rows = work.rows(plan.insert, values)
            if plan.held.search:
                write_fts(plan, work, rows[0][0], search_document(plan, draft.cells, work.dialect))
            events.write_events(work, values)
        else:
            work.run(insert_with_events(program, plan), values)
    except UniqueTaken as fault:
        raise taken(plan, draft.actor, fault) from None


def new_values(program: Program, draft: Draft) -> dict[str, Any]:
    """The bind values of a new record with its audit and outbox rows, on PostgreSQL its search document too."""
    plan, work = draft.plan, draft.work
    values = bound_values(program, draft, list(plan.writers))
    event = events.event_of(draft, "created", events.changes_of(draft))
    values.update(events.event_values(work, draft.actor, event))
    if work.dialect != "sqlite" and SEARCH in plan.held.table.c:
        values["search"] = search_document(plan, draft.cells, work.dialect)
    return values


def insert_with_events(program: Program, plan: EntityPlan) -> Prepared:
    """PostgreSQL: a new record, its audit and its outbox rows as one statement."""
    key, dialect = ("insert with events", plan.entity.name), program.plans.dialect
    return program.engine.kept(key, lambda: events.prepared_with_events(plan.insert_sql, "lw_record", dialect))


def write_fts(plan: EntityPlan, work: Work, rowid: int, document: str, *, is_new: bool = True) -> None:
    """SQLite: the search document of a record."""
    write_documents(work, plan.held, [(rowid, document)], is_new=is_new)


def finish(program: Program, draft: Draft, verb: str) -> None:
    """What follows a write: pairs, children, values that look outward, rights on the result, roll-ups elsewhere."""
    if draft.joins:
        links.write_joins(program, [draft])
    if draft.children:
        children.write(program, draft)
    if draft.plan.own_roll_ups and draft.is_new:
        roll_ups.recompute(
            program,
            draft.work,
            {(draft.plan.entity.name, f.name): {draft.record_id} for f, _ in draft.plan.own_roll_ups},
        )
    if draft.plan.has_outward:
        changed = rules.apply_outward(program, draft)
        draft.raise_faults()
        if changed:
            write_computed(program, draft, changed)
    if verb == "created":
        rights.check_new(program, draft)
    roll_ups.after_change(program, draft.work, [draft])


def write_computed(program: Program, draft: Draft, names: Sequence[str]) -> None:
    """Write values that were computed after the write; the version stays, it is one change."""
    plan, work = draft.plan, draft.work
    is_found = plan.are_found(names)
    on_row = is_found and work.dialect != "sqlite"
    values = {**bound_values(program, draft, sorted(names)), "_id": draft.record_id}
    values["_version"] = draft.cells["row_version"][0]
    values["search"] = search_document(plan, draft.cells, work.dialect) if on_row else ""
    work.run(update_statement(program, plan, tuple(sorted(names)), document=on_row), values)
    if is_found and not on_row:
        reindex_some(work, plan.held, [draft.record_id])


def update_statement(program: Program, plan: EntityPlan, names: tuple[str, ...], *, document: bool = False) -> Prepared:
    """UPDATE of some fields of one record at one version."""
    key = (*names, "+search") if document else names
    found = plan.updates.get(key)
    if found is None:
        values = update_values(plan, names, document=document)
        found = plan.updates[key] = prepare(update_sql(plan, values), program.plans.dialect)
    return found


def update_with_events(program: Program, plan: EntityPlan, names: tuple[str, ...], *, document: bool) -> Prepared:
    """PostgreSQL: that update with its audit and outbox rows as one statement, which answers how many records it touched."""
    key = (*names, "+search", "+events") if document else (*names, "+events")
    found = plan.updates.get(key)
    if found is None:
        update = update_sql(plan, update_values(plan, names, document=document))
        found = plan.updates[key] = events.counted_with_events(update, plan.held.column("id"), program.plans.dialect)
    return found


def update_values(plan: EntityPlan, names: Sequence[str], *, document: bool) -> dict[str, Any]:
    """The columns of some fields, and of the search document, as they are bound in a statement."""
    values: dict[str, Any] = {}
    for name in names:
        for column, bind in zip(plan.held.fields[name].columns, plan.writers[name].binds, strict=True):
            values[column.name] = sa.bindparam(bind, type_=column.type, required=True)
    if document:
        values[SEARCH] = sa.cast(sa.bindparam("search", type_=sa.Text(), required=True), plan.held.table.c[SEARCH].type)
    return values


def update_sql(plan: EntityPlan, values: Mapping[str, Any]) -> Any:
    """UPDATE of one record at one version."""
    identity, version = plan.held.column("id"), plan.held.column("row_version")
    mine = sa.and_(
        identity == sa.bindparam("_id", type_=identity.type, required=True),
        version == sa.bindparam("_version", type_=version.type, required=True),
    )
    return sa.update(plan.held.table).where(mine).values(values)


def taken(plan: EntityPlan, actor: Actor, fault: UniqueTaken) -> Conflict:
    """`already used`, at the fields that the index covers; nothing is told of the other record."""
    names = unique_fields(plan, fault.constraint)
    text = {"zh-CN": "已被使用"}.get(actor.language, "already used")
    own = next((one.message for one in plan.entity.uniques if set(one.fields) == set(names)), None)
    if own:
        said = message_of(own, actor, text)
        return Conflict(said, code="unique", details=[SaidDetail(name, "unique", said) for name in names])
    return Conflict(text, code="unique", details=[Detail(name, "unique", text) for name in names])


def unique_fields(plan: EntityPlan, constraint: str) -> list[str]:
    """The fields behind what the database named: an index (PostgreSQL) or columns (SQLite)."""
    columns = {part.rpartition(".")[2].strip() for part in constraint.split(",")}
    for index, parts in plan.held.uniques.items():
        if index == constraint or set(parts) == columns:
            return [name for name, held in plan.held.fields.items() if any(c.name in parts for c in held.columns)]
    return [name for name, held in plan.held.fields.items() if any(c.name in columns for c in held.columns)]


def update(program: Program, work: Work, actor: Actor, entity: str, change: Change, *, by_service: bool = False) -> int:
    """Change fields of a record and give its new version.

    `by_service` lets an action of the metadata write fields that people only read.

    Raises: VersionMissing, NotFound, NotAllowed, StaleRecord with both sides, InvalidInput, Conflict.
    """
    record_id, data, row_version = change.record_id, change.data, change.version()
    plan = program.plans.of(entity)
    trees.reserve(plan, work, data)
    is_guarded = administrators.guard_change(program, work, entity, data)
    loaded = load_for(program, work, actor, plan, record_id, "update")
    draft = Draft(work, actor, plan, record_id, dict(loaded.cells), before=loaded.cells)
    take(draft, data, readonly_too=by_service)
    draft.unread = unread_fields(program, work, actor, plan, record_id, draft.given)
    if loaded.version != row_version:
        check_stale(program, draft, data, row_version, loaded.version, merge=change.merge)
    if not loaded.held:
        raise not_allowed("update", entity)
    rights.check_fields(program, draft, draft.given, loaded.held, "update")
    links.read_joins(program, [draft])
    children.drop_same(program, [draft])
    if not (draft.details or draft.changed() or draft.joins or draft.children or draft.unread):
        return loaded.version
    draft.cells.update(updated_at=(work.now,), updated_by=(actor.user_id,), row_version=(loaded.version + 1,))
    rules.apply_local(draft)
    links.check_links(program, draft)
    trees.check_trees(program, draft)
    links.check_joined(program, [draft])
    files.settle_files(program, [draft])
    children.raise_faults(program, draft)
    links.settle_joins([draft])
    write_update(program, draft, loaded.version, loaded.sequence, "updated")
    finish(program, draft, "updated")
    if is_guarded:
        administrators.check_left(program, work)
    return loaded.version + 1


def write_update(program: Program, draft: Draft, version: int, sequence: int, verb: str) -> None:
    """Write what changed, with search document, audit and outbox.

    Raises: TryAgain-like StaleRecord if another writer was faster; Conflict for a taken value.
    """
    plan, work = draft.plan, draft.work
    names = tuple(sorted(draft.changed()))
    is_found = any(field.name in names for field in plan.search_fields)
    document = search_document(plan, draft.cells, work.dialect) if is_found else ""
    on_row = is_found and work.dialect != "sqlite"
    values = bound_values(program, draft, names)
    values.update(events.event_values(work, draft.actor, events.event_of(draft, verb, events.changes_of(draft))))
    values.update(_id=draft.record_id, _version=version, search=document)
    try:
        if work.dialect == "sqlite":
            touched = work.run(update_statement(program, plan, names, document=on_row), values)
        else:
            touched = work.rows(update_with_events(program, plan, names, document=on_row), values)[0][0]
    except UniqueTaken as fault:
        raise taken(plan, draft.actor, fault) from None
    if touched != 1:
        raise StaleRecord("somebody changed this record meanwhile")
    if work.dialect == "sqlite":
        if is_found:
            write_fts(plan, work, sequence, document, is_new=False)
        events.write_events(work, values)


def require_record(entity: str, record_id: str) -> None:
    """Raise NotFound for text that cannot be an id, in the words of a record that is not there."""
    if not is_id(record_id):
        raise not_found(entity)
