"""What the API reads from a request besides its body: versions, keys, list parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request

from loomwork.catalog.model import Entity
from loomwork.core.errors import Detail, InvalidInput, PlatformError, VersionMissing
from loomwork.core.jsonio import read_json
from loomwork.field_types.base import Origin
from loomwork.query.tree import Query
from loomwork.web.api.query_body import read_filter
from loomwork.web.params import Param, read_params

_ETAG = re.compile(r'^(?:W/)?"?([1-9][0-9]{0,17})"?$')
_OWN = (Origin.INPUT, Origin.NUMBERING)
_KEY = re.compile(r"^[A-Za-z0-9_.:-]{1,255}$")

FIELDS = Param("names", help="paths separated by commas")
LIST_PARAMS: Mapping[str, Param] = {
    "filter": Param("filled", help="a formula, or a tree of conditions as JSON"),
    "fields": FIELDS,
    "sort": Param("names"),
    "limit": Param("count"),
    "cursor": Param(),
    "count": Param("choice", choices=("true", "false", "exact")),
    "search": Param(),
    "trash": Param("flag"),
}
_COUNTS = {"true": "capped", "false": "", "exact": "exact"}


def read_version(request: Request) -> int:
    """The version in `If-Match`.

    Raises: VersionMissing without the header; InvalidInput for one that is no version.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise VersionMissing("say in If-Match which version the change was made on (the ETag of the record)")
    found = _ETAG.match(header.strip())
    if found is None:
        message = 'If-Match has to be the ETag of the record, such as "7"'
        raise InvalidInput(message, code="bad_version", details=[Detail("header.If-Match", "bad_version", message)])
    return int(found.group(1))


def is_known(request: Request, entity: Entity, paths: Sequence[str], version: int) -> bool:
    """Whether the caller says in `If-None-Match` that he has this version, and the version tells all of the answer.

    What comes from other records (paths over links, roll-ups, formulas) changes without a new version of the record: an
    answer with such fields is always sent whole.
    """
    if "HTTP_IF_NONE_MATCH" not in request.environ or not request.if_none_match.contains_weak(str(version)):
        return False
    fields = [entity.find(path) for path in paths or entity.fields]
    return all(one is not None and one.columns and one.type.origin in _OWN for one in fields)


def read_key(request: Request) -> str | None:
    """The `Idempotency-Key`, if there is one.

    Raises: InvalidInput for a key of another form.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        message = "an Idempotency-Key has 1 to 255 of these characters: A-Z a-z 0-9 _ . : -"
        raise InvalidInput(message, code="bad_key", details=[Detail("header.Idempotency-Key", "bad_key", message)])
    return key


def read_list(
    request: Request, entity: str, *, known: Mapping[str, Param] = LIST_PARAMS
) -> tuple[Query, dict[str, Any]]:
    """The query of a list request, and all parameters given; `known` are those of the endpoint.

    Raises: InvalidInput for unknown, doubled or unreadable parameters.
    """
    given = read_params(request, known)
    formula, conditions = _filter(given.get("filter"))
    query = Query(
        entity,
        fields=given.get("fields", ()),
        filter=formula,
        conditions=conditions,
        sort=given.get("sort", ()),
        limit=given.get("limit", 50),
        cursor=given.get("cursor", ""),
        count=_COUNTS[given.get("count", "false")],
        search=given.get("search", ""),
        trash=given.get("trash", False),
    )
    return query, given


def _filter(given: str | None) -> tuple[str, Any]:
    """A formula as it stands, or a tree of conditions: no formula begins with a brace."""
    if given is None or not given.lstrip().startswith("{"):
        return read_filter(given)
    try:
        tree = read_json(given)
    except PlatformError as fault:
        said = f"the filter is {fault.message}"
        raise InvalidInput(said, code="bad_parameter", details=[Detail("query.filter", "bad_tree", said)]) from None
    return read_filter(tree)
