"""Many changes in one request: all of them, or none. At most 200, in the order given."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, request

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, listed
from loomwork.permissions.actor import Actor
from loomwork.records.bulk import RowFault
from loomwork.records.draft import Change as Wanted
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.effects import Done, perform
from loomwork.web.api.router import api
from loomwork.web.api.schemas import Change, check_record, load
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import read_object

MOST = 200
_CHANGE = Change()
_KEYS: Mapping[str, tuple[str, ...]] = {
    "create": ("do", "data"),
    "update": ("do", "id", "row_version", "data"),
    "delete": ("do", "id", "row_version"),
    "restore": ("do", "id"),
}


@api.post("/records/<entity>/batch")
@access("token:write")
def batch(entity: str) -> Response:
    """`{"changes": [{"do": "create", "data": {…}}, {"do": "update", "id", "row_version", "data"}, …]}`.

    The answer holds one item per change: the record, or `{"id"}` of a deleted one.
    """
    read_params(request, {})
    body = read_object(request)
    changes = body.get("changes")
    if set(body) != {"changes"} or not isinstance(changes, list) or not 1 <= len(changes) <= MOST:
        message = f"a batch is an object with the key changes, a list of 1 to {MOST}"
        raise InvalidInput(message, code="batch", details=[Detail("changes", "batch", message)])
    checked = [_checked(place, one) for place, one in enumerate(changes)]
    if not context.runtime().policies.may(context.actor(), entity, "read"):
        context.runtime().catalog.entity(entity)
    else:
        _check_values(entity, checked)

    def run(work: Work, who: Actor) -> Done:
        try:
            return Done({"items": _all(work, who, entity, checked)})
        except RowFault as fault:
            fault.details = [replace(one, path=_path(one.path)) for one in fault.details]
            raise

    return perform(run)


def _path(path: str) -> str:
    """The place of a fault in the body: `3.name` of the records is `changes.3.data.name`."""
    place, _, rest = path.partition(".")
    return f"changes.{place}.data.{rest}" if rest else f"changes.{place}"


def _checked(place: int, value: Any) -> dict[str, Any]:
    """One change, its shape checked before anything is done."""
    change = load(_CHANGE, value, f"changes.{place}")
    verb = change["do"]
    if verb not in _KEYS:
        raise _fault(place, "do", f"expected one of {', '.join(_KEYS)}")
    for key in change:
        if key not in _KEYS[verb]:
            raise _fault(place, key, f'there is no "{key}" in {verb}; {did_you_mean(key, _KEYS[verb])}')
    for key in _KEYS[verb]:
        if key not in change:
            raise _fault(place, key, f"{verb} needs {key}")
    return change


def _check_values(entity: str, changes: list[dict[str, Any]]) -> None:
    """Refuse the whole batch for the values of all its changes at once, before a unit of work begins.

    Raises: InvalidInput that names every fault of every change.
    """
    known = context.runtime().catalog.entity(entity)
    details = [
        one
        for place, change in enumerate(changes)
        for one in check_record(known, change.get("data", {}), f"changes.{place}.data")
    ]
    if details:
        raise InvalidInput(listed(details), details=details[:MOST], params={"entity": entity})


def _fault(place: int, key: str, message: str) -> InvalidInput:
    return InvalidInput(message, code="batch", details=[Detail(f"changes.{place}.{key}", "batch", message)])


def _all(work: Work, who: Actor, entity: str, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All changes in their order; those of one kind next to each other are done in one go."""
    items: list[dict[str, Any]] = []
    for _, group in itertools.groupby(enumerate(changes), _kind()):
        together = list(group)
        try:
            items += _go(work, who, entity, [change for _, change in together])
        except RowFault as fault:
            raise RowFault(together[fault.place][0], fault.fault) from fault
    return items


def _kind() -> Callable[[tuple[int, dict[str, Any]]], tuple[str, int]]:
    """The verb of a change, and how many times its run was cut because a record came again."""
    seen: set[str] = set()
    cuts = 0

    def kind(pair: tuple[int, dict[str, Any]]) -> tuple[str, int]:
        nonlocal cuts
        change = pair[1]
        if (one := change.get("id", "")) and one in seen:
            seen.clear()
            cuts += 1
        if one:
            seen.add(one)
        return change["do"], cuts

    return kind


def _go(work: Work, who: Actor, entity: str, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes of one kind. Raises: RowFault."""
    records, verb = context.runtime().records, changes[0]["do"]
    if verb == "create":
        made = records.create_many(work, who, entity, [change["data"] for change in changes])
        return records.seen_many(work, who, entity, made)
    ids = [change["id"] for change in changes]
    if verb == "restore":
        return records.seen_many(work, who, entity, ids, records.restore_many(work, who, entity, ids))
    asked = [Wanted(one["id"], one.get("data", {}), one["row_version"]) for one in changes]
    if verb == "update":
        return records.seen_many(work, who, entity, ids, records.update_many(work, who, entity, asked))
    versions = records.delete_many(work, who, entity, asked)
    return [{"id": one, "row_version": version} for one, version in zip(ids, versions, strict=True)]
