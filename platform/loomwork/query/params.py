"""Parameters of a filter or formula: their types, and their values as the database takes them.

A client sends JSON, which knows texts, numbers and lists. Whether a text is a date, an instant, a decimal or an id is
decided by what the formula compares it with; a value that cannot be read as that is refused under its name.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from loomwork.core.errors import Detail, InvalidInput
from loomwork.core.ids import is_id
from loomwork.expressions.ir import Node, Param, walk
from loomwork.expressions.language.parse import read_date, read_instant, read_time
from loomwork.expressions.limits import MAX_DIGITS, MAX_LIST
from loomwork.expressions.types import BOOLEAN, DATE, INSTANT, TEXT, TIME, FormulaType, list_of, number

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.([0-9]{1,10}))?")
_MOST = 10**MAX_DIGITS
_KINDS = ((datetime, INSTANT), (date, DATE), (time, TIME), (str, TEXT))
_READERS: Mapping[str, Any] = {"date": read_date, "instant": read_instant, "time": read_time}
_SHOWN = {
    "date": "a date such as 2026-01-31", "instant": "an instant such as 2026-01-31T08:00:00Z", "time": "a time such as 08:30",
    "link": "the id of a record", "number": "a number",
}  # fmt: skip


ParamTypes = Mapping[str, FormulaType | Param]


def type_params(
    params: Mapping[str, Any], given: Mapping[str, FormulaType] | None = None
) -> dict[str, FormulaType | Param]:
    """The types of parameters by their values, as `compile_formula` takes them; `given` are those known beforehand.

    Raises: InvalidInput `bad_parameter` for values that no formula can take: nothing, objects, lists of mixed values.
    """
    types: dict[str, FormulaType | Param] = dict(given or {})
    for name, value in params.items():
        if name in types:
            continue
        if value is None:
            raise refused(name, "empty", 'a parameter has a value; for empty fields write "… is null" in the formula')
        kind, scale = _type_of(name, value), _wire_scale(value)
        types[name] = kind if scale is None else Param(kind, name, scale)
    return types


def cache_key(types: ParamTypes) -> tuple[Any, ...]:
    """What identifies the types, for caches."""
    return tuple(
        (name, str(kind.type), kind.wire_scale) if isinstance(kind, Param) else (name, str(kind), None)
        for name, kind in sorted(types.items())
    )


def refused(name: str, what: str, message: str) -> InvalidInput:
    """The fault of one parameter; `what` is said in other languages by `detail.parameter_<what>`."""
    path = f"params.{name[:80]}"
    details = [Detail(path, f"parameter_{what}", message)]
    return InvalidInput(f"{path}: {message}", code="bad_parameter", details=details)


def _type_of(name: str, value: Any) -> FormulaType:
    if isinstance(value, list | tuple):
        if len(value) > MAX_LIST:
            raise refused(name, "size", f"a list has at most {MAX_LIST:,} values")
        kinds = {_plain_type(one) for one in value}
        found = list_type(kinds)
        if found is None:
            raise refused(
                name,
                "list",
                "the values of a list are texts, or numbers, or true and false; of one kind, and none empty",
            )
        return found
    found = _plain_type(value)
    if found is None:
        raise refused(name, "kind", "a parameter is a text, a number, true or false, or a list of one of these")
    return found


def list_type(kinds: set[FormulaType | None]) -> FormulaType | None:
    """The type of a list whose values have these types; None where there is none."""
    known = [kind for kind in kinds if kind is not None]
    if len(known) != len(kinds):
        return None
    if {kind.kind for kind in known} == {"number"}:
        return list_of(number(max(kind.scale for kind in known)))
    return list_of(known[0]) if len(known) == 1 else (list_of(TEXT) if not known else None)


def _plain_type(value: Any) -> FormulaType | None:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return number(0) if abs(value) < _MOST else None
    if isinstance(value, Decimal):
        # A few characters can name a number of a billion digits: every way on would write them out.
        is_sane = value.is_finite() and (not value or value.adjusted() < MAX_DIGITS)
        return number(min(10, max(0, -int(value.as_tuple().exponent)))) if is_sane else None
    return next((found for kind, found in _KINDS if isinstance(value, kind)), None)


def _wire_scale(value: Any) -> int | None:
    """-1 for texts, the scale for texts that are numbers and for numbers; None for what says its type itself."""
    if isinstance(value, list | tuple):
        scales = [_wire_scale(one) for one in value]
        known = [one for one in scales if one is not None]
        return None if len(known) != len(scales) else -1 if -1 in known else max(known, default=-1)
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        return -1 if found is None else len(found.group(1) or "")
    return 0 if isinstance(value, int) and not isinstance(value, bool) else None


def settle_params(node: Node, params: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the formula takes them.

    Raises: InvalidInput `bad_parameter` for a value that cannot be read as what it is compared with.
    """
    kinds: dict[str, FormulaType] = {}
    for one in walk(node):
        if isinstance(one, Param) and one.name in params:
            before = kinds.setdefault(one.name, one.type)
            if before.kind != one.type.kind and "text" not in (before.kind, one.type.kind):
                raise refused(one.name, "two", f"it is compared with {before} and with {one.type}; give two parameters")
            if before.kind == "text":
                kinds[one.name] = one.type
    return {name: _settled(name, value, kinds[name]) if name in kinds else value for name, value in params.items()}


def _settled(name: str, value: Any, kind: FormulaType) -> Any:
    if kind.kind == "list" and isinstance(value, list | tuple):
        return [_settled(name, one, kind.of) for one in value] if kind.of is not None else list(value)
    if not isinstance(value, str) or kind.kind not in _SHOWN:
        return value
    try:
        if kind.kind == "number":
            if _NUMBER.fullmatch(value) is None:
                raise ValueError(value)
            return Decimal(value) if kind.scale else int(value)
        if kind.kind == "link":
            if not is_id(value.lower()):
                raise ValueError(value)
            return value.lower()
        return _READERS[kind.kind](value)
    except (ValueError, OverflowError, ArithmeticError):
        raise refused(name, kind.kind, f"expected {_SHOWN[kind.kind]}") from None
