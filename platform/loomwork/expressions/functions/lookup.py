"""Looking up: a value by position, a label by band."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.i18n import say
from loomwork.expressions.faults import FormulaError, FormulaFault
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.ir import Const, Node
from loomwork.expressions.types import NULL, FormulaType


def _choose(position: Any, *values: Any) -> Any:
    return values[position - 1] if position is not None and 1 <= position <= len(values) else None


def _band(value: Any, limits: Sequence[Any], labels: Sequence[Any]) -> Any:
    found = None
    for limit, label in zip(limits, labels, strict=False):
        if limit is not None and value >= limit:
            found = label
    return found


def _label_type(args: Sequence[Node]) -> FormulaType:
    return args[2].type.of or NULL


def _band_sql(c: Any) -> Any:
    limits, labels = c.node.args[1], c.node.args[2]
    if not isinstance(limits, Const) or not isinstance(labels, Const):
        raise FormulaError([FormulaFault("X130", say("formula.X130.band"), hint=say("formula.hint.band"))])
    pairs = [pair for pair in zip(limits.value or (), labels.value or (), strict=False) if pair[0] is not None]
    of = labels.type.of or NULL

    def build(value: Any) -> Any:
        cases = [
            (value >= sa.literal(limit, sa.Numeric()), c.compiler.const(of, label)) for limit, label in reversed(pairs)
        ]
        return sa.case(*cases) if cases else c.compiler.const(of, None)

    return c.let([c.number(0)], build)


def _position(values: Sequence[Any], value: Any) -> int | None:
    return list(values).index(value) + 1 if value in values else None


LOOKUP_FUNCTIONS = (
    Function(
        "CHOOSE",
        "lookup",
        ("integer, T... -> T",),
        Doc("The n-th of the values that follow, from 1; null beyond.", "其后第 n 个值，超出为空。"),
        (("CHOOSE(2, 'a', 'b')", "'b'"), ("CHOOSE(3, 1.5, 2)", "NULL"), ("CHOOSE(NULL, 1)", "NULL")),
        _choose,
        nulls="own",
        postgresql=lambda c: c.let(
            c.args, lambda position, *values: sa.case(*((position == at, one) for at, one in enumerate(values, 1)))
        ),
    ),
    Function(
        "BAND",
        "lookup",
        ("number, list(number), list -> any",),
        Doc(
            "The label of the last limit that the number reaches; limits rise, null below the first.",
            "数值所达到的最后一个界限对应的标签；界限须递增。",
        ),
        (
            ("BAND(1200, [0, 1000, 5000], ['C', 'B', 'A'])", "'B'"),
            ("BAND(-1, [0, 10], ['a', 'b'])", "NULL"),
            ("BAND(10.0, [0, 10], ['a', 'b'])", "'b'"),
        ),
        _band,
        result=_label_type,
        postgresql=_band_sql,
    ),
    Function(
        "POSITION",
        "lookup",
        ("list(T), T -> integer",),
        Doc("The position of a value in a list, from 1; null if it is not there.", "值在列表中的位置，不存在为空。"),
        (("POSITION(['a', 'b'], 'b')", "2"), ("POSITION(['a'], 'c')", "NULL")),
        _position,
    ),
)
