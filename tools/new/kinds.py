"""What can be scaffolded, and how a name becomes files."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.new.writing import Plan, Refused, with_entry, with_import

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40


@dataclass(frozen=True)
class Kind:
    """One sort of thing. `advice` says what to do next."""

    plan: Callable[[str, Path], Plan]
    advice: str


def words(name: str) -> Mapping[str, str]:
    """A technical name and what templates make of it: `due_date`, `DueDate`, `Due date`, `DUE_DATE`.

    Raises: Refused if it is not a technical name.
    """
    name = name.replace("-", "_")
    if NAME.fullmatch(name) is None or len(name) > LONGEST or keyword.iskeyword(name):
        raise Refused(f"{name!r} is not a name: small letters, digits and single underscores, at most {LONGEST}")
    parts = name.split("_")
    return {
        "name": name,
        "class_name": "".join(part.capitalize() for part in parts),
        "title": " ".join(parts).capitalize(),
        "upper": name.upper(),
        "namespace": "".join(parts)[:12],
    }


def plan_field_type(name: str, root: Path) -> Plan:
    """One folder with the type and its two templates, its test, one line in `BUILTIN`."""
    known, plan = words(name), Plan(root)
    folder = f"platform/loomwork/field_types/{known['name']}"
    plan.make(f"{folder}/__init__.py", "field_type/type.py.txt", known)
    plan.make(f"{folder}/input.html", "field_type/input.html.txt", known)
    plan.make(f"{folder}/cell.html", "field_type/cell.html.txt", known)
    plan.make(f"tests/field_types/test_{known['name']}.py", "field_type/test.py.txt", known)
    plan.change(
        "platform/loomwork/field_types/__init__.py",
        with_import(f"from loomwork.field_types.{known['name']} import {known['class_name']}"),
        with_entry("BUILTIN", f"{known['class_name']}(),"),
    )
    return plan


def plan_app(name: str, root: Path) -> Plan:
    """One folder of metadata: an entity with a list, a role, navigation. Nothing to register."""
    known, plan = words(name), Plan(root)
    if len(known["namespace"]) < 2:
        raise Refused("the namespace is made of the name and needs at least two letters")
    folder = f"apps/{known['name']}"
    for place in ("app.json", "entities/item.json", "views/item_all.json", "roles/member.json", "navigation/main.json"):
        plan.make(f"{folder}/{place}", f"app/{place.replace('/', '_')}.txt", known)
    plan.make(f"{folder}/README.md", "app/README.md.txt", known)
    plan.make(f"{folder}/CHANGELOG.md", "app/CHANGELOG.md.txt", known)
    return plan


KINDS = {
    "field-type": Kind(plan_field_type, "Next: replace what the type does, then `make reference` and `make test`."),
    "app": Kind(plan_app, "Next: `loomwork app lint` on the folder, then describe your entities."),
}
