"""The parts of the description that are the same for everybody: parameters, faults, paths without an entity."""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.web.api.openapi_schemas import ERROR, Schema

FAULTS = ("400", "401", "422", "429", "503")
"""What any operation may answer."""
_MEANINGS = {
    "400": "Unreadable request", "401": "Not signed in", "403": "Seen, but not allowed", "404": "Not there, or not seen",
    "409": "Conflict with the present state", "413": "Too large", "415": "Body of another type", "422": "Readable, but wrong",
    "428": "If-Match is missing", "429": "Too many tries", "503": "A passing hindrance: try again",
}  # fmt: skip


def reference(kind: str, name: str) -> Schema:
    """A `$ref` to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def parameter(
    name: str, schema: Schema, *, place: str = "query", help_text: str = "", required: bool = False
) -> Schema:
    """One parameter."""
    made: Schema = {"name": name, "in": place, "schema": schema}
    if help_text:
        made["description"] = help_text
    if required or place == "path":
        made["required"] = True
    return made


def operation(name: str, summary: str, tag: str, answer: Schema | None, *, status: str = "200", **more: Any) -> Schema:
    """One operation.

    Shapes: `more` takes `body` (schema), `parameters`, `faults` (statuses), `etag` (whether the answer carries one).
    """
    good: Schema = {"description": summary}
    if answer is not None:
        good["content"] = {"application/json": {"schema": answer}}
    if more.get("etag"):
        good["headers"] = {"ETag": {"description": "The row version.", "schema": {"type": "string"}}}
    faults: Sequence[str] = more.get("faults", FAULTS)
    made: Schema = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {status: good, **{one: reference("responses", one) for one in faults}},
    }
    if more.get("parameters"):
        made["parameters"] = more["parameters"]
    if more.get("body") is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": more["body"]}}}
    return made


_PARAMETERS: Mapping[str, Schema] = {
    "id": parameter("id", {"type": "string", "format": "uuid"}, place="path", help_text="Id of the record."),
    "filter": parameter("filter", {"type": "string", "maxLength": 2000}, help_text="A formula that is true for the records wanted."),
    "fields": parameter("fields", {"type": "string", "maxLength": 4000}, help_text="Paths separated by commas: `name,account.name`."),
    "sort": parameter("sort", {"type": "string", "maxLength": 4000}, help_text="Paths separated by commas; `-` before one: descending."),
    "limit": parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    "cursor": parameter("cursor", {"type": "string", "maxLength": 4000}, help_text="`next_cursor` of the page before."),
    "count": parameter("count", {"type": "string", "enum": ["true", "false", "exact"]}, help_text="`true` counts up to a cap."),
    "search": parameter("search", {"type": "string", "maxLength": 200}, help_text="Words that the searchable fields hold."),
    "trash": parameter("trash", {"type": "boolean"}, help_text="Deleted records instead of living ones."),
    "if_match": parameter(
        "If-Match", {"type": "string", "pattern": '^"[1-9][0-9]{0,17}"$'}, place="header", required=True,
        help_text="The ETag of the version that the change was made on.",
    ),
    "idempotency_key": parameter(
        "Idempotency-Key", {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,255}$"}, place="header",
        help_text="The same key with the same body replays the first answer.",
    ),
}  # fmt: skip

COMPONENTS: dict[str, Any] = {
    "schemas": {"Error": ERROR},
    "parameters": dict(_PARAMETERS),
    "responses": {
        status: {"description": text, "content": {"application/json": {"schema": reference("schemas", "Error")}}}
        for status, text in _MEANINGS.items()
    },
    "securitySchemes": {
        "session": {"type": "apiKey", "in": "cookie", "name": "loomwork_session"},
        "token": {"type": "http", "scheme": "bearer"},
    },
}

_QUERY_BODY: Schema = {
    "type": "object",
    "required": ["entity"],
    "additionalProperties": False,
    "properties": {
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
}
_FORMULA_BODY: Schema = {
    "type": "object",
    "required": ["formula"],
    "additionalProperties": False,
    "properties": {
        "formula": {"type": "string", "maxLength": 2000},
        "entity": {"type": "string", "maxLength": 80},
        "record": {"type": ["string", "object", "null"], "description": "Id of a record, or values by field."},
        "params": {"type": "object"},
        "backend": {"enum": ["python", "sql"]},
    },
}
_ITEMS: Schema = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"type": "object"}}},
}


def fixed_paths() -> Schema:
    """Paths that belong to no entity."""
    base, kind = "/api/v1", parameter("kind", {"type": "string"}, place="path")
    name = parameter("name", {"type": "string"}, place="path")
    faults = (*FAULTS, "403", "404")
    bodied = (*faults, "413", "415")
    return {
        f"{base}/query": {"post": operation("query", "Ask with groups and measures", "query", {"type": "object"}, body=_QUERY_BODY, faults=bodied)},
        f"{base}/formula/evaluate": {
            "post": operation(
                "formula.evaluate", "Evaluate a formula", "formula", {"type": "object", "required": ["value"]},
                body=_FORMULA_BODY, faults=bodied,
            )
        },
        f"{base}/metadata/{{kind}}": {"get": operation("metadata.list", "Components of a kind", "metadata", _ITEMS, parameters=[kind], faults=faults)},
        f"{base}/metadata/{{kind}}/{{name}}": {
            "get": operation("metadata.get", "One component", "metadata", {"type": "object"}, parameters=[kind, name], faults=faults)
        },
        f"{base}/me": {"get": operation("me", "Who am I", "account", {"type": "object"})},
        f"{base}/sessions": {"get": operation("sessions.list", "My sessions", "account", _ITEMS, faults=(*FAULTS, "403"))},
        f"{base}/tokens": {"get": operation("tokens.list", "My tokens", "account", _ITEMS, faults=(*FAULTS, "403"))},
    }  # fmt: skip
