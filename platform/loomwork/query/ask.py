"""Try a formula in the database: on one record, or on nothing, with the reader's rights around every cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.ir import Node
from loomwork.query.conditions import value_sql
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.frames import Frame
from loomwork.query.refusals import not_found
from loomwork.query.select import Shape, base_conditions, virtual_decoder
from loomwork.storage.database import Work
from loomwork.storage.statements import prepare


@dataclass(frozen=True, slots=True)
class Question:
    """A typed formula and where it is asked.

    Shapes: `params` by name, without the prefix of their binds; an empty `record_id` asks without a row.
    """

    node: Node
    entity: str
    record_id: str
    params: Mapping[str, Any]


def ask(engine: QueryEngine, work: Work, reader: Reader, question: Question) -> Any:
    """The plain value of a formula; cells that the reader does not see read as nothing.

    Raises: NotFound for a record that is not there or not seen.
    """
    node, record_id = question.node, question.record_id
    dialect = work.database.engine.dialect
    frame = Frame(engine.build(reader.access), question.entity)
    statement: Any = sa.select(value_sql(node, frame).label("value"))
    if record_id:
        conditions = base_conditions(frame, (), Shape(dialect, single=True))
        statement = statement.where(*conditions).select_from(frame.source())
    named = {f"p_{name}": value for name, value in question.params.items()}
    binds = engine.binds(work, reader)
    rows = work.rows(prepare(statement, dialect), {**binds, **named, "id": record_id})
    if not rows:
        raise not_found(question.entity)
    convert = virtual_decoder(node, work.dialect)
    found = rows[0][0]
    return convert(found) if convert is not None and found is not None else found
