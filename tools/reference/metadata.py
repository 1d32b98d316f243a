"""The page about the metadata language: every kind and every key, from the schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loomwork.catalog.schemas import build_schemas
from loomwork.field_types import FIELD_TYPES
from tools.reference.markdown import MADE, code, properties_table

INTRODUCTION = """\
One JSON file is one component, at `<app>/<kind plural>/<name>.json`. Lists are maps by key, ordered by `order`. Unknown
keys are refused. Keys marked * are required. The JSON Schemas stand in `metadata/schemas`; editors complete by them.
The properties of a field depend on its type: see [field types](field-types.md)."""


def page() -> str:
    """One heading for each kind, and one for each object inside it."""
    schemas = build_schemas(FIELD_TYPES)
    lines = ["# Metadata", "", MADE, "", INTRODUCTION, ""]
    lines += [f"- [{code(kind)}](#{kind})" for kind in schemas]
    for kind, schema in schemas.items():
        lines += ["", f"## {kind}", "", str(schema.get("description", "")), ""]
        defs = schema.get("$defs", {})
        for place, part in _objects(schema, defs, ""):
            if place:
                lines += ["", f"### {kind}: {code(place)}", "", str(part.get("description", "")), ""]
            lines += properties_table(part, defs)
    return "\n".join([*lines, ""])


def _objects(
    schema: Mapping[str, Any], defs: Mapping[str, Any], place: str, depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The closed objects inside a schema with the place where they stand; `*` is any key."""
    if schema.get("properties") and not place.endswith("/properties"):
        yield place, schema
    if depth > 6:
        return
    for name, part in schema.get("properties", {}).items():
        yield from _inside(part, defs, f"{place}/{name}", depth)


def _inside(
    part: Mapping[str, Any], defs: Mapping[str, Any], place: str, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "$ref" in part:
        target = defs.get(str(part["$ref"]).rpartition("/")[2], {})
        if target.get("properties"):
            yield from _objects(target, defs, place, depth + 1)
    elif part.get("properties"):
        yield from _objects(part, defs, place, depth + 1)
    more = part.get("additionalProperties")
    if isinstance(more, Mapping):
        yield from _inside(more, defs, f"{place}/*", depth + 1)
    for several in ("oneOf", "anyOf"):
        for one in part.get(several, ()):
            yield from _inside(one, defs, place, depth + 1)
