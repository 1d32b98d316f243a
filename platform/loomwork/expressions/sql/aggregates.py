"""SQL of aggregates: one correlated sub-select each, without multiplying the outer rows."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from loomwork.core.errors import Broken
from loomwork.expressions.ir import Aggregate
from loomwork.expressions.limits import MAX_DIGITS
from loomwork.expressions.sql.builder import Compiler, Sql, structural
from loomwork.expressions.sql.context import SqlRelation, tables_of
from loomwork.expressions.sql.stored import plain_type
from loomwork.expressions.types import INTEGER, FormulaType

_EXACT_DIGITS = 45
SUM_OVERFLOW = 10**MAX_DIGITS
"""What `lw_sum` gives for a sum with too many digits."""


@dataclass(slots=True)
class _Rows:
    """The parts of one aggregate, compiled."""

    compiler: Compiler
    node: Aggregate
    relation: SqlRelation
    value: Sql | None
    where: Sql | None
    order: Sql | None

    def select(self, what: Sql) -> sa.Select[tuple[object]]:
        """A select over the relation's rows, tied to the outer row."""
        source = self.relation.source()
        query = sa.select(what).select_from(source).where(self.relation.condition())
        if self.where is not None:
            query = query.where(self.where)
        return query.correlate_except(*tables_of(source))

    def single(self, what: Sql) -> Sql:
        """The select as one value."""
        return self.select(what).scalar_subquery()


def compile_aggregate(compiler: Compiler, node: Aggregate) -> Sql:
    """The stored form of an aggregate's value."""
    relation = compiler.contexts[-1 - node.up].relation(node.path)
    inner = compiler.contexts[: len(compiler.contexts) - node.up]
    outer, compiler.contexts = compiler.contexts, [*inner, relation.context]
    try:
        value = compiler.value(node.value) if node.value is not None else None
        where = _where(compiler, node)
        order = compiler.value(node.order) if node.order is not None else None
        rows = _Rows(compiler, node, relation, value, where, order)
        return _BUILDERS[node.name](rows)
    finally:
        compiler.contexts = outer


def _where(compiler: Compiler, node: Aggregate) -> Sql | None:
    if node.where is None:
        return None
    if node.name == "ALL":
        return sa.not_(compiler.strict(node.where))
    return compiler.condition(node.where)


def _count(rows: _Rows) -> Sql:
    return rows.single(sa.func.count())


def _count_distinct(rows: _Rows) -> Sql:
    return rows.single(sa.func.count(sa.distinct(_value(rows))))


def _value(rows: _Rows) -> Sql:
    if rows.value is None:
        raise Broken(f"{rows.node.name} has no value")
    return rows.value


def _sum(rows: _Rows) -> Sql:
    if rows.compiler.is_sqlite:
        # SQLite gives NULL for no rows without asking the function, so too many digits must be told apart.
        total = sa.func.coalesce(sa.func.lw_sum(_value(rows)), structural(0))
        return rows.single(sa.func.nullif(total, sa.literal(SUM_OVERFLOW, sa.BigInteger()), type_=sa.BigInteger()))
    zero = structural(0)
    total = sa.func.coalesce(sa.func.sum(sa.cast(_value(rows), sa.Numeric())), zero, type_=sa.Numeric())
    return _stored(rows, total)


def _stored(rows: _Rows, value: Sql) -> Sql:
    type_ = rows.node.type
    fitted = rows.compiler.fitted(value, INTEGER if type_.kind == "duration" else type_)
    single = rows.single(fitted)
    return sa.cast(single, sa.BigInteger()) if type_.kind == "duration" else single


def _average(rows: _Rows) -> Sql:
    inner: FormulaType = rows.node.value.type if rows.node.value is not None else INTEGER
    if rows.compiler.is_sqlite:
        scales = structural(inner.scale), structural(rows.node.type.scale)
        return rows.single(sa.func.lw_avg(_value(rows), *scales, type_=sa.BigInteger()))
    number = sa.cast(_value(rows), sa.Numeric())
    wide = sa.func.round(sa.func.sum(number), structural(_EXACT_DIGITS), type_=sa.Numeric())
    count = sa.func.nullif(sa.func.count(number), structural(0), type_=sa.BigInteger())
    return _stored(rows, sa.func.round(wide / count, structural(rows.node.type.scale), type_=sa.Numeric()))


def _extreme(name: str) -> Callable[[_Rows], Sql]:
    def build(rows: _Rows) -> Sql:
        value = _value(rows)
        if rows.node.type.kind == "text" and not rows.compiler.is_sqlite:
            value = sa.type_coerce(value, sa.Text()).collate("C")
        plain = plain_type(rows.node.type, rows.compiler.dialect)
        return rows.single(getattr(sa.func, name)(value, type_=plain))

    return build


def _end(*, last: bool) -> Callable[[_Rows], Sql]:
    def build(rows: _Rows) -> Sql:
        if rows.order is None:
            raise Broken(f"{rows.node.name} has no order")
        order: Sql = rows.order
        if rows.node.order is not None and rows.node.order.type.kind == "text" and not rows.compiler.is_sqlite:
            order = sa.type_coerce(order, sa.Text()).collate("C")
        key = rows.relation.key()
        steps = (order.desc(), key.desc()) if last else (order.asc(), key.asc())
        missing = sa.case((order.is_(None), structural(1)), else_=structural(0))
        return rows.select(_value(rows)).order_by(missing, *steps).limit(1).scalar_subquery()

    return build


def _any(rows: _Rows) -> Sql:
    return rows.select(structural(1)).exists()


def _all(rows: _Rows) -> Sql:
    return sa.not_(rows.select(structural(1)).exists())


_BUILDERS: dict[str, Callable[[_Rows], Sql]] = {
    "COUNT": _count,
    "COUNTDISTINCT": _count_distinct,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _extreme("min"),
    "MAX": _extreme("max"),
    "FIRST": _end(last=False),
    "LAST": _end(last=True),
    "ANY": _any,
    "ALL": _all,
}
