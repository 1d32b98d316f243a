"""What is good of a document whose shape has faults: so that one slip hides neither its other faults nor those of others.

The smallest part that holds a fault is taken out, again and again, until the rest has its shape. What went is remembered by
name: later passes say nothing about what hangs on it. A catalog with faults is never served, so nobody meets the rest.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

_MOST_STEPS = 500
_NAMED = frozenset({"fields", "choices", "groups", "sections", "tabs", "targets", "records", "items", "grants"})
"""Maps whose keys others refer to."""


@dataclass(slots=True)
class Salvage:
    """The good rest of a body, and the names that others may look for in vain."""

    body: dict[str, Any]
    lost: set[str] = field(default_factory=set)


def salvage(body: Mapping[str, Any], faults_of: Callable[[Any], Iterable[Any]], name: str) -> Salvage | None:
    """The good rest of a document; None when there is none. `faults_of` gives the faults of jsonschema."""
    found = Salvage(copy.deepcopy(dict(body)))
    for _ in range(_MOST_STEPS):
        error = next(iter(faults_of(found.body)), None)
        if error is None:
            return found
        if not _mend(error, found, name):
            return None
    return None


def names_in(body: Any) -> set[str]:
    """Names that others may refer to in a body that is lost as a whole."""
    found = {str(key) for key in body.get("fields", {})} if _has_map(body, "fields") else set()
    return found | set(_reverses(body))


def _has_map(body: Any, key: str) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get(key), Mapping)


def _mend(error: Any, found: Salvage, name: str) -> bool:
    """Take out what one fault is about, or put a label where one is missing. Returns: whether that was possible."""
    path = list(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        return _take(found, [*path, error.instance])
    if error.validator == "additionalProperties":
        unknown = [key for key in error.instance if key not in error.schema.get("properties", {})]
        return bool(unknown) and all(_take(found, [*path, key]) for key in unknown)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        if set(missing) == {"label"}:
            _at(found.body, path)["label"] = {"en": str(path[-1] if path else name)}
            return True
    if error.validator == "enum" and path and _meant(error) is not None:
        _at(found.body, path[:-1])[path[-1]] = _meant(error)
        return True
    return bool(path) and _take(found, path)


def _meant(error: Any) -> str | None:
    """The possible value that a wrong one stands for: the only one, or the nearest. What is read by it keeps its own faults."""
    known = [one for one in error.validator_value if isinstance(one, str)]
    near = known if len(known) == 1 else get_close_matches(str(error.instance), known, n=1)
    return near[0] if near else None


def _at(body: Any, path: list[Any]) -> Any:
    for key in path:
        body = body[key]
    return body


def _take(found: Salvage, path: list[Any]) -> bool:
    holder = _at(found.body, path[:-1])
    gone = holder.pop(path[-1])
    if len(path) > 1 and path[-2] in _NAMED:
        found.lost.add(str(path[-1]))
    if isinstance(gone, Mapping) and isinstance(gone.get("path"), str):
        # A patch: what it would have added is looked for by others.
        found.lost.add(gone["path"].rpartition("/")[2])
    found.lost.update(_reverses(gone))
    return True


def _reverses(value: Any) -> Iterator[str]:
    """Names of relations that fields in a value would have made."""
    if isinstance(value, Mapping):
        if isinstance(value.get("reverse"), str):
            yield value["reverse"]
        for below in value.values():
            yield from _reverses(below)
