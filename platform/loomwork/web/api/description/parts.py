"""The parts of the description that are the same for everybody: parameters, faults, paths without an entity."""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.web.api.description.schemas import ERROR, Schema

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
    "filter": parameter("filter", {"type": "string", "minLength": 1, "maxLength": 2000}, help_text="A formula that is true for the records wanted."),
    "fields": parameter("fields", {"type": "string", "maxLength": 4000}, help_text="Paths separated by commas: `name,account.name`."),
    "sort": parameter("sort", {"type": "string", "maxLength": 4000}, help_text="Paths separated by commas; `-` before one: descending."),
    "limit": parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    "cursor": parameter("cursor", {"type": "string", "maxLength": 4000}, help_text="`next_cursor` of the page before."),
    "count": parameter("count", {"type": "string", "enum": ["true", "false", "exact"]}, help_text="`true` counts up to a cap."),
    "search": parameter("search", {"type": "string", "maxLength": 200}, help_text="Words that the searchable fields hold."),
    "trash": parameter("trash", {"type": "boolean"}, help_text="Deleted records instead of living ones."),
    "merge": parameter("merge", {"type": "boolean"}, help_text="Take the change where nobody touched the same fields."),
    "if_match": parameter(
        "If-Match", {"type": "string", "pattern": '^"[1-9][0-9]{0,17}"$'}, place="header", required=True,
        help_text="The ETag of the version that the change was made on.",
    ),
    "if_none_match": parameter(
        "If-None-Match", {"type": "string", "pattern": '^"[1-9][0-9]{0,17}"$'}, place="header",
        help_text="The ETag of the version that the caller has.",
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
