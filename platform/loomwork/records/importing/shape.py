"""The shape of a mapping that comes with a request: closed, so that a slip of the pen is told and not passed over."""

from collections.abc import Mapping
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput

_SHAPES: Mapping[str, tuple[type, str]] = {
    "$schema": (str, "a text"),
    "type": (str, "a text"),
    "label": (object, ""),
    "help": (object, ""),
    "entity": (str, "a text"),
    "columns": (dict, "an object"),
    "match": (list, "a list of fields"),
    "on_match": (str, "a text"),
    "constants": (dict, "an object"),
    "computed": (dict, "an object of formulas"),
    "ignore": (list, "a list of columns"),
    "source_columns_unused": (str, "a text"),
    "policies": (object, ""),
    "hidden": (object, ""),
}
_COLUMN: Mapping[str, tuple[type, str]] = {
    "field": (str, "a text"),
    "from": (str, "a text"),
    "trim": (bool, "true or false"),
    "values": (dict, "an object"),
    "other": (str, "a text"),
    "format": (str, "a text"),
    "lookup": (str, "a text"),
    "order": (str, "a text"),
    "label": (object, ""),
}


def check_shape(mapping: Mapping[str, Any]) -> None:
    """Refuse unknown keys and values of another form, anywhere in a mapping.

    Raises: InvalidInput `bad_mapping` naming every place.
    """
    faults = _faults(mapping, _SHAPES, "")
    for key in ("match", "ignore"):
        for place, one in enumerate(_of(mapping, key, list)):
            if not isinstance(one, str):
                faults.append(Detail(f"{key}.{place}", "bad_mapping", f"{key}.{place}: expected a text"))
    for name, spec in _of(mapping, "columns", dict).items():
        if isinstance(spec, dict):
            faults += _faults(spec, _COLUMN, f"columns.{name}.")
        elif not isinstance(spec, str):
            faults.append(Detail(f"columns.{name}", "bad_mapping", f"columns.{name}: expected a field or an object"))
    if faults:
        text = "; ".join(one.message for one in faults[:5])
        raise InvalidInput(f"the mapping cannot be read: {text}", code="bad_mapping", details=faults)


def _of(mapping: Mapping[str, Any], key: str, kind: type) -> Any:
    value = mapping.get(key)
    return value if isinstance(value, kind) else kind()


def _faults(given: Mapping[str, Any], known: Mapping[str, tuple[type, str]], place: str) -> list[Detail]:
    faults = []
    for key, value in given.items():
        at = f"{place}{key}"[:200]
        if key not in known:
            hint = did_you_mean(key, known) or "known: " + ", ".join(known)
            faults.append(Detail(at, "unknown_key", f'there is no "{at}" in a mapping; {hint}'))
        elif not isinstance(value, known[key][0]):
            faults.append(Detail(at, "bad_mapping", f"{at}: expected {known[key][1]}"))
    return faults
