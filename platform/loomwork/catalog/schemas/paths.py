"""What a pointer passes through, read off a schema: properties, or entries of keyed maps."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from loomwork.catalog.pointers import Keys
from loomwork.catalog.schemas.words import Schema


class Step(Enum):
    """What one key of a pointer is."""

    PROPERTY = "property"
    ENTRY = "entry"
    """A named entry of a keyed map: it exists or it does not."""
    UNKNOWN = "unknown"


def steps(schema: Schema, keys: Keys) -> list[tuple[Step, Schema]]:
    """For each key of a pointer: what it is, and the schema of what stands there (empty when not known)."""
    defs: Mapping[str, Schema] = schema.get("$defs", {})
    here: Any = schema
    result: list[tuple[Step, Schema]] = []
    for key in keys:
        properties = here.get("properties", {})
        entry = here.get("additionalProperties")
        if isinstance(properties.get(key), dict):
            step, here = Step.PROPERTY, properties[key]
        elif isinstance(entry, dict):
            step, here = Step.ENTRY, entry
        else:
            step, here = Step.UNKNOWN, {}
        if "$ref" in here:
            here = defs.get(here["$ref"].removeprefix("#/$defs/"), {})
        result.append((step, here))
    return result


def holds_elements(schema: Schema) -> bool:
    """Whether a schema is that of a keyed map whose entries are objects with keys of their own."""
    entry = schema.get("additionalProperties")
    return isinstance(entry, dict) and ("properties" in entry or "$ref" in entry)
