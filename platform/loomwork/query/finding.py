"""Find records by exact values of one field: look-ups of imports and conversions, one query for many values."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.jsonio import canonical
from loomwork.query.conditions import list_items
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.frames import Frame, closed
from loomwork.storage.columns import encoder
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

Found = tuple[Any, str, int]
"""(plain value, record id, row version)"""


def find_by(
    engine: QueryEngine, work: Work, reader: Reader, entity: str, field: str, values: Sequence[Any]
) -> list[Found]:
    """Living records that the reader sees, whose `field` has one of the plain values of its main column.

    Raises: NotAllowed if the field is closed to the reader.
    """
    held = engine.tables.entities[entity]
    spec = held.entity.fields[field].columns[0]
    encode = encoder(spec, work.dialect)

    def make() -> Prepared:
        frame = Frame(engine.build(reader.access), entity)
        if frame.rights.is_closed(field) or frame.rights.is_only_masked(field):
            raise closed(field)
        column = frame.raw(field)
        conditions = [column.in_(list_items("values", work.dialect, column.type)), frame.is_alive()]
        conditions += [one for one in (frame.visible(), frame.guard(field)) if one is not None]
        chosen = sa.select(column, frame.raw("id"), frame.raw("row_version")).select_from(frame.source())
        return prepare(chosen.where(*conditions).order_by(frame.raw("id")), work.database.engine.dialect)

    prepared = engine.kept(("find", reader.access.key, entity, field), make)
    decode = held.fields[field].decoders[0]
    result: list[Found] = []
    for start in range(0, len(values), 5_000):
        some = [encode(value) if encode else value for value in values[start : start + 5_000]]
        packed: Any = canonical(some) if work.dialect == "sqlite" else some
        rows = work.rows(prepared, {**engine.binds(work, reader), "values": packed})
        result.extend((decode(row[0]) if decode else row[0], row[1], row[2]) for row in rows)
    return result
