"""The reference evaluation: the typed form as a Python syntax tree, walked by simpleeval.

It is slow and plain on purpose: numbers are fractions, rounding is written out, every operator is a few lines. The
closures must agree with it (see tests/conformance). simpleeval sees only our own tree of calls, conditions and
constants; no attribute, no name and no text of an author ever reaches it.
"""

import ast
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from simpleeval import SimpleEval

from loomwork.core.errors import Broken
from loomwork.expressions.dates import OutOfRange, add_days, add_seconds, seconds_between
from loomwork.expressions.env import Env
from loomwork.expressions.formula import Formula
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node, Param
from loomwork.expressions.limits import MAX_DIGITS, MAX_TEXT
from loomwork.expressions.runtime import runner
from loomwork.expressions.types import FormulaType

_BOOLEANS: dict[str, ast.boolop] = {"and": ast.And(), "or": ast.Or()}


def evaluate(formula: Formula | Node, env: Env) -> Any:
    """The formula's value: equal to what `compile_python(formula)(env)` gives."""
    node = formula.ir if isinstance(formula, Formula) else formula
    return to_plain(_Walk(env).value(node), node.type)


def to_plain(value: Any, type_: FormulaType) -> Any:
    """A fraction as int or Decimal, in lists too; everything else as it is."""
    if isinstance(value, list):
        return [to_plain(one, type_.of or type_) for one in value]
    if not isinstance(value, Fraction):
        return value
    if type_.scale == 0:
        return int(value)
    return Decimal(int(value * 10**type_.scale)).scaleb(-type_.scale)


def round_fraction(value: Fraction, scale: int) -> Fraction:
    """Half up, away from zero."""
    scaled = abs(value) * 10**scale + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole if value >= 0 else -whole, 10**scale)


class _Walk:
    """One evaluation on one row."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.parts: list[Node] = []
        self.simple = SimpleEval(functions={"leaf": self.leaf, "call": self.call}, names={})

    def value(self, node: Node) -> Any:
        """The value of a node, by way of simpleeval."""
        return self.simple.eval("", previously_parsed=ast.fix_missing_locations(self.tree(node)))

    def tree(self, node: Node) -> ast.expr:
        """The node as Python syntax."""
        if not isinstance(node, Call):
            return self.reach("leaf", node)
        if node.op in _BOOLEANS:
            return ast.BoolOp(_BOOLEANS[node.op], [self.truth(arg) for arg in node.args])
        if node.op == "not":
            return ast.UnaryOp(ast.Not(), self.truth(node.args[0]))
        if node.op == "if":
            result = self.tree(node.args[-1])
            for at in range(len(node.args) - 3, -1, -2):
                result = ast.IfExp(self.truth(node.args[at]), self.tree(node.args[at + 1]), result)
            return result
        if node.op in ("eq", "ne"):
            left, right = (self.tree(arg) for arg in node.args)
            return ast.Compare(left, [ast.Eq() if node.op == "eq" else ast.NotEq()], [right])
        return self.reach("call", node, *(self.tree(arg) for arg in node.args))

    def truth(self, node: Node) -> ast.expr:
        """A condition as true or false."""
        yes, no = ast.Constant(value=True), ast.Constant(value=False)
        return ast.IfExp(self.tree(node), yes, no)

    def reach(self, name: str, node: Node, *args: ast.expr) -> ast.expr:
        """A call of one of the two functions, with the node's number first."""
        self.parts.append(node)
        number = ast.Constant(value=len(self.parts) - 1)
        return ast.Call(ast.Name(name, ast.Load()), [number, *args], [])

    def leaf(self, number: int) -> Any:
        """A literal, field, parameter or aggregate."""
        node = self.parts[number]
        if isinstance(node, Const):
            return _plain_in(node.value, node.type)
        if isinstance(node, Param):
            return _plain_in(self.env.params[node.name], node.type)
        if isinstance(node, Aggregate):
            return self.aggregate(node)
        env = self.env
        if not isinstance(node, Field):
            raise Broken("only fields are left here")
        for _ in range(node.up):
            env = env.parent or env
        return _plain_in(env.values[".".join(node.path)], node.type)

    def call(self, number: int, *args: Any) -> Any:
        """An operator or function on values."""
        node = self.parts[number]
        if not isinstance(node, Call):
            raise Broken("only calls are called")
        if node.op in FUNCTIONS:
            plain = [to_plain(value, arg.type) for value, arg in zip(args, node.args, strict=True)]
            return _plain_in(runner(FUNCTIONS[node.op], node.type)(self.env, *plain), node.type)
        if node.op in _NULL_IS_FALSE:
            return None not in args and _NULL_IS_FALSE[node.op](*args)
        if node.op in _OWN:
            return self.bounded(_OWN[node.op](*args), node.type)
        if None in args:
            return None
        try:
            return self.bounded(_COMPUTED[node.op](*args), node.type)
        except OutOfRange:
            return None

    def bounded(self, value: Any, type_: FormulaType) -> Any:
        """Rounded to the type's digits, null beyond the limits."""
        if isinstance(value, str):
            return value if 0 < len(value) <= MAX_TEXT else None
        if type_.is_number and value is not None:
            rounded = round_fraction(Fraction(value), type_.scale)
            return rounded if abs(rounded) < 10 ** (MAX_DIGITS - type_.scale) else None
        return value

    def aggregate(self, node: Aggregate) -> Any:
        """One value out of the rows of a relation."""
        outer = self.env
        for _ in range(node.up):
            outer = outer.parent or outer
        rows = []
        for item in outer.items[".".join(node.path)] or ():
            inner = Env(item, item, outer.params, outer.now, outer.zone, outer.user, outer.calendar, parent=outer)
            rows.append(_Walk(inner))
        if node.name == "ALL":
            return all(bool(row.value(node.where)) for row in rows if node.where is not None)
        kept = [row for row in rows if node.where is None or row.value(node.where)]
        if node.name in ("ANY", "COUNT"):
            return len(kept) > 0 if node.name == "ANY" else len(kept)
        if node.order is not None:
            return _end(kept, node)
        values = [row.value(node.value) for row in kept if node.value is not None]
        return self.bounded(_SUMMARIES[node.name]([one for one in values if one is not None]), node.type)


def _end(rows: list[_Walk], node: Aggregate) -> Any:
    if node.order is None or node.value is None:
        raise Broken("FIRST and LAST have an order and a value")
    ranked = [(row.value(node.order), str(row.env.values.get("id", "")), at) for at, row in enumerate(rows)]
    known = [one for one in ranked if one[0] is not None] or [(0, one[1], one[2]) for one in ranked]
    if not known:
        return None
    chosen = max(known) if node.name == "LAST" else min(known)
    return rows[chosen[2]].value(node.value)


def _plain_in(value: Any, type_: FormulaType) -> Any:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Fraction(value)
    if type_.kind == "list" and value is not None:
        return [Fraction(one) if isinstance(one, Decimal | int) and not isinstance(one, bool) else one for one in value]
    return value or None if isinstance(value, str) else value


def _product(*values: Fraction) -> Fraction:
    result = Fraction(1)
    for value in values:
        result *= value
    return result


def _whole(run: Callable[[Any, int], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: run(left, int(right))


_NULL_IS_FALSE: dict[str, Callable[..., bool]] = {
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "same": lambda a, b: bool(a == b),
    "between": lambda x, low, high: bool(low <= x <= high),
}
_OWN: dict[str, Callable[..., Any]] = {
    "concat": lambda *parts: "".join(part for part in parts if part is not None),
    "in": lambda value, options: value in (options or []),
    "list": lambda *items: list(items),
}


def _days(later: date, earlier: date) -> int:
    return (later - earlier).days


def _seconds(later: datetime, earlier: datetime) -> int:
    return seconds_between(later, earlier)


_COMPUTED: dict[str, Callable[..., Any]] = {
    "add": lambda *values: sum(values, Fraction(0)),
    "mul": _product,
    "div": lambda a, b: a / b if b else None,
    "neg": lambda a: -a,
    "rescale": lambda a: a,
    "date_add": _whole(add_days),
    "date_diff": _days,
    "instant_add": _whole(add_seconds),
    "instant_diff": _seconds,
}
_SUMMARIES: dict[str, Callable[[list[Any]], Any]] = {
    "SUM": lambda values: sum(values, Fraction(0)),
    "AVG": lambda values: sum(values, Fraction(0)) / len(values) if values else None,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "COUNTDISTINCT": lambda values: len(set(values)),
}
