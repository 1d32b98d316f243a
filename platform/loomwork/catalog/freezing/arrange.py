"""Bodies as engines read them: entries of keyed maps in the order that people see, hidden ones left out.

Which maps are ordered is read off the schemas: those whose entries have an `order`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.catalog.ranks import ordered
from loomwork.catalog.schemas.words import Schema

Arrange = Callable[[Any], Any]


def compile_arranger(schema: Schema) -> Arrange | None:
    """A function that arranges a body of this schema; None when there is nothing to arrange in it."""
    return _compile(schema, schema.get("$defs", {}))


def _compile(schema: Any, defs: Mapping[str, Schema]) -> Arrange | None:
    if not isinstance(schema, dict) or "$ref" in schema:
        # What is referred to in place of a value (labels, conditions) holds no ordered maps.
        return None
    parts = {key: _compile(below, defs) for key, below in schema.get("properties", {}).items()}
    known = {key: part for key, part in parts.items() if part is not None}
    entry = schema.get("additionalProperties")
    if isinstance(entry, dict):
        if "$ref" in entry:
            entry = defs[entry["$ref"].removeprefix("#/$defs/")]
        if "order" in entry.get("properties", {}):
            return _map(_compile(entry, defs))
    return _object(known) if known else None


def _object(parts: Mapping[str, Arrange]) -> Arrange:
    def arrange(body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        return {key: parts[key](value) if key in parts else value for key, value in body.items()}

    return arrange


def _map(each: Arrange | None) -> Arrange:
    def arrange(body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        seen = {name: value for name, value in body.items() if not is_hidden(value)}
        in_order = ordered(seen)
        return in_order if each is None else {name: each(value) for name, value in in_order.items()}

    return arrange


def is_hidden(entry: Any) -> bool:
    """Whether an entry of a keyed map is out of sight."""
    return isinstance(entry, Mapping) and entry.get("hidden") is True
