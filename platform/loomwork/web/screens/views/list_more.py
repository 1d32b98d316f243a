"""What a list asks for after it stands: how many records each view has, and every record that fits it."""

from collections.abc import Mapping
from typing import Any

from loomwork.core.errors import NotAllowed, PlatformError
from loomwork.query.tree import Query
from loomwork.web.screens import figures, list_state
from loomwork.web.screens.desk import Desk

MOST_PICKED = 10_000
"""Records that may be picked at once; a change of more belongs into an import."""


def tab_counts(desk: Desk, name: str) -> dict[str, str]:
    """Counts by view as shown, for the tabs; a view that cannot be counted is left out.

    Shapes: `{"<view>": "12", "own:<id>": "10,000+"}`.
    Raises: NotFound.
    """
    entity = desk.entity(name)
    found = {}
    for view in list_state.views_of(desk, entity):
        asked = Query(**list_state.query_of(entity, view.state, ("id",)), limit=1, count="capped")
        try:
            page = desk.run(asked)
        except PlatformError:
            continue  # a saved view may name a field that is gone; the others stand
        found[view.key] = figures.number(page.count or 0) + ("+" if page.count_is_capped else "")
    return found


def fitting_rows(desk: Desk, name: str, args: Mapping[str, str]) -> dict[str, Any]:
    """Ids and versions of all records that fit a list's state, for changing them together.

    Shapes: `{"rows": [{"id", "version"}, …], "is_all": true}`; `is_all` is false where there are more than
    `MOST_PICKED`.
    Raises: NotFound, InvalidInput; NotAllowed for who may change nothing here anyway.
    """
    entity = desk.entity(name)
    if not any(desk.may(name, action) for action in ("update", "delete", "export")):
        raise NotAllowed("you may not change records here")
    _, state = list_state.read_state(desk, entity, list_state.views_of(desk, entity), args)
    asked = Query(**list_state.query_of(entity, state, ("id",)), sort=state.sort, limit=MOST_PICKED)
    page = desk.rt.query.run(desk.work, desk.actor, asked, most=MOST_PICKED)
    rows = [{"id": row["id"], "version": row["row_version"]} for row in page.rows]
    return {"rows": rows, "is_all": not page.next_cursor}
