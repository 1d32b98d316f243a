"""The reader of the API's description: one page made on the server, without scripts and without anybody else's server."""

from collections.abc import Mapping
from typing import Any

from loomwork.web.api.description.schemas import Schema

VERBS = ("get", "post", "put", "patch", "delete")

STYLE = """
.api{max-width:1040px;margin:0 auto;padding:24px 20px 80px}
.api h1{font-size:24px;margin:0 0 4px}.api h2{font-size:18px;margin:32px 0 8px}
.api nav{columns:3 200px;font-size:14px;margin:16px 0}.api nav a{display:block;padding:3px 0}
.api details{border:1px solid var(--lw-line);border-radius:8px;margin:8px 0;background:var(--lw-raised)}
.api summary{display:flex;flex-wrap:wrap;gap:12px;align-items:baseline;padding:10px 14px;cursor:pointer}
.api summary code{overflow-wrap:anywhere}.api .verb{font-weight:600;min-width:56px}
.api .verb--get{color:var(--lw-accent-text)}.api .verb--post{color:var(--lw-ok)}.api .verb--patch{color:var(--lw-warn)}
.api .verb--delete{color:var(--lw-danger)}
.api .body{padding:0 14px 14px;overflow-x:auto}.api table{border-collapse:collapse;width:100%;font-size:13px}
.api th,.api td{text-align:left;vertical-align:top;padding:5px 8px;border-top:1px solid var(--lw-line)}
.api h3{font-size:13px;margin:14px 0 4px}
""".strip()


def read_document(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The description as groups of operations, ready to be drawn.

    Returns: `[{name, help, operations: [{verb, path, summary, parameters, body, answers}]}]`.
    """
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "help": tag.get("description", ""), "operations": []}
        for tag in document["tags"]
    }
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for verb in VERBS:
            if verb in item:
                one = item[verb]
                group = groups.setdefault(one["tags"][0], {"name": one["tags"][0], "help": "", "operations": []})
                group["operations"].append(_operation(document, verb, path, one, shared))
    return [group for group in groups.values() if group["operations"]]


def _operation(document: Mapping[str, Any], verb: str, path: str, one: Schema, shared: list[Schema]) -> dict[str, Any]:
    parameters = [_resolve(document, found) for found in [*shared, *one.get("parameters", [])]]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [(status, _resolve(document, found).get("description", "")) for status, found in one["responses"].items()]
    return {
        "verb": verb,
        "path": path,
        "summary": one.get("summary", ""),
        "parameters": [
            (p["name"], p["in"], type_text(p["schema"]), p.get("description", ""), bool(p.get("required")))
            for p in parameters
        ],
        "body": _properties(_resolve(document, body)) if body else [],
        "answers": answers,
    }


def _resolve(document: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    target = found.get("$ref")
    if not target:
        return found
    _, _, kind, name = target.split("/", 3)
    return document["components"][kind][name]  # type: ignore[no-any-return]


def _properties(schema: Mapping[str, Any]) -> list[tuple[str, str, str, bool]]:
    needed = set(schema.get("required", ()))
    return [
        (name, type_text(found), found.get("title", "") or found.get("description", ""), name in needed)
        for name, found in schema.get("properties", {}).items()
    ]


def type_text(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "enum" in schema:
        values = [str(one) for one in schema["enum"]]
        return " | ".join(values[:8]) + (" | …" if len(values) > 8 else "")
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_text(one) for one in schema["anyOf"]))
    kind = schema.get("type", "any")
    text = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if kind == "array" and "items" in schema:
        text = f"list of {type_text(schema['items'])}"
    return f"{text} ({schema['format']})" if "format" in schema else text
