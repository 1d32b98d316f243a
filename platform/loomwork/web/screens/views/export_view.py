"""A list as a workbook, exactly as it stands on the screen: its columns, conditions, search and order."""

from collections.abc import Mapping

from flask import Response

from loomwork.core.errors import NotAllowed
from loomwork.query.tree import Query
from loomwork.storage.access_log import note_access
from loomwork.web.api.exporting import Export, write_xlsx
from loomwork.web.screens import list_state
from loomwork.web.screens.desk import Desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_list(desk: Desk, name: str, args: Mapping[str, str]) -> Response:
    """The file. The export is written down, as every look at many records is.

    Raises: NotFound, NotAllowed, InvalidInput, TooLarge.
    """
    entity = desk.entity(name)
    if not desk.may(name, "export"):
        raise NotAllowed("you may not export records here")
    _, state = list_state.read_state(desk, entity, list_state.views_of(desk, entity), args)
    query = Query(**list_state.query_of(entity, state, state.columns), sort=state.sort)
    export = Export(desk.actor, query, is_labelled=True, language=desk.wishes.language)
    body = write_xlsx(export, desk.work)
    with desk.rt.write() as work:
        about = {"fields": len(export.paths), "rows": export.rows, "format": "xlsx"}
        note_access(work, actor=desk.actor.user_id, entity=name, record_id="", verb="exported", about=about)
    response = Response(body, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
