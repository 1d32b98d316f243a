"""What is added to a page of an answer: to-many fields, labels of links to any entity. Never one query per row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    labels = _labels(engine, work, reader, field.target, {other for _, other in pairs})
    result: dict[str, list[Any]] = defaultdict(list)
    for owner, other in pairs:
        if other in labels:
            result[owner].append({"id": other, "label": labels[other]})
    return result


def _labels(
    engine: "QueryEngine", work: Work, reader: "Reader", entity: str, ids: Iterable[str]
) -> dict[str, str | None]:
    """What records are called, those that the reader sees; None where he does not see the title."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    title = engine.catalog.entities[entity].title_field
    titled = engine.catalog.entities[entity].fields[title]
    paths = ("id",) if reader.access.entity(entity).is_closed(title) else ("id", title)
    rows = engine.get_many(work, reader, entity, wanted, paths)
    return {row["id"]: label_of(titled, row.get(title)) for row in rows}


def label_anywhere(
    engine: "QueryEngine", work: Work, reader: "Reader", keys: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Put the labels beside links to one of several entities, in place: one query for each entity that they lead to.

    A record that is not there any more, or not seen, has none.
    """
    links = [row[key] for key in keys for row in rows if row[key] is not None and "id" in row[key]]
    for entity in sorted({str(one["entity"]) for one in links}):
        some = [one for one in links if one["entity"] == entity]
        known = entity in engine.catalog.entities
        labels = _labels(engine, work, reader, entity, {one["id"] for one in some}) if known else {}
        for one in some:
            one["label"] = labels.get(one["id"])


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
