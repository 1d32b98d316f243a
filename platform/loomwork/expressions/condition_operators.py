"""The operators of filter builders: one entry each, from name and phrase to the typed form.

An operator that says no is the negation of one that says yes, so that on a to-many path `not_contains` means "no row
contains".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from loomwork.core.i18n import Label
from loomwork.core.registry import Registry
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Call, Const, Node
from loomwork.expressions.types import BOOLEAN, DATE, INSTANT, INTEGER, FormulaType, list_of, parse_type

Build: TypeAlias = Callable[[Node, Sequence[Node]], Node]
ORDERED = ("number", "date", "instant", "time", "duration", "text")
EVERY = (*ORDERED, "boolean", "link", "list")


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Shapes: `values` are the fewest and most operands (a list counts each of its values); `kinds` are the kinds of
    field that it fits; `operand` is what the values are: `same` as the field, `item` of the field's list, `integer`.
    `negates` names the operator of which this is the opposite.
    """

    name: str
    phrase: Label
    kinds: tuple[str, ...]
    values: tuple[int, int] = (1, 1)
    operand: str = "same"
    build: Build | None = None
    negates: str = ""


def call(name: str, *args: Node) -> Node:
    """A call of a function whose result type does not depend on its arguments."""
    return Call(parse_type(FUNCTIONS[name].forms[0].result), name, args)


def whole(value: int) -> Node:
    """An integer literal."""
    return Const(INTEGER, value)


def _compare(op: str) -> Build:
    return lambda field, values: Call(BOOLEAN, op, (field, values[0]))


def _in(field: Node, values: Sequence[Node]) -> Node:
    items = [value.value for value in values if isinstance(value, Const)]
    return Call(BOOLEAN, "in", (field, Const(list_of(_item_type(field)), items)))


def _item_type(field: Node) -> FormulaType:
    return field.type.of or INTEGER if field.type.kind == "list" else field.type


def _between(field: Node, values: Sequence[Node]) -> Node:
    return Call(BOOLEAN, "between", (field, values[0], values[1]))


def _function(name: str) -> Build:
    return lambda field, values: call(name, field, values[0])


def _has_list(name: str) -> Build:
    def build(field: Node, values: Sequence[Node]) -> Node:
        items = [value.value for value in values if isinstance(value, Const)]
        return call(name, field, Const(field.type, items))

    return build


def _is_empty(field: Node, _: Sequence[Node]) -> Node:
    empty = Call(BOOLEAN, "eq", (field, Const(field.type, None)))
    if field.type.kind != "list":
        return empty
    return Call(BOOLEAN, "or", (empty, Call(BOOLEAN, "eq", (call("SIZE", field), whole(0)))))


def _true(field: Node, _: Sequence[Node]) -> Node:
    return Call(BOOLEAN, "eq", (field, Const(BOOLEAN, True)))


Period: TypeAlias = Callable[[Node, Sequence[Node]], tuple[Node, Node]]


def _within(period: Period) -> Build:
    """A period of the reader's calendar; on an instant it begins and ends at the reader's midnight."""

    def build(field: Node, values: Sequence[Node]) -> Node:
        start, end = period(call("TODAY"), values)
        if field.type == DATE:
            return Call(BOOLEAN, "between", (field, start, end))
        after = Call(BOOLEAN, "ge", (field, Call(INSTANT, "INSTANTAT", (start,))))
        next_day = Call(INSTANT, "INSTANTAT", (call("ADDDAYS", end, whole(1)),))
        return Call(BOOLEAN, "and", (after, Call(BOOLEAN, "lt", (field, next_day))))

    return build


def _shifted(unit: str, shift: str, count: int) -> Period:
    """The calendar unit around today moved by `count` units. `unit` is MONTH, QUARTER, YEAR; `shift` months each."""

    def period(today: Node, _: Sequence[Node]) -> tuple[Node, Node]:
        start = call(f"{unit}START", today)
        if count:
            start = call("ADDMONTHS", start, whole(count * int(shift)))
        return start, call(f"{unit}END", start)

    return period


def _week(count: int) -> Period:
    def period(today: Node, _: Sequence[Node]) -> tuple[Node, Node]:
        start = call("WEEKSTART", today)
        return call("ADDDAYS", start, whole(count * 7)), call("ADDDAYS", start, whole(count * 7 + 6))

    return period


def _day(count: int) -> Period:
    def period(today: Node, _: Sequence[Node]) -> tuple[Node, Node]:
        day = call("ADDDAYS", today, whole(count)) if count else today
        return day, day

    return period


def _negative(value: Node) -> Node:
    return Const(INTEGER, -value.value) if isinstance(value, Const) else value


def _last(name: str) -> Period:
    return lambda today, values: (call("ADDDAYS", call(name, today, _negative(values[0])), whole(1)), today)


def _next(name: str) -> Period:
    return lambda today, values: (today, call("ADDDAYS", call(name, today, values[0]), whole(-1)))


def _older(field: Node, values: Sequence[Node]) -> Node:
    day = call("ADDDAYS", call("TODAY"), _negative(values[0]))
    limit = day if field.type == DATE else Call(INSTANT, "INSTANTAT", (day,))
    return Call(BOOLEAN, "lt", (field, limit))


def _is_me(field: Node, _: Sequence[Node]) -> Node:
    return Call(BOOLEAN, "same", (field, call("CURRENT_USER")))


def _member_of(name: str) -> Build:
    return lambda field, values: call(name, field)


def _label(en: str, zh: str) -> Label:
    return {"en": en, "zh-CN": zh}


def _periods() -> list[Operator]:
    fits = ("date", "instant")
    found: list[Operator] = []
    for name, zh, count in (("yesterday", "昨天", -1), ("today", "今天", 0), ("tomorrow", "明天", 1)):
        found.append(Operator(name, _label(name, zh), fits, (0, 0), build=_within(_day(count))))
    for count, en, zh in ((-1, "last", "上"), (0, "this", "本"), (1, "next", "下")):
        found.append(Operator(f"{en}_week", _label(f"{en} week", f"{zh}周"), fits, (0, 0), build=_within(_week(count))))
        for unit, months, unit_zh in (("month", "1", "月"), ("quarter", "3", "季度"), ("year", "12", "年")):
            period = _shifted(unit.upper(), months, count)
            label = _label(f"{en} {unit}", _year(zh, unit_zh))
            found.append(Operator(f"{en}_{unit}", label, fits, (0, 0), build=_within(period)))
    for unit, zh in (("days", "天"), ("weeks", "周"), ("months", "个月"), ("years", "年")):
        add = f"ADD{unit.upper()}"
        last, later = _within(_last(add)), _within(_next(add))
        found.append(
            Operator(f"last_n_{unit}", _label(f"in the last … {unit}", f"最近 … {zh}"), fits, (1, 1), "integer", last)
        )
        found.append(
            Operator(f"next_n_{unit}", _label(f"in the next … {unit}", f"未来 … {zh}"), fits, (1, 1), "integer", later)
        )
    found.append(
        Operator("older_than_n_days", _label("more than … days ago", "早于 … 天前"), fits, (1, 1), "integer", _older)
    )
    return found


def _year(prefix: str, unit: str) -> str:
    return {"上年": "去年", "本年": "今年", "下年": "明年"}.get(prefix + unit, prefix + unit)


_MANY = (1, 1_000)
BUILTIN: tuple[Operator, ...] = (
    Operator("eq", _label("is", "等于"), (*ORDERED, "boolean", "link"), build=_compare("eq")),
    Operator("ne", _label("is not", "不等于"), (*ORDERED, "boolean", "link"), negates="eq"),
    Operator("lt", _label("is less than", "小于"), ORDERED, build=_compare("lt")),
    Operator("le", _label("is at most", "小于等于"), ORDERED, build=_compare("le")),
    Operator("gt", _label("is more than", "大于"), ORDERED, build=_compare("gt")),
    Operator("ge", _label("is at least", "大于等于"), ORDERED, build=_compare("ge")),
    Operator("in", _label("is one of", "属于"), (*ORDERED, "link"), _MANY, build=_in),
    Operator("not_in", _label("is none of", "不属于"), (*ORDERED, "link"), _MANY, negates="in"),
    Operator("between", _label("is between", "介于"), ORDERED, (2, 2), build=_between),
    Operator("not_between", _label("is not between", "不介于"), ORDERED, (2, 2), negates="between"),
    Operator("contains", _label("contains", "包含"), ("text",), build=_function("CONTAINS")),
    Operator("not_contains", _label("does not contain", "不包含"), ("text",), negates="contains"),
    Operator("starts_with", _label("starts with", "开头是"), ("text",), build=_function("STARTSWITH")),
    Operator("ends_with", _label("ends with", "结尾是"), ("text",), build=_function("ENDSWITH")),
    Operator("has", _label("has", "包含"), ("list",), operand="item", build=_function("HAS")),
    Operator("has_not", _label("has not", "不包含"), ("list",), operand="item", negates="has"),
    Operator("has_any", _label("has any of", "包含任一"), ("list",), _MANY, "item", _has_list("HASANY")),
    Operator("has_all", _label("has all of", "包含全部"), ("list",), _MANY, "item", _has_list("HASALL")),
    Operator("has_none", _label("has none of", "全不包含"), ("list",), _MANY, "item", negates="has_any"),
    Operator("is_empty", _label("is empty", "为空"), EVERY, (0, 0), build=_is_empty),
    Operator("is_not_empty", _label("is not empty", "不为空"), EVERY, (0, 0), negates="is_empty"),
    Operator("is_true", _label("is yes", "为是"), ("boolean",), (0, 0), build=_true),
    Operator("is_false", _label("is no", "为否"), ("boolean",), (0, 0), negates="is_true"),
    Operator("is_me", _label("is me", "是我"), ("link",), (0, 0), build=_is_me),
    Operator(
        "is_my_unit", _label("is my unit or below", "是我的部门或下级"), ("link",), (0, 0), build=_member_of("IN_UNIT")
    ),
    Operator("is_my_team", _label("is my team", "是我的团队"), ("link",), (0, 0), build=_member_of("IN_TEAM")),
    *_periods(),
)

OPERATORS: Registry[Operator] = Registry("operator", BUILTIN)
