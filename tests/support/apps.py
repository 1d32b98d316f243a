"""Writes app packages for tests and benches: the example library with changes, and neutral apps of any size."""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loomwork.catalog.faults.base import Drop, Lay, Put, Raw, Sample
from loomwork.catalog.faults.example import EXAMPLE
from loomwork.catalog.overlay import Overlay, patch_from_json
from loomwork.catalog.pointers import MISSING, parse_pointer, with_value
from loomwork.catalog.ranks import first_ranks
from loomwork.catalog.write import write_text

_KIND_BY_FOLDER = {
    "entities": "entity",
    "choice_sets": "choice_set",
    "forms": "form",
    "views": "view",
    "pages": "page",
    "actions": "action",
    "mappings": "mapping",
    "navigation": "navigation",
    "roles": "role",
    "messages": "messages",
    "seed": "seed",
    "overlays": "overlay",
}


def write_package(folder: Path, files: Mapping[str, Any]) -> Path:
    """Write files (JSON bodies canonically, bytes as they are) below a folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            if content.startswith(b"-> "):
                file.unlink(missing_ok=True)
                file.symlink_to(content[3:].decode())
                continue
            file.write_bytes(content)
        else:
            kind = "app" if name == "app.json" else _KIND_BY_FOLDER.get(name.partition("/")[0], "")
            text = write_text(kind, content) if kind else json.dumps(content)
            file.write_text(text, encoding="utf-8", errors="surrogatepass")
    return folder


def write_example(
    folder: Path, steps: Sample | Iterable[Any] = (), base: Mapping[str, Any] = EXAMPLE
) -> tuple[Path, Overlay]:
    """The example library with the steps of a sample applied, in `folder/library`, and the overlay that the steps lay."""
    files: dict[str, Any] = dict(base)
    patches = []
    for step in steps:
        if isinstance(step, Lay):
            patches.append(patch_from_json(step.patch))
        elif isinstance(step, Raw):
            files[step.file] = step.content
        elif isinstance(step, Drop) and not step.pointer:
            files.pop(step.file, None)
        else:
            keys = parse_pointer(step.pointer)
            value = step.value if isinstance(step, Put) else MISSING
            files[step.file] = with_value(files[step.file], keys, value) if keys else value
    return write_package(folder / "library", files), Overlay(tuple(patches))


_TYPES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("text", {"max_length": 120}),
    ("integer", {"min": 0}),
    ("decimal", {"scale": 2}),
    ("money", {}),
    ("boolean", {}),
    ("date", {}),
    ("instant", {}),
    ("choice", {"choice_set": "demo.status"}),
    ("long_text", {}),
    ("email", {}),
    ("user", {}),
)


def make_app(folder: Path, n_entities: int, n_fields: int = 20, seed: int = 1) -> Path:
    """A valid app `demo` of neutral entities `demo.thing_0`, …; equal arguments give equal bytes.

    Each entity has a name, a link to an earlier entity with a reverse relation, and fields of mixed types; every one
    has a form, a list view and a grant.
    """
    rng = random.Random(seed)
    files: dict[str, Any] = {
        "app.json": {
            "format": 1,
            "name": folder.name,
            "namespace": "demo",
            "version": "1.0.0",
            "label": _label("Demo"),
            "languages": ["en", "zh-CN"],
        },
        "choice_sets/status.json": {
            "label": _label("Status"),
            "choices": {
                value: {"label": _label(value), "colour": "sky", "order": rank}
                for value, rank in zip(("new", "open", "done"), first_ranks(3), strict=True)
            },
        },
    }
    grants = {}
    for number in range(n_entities):
        name = f"thing_{number}"
        fields = _fields(number, n_fields, rng)
        files[f"entities/{name}.json"] = {
            "label": _label(f"Thing {number}"),
            "plural": _label(f"Things {number}"),
            "help": _label("One of many."),
            "title_field": "name",
            "fields": fields,
        }
        shown = list(fields)[:6]
        columns = {key: {"order": rank} for key, rank in zip(shown, first_ranks(len(shown)), strict=True)}
        files[f"views/{name}_all.json"] = {
            "entity": f"demo.{name}",
            "label": _label("All"),
            "type": "list",
            "columns": columns,
            "sort": ["-created_at"],
            "is_default": True,
        }
        files[f"forms/{name}_main.json"] = {
            "entity": f"demo.{name}",
            "label": _label("Main"),
            "tabs": {"main": {"order": "a0", "sections": {"all": {"order": "a0", "columns": 2, "fields": columns}}}},
        }
        grants[name] = {"entity": f"demo.{name}", "actions": ["read", "create", "update", "delete"], "rows": "all"}
    files["roles/member.json"] = {"label": _label("Member"), "grants": dict(list(grants.items())[:500])}
    return write_package(folder, files)


def _label(text: str) -> dict[str, str]:
    return {"en": text, "zh-CN": f"{text}（中）"}


def _fields(number: int, count: int, rng: random.Random) -> dict[str, Any]:
    ranks = first_ranks(count)
    fields: dict[str, Any] = {
        "name": {"type": "text", "label": _label("Name"), "required": True, "indexed": True, "order": ranks[0]}
    }
    if number and count > 1:
        target = rng.randrange(number)
        fields["above"] = {
            "type": "link",
            "label": _label("Above"),
            "order": ranks[1],
            "properties": {"entity": f"demo.thing_{target}", "reverse": f"things_{number}", "on_delete": "clear"},
        }
    while len(fields) < count:
        kind, properties = rng.choice(_TYPES)
        place = len(fields)
        field: dict[str, Any] = {"type": kind, "label": _label(f"Field {place}"), "order": ranks[place]}
        if properties:
            field["properties"] = properties
        fields[f"f{place}"] = field
    return fields
