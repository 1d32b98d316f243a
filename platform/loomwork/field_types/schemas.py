"""Small builders for the JSON Schemas that types give: closed objects, numbers as text, nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}
"""A record id as it crosses the wire."""

NUMBER_TEXT: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
"""An exact number as it comes back."""


def closed(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """An object that takes these keys and no others."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return schema


def string(description: str, **more: Any) -> Schema:
    """A text property with what it is for."""
    return {"type": "string", "description": description, **more}


def whole(description: str, minimum: int, maximum: int, **more: Any) -> Schema:
    """A whole-number property within bounds."""
    return {"type": "integer", "minimum": minimum, "maximum": maximum, "description": description, **more}


def flag(description: str, **more: Any) -> Schema:
    """A yes-or-no property."""
    return {"type": "boolean", "description": description, **more}


def amount(description: str) -> Schema:
    """A property that holds an exact number, as text or as a JSON number."""
    return {"type": ["string", "number"], "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,10})?$", "description": description}


def one_of(description: str, values: Sequence[str], **more: Any) -> Schema:
    """A property with a closed list of words."""
    return {"enum": list(values), "description": description, **more}
