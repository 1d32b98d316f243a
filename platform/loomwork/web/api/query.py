"""`POST /query`: what a list cannot say: groups, measures, trees of conditions."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from loomwork.web import context
from loomwork.web.api.query_body import read_query
from loomwork.web.api.router import api
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, read_object


def _named(found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The answer with the caller's names of its groups."""
    if not names:
        return found
    columns = [{**column, "key": names.get(column["key"], column["key"])} for column in found["columns"]]
    rows = [{names.get(key, key): value for key, value in row.items()} for row in found["rows"]]
    return {**found, "columns": columns, "rows": rows}


@api.post("/query")
@access("token:read")
def query() -> Response:
    """Records, or groups with figures: `{"rows": […], "columns": […]}`."""
    read_params(request, {})
    asked = read_query(read_object(request))
    rt, who = context.runtime(), context.actor()
    with rt.read() as work:
        if asked.is_grouped:
            return answer(_named(rt.query.group(work, who, asked.query), asked.names))
        page = rt.query.run(work, who, asked.query)
    shown_page: dict[str, Any] = {"records": page.rows, "next_cursor": page.next_cursor}
    if page.count is not None:
        shown_page |= {"count": page.count, "count_is_capped": page.count_is_capped}
    return answer(shown_page)
