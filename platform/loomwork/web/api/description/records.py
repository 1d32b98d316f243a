"""Operations below one record of an entity, and those on many records at once."""

from loomwork.catalog.model import Entity
from loomwork.web.api.description.parts import FAULTS, operation, parameter, reference
from loomwork.web.api.description.paths import FILE_PART, ITEMS, REPORT, STORED, TEXT, closed, form, in_path
from loomwork.web.api.description.schemas import Rights, Schema

_SEEN = (*FAULTS, "403", "404")
_BODIED = (*_SEEN, "409", "413", "415")
_UUID: Schema = {"type": "string", "format": "uuid"}
_PAGE = [reference("parameters", "limit"), reference("parameters", "cursor")]
_CHANGE: Schema = {
    "type": "object",
    "required": ["do"],
    "properties": {
        "do": {"enum": ["create", "update", "delete", "restore"]},
        "id": _UUID,
        "row_version": {"type": "integer"},
        "data": {"type": "object"},
    },
    "additionalProperties": False,
}  # fmt: skip


def record_paths(entity: Entity, rights: Rights) -> Schema:
    """Operations by the tail of their path below `…/{id}/`."""
    name = entity.name
    key = [reference("parameters", "idempotency_key")]
    note = closed({"body": {"type": "string", "minLength": 1, "maxLength": 10000}}, "body")
    share = closed({"principal": _UUID, "level": {"enum": ["read", "write"]}}, "principal", "level")
    upload = operation(
        f"files.add.{name}", "Put a file on a record", name, STORED, status="201", parameters=key, faults=_BODIED
    )
    upload["requestBody"] = form({"file": FILE_PART}, "file")
    anything: Schema = {"type": "object"}
    history = [
        parameter("before", {"type": "integer", "minimum": 1}),
        parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
    ]
    why = [parameter("action", {"type": "string"}), parameter("field", {"type": "string"})]
    action = in_path("action")
    run = operation(f"actions.run.{name}", "Do an action", name, anything, parameters=[*action, *key], faults=_BODIED)
    preview = operation(
        f"actions.preview.{name}", "What an action would do", name, anything, parameters=action, faults=_BODIED
    )
    for one in (run, preview):
        one["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    found: dict[str, Schema] = {
        "history": {"get": operation(f"history.{name}", "Who changed what", name, ITEMS, parameters=history, faults=_SEEN)},
        "notes": {
            "get": operation(f"notes.{name}", "Notes", name, ITEMS, parameters=_PAGE, faults=_SEEN),
            "post": operation(f"notes.add.{name}", "Write a note", name, anything, status="201", body=note, parameters=key, faults=_BODIED),
        },
        "files": {"get": operation(f"files.{name}", "Files", name, ITEMS, parameters=_PAGE, faults=_SEEN), "post": upload},
        "files/{file_id}": {
            "delete": operation(f"files.remove.{name}", "Take a file away", name, None, status="204", parameters=in_path("file_id"), faults=_SEEN)
        },
        "files/{file_id}/restore": {
            "post": operation(f"files.restore.{name}", "Bring a file back", name, STORED, parameters=[*in_path("file_id"), *key], faults=_BODIED)
        },
        "explain": {"get": operation(f"explain.{name}", "Why something is or is not allowed", name, anything, parameters=why, faults=_SEEN)},
        "shares": {"get": operation(f"shares.{name}", "With whom it is shared", name, ITEMS, faults=_SEEN)},
        "share": {"post": operation(f"share.{name}", "Share a record", name, ITEMS, body=share, parameters=key, faults=_BODIED)},
        "share/{principal}": {
            "delete": operation(
                f"unshare.{name}", "Take a share away", name, None, status="204", parameters=in_path("principal"), faults=_SEEN
            )
        },
        "reveal": {
            "post": operation(f"reveal.{name}", "Show a masked value", name, anything, body=closed({"field": TEXT}, "field"), faults=_BODIED)
        },
        "actions": {"get": operation(f"actions.{name}", "Actions possible now", name, ITEMS, faults=_SEEN)},
        "actions/{action}": {"post": run},
        "actions/{action}/preview": {"post": preview},
    }  # fmt: skip
    if rights.may(name, "restore"):
        restored = operation(
            f"restore.{name}", "Take a record out of the trash", name, reference("schemas", name), etag=True, parameters=key,
            faults=(*_SEEN, "409"),
        )  # fmt: skip
        found["restore"] = {"post": restored}
    return found


def bulk_paths(entity: Entity, rights: Rights) -> Schema:
    """Operations by the tail of their path below the entity."""
    name = entity.name
    key = [reference("parameters", "idempotency_key")]
    changes = closed({"changes": {"type": "array", "items": _CHANGE, "minItems": 1, "maxItems": 200}}, "changes")
    found: dict[str, Schema] = {
        "batch": {
            "post": operation(
                f"batch.{name}", "Many changes, all or none", name, ITEMS, body=changes, parameters=key, faults=_BODIED
            )
        }
    }
    if rights.may(name, "create"):
        begun: Schema = {"type": "object", "required": ["values"], "properties": {"values": {"type": "object"}}}
        names = [one for one in entity.fields if rights.writes(name, one, "create")]
        given: Schema = {"type": "object", "propertyNames": {"enum": names}, "example": {}}
        found["new"] = {
            "post": operation(
                f"begin.{name}", "What a new record begins with beside the values given", name, begun,
                body=given, parameters=key, faults=_BODIED,
            )
        }  # fmt: skip
    if rights.may(name, "export"):
        found["export"] = {"get": _export(name)}
    if rights.may(name, "import"):
        made = operation(f"import.{name}", "Import a file", name, REPORT, status="201", parameters=key, faults=_BODIED)
        made["responses"]["200"] = made["responses"]["201"]
        left = closed({"job": TEXT, "import": TEXT}, "job", "import")
        made["responses"]["202"] = {
            "description": "Left to a worker; the job's result is the report",
            "content": {"application/json": {"schema": left}},
        }
        yes_or_no: Schema = {"enum": ["true", "false"]}
        made["requestBody"] = form(
            {"file": FILE_PART, "mapping": {"type": "string"}, "dry_run": yes_or_no, "async": yes_or_no}, "file"
        )
        found["import"] = {"post": made}
    return found


def _export(name: str) -> Schema:
    made = operation(
        f"export.{name}", "Export records as a file", name, None,
        parameters=[
            parameter("format", {"type": "string", "enum": ["csv", "xlsx"]}),
            parameter("heads", {"type": "string", "enum": ["names", "labels"]}),
            *(reference("parameters", one) for one in ("filter", "fields", "sort", "search", "trash")),
        ],
        faults=(*FAULTS, "403", "413"),
    )  # fmt: skip
    made["responses"]["200"]["content"] = {
        "text/csv": {"schema": {"type": "string"}},
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
            "schema": {"type": "string", "format": "binary"}
        },
    }
    return made
