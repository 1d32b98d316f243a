"""Exact numbers: rounding half up (away from zero) and the bound that turns a value into null.

Integers are int, everything with digits after the point is Decimal; a mix of both is fine, floats never enter.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from typing import TypeAlias

from loomwork.expressions.limits import MAX_DIGITS

Number: TypeAlias = int | Decimal

_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
_BIG = Context(prec=12_000, rounding=ROUND_HALF_UP)
_STEPS = tuple(Decimal(1).scaleb(-scale) for scale in range(41))
LIMITS: tuple[int, ...] = tuple(int(10 ** (MAX_DIGITS - scale)) for scale in range(MAX_DIGITS + 1))
"""|value| must stay below `LIMITS[scale]`."""


def round_to(value: Number, scale: int) -> Number:
    """Round half up to so many digits after the point; int for 0. A negative scale rounds to tens and hundreds."""
    if scale < 0:
        return _round_to_tens(value, -scale)
    if isinstance(value, int):
        return value if scale == 0 else Decimal(value)
    return _quantize(value, scale, _WIDE)


def _round_to_tens(value: Number, digits: int) -> int:
    step = Decimal(1).scaleb(min(digits, 40))
    return int(_WIDE.multiply(_WIDE.divide(value, step).to_integral_value(ROUND_HALF_UP), step))


def truncate_to(value: Number, scale: int, *, up: bool = False) -> Number:
    """Cut digits towards zero, or away from it with `up`."""
    shifted = _WIDE.scaleb(Decimal(value), scale)
    whole = int(shifted)
    if up and shifted != whole:
        whole += 1 if shifted > 0 else -1
    result = _WIDE.scaleb(Decimal(whole), -scale)
    return int(result) if scale <= 0 else result


def multiply(values: list[Number], scale: int) -> Number:
    """The exact product, rounded once."""
    if len(values) > 6:
        return _quantize(reduce(_BIG.multiply, map(Decimal, values)), scale, _BIG)
    product = values[0]
    for value in values[1:]:
        product = times(product, value)
    return product if isinstance(product, int) and scale == 0 else _quantize(Decimal(product), scale, _WIDE)


def _quantize(value: Decimal, scale: int, context: Context) -> Number:
    return (
        int(value.to_integral_value(ROUND_HALF_UP)) if scale == 0 else context.quantize(value, _STEPS[min(scale, 40)])
    )


def divide(left: Number, right: Number, scale: int) -> Number:
    """The quotient, rounded once to at most 40 digits after the point. The divisor is not zero.

    A quotient of two 18-digit numbers that is no exact half differs from one by more than 10^-35, so the 120
    digits kept before rounding decide it rightly.
    """
    quotient = _WIDE.divide(Decimal(left), Decimal(right))
    return int(quotient.to_integral_value(ROUND_HALF_UP)) if scale == 0 else _WIDE.quantize(quotient, _STEPS[scale])


def times(left: Number, right: Number) -> Number:
    """The exact product of two numbers."""
    return left * right if isinstance(left, int) and isinstance(right, int) else _WIDE.multiply(left, right)


def remainder(left: Number, right: Number) -> Number:
    """The exact remainder, with the sign of the left side. The divisor is not zero."""
    return _WIDE.remainder(left, right)


def fits(value: Number, scale: int) -> bool:
    """Whether the value has at most 18 digits at its scale."""
    limit = LIMITS[scale]
    return -limit < value < limit


def plain_text(value: Number) -> str:
    """A number as text: no exponent, no zeros at the end, no minus before zero."""
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
