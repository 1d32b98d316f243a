"""One formula on one record, or on nothing, in the database, with the reader's rights around every cell."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.ir import Node
from loomwork.query.conditions import value_sql
from loomwork.query.engine import QueryEngine, Reader, not_found
from loomwork.query.frames import Frame
from loomwork.query.select import Shape, base_conditions, virtual_decoder
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare


def evaluate(
    engine: QueryEngine, work: Work, reader: Reader, node: Node, *, entity: str, record_id: str = "", params: Mapping[str, Any]
) -> Any:  # fmt: skip
    """The plain value of a formula; cells that the reader does not see read as nothing.

    Shapes: `params` by name, without the prefix of their binds; an empty `record_id` evaluates without a row.
    Raises: NotFound for a record that is not there or not seen.
    """
    dialect = work.database.engine.dialect
    frame = Frame(engine.build(reader.access), entity)
    statement: Any = sa.select(value_sql(node, frame).label("value"))
    if record_id:
        conditions = base_conditions(frame, (), Shape(dialect, single=True))
        statement = statement.where(*conditions).select_from(frame.source())
    named = {f"p_{name}": value for name, value in params.items()}
    rows = work.rows(prepare(statement, dialect), {**engine._binds(work, reader), **named, "id": record_id})
    if not rows:
        raise not_found(entity)
    convert = virtual_decoder(node, work.dialect)
    found = rows[0][0]
    return convert(found) if convert is not None and found is not None else found
