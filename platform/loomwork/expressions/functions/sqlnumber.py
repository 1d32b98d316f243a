"""PostgreSQL for number functions, exact where the database's own functions would not be."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from loomwork.expressions.ir import Const

if TYPE_CHECKING:
    from loomwork.expressions.sql.builder import SqlCall

_WIDE = 45


def ratio(top: Any, bottom: Any, scale: int) -> Any:
    """An exact quotient rounded once; null where the divisor is 0."""
    wide = sa.func.round(top, _WIDE, type_=sa.Numeric())
    return sa.func.round(wide / sa.func.nullif(bottom, 0, type_=sa.Numeric()), scale, type_=sa.Numeric())


def step_digits(c: "SqlCall", at: int) -> Any:
    """The digits argument of a rounding function."""
    return c.bound_int(at, -18, 10) if len(c) > at else sa.literal(0, sa.Integer())


def round_away(c: "SqlCall") -> Any:
    """Round away from zero."""

    def build(value: Any, digits: Any) -> Any:
        cut = sa.func.trunc(value, digits, type_=sa.Numeric())
        step = sa.func.power(sa.cast(10, sa.Numeric()), -sa.cast(digits, sa.Numeric()), type_=sa.Numeric())
        return sa.case((cut == value, cut), else_=cut + sa.func.sign(value, type_=sa.Numeric()) * step)

    return c.let([c.number(0), step_digits(c, 1)], build)


def _floor_mod(left: Any, right: Any) -> Any:
    divisor = sa.func.nullif(right, 0, type_=sa.Numeric())
    rest = sa.func.mod(left, divisor, type_=sa.Numeric())
    return sa.func.mod(rest + right, divisor, type_=sa.Numeric())


def floor_mod(c: "SqlCall") -> Any:
    """The remainder with the divisor's sign."""
    return c.let([c.number(0), c.number(1)], _floor_mod)


def bucket(c: "SqlCall") -> Any:
    """The value less its remainder."""
    return c.let(
        [c.number(0), c.number(1)],
        lambda value, size: sa.case((size > 0, value - _floor_mod(value, size))),
    )


def quotient(c: "SqlCall") -> Any:
    """The quotient cut to an integer."""
    return sa.func.div(c.number(0), sa.func.nullif(c.number(1), 0, type_=sa.Numeric()))


def _product(factors: list[Any]) -> Any:
    return reduce(lambda a, b: a * b, factors)


def power(c: "SqlCall") -> Any:
    """Repeated multiplication, which is exact; `power()` is not."""
    exponent = c.node.args[1]
    scale = c.node.type.scale
    if isinstance(exponent, Const) and exponent.value is not None:
        count = exponent.value
        if not 0 <= count <= 20:
            return sa.cast(sa.null(), sa.Numeric())
        if count == 0:
            return c.let([c.number(0)], lambda base: sa.case((base.is_not(None), sa.cast(1, sa.Numeric()))))
        return c.let([c.number(0)], lambda base: sa.func.round(_product([base] * count), scale))

    def build(base: Any, times: Any) -> Any:
        cases = [(times == 0, sa.cast(1, sa.Numeric()))]
        cases += [(times == n, _product([base] * n)) for n in range(1, 21)]
        return sa.case((base.is_(None), None), else_=sa.func.round(sa.case(*cases), scale))

    return c.let([c.number(0), c[1]], build)


def square_root(c: "SqlCall") -> Any:
    """The root with 30 digits, rounded to 6."""

    def build(value: Any) -> Any:
        root = sa.func.sqrt(sa.func.round(value, 30, type_=sa.Numeric()), type_=sa.Numeric())
        return sa.case((value >= 0, sa.func.round(root, 6)))

    return c.let([c.number(0)], build)


def extreme(name: str) -> Callable[["SqlCall"], Any]:
    """`least` or `greatest`; texts by code point."""

    def build(c: "SqlCall") -> Any:
        if c.node.type.kind == "text":
            return getattr(sa.func, name)(*(c.text(at).collate("C") for at in range(len(c))))
        return getattr(sa.func, name)(*c.args)

    return build


def mean(c: "SqlCall") -> Any:
    """The mean of what is not null."""

    def build(*values: Any) -> Any:
        known = [sa.case((value.is_not(None), 1), else_=0) for value in values]
        return ratio(_sum(values), sum(known[1:], known[0]), c.node.type.scale)

    return c.let([c.number(at) for at in range(len(c))], build)


def _sum(values: Sequence[Any]) -> Any:
    parts = [sa.func.coalesce(value, 0, type_=sa.Numeric()) for value in values]
    return sum(parts[1:], parts[0])


def total(c: "SqlCall") -> Any:
    """The sum with nulls as 0."""
    return _sum([c.number(at) for at in range(len(c))])
