"""The import page: fields that a file may fill, the columns of a file, and running a mapping made on the page."""

from typing import Any

from flask import Request

from loomwork.catalog.model import Entity
from loomwork.core.errors import Detail, InvalidInput, NotAllowed
from loomwork.core.i18n import text
from loomwork.core.jsonio import read_json
from loomwork.records.importing import read_sheet
from loomwork.records.importing.sources import Sheet
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.security_access import FILE_BYTES

_EXAMPLE = 60


def import_values(desk: Desk, name: str) -> dict[str, Any]:
    """What the page needs.

    Raises: NotFound, NotAllowed.
    """
    entity = _entity(desk, name)
    fields = [
        {"name": field.name, "label": ui.say(field.label, field.name), "required": field.required}
        for field in sorted(entity.fields.values(), key=lambda f: (not f.required, f.order))
        if field.name in _open_fields(desk, entity)
    ]
    return {
        "entity": name,
        "label": ui.say(entity.plural, name),
        "spec": {"entity": name, "fields": fields},
    }


def _entity(desk: Desk, name: str) -> Entity:
    entity = desk.entity(name)
    if not desk.may(name, "import"):
        raise NotAllowed("you may not import records here")
    return entity


def _open_fields(desk: Desk, entity: Entity) -> frozenset[str]:
    writable = desk.writable(entity, "create")
    return frozenset(n for n in writable if entity.fields[n].type.storage.value != "children")


def columns_of(desk: Desk, name: str, request: Request) -> dict[str, Any]:
    """The columns of an uploaded file with an example each and the field that their head names.

    Raises: InvalidInput for a file that cannot be read.
    """
    entity = _entity(desk, name)
    sheet = received_sheet(request)
    known = {_folded(text): n for n in _open_fields(desk, entity) for text in (n, *entity.fields[n].label.values())}
    columns = [
        {
            "name": head,
            "example": next((row[at][:_EXAMPLE] for row in sheet.rows if row[at].strip()), ""),
            "field": known.get(_folded(head), ""),
        }
        for at, head in enumerate(sheet.columns)
    ]
    return {"rows": len(sheet.rows), "columns": columns}


def _folded(text: str) -> str:
    return text.strip().casefold().replace(" ", "_").replace("-", "_")


def received_sheet(request: Request) -> Sheet:
    """The table in an uploaded file.

    Raises: InvalidInput.
    """
    found = request.files.get("file")
    if found is None:
        message = "a multipart form with the part file is expected"
        raise InvalidInput(message, code="import_form", details=[Detail("file", "import_form", message)])
    return read_sheet(found.stream.read(FILE_BYTES + 1), (found.filename or "")[-200:])


def received_mapping(request: Request) -> Any:
    """The mapping that the page made.

    Raises: Unreadable, InvalidInput.
    """
    mapping = read_json(request.form.get("mapping", "{}"))
    if not isinstance(mapping, dict):
        raise InvalidInput("the mapping is an object", code="bad_mapping")
    return mapping


def translated(report: dict[str, Any], language: str) -> dict[str, Any]:
    """A report whose faults are told in the reader's language, as far as their sentences need no more than the value."""
    for fault in report.get("faults", ()):
        said = text(f"field.{fault['code']}", language, {"value": fault.get("value", "")}, default="")
        if said and "{" not in said:
            fault["message"] = said
    return report
