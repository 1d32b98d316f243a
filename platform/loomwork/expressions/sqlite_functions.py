"""What SQLite cannot do exactly, registered as Python functions on every connection.

Numbers cross as integers scaled by 10^scale; a result with more than 18 digits is NULL. All functions are
deterministic, so SQLite computes those over constants once per statement.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from loomwork.core.clock import from_micros
from loomwork.expressions.dates import add_days, add_seconds, seconds_between
from loomwork.expressions.env import Env, WorkCalendar
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.ir import from_json
from loomwork.expressions.limits import MAX_DIGITS, MAX_TEXT
from loomwork.expressions.python import compile_python
from loomwork.expressions.runtime import runner
from loomwork.expressions.sql.stored import decoder, encode
from loomwork.expressions.types import parse_type

_LIMIT = 10**MAX_DIGITS


def register(dbapi_connection: Any) -> None:
    """Add the functions to a connection of the sqlite3 module."""
    for name, count, function in _SCALARS:
        dbapi_connection.create_function(name, count, function, deterministic=True)
    dbapi_connection.create_aggregate("lw_sum", 1, _Sum)
    dbapi_connection.create_aggregate("lw_avg", 3, _Average)


def _bounded(value: int) -> int | None:
    return value if -_LIMIT < value < _LIMIT else None


def _ten(power: int) -> int:
    """10 to a power, 1 for negative ones."""
    return int(10 ** max(0, power))


def _half_up(value: int, step: int) -> int:
    """`value / step`, rounded half up away from zero."""
    if value >= 0:
        return (value * 2 + step) // (2 * step)
    return -((-value * 2 + step) // (2 * step))


def _rescale(value: int | None, have: int, want: int) -> int | None:
    if value is None:
        return None
    if want >= have:
        return _bounded(value * _ten(want - have))
    return _bounded(_half_up(value, _ten(have - want)))


def _add(*values: int | None) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return _bounded(total)


def _mul(digits: int, scale: int, *values: int | None) -> int | None:
    product = 1
    for value in values:
        if value is None:
            return None
        product *= value
    if digits > scale:
        product = _half_up(product, _ten(digits - scale))
    return _bounded(product * _ten(scale - digits))


def _div(difference: int, scale: int, left: int | None, right: int | None) -> int | None:
    """`difference`: scale of the left side less that of the right."""
    if left is None or right is None or right == 0:
        return None
    power = scale - difference
    top = left * _ten(power)
    bottom = right * _ten(-power)
    if bottom < 0:
        top, bottom = -top, -bottom
    return _bounded(_half_up(top, bottom))


def _compare(left: int | None, left_scale: int, right: int | None, right_scale: int) -> int:
    """-1, 0, 1; 2 where both are null, 3 where one is."""
    if left is None or right is None:
        return 2 if left is right else 3
    shift = left_scale - right_scale
    a = left * _ten(-shift)
    b = right * _ten(shift)
    return (a > b) - (a < b)


def _between(*sides: int | None) -> int:
    """Value, low, high, each followed by its scale."""
    value, scale, low, low_scale, high, high_scale = sides
    if value is None or low is None or high is None:
        return 0
    return int(
        _compare(value, scale or 0, low, low_scale or 0) >= 0 >= _compare(value, scale or 0, high, high_scale or 0)
    )


def _fit(value: int | None, have: int, want: int, mode: int) -> int | None:
    """A number at another scale, cut downwards (-1) or upwards (1), within 64 bits."""
    if value is None:
        return None
    if want >= have:
        scaled = value * _ten(want - have)
    else:
        step = _ten(have - want)
        scaled = value // step if mode < 0 else -(-value // step)
    return max(-(2**63) + 1, min(2**63 - 1, scaled))


def _concat(*values: str | None) -> str | None:
    joined = "".join(value for value in values if value is not None)
    return joined if 0 < len(joined) <= MAX_TEXT else None


class _Sum:
    """SUM without a 64-bit end; 10^18 stands for too many digits (see `sql.aggregates`)."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, value: int | None) -> None:
        if value is not None:
            self.total += value

    def finalize(self) -> int:
        return self.total if -_LIMIT < self.total < _LIMIT else _LIMIT


class _Average:
    """AVG, exact, rounded once; null for no rows."""

    def __init__(self) -> None:
        self.total = self.count = 0
        self.scales = (0, 0)

    def step(self, value: int | None, have: int, want: int) -> None:
        self.scales = (have, want)
        if value is not None:
            self.total += value
            self.count += 1

    def finalize(self) -> int | None:
        have, want = self.scales
        return _bounded(_half_up(self.total * _ten(want - have), self.count)) if self.count else None


def _operator(name: str, run: Callable[..., Any]) -> Function:
    return Function(name, "operator", (), Doc("", ""), (), run)


_OPERATORS = {
    "date_add": _operator("date_add", add_days),
    "date_diff": _operator("date_diff", lambda left, right: (left - right).days),
    "instant_add": _operator("instant_add", add_seconds),
    "instant_diff": _operator("instant_diff", seconds_between),
    "list": Function("list", "operator", (), Doc("", ""), (), lambda *values: list(values), nulls="own"),
    "in": Function("in", "operator", (), Doc("", ""), (), lambda value, options: value in (options or ()), nulls="own"),
}


@lru_cache(maxsize=4_096)
def _prepared(name: str, types: str) -> tuple[Any, ...]:
    function = FUNCTIONS[name] if name in FUNCTIONS else _OPERATORS[name]
    given, _, result = types.rpartition(">")
    result_type = parse_type(result)
    kinds = [parse_type(part) for part in given.split(",")] if given else []
    return runner(function, result_type), [decoder(kind) for kind in kinds], result_type, function.needs


@lru_cache(maxsize=64)
def read_calendar(text: str) -> WorkCalendar:
    """What `calendar_text` wrote."""
    raw = json.loads(text)
    return WorkCalendar(
        frozenset(raw["weekend"]),
        frozenset(date.fromisoformat(day) for day in raw["holidays"]),
        frozenset(date.fromisoformat(day) for day in raw["workdays"]),
    )


def _surroundings(needs: Sequence[str], values: Sequence[Any]) -> Env:
    env = Env()
    for need, value in zip(needs, values, strict=False):
        if need == "zone":
            env.zone = value
        elif need == "calendar":
            env.calendar = read_calendar(value)
        elif need == "now":
            env.now = from_micros(value)
    return env


@lru_cache(maxsize=1_024)
def _part(tree: str, needs: str, types: str) -> tuple[Any, ...]:
    ir = from_json(json.loads(tree))
    kinds = [parse_type(part) for part in types.split(",")] if types else []
    return compile_python(ir), [decoder(kind) for kind in kinds], ir.type, needs.split(",") if needs else []


def _eval(tree: str, needs: str, types: str, *values: Any) -> Any:
    """A part of a formula: its tree, what it needs, the types of its leaves; then the needs, then the leaves."""
    run, readers, result_type, needed = _part(tree, needs, types)
    env = _surroundings(needed, values)
    leaves = values[len(needed) :]
    env.values = {
        str(at): None if value is None else read(value)
        for at, (read, value) in enumerate(zip(readers, leaves, strict=True))
    }
    return encode(result_type, run(env))


def _call(name: str, types: str, *values: Any) -> Any:
    """One function of the registry: needed surroundings first, then the arguments in stored form."""
    run, readers, result_type, needs = _prepared(name, types)
    env = _surroundings(needs, values)
    args = values[len(needs) :]
    plain = [None if value is None else read(value) for read, value in zip(readers, args, strict=True)]
    return encode(result_type, run(env, *plain))


_SCALARS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("lw_rescale", 3, _rescale),
    ("lw_add", -1, _add),
    ("lw_mul", -1, _mul),
    ("lw_div", 4, _div),
    ("lw_compare", 4, _compare),
    ("lw_fit", 4, _fit),
    ("lw_between", 6, _between),
    ("lw_concat", -1, _concat),
    ("lw_call", -1, _call),
    ("lw_eval", -1, _eval),
)
