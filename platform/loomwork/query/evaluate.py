"""Evaluate formulas on one record, with the reader's rights: what he does not see reads as nothing."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.expressions import Formula
from loomwork.expressions.ir import value_to_json
from loomwork.query.conditions import condition_sql, value_sql
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.frames import Frame
from loomwork.query.refusals import not_found
from loomwork.query.select import virtual_decoder
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
