"""SQL of the operators: arithmetic, comparison, logic."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions import sqldate
from loomwork.expressions.ir import LITERAL, Call, Const, Field, Node, Param
from loomwork.expressions.sql.builder import CONTEXT_VALUES, Builder, Compiler, Sql, SqlCall, few, structural
from loomwork.expressions.sql.stored import MAX_INTEGER, plain_type
from loomwork.expressions.types import INTEGER, FormulaType

_EXACT_DIGITS = 45
"""Digits kept of a quotient before it is rounded: enough that the second rounding is the only one that counts."""
_SWAPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_PYTHON: dict[str, Callable[[Sql, Sql], Sql]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def _integer(name: str, *args: Sql) -> Sql:
    called: Sql = getattr(sa.func, name)(*args, type_=sa.BigInteger())
    return called


def _rescale(c: Compiler, node: Call) -> Sql:
    (arg,) = node.args
    if c.is_sqlite:
        return _integer("lw_rescale", c.value(arg), structural(arg.type.scale), structural(node.type.scale))
    value = c.numeric(arg)
    if node.type.scale < arg.type.scale:
        value = sa.func.round(value, structural(node.type.scale))
    return c.fitted(value, node.type)


def _add(c: Compiler, node: Call) -> Sql:
    if c.is_sqlite:
        return _integer("lw_add", *(c.value(arg) for arg in node.args))
    total = c.numeric(node.args[0])
    for arg in node.args[1:]:
        total = total + c.numeric(arg)
    return _as_stored(c, c.fitted(total, _number(node.type)), node.type)


def _number(type_: FormulaType) -> FormulaType:
    return INTEGER if type_.kind == "duration" else type_


def _as_stored(c: Compiler, value: Sql, type_: FormulaType) -> Sql:
    return sa.cast(value, sa.BigInteger()) if type_.kind == "duration" and not c.is_sqlite else value


def _neg(c: Compiler, node: Call) -> Sql:
    if c.is_sqlite:
        return sa.type_coerce(-sa.type_coerce(c.value(node.args[0]), sa.BigInteger()), sa.BigInteger())
    return _as_stored(c, -c.numeric(node.args[0]), node.type)


def _mul(c: Compiler, node: Call) -> Sql:
    if c.is_sqlite:
        digits = sum(arg.type.scale for arg in node.args)
        args = [c.value(arg) for arg in node.args]
        return _integer("lw_mul", structural(digits), structural(node.type.scale), *args)
    product = c.numeric(node.args[0])
    for arg in node.args[1:]:
        product = product * c.numeric(arg)
    rounded = sa.func.round(product, structural(node.type.scale), type_=sa.Numeric())
    return _as_stored(c, c.fitted(rounded, _number(node.type)), node.type)


def _div(c: Compiler, node: Call) -> Sql:
    left, right = node.args
    if c.is_sqlite:
        scales = structural(left.type.scale - right.type.scale), structural(node.type.scale)
        return _integer("lw_div", *scales, c.value(left), c.value(right))
    zero = sa.literal(0, sa.Integer())
    wide = sa.func.round(c.numeric(left), structural(_EXACT_DIGITS), type_=sa.Numeric())
    quotient = wide / sa.func.nullif(c.numeric(right), zero, type_=sa.Numeric())
    rounded = sa.func.round(quotient, structural(node.type.scale), type_=sa.Numeric())
    return _as_stored(c, c.fitted(rounded, _number(node.type)), node.type)


def _concat(c: Compiler, node: Call) -> Sql:
    if c.is_sqlite:
        return sa.func.lw_concat(*(c.value(arg) for arg in node.args), type_=sa.Text())
    empty = sa.literal("", sa.Text())
    joined: Sql = sa.func.coalesce(c.value(node.args[0]), empty, type_=sa.Text())
    for arg in node.args[1:]:
        joined = joined.concat(sa.func.coalesce(c.value(arg), empty, type_=sa.Text()))
    return limited_text(c, joined)


def limited_text(c: Compiler, value: Sql) -> Sql:
    """PostgreSQL: null in place of an empty or a too long text."""
    length = sa.func.length
    return c.let([value], lambda v: sa.case((length(v).between(structural(1), structural(10_000)), v)))


def _list(c: Compiler, node: Call) -> Sql:
    if c.is_sqlite:
        return c.call_python(node, [c.value(arg) for arg in node.args])
    return sa.func.jsonb_build_array(*few([c.value(arg) for arg in node.args]))


def _if(c: Compiler, node: Call) -> Sql:
    pairs = [(c.condition(node.args[at]), c.value(node.args[at + 1])) for at in range(0, len(node.args) - 1, 2)]
    return sa.case(*pairs, else_=c.value(node.args[-1]))


def _date_add(c: Compiler, node: Call) -> Sql:
    args = [c.value(arg) for arg in node.args]
    if c.is_sqlite:
        return c.call_python(node, args)
    later: Sql = sqldate.add_days(SqlCall(c, node, args), args[0], args[1], 1)
    return later


def _date_diff(c: Compiler, node: Call) -> Sql:
    left, right = (c.value(arg) for arg in node.args)
    if c.is_sqlite:
        return c.call_python(node, [left, right])
    return sa.type_coerce(left, sa.Date()).op("-", precedence=7, return_type=sa.Integer())(right)


def _instant_add(c: Compiler, node: Call) -> Sql:
    args = [c.value(arg) for arg in node.args]
    if c.is_sqlite:
        return c.call_python(node, args)
    later: Sql = sqldate.add_seconds(SqlCall(c, node, args), 1)
    return later


def _instant_diff(c: Compiler, node: Call) -> Sql:
    left, right = (c.value(arg) for arg in node.args)
    if c.is_sqlite:
        return c.call_python(node, [left, right])
    span = sa.extract("epoch", sa.type_coerce(left, sa.DateTime(timezone=True)).op("-", precedence=7)(right))
    return sa.cast(sa.func.trunc(sa.cast(span, sa.Numeric())), sa.BigInteger())


OPERATORS: dict[str, Builder] = {
    "rescale": _rescale,
    "add": _add,
    "neg": _neg,
    "mul": _mul,
    "div": _div,
    "concat": _concat,
    "list": _list,
    "if": _if,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "instant_add": _instant_add,
    "instant_diff": _instant_diff,
}


def _and(c: Compiler, node: Call) -> Sql:
    return sa.and_(*(c.condition(arg) for arg in node.args))


def _or(c: Compiler, node: Call) -> Sql:
    return sa.or_(*(c.condition(arg) for arg in node.args))


def _not(c: Compiler, node: Call) -> Sql:
    (arg,) = node.args
    if isinstance(arg, Call) and arg.op == "eq":
        return c.condition(Call(arg.type, "ne", arg.args))
    if isinstance(arg, Call) and arg.op == "ne":
        return c.strict(Call(arg.type, "eq", arg.args))
    if isinstance(arg, Call) and arg.op == "in" and isinstance(arg.args[1], Const) and _is_cheap(arg.args[0]):
        inside = c.condition(arg)
        has_null = None in arg.args[1].value
        return sa.not_(inside) if has_null else sa.or_(c.value(arg.args[0]).is_(None), sa.not_(inside))
    return sa.not_(c.strict(arg))


def _compare(c: Compiler, node: Call) -> Sql:
    op, left, right = node.op, node.args[0], node.args[1]
    if isinstance(left, Const) and not isinstance(right, Const):
        op, left, right = _SWAPPED[op], right, left
    if _is_null(right) or _is_null(left):
        other = left if _is_null(right) else right
        if op in ("eq", "ne"):
            value = c.value(other)
            return value.is_(None) if op == "eq" else value.is_not(None)
        return sa.false()
    if left.type.kind == "number" and left.type.scale != right.type.scale:
        folded = _compare_scales(c, op, left, right)
        if folded is not None:
            return folded
    return _compared(op, _ordered(c, left, op), c.value(right), _safety(c, left, right))


def _is_cheap(node: Node) -> bool:
    """Whether a part may be written twice: SQL must not double with every level of a formula."""
    return isinstance(node, Field | Param | Const)


def _is_null(node: Node) -> bool:
    return isinstance(node, Const) and node.value is None


def _is_filled(node: Node) -> bool:
    """Whether a node is a literal, or a parameter that stands for one."""
    return isinstance(node, Const) or (isinstance(node, Param) and node.name.startswith(LITERAL))


def _ordered(c: Compiler, node: Node, op: str) -> Sql:
    value = c.value(node)
    if node.type.kind == "text" and op not in ("eq", "ne") and not isinstance(node, Field) and not c.is_sqlite:
        return sa.type_coerce(value, sa.Text()).collate("C")
    return value


def _safety(c: Compiler, left: Node, right: Node) -> str:
    """How `=` and `<>` mind nulls: `filled` (the right side is not null), `param` (it may be), or `both`."""
    if not _is_cheap(left):
        return "both"
    if _is_filled(right):
        return "filled"
    return "param" if isinstance(right, Param) and not c.is_sqlite else "both"


def _compared(op: str, left: Sql, right: Sql, safety: str) -> Sql:
    if op == "eq":
        if safety == "filled":
            return left == right
        if safety == "param":
            return sa.or_(left == right, sa.and_(right.is_(None), left.is_(None)))
        return left.is_not_distinct_from(right)
    if op == "ne":
        return sa.or_(left.is_(None), left != right) if safety == "filled" else left.is_distinct_from(right)
    return _PYTHON[op](left, right)


def _compare_scales(c: Compiler, op: str, left: Node, right: Node) -> Sql | None:
    """Numbers of two scales. A literal is brought to the column's scale, so that an index on it still serves."""
    if isinstance(right, Const) and (c.is_sqlite or left.type.scale < right.type.scale):
        return _compare_literal(c, op, left, right)
    if not c.is_sqlite:
        return None
    scales = structural(left.type.scale), structural(right.type.scale)
    if isinstance(right, Param) and op in ("lt", "le", "gt", "ge"):
        mode = structural(1 if op in ("lt", "ge") else -1)
        fitted = _integer("lw_fit", c.value(right), scales[1], scales[0], mode)
        return _PYTHON[op](c.value(left), fitted)
    order = _integer("lw_compare", c.value(left), scales[0], c.value(right), scales[1])
    if op in ("eq", "ne"):
        null = structural(2)
        return order.in_([structural(0), null]) if op == "eq" else order.not_in([structural(0), null])
    known = sa.func.nullif(sa.func.nullif(order, structural(2)), structural(3), type_=sa.Integer())
    return _PYTHON[op](known, structural(0))


def _compare_literal(c: Compiler, op: str, left: Node, right: Const) -> Sql:
    scaled = Decimal(right.value).scaleb(left.type.scale)
    rounding = ROUND_CEILING if op in ("lt", "ge") else ROUND_FLOOR
    whole = int(scaled.to_integral_value(rounding))
    column = c.value(left)
    if op in ("eq", "ne") and (whole != scaled or abs(whole) > MAX_INTEGER):
        return sa.false() if op == "eq" else sa.true()
    whole = max(-MAX_INTEGER, min(MAX_INTEGER, whole))
    value = whole if c.is_sqlite else Decimal(whole).scaleb(-left.type.scale)
    if c.is_sqlite or left.type.scale == 0:
        bind: Sql = sa.bindparam(None, int(value), type_=sa.BigInteger(), unique=True)
    else:
        bind = sa.cast(sa.bindparam(None, value, type_=sa.Numeric(), unique=True), sa.Numeric())
    return _compared(op, column, bind, _safety(c, left, right))


def _same(c: Compiler, node: Call) -> Sql:
    left, right = (c.value(arg) for arg in node.args)
    return left == right


def _between(c: Compiler, node: Call) -> Sql:
    value, low, high = node.args
    if _is_cheap(value):
        ends = (Call(node.type, "ge", (value, low)), Call(node.type, "le", (value, high)))
        return sa.and_(*(c.condition(end) for end in ends))
    if c.is_sqlite and value.type.kind == "number":
        sides = [side for arg in node.args for side in (c.value(arg), structural(arg.type.scale))]
        return sa.func.lw_between(*sides, type_=sa.Boolean())
    if c.is_sqlite:
        return c.value(value).between(c.value(low), c.value(high))
    # PostgreSQL writes the value twice, so it gets a name.
    least, most = c.value(low), c.value(high)
    return c.let([_ordered(c, value, "ge")], lambda named: named.between(least, most))


def _in(c: Compiler, node: Call) -> Sql:
    value, options = node.args
    column = c.value(value)
    if isinstance(options, Const):
        return _in_literals(c, value, column, options)
    if (isinstance(options, Param) or _is_context(options)) and (value.type.kind in _AS_TEXT or not c.is_sqlite):
        return column.in_(_items(c, c.value(options), value.type))
    if isinstance(options, Call) and options.op == "list" and (_is_cheap(value) or not c.is_sqlite):
        return _in_list(c, node, column, options)
    if c.is_sqlite:
        return c.call_python(Call(node.type, "in", node.args), [column, c.value(options)]) == structural(1)
    return sa.func.coalesce(
        c.value(options).op("@>", precedence=5, return_type=sa.Boolean())(sa.func.jsonb_build_array(column)), False
    )


def _in_list(c: Compiler, node: Call, found: Sql, options: Call) -> Sql:
    """A list of computed values; the value looked for is computed once."""
    value = node.args[0]
    if _is_cheap(value):
        return sa.or_(*(c.condition(Call(node.type, "eq", (value, option))) for option in options.args), sa.false())
    items = [c.value(option) for option in options.args]
    return c.let([found], lambda column: sa.or_(*(column.is_not_distinct_from(item) for item in items), sa.false()))


_AS_TEXT = frozenset({"text", "link", "date"})
"""Kinds whose values in a list are stored as their own text on both databases."""


def _is_context(node: Node) -> bool:
    return isinstance(node, Call) and node.op in CONTEXT_VALUES


def _items(c: Compiler, bound: Sql, type_: FormulaType) -> Any:
    """The values of a bound list as rows, so that one statement serves lists of any length."""
    if c.is_sqlite:
        items = sa.func.json_each(bound).table_valued("value")
        return sa.select(items.c.value)
    plain = sa.Numeric() if type_.kind == "number" else plain_type(type_, "postgresql")
    return sa.select(sa.cast(sa.func.jsonb_array_elements_text(bound), plain))


def _in_literals(c: Compiler, node: Node, column: Sql, options: Const) -> Sql:
    values = [one for one in options.value if one is not None]
    if node.type.kind == "number":
        step = Decimal(1).scaleb(-node.type.scale)
        values = [one for one in values if Decimal(one) % step == 0]
    parts: list[Sql] = []
    if values:
        parts.append(column.in_([c.const(node.type, one) for one in values]))
    if None in options.value:
        parts.append(column.is_(None))
    return sa.or_(*parts) if parts else sa.false()


_NAMED: dict[str, Builder] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "same": _same,
    "between": _between,
    "in": _in,
}
CONDITIONS: dict[str, Builder] = {**_NAMED, **dict.fromkeys(_PYTHON, _compare)}
