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
The properties of a field depend on its type: see [field types](field-types.md).

In places such as `/fields/*/default`, `*` is any key and `-` any entry of a list. Some words that many kinds share:

- `order` is a rank out of lower-case letters and digits that sorts as text: `a0`, `a1`, …; `a05` comes between `a0` and `a1`.
- Texts for people are maps by language (`{"en": "Book", "zh-CN": "图书"}`). They may stand in `messages/<language>.json` instead, under
  `<component>#<pointer>` such as `lib.book#label`; where both give a text in the same language, the one in the component wins.
- A value of a seed record that is `{"seed": "key"}` is the record of that key in the same app.
- Choices of a field come from one of three places: `choices` in the field, `choice_set` (shared by several fields), or `choices_from`
  (`roles`: the roles of all apps).
- An overlay, of an app in `overlays/` or of a company, is a list of patches. Each names a component (`kind`, `name`), a place in it
  (`path`, a JSON pointer of keys, empty for the component itself), what happens (`op`: `set`, `add`, `hide`), the `value`, and with
  `base` the value that the author saw there: an upgrade that changes it is told as a conflict."""


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
        name = str(part["$ref"]).rpartition("/")[2]
        target = defs.get(name, {})
        if target.get("properties"):
            # What holds itself, as conditions do, is described once.
            inside = {key: one for key, one in defs.items() if key != name}
            yield from _objects(target, inside, place, depth + 1)
    elif part.get("properties"):
        yield from _objects(part, defs, place, depth + 1)
    more = part.get("additionalProperties")
    if isinstance(more, Mapping):
        yield from _inside(more, defs, f"{place}/*", depth + 1)
    items = part.get("items")
    if isinstance(items, Mapping):
        yield from _inside(items, defs, f"{place}/-", depth + 1)
    for several in ("oneOf", "anyOf"):
        # What a closed object narrows by its kinds is told in its own table.
        for one in () if part.get("properties") else part.get(several, ()):
            yield from _inside(one, defs, place, depth + 1)
