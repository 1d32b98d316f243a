"""To-many fields of an answer: one query per field for the whole page, never one per row."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.core.jsonio import canonical
from loomwork.field_types.base import Storage
from loomwork.query.decode import label_of
from loomwork.query.frames import Frame
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare

if TYPE_CHECKING:
    from loomwork.query.engine import QueryEngine, Reader
    from loomwork.query.select import ToMany


def attach(
    engine: "QueryEngine",
    work: Work,
    reader: "Reader",
    entity: str,
    wanted: Sequence["ToMany"],
    rows: list[dict[str, Any]],
) -> None:
    """Fill the to-many fields of a page of wire objects in place."""
    ids = [row["id"] for row in rows]
    for one in wanted:
        found = (
            _joined(engine, work, reader, entity, one.field, ids)
            if one.field.type.storage is Storage.JOIN_TABLE
            else _children(engine, work, reader, one.field, ids)
        )
        for row in rows:
            row[one.key] = found.get(row["id"], [])


def _joined(
    engine: "QueryEngine", work: Work, reader: "Reader", entity: str, field: Field, ids: Sequence[str]
) -> dict[str, list[Any]]:
    from loomwork.query.conditions import list_items

    join = engine.tables.joins[entity, field.name]

    def make() -> Any:
        chosen = sa.select(join.owner, join.other).where(
            join.owner.in_(list_items("ids", work.dialect, join.owner.type))
        )
        frame = Frame(engine.build(reader.access), entity)
        guard = frame.guard(field.name)
        if guard is not None:
            # Seen on some rows only: the pairs of the others stay out.
            chosen = chosen.where(join.owner.in_(sa.select(frame.raw("id")).select_from(frame.source()).where(guard)))
        return prepare(chosen.order_by(join.owner, join.position), work.database.engine.dialect)

    prepared = engine.kept(("pairs", reader.access.key, entity, field.name), make)
    packed = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    pairs = work.rows(prepared, {**engine.binds(work, reader), "ids": packed})
    others = sorted({other for _, other in pairs})
    if not others:
        return {}
    title = engine.catalog.entities[field.target].title_field
    titled = engine.catalog.entities[field.target].fields[title]
    seen = {
        row["id"]: row
        for row in engine.get_many(
            work, reader, field.target, others, _title_paths(engine, reader, field.target, title)
        )
    }
    result: dict[str, list[Any]] = defaultdict(list)
    for owner, other in pairs:
        if other in seen:
            result[owner].append({"id": other, "label": label_of(titled, seen[other].get(title))})
    return result


def _title_paths(engine: "QueryEngine", reader: "Reader", entity: str, title: str) -> tuple[str, ...]:
    return ("id",) if reader.access.entity(entity).is_closed(title) else ("id", title)


def _children(
    engine: "QueryEngine", work: Work, reader: "Reader", field: Field, ids: Sequence[str]
) -> dict[str, list[Any]]:
    """Child rows in their order, with the fields that the reader sees."""
    from loomwork.query.tree import Query

    link = str(field.props["link"])
    result: dict[str, list[Any]] = defaultdict(list)
    for start in range(0, len(ids), 50):
        some = ids[start : start + 50]
        conditions = {"field": link, "op": "in", "value": list(some)}
        cursor = ""
        while True:
            page = engine.run(
                work, reader, Query(field.target, conditions=conditions, sort=("created_at",), limit=200, cursor=cursor)
            )
            for row in page.rows:
                parent = row.pop(link, None)
                if parent is not None:
                    result[parent["id"]].append(row)
            cursor = page.next_cursor
            if not cursor:
                break
    return result
