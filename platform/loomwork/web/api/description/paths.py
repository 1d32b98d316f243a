"""Operations that belong to no entity: queries, formulas, metadata, files, imports, jobs, the person's own account."""

from collections.abc import Sequence

from loomwork.web.api.description.parts import FAULTS, operation, parameter, reference
from loomwork.web.api.description.schemas import Schema
from loomwork.web.security_access import SCOPES

BASE = "/api/v1"
_SEEN = (*FAULTS, "403", "404")
_BODIED = (*_SEEN, "409", "413", "415")
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
ITEMS: Schema = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next_cursor": {"type": "string"}},
}
STORED: Schema = {
    "type": "object",
    "required": ["id", "name", "size", "type"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 1},
        "type": {"type": "string"},
    },
}
REPORT: Schema = {"type": "object", "required": ["report"], "properties": {"report": {"type": "object"}}}


def closed(properties: dict[str, Schema], *required: str) -> Schema:
    """A closed object."""
    made: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        made["required"] = list(required)
    return made


def form(properties: dict[str, Schema], *required: str) -> Schema:
    """The body of a multipart form."""
    return {"required": True, "content": {"multipart/form-data": {"schema": closed(properties, *required)}}}


FILE_PART: Schema = {"type": "string", "format": "binary"}
_QUERY = closed(
    {
        "entity": {"type": "string", "minLength": 1, "maxLength": 80},
        "fields": {"type": "array", "items": {"type": "string"}, "maxItems": 100},
        "filter": {"description": "A formula, or a tree of conditions.", "type": ["string", "object", "null"]},
        "params": {"type": "object", "description": "Values that the filter names."},
        "group": {"description": "Paths (`close_date:month`), or names for them.", "type": ["array", "object"]},
        "measures": {"type": "object", "description": "Name to `SUM(amount)` or {function, path, filter}."},
        "sort": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
        "limit": {"type": "integer", "minimum": 1, "maximum": 10000},
        "cursor": {"type": "string"},
        "search": {"type": "string", "maxLength": 200},
        "count": {"enum": [True, False, "exact"]},
        "trash": {"type": "boolean"},
    },
    "entity",
)
_FORMULA = closed(
    {
        "formula": {"type": "string", "minLength": 1, "maxLength": 2000},
        "entity": {"type": "string", "maxLength": 80},
        "record": {"type": ["string", "object", "null"], "description": "Id of a record, or values by field."},
        "params": {"type": "object"},
        "backend": {"enum": ["python", "sql"]},
    },
    "formula",
)
_TOKEN = closed(
    {
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "scopes": {"type": "array", "items": {"enum": list(SCOPES)}, "minItems": 1},
        "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 3650},
    },
    "name",
    "scopes",
)


_UUID: Schema = {"type": "string", "format": "uuid"}
_INVITED = closed(
    {"name": TEXT, "email": TEXT, "unit": _UUID, "language": TEXT, "roles": {"type": "array", "items": TEXT}},
    "name",
    "email",
)
_SUCCESSOR = closed({"successor": _UUID}, "successor")
_HANDED = closed({"successor": _UUID, "entity": TEXT, "after": TEXT}, "successor", "entity")


def in_path(*names: str) -> list[Schema]:
    """Parameters of the path."""
    return [parameter(name, {"type": "string", "minLength": 1}, place="path") for name in names]


def fixed_paths() -> Schema:
    """Paths without an entity in them."""
    key = reference("parameters", "idempotency_key")
    anything: Schema = {"type": "object"}
    return {
        f"{BASE}/query": {"post": operation("query", "Ask with groups and measures", "query", anything, body=_QUERY, faults=_BODIED)},
        f"{BASE}/formula/evaluate": {
            "post": operation(
                "formula.evaluate", "Evaluate a formula", "formula", {"type": "object", "required": ["value", "type"]}, body=_FORMULA,
                faults=_BODIED,
            )
        },
        f"{BASE}/metadata/versions": {
            "get": operation("metadata.versions", "Published versions, newest first", "metadata", ITEMS, faults=_SEEN)
        },
        f"{BASE}/metadata/{{kind}}": {
            "get": operation("metadata.list", "Components of a kind", "metadata", ITEMS, parameters=in_path("kind"), faults=_SEEN)
        },
        f"{BASE}/metadata/{{kind}}/{{name}}": {
            "get": operation("metadata.get", "One component", "metadata", anything, parameters=in_path("kind", "name"), faults=_SEEN)
        },
        f"{BASE}/jobs/{{job_id}}": {
            "get": operation("jobs.get", "State of a job", "jobs", anything, parameters=in_path("job_id"), faults=_SEEN)
        },
        f"{BASE}/imports/{{import_id}}": {
            "get": operation("imports.get", "Report of an import", "imports", anything, parameters=in_path("import_id"), faults=_SEEN)
        },
        f"{BASE}/imports/{{import_id}}/undo": {
            "post": operation(
                "imports.undo", "Take an import back", "imports", anything, parameters=in_path("import_id"), faults=(*_SEEN, "409")
            )
        },
        **_file_paths(key),
        **_package_paths(key),
        **_account_paths(),
    }  # fmt: skip


def _file_paths(key: Schema) -> Schema:
    download = operation(
        "files.download", "Download a file", "files", None, parameters=in_path("file_id"), faults=_SEEN
    )
    download["responses"]["200"]["content"] = {"application/octet-stream": {"schema": FILE_PART}}
    upload = operation(
        "files.upload", "Store a file for a field", "files", STORED, status="201", parameters=[key], faults=_BODIED
    )
    upload["requestBody"] = form({"file": FILE_PART}, "file")
    return {f"{BASE}/files": {"post": upload}, f"{BASE}/files/{{file_id}}": {"get": download}}


def _package_paths(key: Schema) -> Schema:
    sent: Schema = {"type": "object", "required": ["name", "version", "hash", "files", "installed_version"]}
    upload = operation(
        "packages.upload", "Send an app package", "packages", sent, status="201", parameters=[key], faults=_BODIED
    )
    upload["requestBody"] = form({"file": FILE_PART}, "file")
    named = in_path("name")
    wishes = closed({"consent": {"type": "boolean"}, "message": {"type": "string", "maxLength": 500}})
    publish = operation(
        "packages.upgrade",
        "Publish the package that was sent",
        "packages",
        sent,
        parameters=[*named, key],
        faults=_BODIED,
    )
    publish["requestBody"] = {"content": {"application/json": {"schema": wishes}}}
    plan = operation(
        "packages.plan",
        "What publishing the package would change",
        "packages",
        sent,
        parameters=[*named, key],
        faults=_SEEN,
    )
    return {
        f"{BASE}/packages": {"post": upload},
        f"{BASE}/packages/{{name}}/plan": {"post": plan},
        f"{BASE}/packages/{{name}}/upgrade": {"post": publish},
    }


def _account_paths() -> Schema:
    faults: Sequence[str] = (*FAULTS, "403")
    password = closed({"old_password": TEXT, "new_password": TEXT}, "old_password", "new_password")
    return {
        f"{BASE}/me": {"get": operation("me", "Who am I", "account", {"type": "object", "required": ["id", "name", "roles"]})},
        f"{BASE}/me/password": {
            "post": operation("me.password", "Change my password", "account", None, status="204", body=password, faults=_BODIED)
        },
        f"{BASE}/sessions": {"get": operation("sessions.list", "My sessions", "account", ITEMS, faults=faults)},
        f"{BASE}/sessions/{{session_id}}": {
            "delete": operation(
                "sessions.end", "End a session", "account", None, status="204", parameters=in_path("session_id"), faults=_SEEN
            )
        },
        f"{BASE}/tokens": {
            "get": operation("tokens.list", "My tokens", "account", ITEMS, faults=faults),
            "post": operation(
                "tokens.create", "Make a token", "account", {"type": "object", "required": ["token"]}, status="201", body=_TOKEN,
                faults=_BODIED,
            ),
        },
        f"{BASE}/tokens/{{token_id}}": {
            "delete": operation("tokens.end", "Revoke a token", "account", None, status="204", parameters=in_path("token_id"), faults=_SEEN)
        },
        **_user_paths(),
        **_unit_paths(),
    }  # fmt: skip


def _unit_paths() -> Schema:
    number: Schema = {"type": "integer", "minimum": 0}
    place = closed({"field": {"type": "string"}, "label": {"type": "string"}}, "field", "label")
    state: dict[str, Schema] = {
        "currency": {"type": "string"},
        "may_change": {"type": "boolean"},
        "stored_in": {"type": "array", "items": place},
    }
    currency = closed(state, *state)
    unit = {
        **{one: {"type": "string"} for one in ("id", "name", "code", "manager", "parent")},
        **dict.fromkeys(("row_version", "level", "place", "siblings", "children", "people", "people_below"), number),
        "active": {"type": "boolean"},
    }
    tree = {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": closed(unit, *unit)}},
    }
    removed = {"type": "object", "required": ["id", "moved"], "properties": {"id": _UUID, "moved": number}}
    return {
        f"{BASE}/company/currency": {
            "get": operation("company.currency", "The base currency and whether it can change", "company", currency, faults=_SEEN),
            "put": operation(
                "company.change_currency", "Make another currency the company's", "company", currency,
                body=closed({"currency": TEXT}, "currency"), faults=_BODIED,
            ),
        },
        f"{BASE}/units": {"get": operation("units.list", "The tree of units with its people", "units", tree, faults=_SEEN)},
        f"{BASE}/units/{{unit_id}}/remove": {
            "post": operation(
                "units.remove", "Put a unit into the trash; its people and sub-units go to another one first", "units", removed,
                body=closed({"move_to": _UUID}), parameters=[*in_path("unit_id"), reference("parameters", "if_match")],
                faults=(*_BODIED, "428"),
            )
        },
    }  # fmt: skip


def _user_paths() -> Schema:
    return {
        f"{BASE}/users/invite": {
            "post": operation(
                "users.invite_new", "Make a user with roles and invite him", "users", {"type": "object"}, status="201",
                body=_INVITED, faults=_BODIED,
            )
        },
        **{
            f"{BASE}/users/{{user_id}}/{verb}": {
                "post": operation(
                    f"users.{verb}", summary, "users", schema, status=status, parameters=in_path("user_id"), faults=(*_SEEN, "409")
                )
            }
            for verb, summary, status, schema in (
                ("reset", "Send a link with which a password is chosen anew", "202", {"type": "object"}),
                ("switch-off", "End a person's access; the records stay until they are handed over", "204", None),
                ("switch-on", "Let a person in again", "204", None),
            )
        },
        f"{BASE}/users/{{user_id}}/hand-over": {
            "post": operation(
                "users.hand_over", "Hand the next records of one entity over", "users", {"type": "object"}, body=_HANDED,
                parameters=in_path("user_id"), faults=_BODIED,
            )
        },
        f"{BASE}/users/{{user_id}}/invite": {
            "post": operation(
                "users.invite", "Send an invitation", "users", None, status="202", parameters=in_path("user_id"), faults=(*_SEEN, "409")
            )
        },
        f"{BASE}/users/{{user_id}}/deactivate": {
            "post": operation(
                "users.deactivate", "Switch an account off and hand its records over", "users", {"type": "object"}, body=_SUCCESSOR,
                parameters=in_path("user_id"), faults=_BODIED,
            )
        },
    }  # fmt: skip
