"""Exact numbers: reading, showing and describing decimals of a fixed scale, and the forms they take in spreadsheets.

Nothing is rounded on the way in: more digits than the scale admits are refused, so that what a person typed is what
is kept. Only computed values are rounded (half up), by `rounder`.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from loomwork.core.kinds import MAX_DIGITS
from loomwork.field_types.base import Props
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.schemas import Schema
from loomwork.field_types.texts import half_width

_ANY_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SIGNS = str.maketrans({"−": "-", "﹣": "-", "\u00a0": None, " ": None, "\u202f": None, "'": None})  # noqa: RUF001


def bound(props: Props, key: str) -> Decimal | None:
    """A limit from the properties (text or number), or None."""
    value = props.get(key)
    return None if value is None else Decimal(str(value))


def bound_faults(props: Props) -> list[str]:
    """Says so when `min` lies above `max`."""
    low, high = bound(props, "min"), bound(props, "max")
    if low is not None and high is not None and low > high:
        return [f"min {low} is above max {high}"]
    return []


def decimal_reader(
    scale: int, low: Decimal | None = None, high: Decimal | None = None, *, at: str = ""
) -> Callable[[Any], Decimal]:
    """A function JSON text or number → Decimal with exactly `scale` digits after the point.

    Raises (the function): Refused `not_number`, `too_many_decimals`, `too_many_digits`, `too_small`, `too_large`.
    """
    quantum = Decimal(1).scaleb(-scale)
    zero = Decimal(0).quantize(quantum)
    tail = rf"(?:\.[0-9]{{1,{scale}}})?" if scale else ""
    sign = "" if low is not None and low >= 0 else "-?"
    fits = re.compile(rf"{sign}[0-9]{{1,{MAX_DIGITS - scale}}}{tail}").fullmatch

    def read(value: Any) -> Decimal:
        if isinstance(value, str):
            if fits(value) is None:
                raise _why_not(value, scale, low, at)
            number = Decimal(value).quantize(quantum)
        else:
            number = _from_number(value, scale, quantum, at)
        if low is not None and number < low:
            raise refuse("too_small", at=at, limit=f"{low:f}")
        if high is not None and number > high:
            raise refuse("too_large", at=at, limit=f"{high:f}")
        return number or zero

    return read


def _why_not(value: str, scale: int, low: Decimal | None, at: str) -> Exception:
    found = _ANY_NUMBER.fullmatch(value)
    if found is None:
        return refuse("not_number", at=at, value=short(value))
    if found[1] and low is not None and low >= 0:
        return refuse("too_small", at=at, limit=f"{low:f}")
    if len(found[3] or "") > scale:
        return refuse("too_many_decimals", at=at, scale=scale)
    return refuse("too_many_digits", at=at, digits=MAX_DIGITS - scale)


def _from_number(value: Any, scale: int, quantum: Decimal, at: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise refuse("not_number", at=at, value=short(value))
    # `repr` of a float is the shortest text that gives it, which is what the client wrote.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise refuse("not_number", at=at, value=short(value))
    if number and number.adjusted() >= MAX_DIGITS - scale:
        raise refuse("too_many_digits", at=at, digits=MAX_DIGITS - scale)
    exact = number.quantize(quantum)
    if exact != number:
        raise refuse("too_many_decimals", at=at, scale=scale)
    return exact


def rounder(scale: int) -> Callable[[Any], Decimal]:
    """A function computed number → Decimal rounded half up to `scale`.

    Raises (the function): Refused `too_many_digits` when 18 digits do not hold it, `not_number`.
    """
    quantum = Decimal(1).scaleb(-scale)
    limit = Decimal(10) ** (MAX_DIGITS - scale)

    def settle(value: Any) -> Decimal:
        try:
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
            rounded = number.quantize(quantum, rounding=ROUND_HALF_UP)
        except (InvalidOperation, TypeError, ValueError):
            if isinstance(value, (int, Decimal)):
                raise refuse("too_many_digits", digits=MAX_DIGITS - scale) from None
            raise refuse("not_number", value=short(value)) from None
        if abs(rounded) >= limit:
            raise refuse("too_many_digits", digits=MAX_DIGITS - scale)
        return rounded

    return settle


def decimal_text(value: Decimal) -> str:
    """The wire form: plain digits with the scale of the value, never an exponent."""
    return format(value, "f")


def decimal_schema(scale: int, low: Decimal | None = None, high: Decimal | None = None) -> Schema:
    """What `decimal_reader` takes. Bounds bind JSON numbers; those of text cannot be said in JSON Schema."""
    tail = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    limit = 10 ** (MAX_DIGITS - scale)
    number: Schema = {"type": "number", "exclusiveMinimum": -limit, "exclusiveMaximum": limit}
    number["multipleOf"] = float(Decimal(1).scaleb(-scale)) if scale else 1
    if low is not None:
        number["minimum"] = float(low)
    if high is not None:
        number["maximum"] = float(high)
    sign = "" if low is not None and low >= 0 else "-?"
    return {"anyOf": [{"type": "string", "pattern": rf"^{sign}[0-9]{{1,{MAX_DIGITS - scale}}}{tail}$"}, number]}


def sheet_number(text: str) -> str:
    """The plain form of a number as spreadsheets write it: `1,234.50`, `(5.00)`, `1 234`, full width.

    What is not understood is given back as it stands, so that the reader's message shows it.
    """
    plain = half_width(text.strip()).translate(_SIGNS)
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return plain.removeprefix("+")
