"""Exact numbers: rounding half up (away from zero) and the bound that turns a value into null.

Integers are int, everything with digits after the point is Decimal; a mix of both is fine, floats never enter.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from loomwork.expressions.limits import MAX_DIGITS

Number: TypeAlias = int | Decimal

_WIDE = Context(prec=1_000, rounding=ROUND_HALF_UP)
_STEPS = tuple(Decimal(1).scaleb(-scale) for scale in range(41))
LIMITS = tuple(10 ** (MAX_DIGITS - scale) for scale in range(MAX_DIGITS + 1))
"""|value| must stay below `LIMITS[scale]`."""


def round_to(value: Number, scale: int) -> Number:
    """Round half up to so many digits after the point; int for 0. A negative scale rounds to tens, hundreds …"""
    if isinstance(value, int):
        if scale >= 0:
            return value if scale == 0 else Decimal(value)
        step = 10 ** min(-scale, 40)
        half = (abs(value) * 2 + step) // (2 * step) * step
        return half if value >= 0 else -half
    if scale > 0:
        return _WIDE.quantize(value, _STEPS[min(scale, 40)])
    whole = int(value.to_integral_value(ROUND_HALF_UP)) if scale == 0 else None
    if whole is not None:
        return whole
    step = 10 ** min(-scale, 40)
    half = int((_WIDE.multiply(abs(value), 2) + step) // (2 * step)) * step
    return half if value >= 0 else -half


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
    product = values[0]
    for value in values[1:]:
        if isinstance(product, int) and isinstance(value, int):
            product = product * value
        else:
            product = _BIG.multiply(Decimal(product), Decimal(value))
    return _quantize_big(product, scale)


_BIG = Context(prec=12_000, rounding=ROUND_HALF_UP)


def _quantize_big(value: Number, scale: int) -> Number:
    if isinstance(value, int):
        return value if scale == 0 else Decimal(value)
    if scale == 0:
        return int(value.to_integral_value(ROUND_HALF_UP))
    return _BIG.quantize(value, _STEPS[scale])


def divide(left: Number, right: Number, scale: int) -> Number:
    """The exact quotient, rounded once. The divisor is not zero."""
    top, bottom = Decimal(left).as_integer_ratio(), Decimal(right).as_integer_ratio()
    numerator, denominator = top[0] * bottom[1] * 10**scale, top[1] * bottom[0]
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    half = (abs(numerator) * 2 + denominator) // (2 * denominator)
    whole = half if numerator >= 0 else -half
    return whole if scale == 0 else Decimal(whole).scaleb(-scale, _WIDE)


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
