"""The history of a record: who changed what, when, from what to what, under the reader's rights of now."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.errors import NotFound
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import scope_allows
from loomwork.query.access import EntityAccess
from loomwork.query.engine import Reader
from loomwork.records.around.labelling import label_changes, titles
from loomwork.records.around.lines import Told, told_rows
from loomwork.records.around.raising import ROWS
from loomwork.records.program import Program
from loomwork.records.rights import held_now
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT

PAGE = 100
_ACCESS = frozenset({"revealed", "shared", "unshared"})
_PRINCIPALS = ("system.user", "system.unit", "system.team")


def history(
    program: Program, work: Work, actor: Actor, entity: str, record_id: str, *, before: int = 0, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Changes of a record, newest first.

    Shapes: `{at, actor: {id, label}, verb, version, changes: {field: [old, new]}, rows: {field: [row]}}`, links as
    `{id, label}` with the title of now, null where the reader does not see it; fields that he does not see plainly on
    this record now are left out. `rows` tells of child tables, see `lines.Told`; rows that were changed on their own
    make an entry of their own, under the version that the record had from then on, and so do values revealed and shares.
    `before` is the version to page from, `limit` counts versions. Who may restore records reads the history of one in
    the trash too.
    Raises: NotFound.
    """
    reader = program.reader(actor)
    fields = program.catalog.entity(entity).fields
    try:
        seen = visible_fields(program, work, actor, entity, record_id)
    except NotFound:
        if not program.policies.may(actor, entity, "restore"):
            raise
        seen = visible_fields(program, work, actor, entity, record_id, trash=True)
    c = AUDIT.c
    chosen = sa.select(c.at, c.actor, c.on_behalf_of, c.verb, c.version, c.changes, c.source).where(
        c.record_id == sa.bindparam("record"), c.entity == entity, c.version > 0
    )
    if before:
        chosen = chosen.where(c.version < before)
    rows = work.fetch(chosen.order_by(c.version.desc(), c.at.desc()).limit(min(limit, PAGE)), {"record": record_id})
    result: list[dict[str, Any]] = []
    for at, who, behalf, verb, version, changes, source in rows:
        shown = {name: pair for name, pair in json.loads(changes).items() if name in seen and name in fields}
        result.append(_entry(at, behalf or who, verb, version, source, shown))
    after = 0 if len(rows) < min(limit, PAGE) else min(row[0] for row in rows)
    until = instant_of(work, record_id, before) if before else None
    tables = [field for field in program.plans.of(entity).children if field.name in seen]
    if tables:
        told = told_rows(program, work, actor, tables, record_id, after)
        _tell_rows(result, [one for one in told if until is None or one.at < until])
    result = [entry for entry in result if entry["verb"] != ROWS or entry["rows"]]
    _tell_access(program, work, reader, (entity, record_id), result, (after, until))
    people = label_changes(
        program, work, reader, entity, [row["changes"] for row in result], [row["actor"]["id"] for row in result]
    )
    for row in result:
        row["at"] = to_rfc3339(from_micros(row["at"]))
        row["actor"]["label"] = people.get(row["actor"]["id"])
        row["verb"] = "updated" if row["verb"] == ROWS else row["verb"]
    if not result and rows and after:
        # Nothing but rows that this reader does not see: what is older comes in their place.
        return history(program, work, actor, entity, record_id, before=min(row[4] for row in rows), limit=limit)
    return result


def _entry(at: int, who: str, verb: str, version: int, source: str | None, changes: dict[str, Any]) -> dict[str, Any]:
    found = {"at": at, "actor": {"id": who, "label": None}, "verb": verb, "version": version}
    return {**found, "changes": changes, "rows": {}, "source": source}


def _tell_access(
    program: Program, work: Work, reader: Reader, record: tuple[str, str], entries: list[dict[str, Any]],
    span: tuple[int, int | None],
) -> None:  # fmt: skip
    """Put what is written down beside changes into their place: values revealed, shares given and ended.

    Shapes: such an entry has no changes, and says in `about` which `fields` were revealed (those that the reader sees, be it
    masked), or with whom (`principal`) and how far (`level`) the record was shared.
    """
    entity, record_id = record
    c, access = AUDIT.c, reader.access.entity(entity)
    chosen = sa.select(c.at, c.actor, c.verb, c.changes).where(
        c.record_id == sa.bindparam("record"), c.entity == entity, c.version == 0, c.at >= span[0]
    )
    found: list[dict[str, Any]] = []
    for at, who, verb, changes in work.fetch(chosen, {"record": record_id}):
        said = {name: pair[1] for name, pair in json.loads(changes).items()}
        fields = sorted(name for name in said if name in access.cells and not access.is_closed(name))
        about = {"fields": fields} if verb == "revealed" else said
        if verb not in _ACCESS or (span[1] is not None and at >= span[1]) or about == {"fields": []}:
            continue
        version = next((it["version"] for it in entries if it["at"] <= at), 1)
        found.append({**_entry(at, who, verb, version, "access", {}), "about": about})
    with_whom = [one["about"] for one in found if isinstance(one["about"].get("principal"), str)]
    ids = {about["principal"] for about in with_whom}
    named = {key: name for one in _PRINCIPALS for key, name in titles(program, work, reader, one, ids).items()}
    for about in with_whom:
        about["principal"] = {"id": about["principal"], "label": named.get(about["principal"])}
    if found:
        entries += found
        entries.sort(key=lambda entry: (entry["version"], entry["at"]), reverse=True)


def instant_of(work: Work, record_id: str, version: int) -> int | None:
    """When a version of a record was written; None when the history has a hole there."""
    c = AUDIT.c
    chosen = sa.select(sa.func.min(c.at)).where(c.record_id == sa.bindparam("record"), c.version == version)
    return next((row[0] for row in work.fetch(chosen, {"record": record_id})), None)


def _tell_rows(entries: list[dict[str, Any]], told: Sequence[Told]) -> None:
    """Put changes of rows into the entry of the change that they came with, or into one of their own, in place.

    What becomes of the rows of a record that is deleted or restored goes without saying.
    """
    together = {entry["at"]: entry for entry in reversed(entries)}
    alone: dict[tuple[int, str], dict[str, Any]] = {}
    for one in told:
        entry = together.get(one.at) or alone.get((one.at, one.actor)) or {}
        if not entry:
            version = next((it["version"] for it in entries if it["at"] <= one.at), 1)
            entry = alone[one.at, one.actor] = _entry(one.at, one.actor, "updated", version, one.source, {})
        if entry["verb"] in ("created", "updated", ROWS):
            entry["rows"].setdefault(one.table, []).append(one.row)
    if alone:
        entries += alone.values()
        entries.sort(key=lambda entry: (entry["version"], entry["at"]), reverse=True)


def visible_fields(
    program: Program, work: Work, actor: Actor, entity: str, record_id: str, *, trash: bool = False
) -> set[str]:
    """The fields that the reader sees plainly on this very record, now.

    Raises: NotFound for a record not there (in the trash, when `trash` is asked for) or not seen.
    """
    plan = program.plans.of(entity)
    access = program.policies.of(actor).entity(entity)
    held = held_now(program, work, actor, plan, record_id, trash=trash)["read"]
    if all(access.is_plain(name) for name in plan.entity.fields):
        return set(plan.entity.fields)
    return plain_fields(access, held if scope_allows(actor, "read") else frozenset())


def plain_fields(access: EntityAccess, held: frozenset[int]) -> set[str]:
    """Fields that one of the holding rules opens plainly."""
    return {name for name, cell in access.cells.items() if cell.plain & held}


def changed_since(work: Work, record_id: str, asked: int, now: int) -> dict[str, list[Any]] | None:
    """The fields changed after version `asked` up to `now`, each with its pairs of old and new as they are stored.

    None when the history has a hole there.
    """
    c = AUDIT.c
    chosen = sa.select(c.version, c.changes).where(
        c.record_id == sa.bindparam("record"), c.version > asked, c.version <= now
    )
    rows = work.fetch(chosen, {"record": record_id})
    if asked < 1 or {row[0] for row in rows} != set(range(asked + 1, now + 1)):
        return None
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for name, pair in json.loads(row[1]).items():
            found[name].append(pair)
    return found
