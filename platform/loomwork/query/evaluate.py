"""Evaluate formulas on one record, or on nothing, with the reader's rights: what he does not see reads as nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.expressions import Formula
from loomwork.expressions.ir import Node, value_to_json
from loomwork.query.conditions import condition_sql, value_sql
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.frames import Frame
from loomwork.query.refusals import not_found
from loomwork.query.select import Shape, base_conditions, virtual_decoder
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare


def evaluate(
    engine: QueryEngine, work: Work, reader: Reader, entity: str, record_id: str, formulas: Sequence[Formula]
) -> list[Any]:
    """Plain values of formulas on a record; conditions are guarded as in filters.

    Raises: NotFound for a record that is not there or not seen; NotAllowed for a field that is closed to the reader.
    """

    def make() -> Prepared:
        frame = Frame(engine.build(reader.access), entity)
        columns = [_column(formula, frame).label(f"v{n}") for n, formula in enumerate(formulas)]
        identity = frame.raw("id")
        conditions = [identity == sa.bindparam("id", type_=identity.type, required=True), frame.is_alive()]
        visible = frame.visible()
        if visible is not None:
            conditions.append(visible)
        chosen = sa.select(*columns).where(*conditions).select_from(frame.source())
        return prepare(chosen, work.database.engine.dialect)

    key = ("evaluate", reader.access.key, entity, tuple(formula.text for formula in formulas))
    rows = work.rows(engine.kept(key, make), {**engine.binds(work, reader), "id": record_id})
    if not rows:
        raise not_found(entity)
    decoders = [virtual_decoder(formula.ir, work.dialect) for formula in formulas]
    return [
        value if value is None or decode is None else decode(value)
        for value, decode in zip(rows[0], decoders, strict=True)
    ]


def _column(formula: Formula, frame: Frame) -> Any:
    if formula.type.kind == "boolean":
        return sa.case((condition_sql(formula.ir, frame), sa.literal_column("1")), else_=sa.literal_column("0"))
    return value_sql(formula.ir, frame)


def to_wire(formula: Formula, value: Any) -> Any:
    """A formula's value in wire form: numbers as text, dates as ISO text."""
    if formula.type.kind == "boolean":
        return bool(value)
    return None if value is None else value_to_json(formula.type, value)


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
