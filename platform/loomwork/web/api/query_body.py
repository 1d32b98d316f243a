"""The body of `POST /query` → a query tree. Everything is checked for its type here; names are checked by the query."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput
from loomwork.query.tree import BUCKETS, FUNCTIONS, MAX_LIMIT, Dimension, Measure, Query
from loomwork.web.wire import json_type

MAX_GROUPS = 10_000
KEYS = (
    "entity", "fields", "filter", "params", "group", "measures", "sort", "limit", "cursor", "search", "count", "trash",
)  # fmt: skip
_CALL = re.compile(r"^\s*+([A-Za-z_]++)\s*+\(\s*+([a-z0-9_.]*+)\s*+\)\s*+$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,39}$")
_PARAM = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")
_COUNTS = {True: "capped", False: "", "exact": "exact"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and how its groups are called in the answer: `names` maps the tree's key to the caller's name."""

    query: Query
    names: Mapping[str, str]

    @property
    def is_grouped(self) -> bool:
        """Whether the answer holds groups instead of records."""
        return bool(self.query.group or self.query.measures)


def read_query(body: Mapping[str, Any]) -> Asked:
    """A query out of JSON.

    Shapes: `group` is `["stage", "close_date:month"]` or `{"month": "close_date:month"}`; `measures` is
    `{"total": "SUM(amount)"}` or `{"total": {"function": "sum", "path": "amount", "filter": "…"}}`.
    Raises: InvalidInput with the place of the fault.
    """
    for key in body:
        if key not in KEYS:
            raise _fault(
                str(key)[:80],
                "unknown_key",
                f'there is no "{str(key)[:80]}" in a query; {did_you_mean(str(key), KEYS)}',
            )
    dimensions, names = _groups(body.get("group"))
    measures = _measures(body.get("measures"))
    is_grouped = bool(dimensions or measures)
    filter_, conditions = read_filter(body.get("filter"))
    params = _object(body, "params")
    if is_grouped:
        _check_grouped(body)
    _check_used(params, [filter_])
    query = Query(
        _text(body, "entity", needed=True),
        fields=_texts(body, "fields"),
        filter=filter_,
        conditions=conditions,
        params=params,
        sort=_sort(_texts(body, "sort"), names),
        limit=_limit(body, MAX_GROUPS if is_grouped else MAX_LIMIT),
        cursor=_text(body, "cursor"),
        search=_text(body, "search"),
        count=_count(body.get("count", False)),
        trash=_flag(body, "trash"),
        group=dimensions,
        measures=measures,
    )
    return Asked(query, names)


def _check_grouped(body: Mapping[str, Any]) -> None:
    """Groups are counted and paged by nobody: what belongs to records is refused beside them."""
    for key in ("fields", "cursor", "count"):
        if body.get(key):
            message = f"{key} belongs to records; with group and measures the answer holds figures"
            raise _fault(key, "not_with_groups", message)


def _check_used(params: Mapping[str, Any], texts: Sequence[str]) -> None:
    """Refuse a parameter that no formula names: it is a slip of the pen, and would be passed over."""
    named = {name for text in texts for name in _PARAM.findall(text)}
    for name in params:
        if name not in named:
            hint = did_you_mean(name, named) or "it stands as :name in the filter"
            raise _fault(f"params.{name[:80]}", "unused_parameter", f'no formula names "{name[:80]}"; {hint}')


def _fault(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=code, details=[Detail(path, code, message)])


def _expected(path: str, what: str, value: Any) -> InvalidInput:
    return _fault(path, "type", f"{path}: expected {what}, got {json_type(value)}")


def _text(body: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = body.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise _expected(key, "a string", value)
    return value


def _texts(body: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = body.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _expected(key, "a list of strings", value)
    return tuple(value)


def _object(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _expected(key, "an object", value)
    return value


def _flag(body: Mapping[str, Any], key: str) -> bool:
    value = body.get(key, False)
    if not isinstance(value, bool):
        raise _expected(key, "true or false", value)
    return value


def _count(value: Any) -> str:
    if isinstance(value, bool | str) and value in _COUNTS:
        return _COUNTS[value]
    raise _fault("count", "type", 'count: expected true, false or "exact"')


def _limit(body: Mapping[str, Any], most: int) -> int:
    value = body.get("limit", min(50, most) if most == MAX_LIMIT else 1_000)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _fault("limit", "limit", f"limit: expected a whole number from 1 to {most}")
    return value


def read_filter(value: Any) -> tuple[str, Any]:
    """The formula or the tree. What says nothing is refused: it would mean all records, which a slip must not ask for.

    Raises: InvalidInput `empty_filter`, or `type` for what is neither a text nor an object.
    """
    if value is None:
        return "", None
    if isinstance(value, str) and value.strip():
        return value, None
    if isinstance(value, dict) and value and not _is_empty_group(value):
        return "", value
    if isinstance(value, str | dict):
        raise _fault("filter", "empty_filter", "filter: it is empty; leave it out to ask for all records")
    raise _expected("filter", "a formula or a tree of conditions", value)


def _is_empty_group(value: Any) -> bool:
    """Whether a tree is, or holds at its top, a group without a condition."""
    if not isinstance(value, dict):
        return False
    parts = value.get("and", value.get("or"))
    return isinstance(parts, list) and (not parts or any(_is_empty_group(one) for one in parts))


def _groups(value: Any) -> tuple[tuple[Dimension, ...], dict[str, str]]:
    if value is None:
        return (), {}
    if isinstance(value, list):
        made = tuple(_dimension(f"group.{n}", one) for n, one in enumerate(value))
        return made, {}
    if not isinstance(value, dict):
        raise _expected("group", "a list of paths, or an object of names", value)
    names: dict[str, str] = {}
    dimensions = []
    for name, one in value.items():
        _check_name(f"group.{name}", name)
        dimension = _dimension(f"group.{name}", one)
        dimensions.append(dimension)
        names[dimension.name] = name
    return tuple(dimensions), names


def _dimension(place: str, value: Any) -> Dimension:
    if not isinstance(value, str):
        raise _expected(place, "a path", value)
    call = _CALL.match(value)
    if call:
        bucket = call.group(1).lower().removesuffix("_start")
        path = call.group(2)
    else:
        path, _, bucket = value.partition(":")
    if bucket and bucket not in BUCKETS:
        raise _fault(place, "bucket", f'{place}: there is no span "{bucket[:40]}"; {did_you_mean(bucket, BUCKETS)}')
    return Dimension(path.strip(), bucket)


def _check_name(place: str, name: str) -> None:
    if not _NAME.match(name):
        raise _fault(place, "name", f"{place}: a name has letters, digits and underscores, at most 40")


def _measures(value: Any) -> tuple[Measure, ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise _expected("measures", "an object of names", value)
    return tuple(_measure(name, one) for name, one in value.items())


def _measure(name: str, value: Any) -> Measure:
    place = f"measures.{name}"
    _check_name(place, name)
    if isinstance(value, str):
        call = _CALL.match(value)
        if call is None:
            raise _fault(place, "measure", f"{place}: expected SUM(path), AVG(path), MIN(path), MAX(path) or COUNT()")
        function, path, filter_ = call.group(1).lower(), call.group(2), ""
    elif isinstance(value, dict):
        unknown = [key for key in value if key not in ("function", "path", "filter")]
        if unknown:
            raise _fault(
                place, "unknown_key", f'{place}: there is no "{unknown[0][:40]}"; known: function, path, filter'
            )
        function, path, filter_ = _text(value, "function", needed=True), _text(value, "path"), _text(value, "filter")
    else:
        raise _expected(place, "a text or an object", value)
    if function not in FUNCTIONS:
        raise _fault(
            place, "measure", f'{place}: there is no function "{function[:40]}"; {did_you_mean(function, FUNCTIONS)}'
        )
    if not path and function != "count":
        raise _fault(place, "measure", f"{place}: {function} needs a path")
    return Measure(name, function, path, filter_)


def _sort(sort: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """The caller's names of groups back to the tree's keys."""
    keys = {name: key for key, name in names.items()}
    return tuple(("-" if one.startswith("-") else "") + keys.get(one.lstrip("-"), one.lstrip("-")) for one in sort)
