"""Numbers: rounding, parts, extremes, shares. All exact; rounding is half up, away from zero."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.sqlnumber import (
    bucket,
    extreme,
    floor_mod,
    mean,
    power,
    quotient,
    ratio,
    round_away,
    square_root,
    step_digits,
    total,
)
from loomwork.expressions.ir import Const, Node
from loomwork.expressions.limits import MAX_SCALE
from loomwork.expressions.numbers import divide, remainder, round_to, truncate_to
from loomwork.expressions.types import INTEGER, FormulaType, number

MAX_POWER = 20


def same(args: Sequence[Node]) -> FormulaType:
    """The type of the first argument."""
    return args[0].type


def rounded(args: Sequence[Node]) -> FormulaType:
    """The first argument's type, with fewer digits where the digits are a literal."""
    have = args[0].type.scale
    if len(args) == 1:
        return INTEGER
    if isinstance(args[1], Const) and args[1].value is not None:
        return number(max(0, min(have, args[1].value)))
    return args[0].type


def _digits(digits: int) -> int:
    return max(-18, min(10, digits))


def _round(value: Any, digits: int = 0) -> Any:
    return round_to(value, _digits(digits))


def _round_up(value: Any, digits: int = 0) -> Any:
    return truncate_to(value, _digits(digits), up=True)


def _round_down(value: Any, digits: int = 0) -> Any:
    return truncate_to(value, _digits(digits))


def _mod(left: Any, right: Any) -> Any:
    if not right:
        return None
    rest = remainder(left, right)
    return rest + right if rest and (rest < 0) != (right < 0) else rest


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _power_type(args: Sequence[Node]) -> FormulaType:
    return INTEGER if args[0].type.scale == 0 else number(MAX_SCALE)


def _power(base: Any, exponent: int) -> Any:
    if not 0 <= exponent <= MAX_POWER:
        return None
    scale = -int(base.as_tuple().exponent) if isinstance(base, Decimal) else 0
    whole = int(Decimal(base).scaleb(scale)) if scale > 0 else int(base)
    result = whole**exponent
    return divide(result, 10 ** (max(0, scale) * exponent), 12) if scale > 0 else result


def _sqrt(value: Any) -> Any:
    if value < 0:
        return None
    scaled = int(Decimal(value).scaleb(14))
    return divide(math.isqrt(scaled * 10**6), 10**10, MAX_SCALE) if scaled else 0


def _extreme(pick: Any) -> Any:
    def run(*values: Any) -> Any:
        return pick((value for value in values if value is not None), default=None)

    return run


def _clamp(value: Any, low: Any, high: Any) -> Any:
    if value is None:
        return None
    if low is not None and value < low:
        value = low
    return high if high is not None and value > high else value


def _quotient(left: Any, right: Any) -> Any:
    return truncate_to(divide_wide(left, right), 0) if right else None


def divide_wide(left: Any, right: Any) -> Any:
    """A quotient with more digits than any further rounding looks at."""
    return divide(left, right, 40)


def _percent(part: Any, whole: Any) -> Any:
    return divide(part * 100, whole, MAX_SCALE) if whole else None


def _change(old: Any, new: Any) -> Any:
    return divide((new - old) * 100, abs(old), MAX_SCALE) if old else None


def _total(*values: Any) -> Any:
    return sum(value for value in values if value is not None)


def _mean(*values: Any) -> Any:
    known = [value for value in values if value is not None]
    return divide(sum(known), len(known), 40) if known else None


def _bucket(value: Any, size: Any) -> Any:
    return value - _mod(value, size) if size > 0 else None


def _mean_type(args: Sequence[Node]) -> FormulaType:
    return number(max(MAX_SCALE, *(arg.type.scale for arg in args)))


def _entry(name: str, signature: str, doc: Doc, examples: Any, run: Any, sql: Any, **more: Any) -> Function:
    return Function(name, "number", (signature,), doc, examples, run, postgresql=sql, **more)


NUMBER_FUNCTIONS = (
    _entry(
        "ABS",
        "number -> number",
        Doc("The number without its sign.", "绝对值。"),
        (("ABS(-2.5)", "2.5"), ("ABS(3)", "3")),
        abs,
        lambda c: sa.func.abs(c.number(0)),
        result=same,
        sqlite=lambda c: sa.func.abs(c[0]),
    ),
    _entry(
        "ROUND",
        "number, integer? -> number",
        Doc(
            "Rounded half up to so many digits after the point (none unless given; negative: tens, hundreds).",
            "四舍五入到指定小数位（默认 0 位，负数为十位、百位）。",
        ),
        (("ROUND(2.345, 2)", "2.35"), ("ROUND(-2.5)", "-3"), ("ROUND(1250, -2)", "1300"), ("ROUND(2.5, 4)", "2.5")),
        _round,
        lambda c: sa.func.round(c.number(0), step_digits(c, 1)),
        result=rounded,
    ),
    _entry(
        "ROUNDUP",
        "number, integer? -> number",
        Doc("Rounded away from zero.", "向远离零的方向舍入。"),
        (("ROUNDUP(2.341, 2)", "2.35"), ("ROUNDUP(-2.1)", "-3"), ("ROUNDUP(2.00, 1)", "2")),
        _round_up,
        round_away,
        result=rounded,
    ),
    _entry(
        "ROUNDDOWN",
        "number, integer? -> number",
        Doc("Digits cut off, towards zero.", "向零方向截断。"),
        (("ROUNDDOWN(2.349, 2)", "2.34"), ("ROUNDDOWN(-2.9)", "-2")),
        _round_down,
        lambda c: sa.func.trunc(c.number(0), step_digits(c, 1)),
        result=rounded,
    ),
    _entry(
        "FLOOR",
        "number -> integer",
        Doc("The next integer downwards.", "向下取整。"),
        (("FLOOR(2.9)", "2"), ("FLOOR(-2.1)", "-3")),
        math.floor,
        lambda c: sa.func.floor(c.number(0)),
    ),
    _entry(
        "CEILING",
        "number -> integer",
        Doc("The next integer upwards.", "向上取整。"),
        (("CEILING(2.1)", "3"), ("CEILING(-2.9)", "-2")),
        math.ceil,
        lambda c: sa.func.ceil(c.number(0)),
    ),
    _entry(
        "INT",
        "number -> integer",
        Doc("The integer part: digits after the point cut off.", "取整数部分（截断小数）。"),
        (("INT(-2.9)", "-2"), ("INT(7)", "7")),
        math.trunc,
        lambda c: sa.func.trunc(c.number(0)),
    ),
    _entry(
        "MOD",
        "number, number -> number",
        Doc(
            "The remainder of a division, with the divisor's sign; null for 0.",
            "余数，符号与除数相同；除数为 0 时为空。",
        ),
        (("MOD(7, 3)", "1"), ("MOD(-7, 3)", "2"), ("MOD(7.5, 2)", "1.5"), ("MOD(1, 0)", "NULL")),
        _mod,
        floor_mod,
    ),
    _entry(
        "QUOTIENT",
        "number, number -> integer",
        Doc(
            "How often the second number goes into the first, cut to an integer; null for 0.",
            "整除的商；除数为 0 时为空。",
        ),
        (("QUOTIENT(7, 2)", "3"), ("QUOTIENT(-7, 2)", "-3"), ("QUOTIENT(1, 0)", "NULL")),
        _quotient,
        quotient,
    ),
    _entry(
        "SIGN",
        "number -> integer",
        Doc("1, 0 or -1.", "符号：1、0 或 -1。"),
        (("SIGN(-0.01)", "-1"), ("SIGN(0)", "0")),
        _sign,
        lambda c: sa.func.sign(c.number(0)),
    ),
    _entry(
        "POWER",
        "number, integer -> number",
        Doc("A number to a power from 0 to 20; null for other powers.", "乘方（指数 0 到 20），其他指数为空。"),
        (("POWER(2, 10)", "1024"), ("POWER(1.05, 2)", "1.1025"), ("POWER(2, -1)", "NULL"), ("POWER(10, 18)", "NULL")),
        _power,
        power,
        result=_power_type,
    ),
    _entry(
        "SQRT",
        "number -> number(6)",
        Doc("The square root to 6 digits; null below zero.", "平方根（6 位小数），负数为空。"),
        (("SQRT(2)", "1.414214"), ("SQRT(16)", "4"), ("SQRT(-1)", "NULL")),
        _sqrt,
        square_root,
        result=lambda args: number(MAX_SCALE),
    ),
    _entry(
        "MIN",
        "T... -> T",
        Doc("The smallest value; nulls are left out.", "最小值，忽略空值。"),
        (("MIN(3, 1.5, 2)", "1.5"), ("MIN('b', 'a')", "'a'"), ("MIN(NULL, 2)", "2")),
        _extreme(min),
        extreme("least"),
        nulls="own",
    ),
    _entry(
        "MAX",
        "T... -> T",
        Doc("The largest value; nulls are left out.", "最大值，忽略空值。"),
        (("MAX(3, 1.5, 2)", "3"), ("MAX(DATE(2026,1,1), DATE(2026,2,1))", "DATE(2026,2,1)")),
        _extreme(max),
        extreme("greatest"),
        nulls="own",
    ),
    _entry(
        "CLAMP",
        "T, T, T -> T",
        Doc(
            "The value, brought between two bounds; a null bound does not bind.",
            "将值限制在上下限之间；上下限为空表示不限制。",
        ),
        (("CLAMP(120, 0, 100)", "100"), ("CLAMP(-1, 0, 100)", "0"), ("CLAMP(500, 0, NULL)", "500")),
        _clamp,
        lambda c: c.let(
            c.args,
            lambda v, low, high: sa.case((v.is_not(None), sa.func.least(sa.func.greatest(v, low), high))),
        ),
        nulls="own",
    ),
    _entry(
        "PERCENT",
        "number, number -> number(6)",
        Doc("The first number in percent of the second; null for 0.", "第一个数占第二个数的百分比；除数为 0 时为空。"),
        (("PERCENT(1, 3)", "33.333333"), ("PERCENT(5, 0)", "NULL")),
        _percent,
        lambda c: ratio(c.number(0) * 100, c.number(1), MAX_SCALE),
        result=lambda args: number(MAX_SCALE),
    ),
    _entry(
        "CHANGE",
        "number, number -> number(6)",
        Doc(
            "The change from the first to the second number in percent; null for 0.",
            "从第一个数到第二个数的变化百分比。",
        ),
        (("CHANGE(80, 100)", "25"), ("CHANGE(-50, -25)", "50"), ("CHANGE(0, 5)", "NULL")),
        _change,
        lambda c: c.let(
            [c.number(0), c.number(1)],
            lambda old, new: ratio((new - old) * 100, sa.func.abs(old, type_=sa.Numeric()), MAX_SCALE),
        ),
        result=lambda args: number(MAX_SCALE),
    ),
    _entry(
        "TOTAL",
        "number... -> number",
        Doc("The sum; nulls count as 0.", "求和，空值按 0 计。"),
        (("TOTAL(1, NULL, 2.5)", "3.5"), ("TOTAL(NULL)", "0")),
        _total,
        total,
        nulls="own",
    ),
    _entry(
        "AVERAGE",
        "number... -> number(6)",
        Doc("The mean; nulls are left out.", "平均值，忽略空值。"),
        (("AVERAGE(1, 2, NULL)", "1.5"), ("AVERAGE(1, 1, 2)", "1.333333")),
        _mean,
        mean,
        nulls="own",
        result=_mean_type,
    ),
    _entry(
        "BUCKET",
        "number, number -> number",
        Doc(
            "The lower end of the value's bucket of a given size; null for sizes of 0 or less.",
            "所在区间的下限（按区间大小分组）。",
        ),
        (("BUCKET(1250, 500)", "1000"), ("BUCKET(-1, 10)", "-10"), ("BUCKET(5, 0)", "NULL")),
        _bucket,
        bucket,
    ),
    _entry(
        "ISEVEN",
        "integer -> boolean",
        Doc("Whether an integer is even.", "是否为偶数。"),
        (("ISEVEN(4)", "TRUE"), ("ISEVEN(-3)", "FALSE")),
        lambda value: value % 2 == 0,
        lambda c: sa.func.mod(c.number(0), 2) == 0,
    ),
    _entry(
        "ISODD",
        "integer -> boolean",
        Doc("Whether an integer is odd.", "是否为奇数。"),
        (("ISODD(-3)", "TRUE"), ("ISODD(4)", "FALSE")),
        lambda value: value % 2 == 1,
        lambda c: sa.func.mod(c.number(0), 2) != 0,
    ),
)
