"""JSON Schemas of an entity's records as one reader sees them, made from the field types' own schemas."""

from collections.abc import Mapping
from typing import Any, Protocol

from loomwork.catalog.model import Entity, Field
from loomwork.core.i18n import label_text
from loomwork.field_types.base import Origin

Schema = dict[str, Any]


class Rights(Protocol):
    """What the description of the API asks of the reader's rights."""

    def may(self, entity: str, action: str) -> bool:
        """Whether an action is open on some record."""

    def sees(self, entity: str, field: str) -> bool:
        """Whether a field is open, plainly or masked."""

    def masks(self, entity: str, field: str) -> bool:
        """Whether a field may come masked."""

    def writes(self, entity: str, field: str, action: str) -> bool:
        """Whether a field may be written by `create` or `update`."""


def nullable(schema: Mapping[str, Any]) -> Schema:
    """The schema, or null."""
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list) and "null" in kind:
        return dict(schema)
    return {"anyOf": [dict(schema), {"type": "null"}]}


def _described(schema: Schema, field: Field, language: str) -> Schema:
    made: Schema = {"title": label_text(field.label, language, field.name), **schema}
    help_text = label_text(field.help, language)
    if help_text:
        made["description"] = help_text
    return made


def is_input(field: Field) -> bool:
    """Whether a client may ever give the field a value."""
    return field.type.origin is Origin.INPUT and (not field.is_system or field.name == "owner_id")


def record_schema(entity: Entity, rights: Rights, language: str) -> Schema:
    """A record as it comes back. Every field but `id` and `row_version` may be missing, because a request chooses."""
    properties: Schema = {
        "id": {"type": "string", "format": "uuid"},
        "row_version": {"type": "integer", "minimum": 1},
    }
    for field in entity.fields.values():
        if field.name in properties or not rights.sees(entity.name, field.name):
            continue
        schema: Schema = {} if rights.masks(entity.name, field.name) else nullable(field.type.schema_out(field.props))
        properties[field.name] = _described(schema, field, language)
    return {"type": "object", "properties": properties, "required": ["id", "row_version"]}


def input_schema(entity: Entity, rights: Rights, language: str, action: str) -> Schema:
    """What `create` or `update` takes: closed, only fields that the reader may write."""
    properties: Schema = {}
    required: list[str] = []
    for field in entity.fields.values():
        if not is_input(field) or field.readonly or not rights.writes(entity.name, field.name, action):
            continue
        is_needed = field.required and field.default is None
        schema = dict(field.type.schema_in(field.props))
        properties[field.name] = _described(schema if field.required else nullable(schema), field, language)
        if is_needed and action == "create":
            required.append(field.name)
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        made["required"] = required
    return made


ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "request_id"],
            "properties": {
                "code": {"type": "string", "description": "Stable name of the fault."},
                "message": {"type": "string", "description": "For people, in their language."},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["path", "code", "message"],
                        "properties": {
                            "path": {"type": "string", "description": "Dotted place in the input."},
                            "code": {"type": "string"},
                            "message": {"type": "string"},
                        },
                    },
                },
                "request_id": {"type": "string"},
            },
        }
    },
}
