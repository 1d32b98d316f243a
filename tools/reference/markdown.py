"""Small helpers for writing Markdown that a generator can repeat byte for byte."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MADE = "*Made from the code by `make reference`; edits here are lost.*"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; empty when there are no rows."""
    body = [f"| {' | '.join(cell(one) for one in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body] if body else []


def cell(text: str) -> str:
    """A text that cannot break its table."""
    return text.replace("|", "\\|").replace("\n", " ").strip()


def code(text: str) -> str:
    """A text between backquotes, however many it holds itself."""
    if not text:
        return ""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def as_json(value: Any, at_most: int = 90) -> str:
    """A JSON value as code on one line, cut when long; control characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    text = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
    return code(text if len(text) <= at_most else f"{text[: at_most - 1]}…")


def _plain(value: object) -> object:
    """Samples hold what a client may send, and a few Python values that no client can."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def description(thing: object) -> str:
    """The docstring of a class or function as text; empty when there is none of its own."""
    own = vars(thing).get("__doc__") if isinstance(thing, type) else getattr(thing, "__doc__", None)
    return inspect.cleandoc(own) if own else ""


def properties_table(schema: Mapping[str, Any], defs: Mapping[str, Any] | None = None) -> list[str]:
    """The keys of a closed object: name, what it may hold, what it means."""
    required = set(schema.get("required", ()))
    rows = [
        (code(name) + (" *" if name in required else ""), holds(part, defs or {}), meaning(part, defs or {}))
        for name, part in schema.get("properties", {}).items()
        if name != "$schema"
    ]
    return table(("Key", "Holds", "Meaning"), rows)


def meaning(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """The description of a key and its default."""
    text = str(part.get("description") or _resolve(part, defs).get("description", ""))
    return f"{text} Default {as_json(part['default'], 40)}." if "default" in part else text


def holds(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """What a key may hold, in a few words."""
    if "$ref" in part:
        name = str(part["$ref"]).rpartition("/")[2]
        return name.replace("_", " ")
    if "const" in part:
        return as_json(part["const"], 40)
    if "enum" in part:
        return ", ".join(as_json(one, 30) for one in part["enum"])
    for several in () if "properties" in part else ("oneOf", "anyOf"):
        if several in part:
            return " or ".join(dict.fromkeys(holds(one, defs) for one in part[several]))
    kind = part.get("type", "any value")
    kinds = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if kind == "array" and "items" in part:
        return f"list of {holds(part['items'], defs)}"
    if kind == "object" and isinstance(part.get("additionalProperties"), Mapping):
        return f"map of {holds(part['additionalProperties'], defs)}"
    return kinds + _bounds(part)


def _bounds(part: Mapping[str, Any]) -> str:
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None and high is not None:
        return f" {low} to {high}"
    return f", at most {part['maxLength']} characters" if "maxLength" in part else ""


def _resolve(part: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = defs.get(name, {})
    return found
