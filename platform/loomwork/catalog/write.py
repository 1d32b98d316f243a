"""The one way to write metadata: reading a canonical file and writing it gives the same bytes.

Keys stand in the order of the schema, entries of ordered maps in the order that people see, languages with English
first. So a git diff shows the one thing that changed.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from loomwork.catalog.draft import FOLDERS, KINDS, MANIFEST
from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import CUSTOMER_LAYER, Op, Overlay, Patch
from loomwork.catalog.passes.shape import shapes_for
from loomwork.catalog.ranks import ordered
from loomwork.catalog.schemas.fast import discriminator
from loomwork.catalog.schemas.words import Schema
from loomwork.core.jsonio import read_json

OVERLAY_FILE = "overlay.json"

Sort = Callable[[Any], Any]


def write_text(kind: str, body: Mapping[str, Any]) -> str:
    """The text of the file of a component; `kind` is `app` for the manifest."""
    return to_text(_sorter(kind)(body)) + "\n"


def canonical_body(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with everything in canonical order."""
    result: dict[str, Any] = _sorter(kind)(body)
    return result


def to_text(value: Any, indent: str = "") -> str:
    """JSON with two spaces, UTF-8 as it stands, exact numbers as numbers."""
    deeper = indent + "  "
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        lines = [
            f"{deeper}{json.dumps(key, ensure_ascii=False)}: {to_text(below, deeper)}" for key, below in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)):
        if not value:
            return "[]"
        return "[\n" + ",\n".join(deeper + to_text(one, deeper) for one in value) + f"\n{indent}]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=64)
def _sorter(kind: str) -> Sort:
    from loomwork.field_types import FIELD_TYPES

    schema = shapes_for(FIELD_TYPES).schemas[kind]
    return _compile(schema, schema.get("$defs", {}))


def _compile(schema: Any, defs: Mapping[str, Schema]) -> Sort:
    if not isinstance(schema, dict):
        return _as_is
    if "$ref" in schema:
        return _later(schema["$ref"].removeprefix("#/$defs/"), defs)
    if isinstance(schema.get("items"), dict):
        each = _compile(schema["items"], defs)
        return lambda value: [each(one) for one in value] if isinstance(value, list) else value
    entry = schema.get("additionalProperties")
    if isinstance(entry, dict):
        return _map(schema, entry, defs)
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return _as_is
    found = discriminator(schema["oneOf"]) if "oneOf" in schema else None
    parts = {key: _compile(below, defs) for key, below in properties.items()}
    if found is None:
        return lambda value: _in_order(value, parts)
    key, table = found
    branches = {const: {**parts, **_own_parts(branch, defs)} for const, branch in table.items()}
    return lambda value: _in_order(value, branches.get(value.get(key), parts)) if isinstance(value, Mapping) else value


def _own_parts(branch: Schema, defs: Mapping[str, Schema]) -> dict[str, Sort]:
    """What a branch says of its keys beyond the constant that picks it."""
    own = branch["properties"].items()
    return {key: _compile(below, defs) for key, below in own if isinstance(below, dict) and "const" not in below}


def _later(name: str, defs: Mapping[str, Schema]) -> Sort:
    """The sorter of a definition, made when first needed: conditions hold conditions."""
    made: list[Sort] = []

    def sort(value: Any) -> Any:
        if not made:
            made.append(_compile(defs[name], defs))
        return made[0](value)

    return sort


def _as_is(value: Any) -> Any:
    return value


def _in_order(value: Any, parts: Mapping[str, Sort]) -> Any:
    if not isinstance(value, Mapping):
        return value
    known = {key: parts[key](value[key]) for key in parts if key in value}
    return {**known, **{key: below for key, below in value.items() if key not in known}}


def _map(schema: Schema, entry: Schema, defs: Mapping[str, Schema]) -> Sort:
    if "$ref" in entry:
        entry = defs[entry["$ref"].removeprefix("#/$defs/")]
    each = _compile(entry, defs)
    if "order" in entry.get("properties", {}):
        return lambda value: {k: each(v) for k, v in ordered(value).items()} if isinstance(value, Mapping) else value
    if entry.get("type") == "string":
        # Texts by language, or by key: English first, the rest by name.
        return lambda value: dict(sorted(value.items(), key=_english_first)) if isinstance(value, Mapping) else value
    return lambda value: {key: each(below) for key, below in value.items()} if isinstance(value, Mapping) else value


def _english_first(item: tuple[str, Any]) -> tuple[bool, bool, str]:
    return item[0] != "$schema", item[0] != "en", item[0]


def is_canonical(file: Path, kind: str) -> bool:
    """Whether a file is written canonically.

    Raises: Unreadable, TooLarge when it cannot be read at all.
    """
    raw = file.read_bytes()
    return raw == write_text(kind, read_json(raw)).encode()


def rewrite(folder: Path) -> list[Path]:
    """Write every component file of an app package canonically.

    Returns: the files that changed. Raises: Unreadable, TooLarge for a file that cannot be read; nothing is written then.
    """
    texts = {file: canonical_text(file, kind) for file, kind in component_files(folder)}
    changed = [file for file, text in texts.items() if file.read_bytes() != text]
    for file in changed:
        file.write_bytes(texts[file])
    return changed


def canonical_text(file: Path, kind: str) -> bytes:
    """A component file as it is written canonically. Raises: Unreadable, TooLarge."""
    return write_text(kind, read_json(file.read_bytes())).encode()


def component_files(folder: Path) -> list[tuple[Path, str]]:
    """The JSON files of an app package with their kinds, the manifest first."""
    files = [(folder / MANIFEST, "app")] if (folder / MANIFEST).is_file() else []
    for name, kind in sorted(FOLDERS.items()):
        files += [(file, kind) for file in sorted((folder / name).glob("*.json"))]
    return files


def export_catalog(catalog: Catalog, folder: Path) -> list[Path]:
    """Write the effective metadata: a folder for each app, and what the customer added as `overlay.json`.

    Patches are folded into the components that they change. Loading the export gives the same version.
    Returns: the files written.
    """
    written: list[Path] = []
    names = {app.namespace: app.name for app in catalog.apps.values()}
    own: list[Patch] = []
    for kind, by_name in catalog.raw.items():
        for name, body in by_name.items():
            if kind == "app":
                written.append(_write(folder / name / MANIFEST, "app", body))
                continue
            namespace, _, short = name.partition(".")
            if namespace in names:
                written.append(_write(folder / names[namespace] / KINDS[kind] / f"{short}.json", kind, body))
            else:
                own.append(Patch(kind, name, "", Op.ADD, body))
    if own:
        written.append(export_overlay(Overlay(tuple(own), CUSTOMER_LAYER), folder))
    return written


def export_overlay(overlay: Overlay, folder: Path) -> Path:
    """Write one layer as `overlay.json`."""
    return _write(folder / OVERLAY_FILE, "overlay", overlay.as_json())


def _write(file: Path, kind: str, body: Mapping[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(write_text(kind, body), encoding="utf-8")
    return file
