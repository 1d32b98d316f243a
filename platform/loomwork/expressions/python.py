"""Compile a typed tree to nested Python closures: the evaluator of the record layer, rules and workflows.

Each node becomes one function of the `Env`. No text is parsed and no code generated when it runs.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from loomwork.core.errors import Broken
from loomwork.expressions.aggregates import compile_aggregate
from loomwork.expressions.dates import OutOfRange, add_days, add_seconds, seconds_between
from loomwork.expressions.env import Env
from loomwork.expressions.formula import Formula
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node, Param
from loomwork.expressions.numbers import LIMITS, divide, multiply, times
from loomwork.expressions.runtime import finish_number, finish_text, out_of_range, overflow, runner

Closure: TypeAlias = Callable[[Env], Any]


def compile_python(formula: Formula | Node) -> Closure:
    """The formula as a function of an Env.

    It gives a plain value of the formula's type, None for null; what made a value null (overflow, a date outside
    the calendar, a text too long) is in `env.faults`.
    Raises when run: Broken `not_loaded` if a path, relation or parameter that is needed was not given.
    """
    return _compile(formula.ir if isinstance(formula, Formula) else formula)


def _compile(node: Node) -> Closure:
    if isinstance(node, Const):
        value = node.value
        return lambda env: value
    if isinstance(node, Field):
        return _field(node)
    if isinstance(node, Param):
        return _param(node)
    if isinstance(node, Aggregate):
        return compile_aggregate(node, _compile)
    if node.op in _OPERATORS:
        return _OPERATORS[node.op](node)
    return _function(node)


def _not_loaded(what: str, name: str) -> Broken:
    return Broken(f'the formula needs the {what} "{name}", which was not loaded', code="not_loaded")


def _field(node: Field) -> Closure:
    path, up, is_text = ".".join(node.path), node.up, node.type.kind == "text"

    def read(env: Env) -> Any:
        try:
            return env.values[path]
        except KeyError:
            raise _not_loaded("value", path) from None

    def read_text(env: Env) -> Any:
        try:
            return env.values[path] or None
        except KeyError:
            raise _not_loaded("value", path) from None

    inner = read_text if is_text else read
    if up == 0:
        return inner

    def read_outer(env: Env) -> Any:
        for _ in range(up):
            env = env.parent or env
        return inner(env)

    return read_outer


def _param(node: Param) -> Closure:
    name, is_text = node.name, node.type.kind == "text"

    def read(env: Env) -> Any:
        try:
            value = env.params[name]
        except KeyError:
            raise _not_loaded("parameter", name) from None
        return (value or None) if is_text else value

    return read


def _function(node: Call) -> Closure:
    run = runner(FUNCTIONS[node.op], node.type)
    args = [_compile(arg) for arg in node.args]
    if not args:
        return run
    if len(args) == 1:
        (only,) = args
        return lambda env: run(env, only(env))
    if len(args) == 2:
        first, second = args
        return lambda env: run(env, first(env), second(env))
    return lambda env: run(env, *[arg(env) for arg in args])


def _and(node: Call) -> Closure:
    parts = [_compile(arg) for arg in node.args]
    if len(parts) == 2:
        first, second = parts
        return lambda env: bool(first(env) and second(env))

    def run(env: Env) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as all() with a generator
            if not part(env):
                return False
        return True

    return run


def _or(node: Call) -> Closure:
    parts = [_compile(arg) for arg in node.args]
    if len(parts) == 2:
        first, second = parts
        return lambda env: bool(first(env) or second(env))

    def run(env: Env) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as any() with a generator
            if part(env):
                return True
        return False

    return run


def _not(node: Call) -> Closure:
    part = _compile(node.args[0])
    return lambda env: not part(env)


def _eq(node: Call) -> Closure:
    left, right = (_compile(arg) for arg in node.args)
    if isinstance(node.args[1], Const):
        value = node.args[1].value
        return lambda env: bool(left(env) == value)
    return lambda env: bool(left(env) == right(env))


def _ne(node: Call) -> Closure:
    left, right = (_compile(arg) for arg in node.args)
    return lambda env: bool(left(env) != right(env))


def _same(node: Call) -> Closure:
    left, right = (_compile(arg) for arg in node.args)

    def run(env: Env) -> bool:
        value = left(env)
        return value is not None and bool(value == right(env))

    return run


def _order(test: Callable[[Any, Any], bool]) -> Callable[[Call], Closure]:
    def build(node: Call) -> Closure:
        left, right = (_compile(arg) for arg in node.args)

        def run(env: Env) -> bool:
            a = left(env)
            if a is None:
                return False
            b = right(env)
            return False if b is None else test(a, b)

        return run

    return build


def _between(node: Call) -> Closure:
    value, low, high = (_compile(arg) for arg in node.args)

    def run(env: Env) -> bool:
        x, least, most = value(env), low(env), high(env)
        return x is not None and least is not None and most is not None and bool(least <= x <= most)

    return run


def _in(node: Call) -> Closure:
    value, options = (_compile(arg) for arg in node.args)
    if isinstance(node.args[1], Const):
        fixed = frozenset(node.args[1].value)
        return lambda env: value(env) in fixed
    return lambda env: value(env) in (options(env) or ())


def _add(node: Call) -> Closure:
    limit = LIMITS[node.type.scale]
    parts = [_compile(arg) for arg in node.args]
    first, rest = parts[0], parts[1:]

    def run(env: Env) -> Any:
        total = first(env)
        for part in rest:
            value = part(env)
            if value is None or total is None:
                return None
            total += value
        return total if -limit < total < limit else overflow(env)

    return run


def _neg(node: Call) -> Closure:
    part = _compile(node.args[0])

    def run(env: Env) -> Any:
        value = part(env)
        return None if value is None else -value

    return run


def _mul(node: Call) -> Closure:
    scale = node.type.scale
    limit = LIMITS[scale]
    parts = [_compile(arg) for arg in node.args]
    is_exact = sum(arg.type.scale for arg in node.args) <= scale
    if is_exact and len(parts) == 2:
        return _exact_product(parts[0], parts[1], limit)

    def run(env: Env) -> Any:
        values = [part(env) for part in parts]
        if None in values:
            return None
        product = multiply(values, scale)
        return product if -limit < product < limit else overflow(env)

    return run


def _exact_product(left: Closure, right: Closure, limit: int) -> Closure:
    """Two factors whose product needs no rounding: the usual `quantity * price`."""

    def run(env: Env) -> Any:
        a, b = left(env), right(env)
        if a is None or b is None:
            return None
        product = times(a, b)
        return product if -limit < product < limit else overflow(env)

    return run


def _div(node: Call) -> Closure:
    scale = node.type.scale
    limit = LIMITS[scale]
    left, right = (_compile(arg) for arg in node.args)

    def run(env: Env) -> Any:
        top, bottom = left(env), right(env)
        if top is None or not bottom:
            return None
        quotient = divide(top, bottom, scale)
        return quotient if -limit < quotient < limit else overflow(env)

    return run


def _rescale(node: Call) -> Closure:
    part, scale = _compile(node.args[0]), node.type.scale
    if scale < node.args[0].type.scale:
        finish = finish_number(scale)
        return lambda env: finish(env, part(env))
    limit = LIMITS[scale]

    def run(env: Env) -> Any:
        value = part(env)
        return value if value is None or -limit < value < limit else overflow(env)

    return run


def _concat(node: Call) -> Closure:
    parts = [_compile(arg) for arg in node.args]
    return lambda env: finish_text(env, "".join([part(env) or "" for part in parts]))


def _list(node: Call) -> Closure:
    parts = [_compile(arg) for arg in node.args]
    return lambda env: [part(env) for part in parts]


def _if(node: Call) -> Closure:
    parts = [_compile(arg) for arg in node.args]
    if len(parts) == 3:
        condition, then, other = parts
        return lambda env: then(env) if condition(env) else other(env)
    pairs, last = list(zip(parts[:-1:2], parts[1::2], strict=True)), parts[-1]

    def run(env: Env) -> Any:
        for condition, value in pairs:
            if condition(env):
                return value(env)
        return last(env)

    return run


def _pair(compute: Callable[[Any, Any], Any]) -> Callable[[Call], Closure]:
    def build(node: Call) -> Closure:
        left, right = (_compile(arg) for arg in node.args)

        def run(env: Env) -> Any:
            a, b = left(env), right(env)
            if a is None or b is None:
                return None
            try:
                return compute(a, b)
            except OutOfRange:
                return out_of_range(env)

        return run

    return build


_OPERATORS: dict[str, Callable[[Call], Closure]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "eq": _eq,
    "ne": _ne,
    "same": _same,
    "lt": _order(lambda a, b: a < b),
    "le": _order(lambda a, b: a <= b),
    "gt": _order(lambda a, b: a > b),
    "ge": _order(lambda a, b: a >= b),
    "between": _between,
    "in": _in,
    "add": _add,
    "neg": _neg,
    "mul": _mul,
    "div": _div,
    "rescale": _rescale,
    "concat": _concat,
    "list": _list,
    "if": _if,
    "date_add": _pair(add_days),
    "date_diff": _pair(lambda a, b: (a - b).days),
    "instant_add": _pair(add_seconds),
    "instant_diff": _pair(seconds_between),
}
