"""Run one function on plain values with the rules that hold for all: nulls, rounding, bounds.

The closures and SQLite's registered functions both go through here, so there is one implementation.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from loomwork.expressions.dates import OutOfRange
from loomwork.expressions.env import Env
from loomwork.expressions.functions.base import Function
from loomwork.expressions.limits import MAX_DIGITS, MAX_TEXT
from loomwork.expressions.numbers import LIMITS, round_to
from loomwork.expressions.types import FormulaType

Finish: TypeAlias = Callable[[Env, Any], Any]


def overflow(env: Env) -> None:
    """Record that a number has too many digits."""
    env.fault("overflow", f"a computed number has more than {MAX_DIGITS} digits")


def finish_number(scale: int) -> Finish:
    """Rounds half up to the scale; null and a fault where the bound is passed."""
    limit = LIMITS[scale]

    def finish(env: Env, value: Any) -> Any:
        if value is None:
            return None
        if not -limit <= value <= limit:
            return overflow(env)
        value = round_to(value, scale)
        return value if -limit < value < limit else overflow(env)

    return finish


def finish_text(env: Env, value: str | None) -> str | None:
    """Empty text is null; null and a fault where the text is too long."""
    if not value:
        return None
    if len(value) > MAX_TEXT:
        env.fault("text_too_long", f"a computed text has more than {MAX_TEXT} characters")
        return None
    return value


def out_of_range(env: Env) -> None:
    """Record that a date left the years 1 to 9999."""
    env.fault("date_range", "a computed date is outside the years 1 to 9999")


def finisher(type_: FormulaType) -> Finish:
    """What happens to a result of a type."""
    if type_.is_number:
        return finish_number(type_.scale)
    if type_.kind == "text":
        return finish_text
    return lambda env, value: value


def runner(function: Function, type_: FormulaType) -> Callable[..., Any]:
    """The function as `(env, *values) -> value`, with all rules applied."""
    run, finish, strict = function.run, finisher(type_), function.nulls == "null"
    with_env = bool(function.needs)
    absent = False if type_.kind == "boolean" else None

    def call(env: Env, *values: Any) -> Any:
        if strict and None in values:
            return absent
        try:
            return finish(env, run(env, *values) if with_env else run(*values))
        except OutOfRange:
            return out_of_range(env)

    return call
