"""The import page: fields that a file may fill, mappings to choose from, the columns of a file, what became of its rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request

from loomwork.catalog.model import Entity, Field
from loomwork.core.clock import from_micros
from loomwork.core.errors import Detail, InvalidInput, NotAllowed, NotFound
from loomwork.core.ids import is_id
from loomwork.core.jsonio import read_json
from loomwork.field_types.base import Storage
from loomwork.forms.layout import in_order
from loomwork.query.tree import Query
from loomwork.records.importing import ImportReport, read_sheet
from loomwork.records.importing.ledger import list_imports, read_import
from loomwork.records.importing.naming import naming_fields
from loomwork.records.importing.sources import Sheet
from loomwork.records.importing.undo import UNDOABLE
from loomwork.web.import_words import fault_words
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.security_access import FILE_BYTES

SAVED_MAPPING = "system.saved_mapping"
_EXAMPLE = 60
_SHOWN_ROWS = 50
_SHOWN_REFUSED = 200
_SHOWN_CELLS = 6
_MAX_LINES = 8_000_000


def import_values(desk: Desk, name: str) -> dict[str, Any]:
    """What the page needs.

    Raises: NotFound, NotAllowed.
    """
    entity = importable(desk, name)
    fields = [
        {
            "name": field.name,
            "label": ui.say(field.label, field.name),
            "required": field.required,
            "by": _by(desk, field),
        }
        for field in sorted(entity.fields.values(), key=lambda f: (not f.required, f.order))
        if field.name in _open_fields(desk, entity)
    ]
    mappings = [*_app_mappings(desk, entity), *_own_mappings(desk, entity)]
    return {
        "entity": name,
        "label": ui.say(entity.plural, name),
        "mappings": mappings,
        "may_save": desk.may(SAVED_MAPPING, "create"),
        "imports": [_import(one) for one in list_imports(desk.work, desk.actor, name)],
        "spec": {"entity": name, "fields": fields, "mappings": mappings},
    }


def _by(desk: Desk, field: Field) -> str:
    """How a column names the records that the field points to, as a sentence; empty for other fields."""
    is_named = field.is_link or field.type.storage is Storage.JOIN_TABLE
    target = desk.catalog.entities.get(field.target) if is_named else None
    names = [ui.say(one.label, one.name) for one in naming_fields(target)] if target else []
    return ui.t("import.by", names=ui.t("import.or").join(names)) if names else ""


def _app_mappings(desk: Desk, entity: Entity) -> list[dict[str, Any]]:
    """The mappings that apps bring for files of this entity."""
    found = []
    for component in sorted(desk.catalog.of_kind("mapping").values(), key=lambda one: one.name):
        body = component.body
        if body["type"] != "import" or body.get("entity") != entity.name or body.get("hidden"):
            continue
        columns = [
            {"column": str(one.get("from", head)), "label": _label(entity, str(one["field"]))}
            for head, one in in_order(body["columns"])
        ]
        label, told = ui.say(body.get("label"), component.name), ui.say(body.get("help"))
        found.append({"key": component.name, "kind": "app", "label": label, "help": told, "columns": columns})
    return found


def _label(entity: Entity, name: str) -> str:
    field = entity.fields.get(name)
    return ui.say(field.label, name) if field else name


def _own_mappings(desk: Desk, entity: Entity) -> list[dict[str, Any]]:
    """The mappings that people have saved on this page."""
    if SAVED_MAPPING not in desk.catalog.entities or not desk.may(SAVED_MAPPING, "read"):
        return []
    wanted = {"field": "entity", "op": "eq", "value": entity.name}
    query = Query(SAVED_MAPPING, fields=("name", "mapping"), conditions=wanted, sort=("name",), limit=50)
    return [
        {"key": row["id"], "kind": "own", "label": str(row["name"]), "help": "", "body": row["mapping"]}
        for row in desk.run(query).rows
        if isinstance(row["mapping"], Mapping)
    ]


def _import(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": one["id"],
        "name": one["name"] or "–",
        "when": figures.instant(from_micros(one["at"]).isoformat()),
        "state": ui.t(f"import.state.{one['state']}"),
        "colour": {"done": "green", "undone": "grey", "running": "amber", "undoing": "amber"}.get(one["state"], "rose"),
        "line": ui.t("import.line", created=one["created"], updated=one["updated"]),
        "may_undo": one["state"] in UNDOABLE,
    }


def importable(desk: Desk, name: str) -> Entity:
    """An entity that the reader may import into.

    Raises: NotFound, NotAllowed.
    """
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
    entity = importable(desk, name)
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
    heads = set(sheet.columns)
    fits = [one["key"] for one in _app_mappings(desk, entity) if {c["column"] for c in one["columns"]} <= heads]
    return {"rows": len(sheet.rows), "columns": columns, "sheet": sheet.name, "sheets": sheet.names, "fits": fits}


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
    wanted = request.form.get("sheet", "")[:200]
    return read_sheet(found.stream.read(FILE_BYTES + 1), (found.filename or "")[-200:], wanted)


def received_mapping(request: Request) -> Any:
    """The name of a mapping that an app brings, or the mapping that the page made.

    Raises: Unreadable, InvalidInput.
    """
    given = request.form.get("mapping", "{}")
    if not given.lstrip().startswith("{"):
        return given
    mapping = read_json(given)
    if not isinstance(mapping, dict):
        raise InvalidInput("the mapping is an object", code="bad_mapping")
    return mapping


def received_id(request: Request) -> str:
    """The id under which the browser follows the import; empty for one that follows none."""
    given = request.form.get("id", "")
    return given if is_id(given) else ""


def told(report: ImportReport, sheet: Sheet, language: str) -> dict[str, Any]:
    """A report as the page shows it.

    Shapes: `{report, refused: [[line, reason]], preview: [{row, state, cells, reason}], heads}`; the preview holds the
    first rows and those that are refused.
    """
    reasons = {line: _reason(faults, language) for line, faults in report.refused.items()}
    skipped = {one["row"] for one in report.skipped_rows}
    preview: list[dict[str, Any]] = []
    refused = 0
    for at, line in enumerate(sheet.lines):
        refused += line in reasons
        if at >= _SHOWN_ROWS and (line not in reasons or refused > _SHOWN_REFUSED):
            continue
        state = "refused" if line in reasons else "skipped" if line in skipped else "taken"
        cells = [cell[:_EXAMPLE] for cell in sheet.rows[at][:_SHOWN_CELLS]]
        preview.append({"row": line, "state": state, "cells": cells, "reason": reasons.get(line, "")})
    shown = {**report.as_json(), "faults": [], "skipped_rows": []}
    return {
        "report": shown,
        "refused": sorted(reasons.items()),
        "preview": preview,
        "heads": sheet.columns[:_SHOWN_CELLS],
    }


def _reason(faults: Iterable[Mapping[str, Any]], language: str) -> str:
    """Why a row is refused, in the reader's language as far as a sentence needs no more than the value."""
    parts = []
    for fault in faults:
        words = fault_words(fault, language)
        place = str(fault["column"])
        parts.append(words if not place or place in words else ui.t("import.reason_at", column=place, reason=words))
    return ui.t("import.reasons").join(dict.fromkeys(parts))


def progress_of(desk: Desk, name: str, import_id: str) -> dict[str, int]:
    """`{rows, done_rows, undone_rows}` of an import of the reader's own; zeros for one that writes nothing yet.

    Raises: NotFound, NotAllowed for an entity into which the reader may import nothing.
    """
    importable(desk, name)
    try:
        found = read_import(desk.work, desk.actor, import_id) if is_id(import_id) else {}
    except NotFound:
        found = {}
    return {key: int(found.get(key, 0)) for key in ("rows", "done_rows", "undone_rows")}


def refused_file(request: Request, sheet: Sheet, head: str) -> tuple[bytes, str]:
    """The refused rows as a file to mend and import again, with a column for the reason; and its kind.

    Shapes: the form holds the part `reasons`, JSON [[line, reason]], and `format` csv or xlsx.
    Raises: Unreadable, InvalidInput.
    """
    from loomwork.web.api.exporting import csv_of, xlsx_of

    part = request.files.get("reasons")
    given = read_json(part.stream.read(_MAX_LINES + 1) if part else b"[]", max_bytes=_MAX_LINES)
    try:
        reasons = {int(line): str(reason) for line, reason in given}
    except (TypeError, ValueError):
        raise InvalidInput("reasons is a list of [line, reason]", code="shape") from None
    chosen = sheet.only(reasons)
    rows = [[*row, reasons[line]] for row, line in zip(chosen.rows, chosen.lines, strict=True)]
    name = head if head not in sheet.columns else f"{head} 2"
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    return (xlsx_of if kind == "xlsx" else csv_of)([[*sheet.columns, name], *rows]), kind
