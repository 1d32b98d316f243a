"""What can be scaffolded, and how a name becomes files."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.new.writing import Plan, Refused, with_entry, with_import, with_line_after

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40
FIRST_CODE = 700


@dataclass(frozen=True)
class Kind:
    """One sort of thing. `advice` says what to do next."""

    plan: Callable[[str, Path], Plan]
    advice: str


def words(name: str) -> Mapping[str, str]:
    """A technical name and what templates make of it: `due_date`, `DueDate`, `Due date`.

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


def plan_function(name: str, root: Path) -> Plan:
    """One file with the entry, its test, one line in `BUILTIN`. Functions are written without underscores."""
    known, plan = words(name), Plan(root)
    known = {**known, "upper": known["name"].upper(), "function": known["name"].upper().replace("_", "")}
    folder = "platform/loomwork/expressions/functions"
    plan.make(f"{folder}/{known['name']}.py", "function/function.py.txt", known)
    plan.make(f"tests/expressions/test_function_{known['name']}.py", "function/test.py.txt", known)
    plan.change(
        f"{folder}/__init__.py",
        with_import(f"from loomwork.expressions.functions.{known['name']} import {known['upper']}_FUNCTIONS"),
        with_entry("BUILTIN", f"*{known['upper']}_FUNCTIONS,"),
    )
    return plan


def plan_check(name: str, root: Path) -> Plan:
    """The class of the fault with its samples, the pass that finds it, its test, one line in the pipeline."""
    known, plan = words(name), Plan(root)
    folder = "platform/loomwork/catalog"
    known = {**known, "code": _free_code(root / folder / "faults")}
    plan.make(f"{folder}/faults/{known['name']}.py", "check/fault.py.txt", known)
    plan.make(f"{folder}/passes/{known['name']}.py", "check/pass.py.txt", known)
    plan.make(f"tests/catalog/test_{known['name']}.py", "check/test.py.txt", known)
    plan.change(
        f"{folder}/compile.py",
        with_import(f"from loomwork.catalog.passes.{known['name']} import check_{known['name']}"),
        with_line_after("check_names(draft)", f"check_{known['name']}(draft)"),
    )
    return plan


def _free_code(folder: Path) -> str:
    """The next code of the range for checks of style; codes are never used twice."""
    used = {int(n) for path in folder.glob("*.py") for n in re.findall(r'"C(\d{3})"', path.read_text(encoding="utf-8"))}
    return f"C{max((n for n in used if n >= FIRST_CODE), default=FIRST_CODE) + 1}"


KINDS = {
    "field-type": Kind(plan_field_type, "Next: replace what the type does, then `make reference` and `make test`."),
    "function": Kind(plan_function, "Next: say what it computes, add examples, then `make reference` and `make test`."),
    "check": Kind(plan_check, "Next: say what it finds, with samples, then `make reference` and `make test`."),
}


def app_command(name: str) -> list[str]:
    """The command that makes an app in `apps/`; its namespace is made of its name.

    Raises: Refused if the name is none, or too short to make a namespace of.
    """
    folder = words(name)["name"]
    namespace = folder.replace("_", "")[:12]
    if len(namespace) < 2:
        raise Refused("the namespace is made of the name and needs at least two letters")
    return [str(Path(sys.executable).parent / "loomwork"), "app", "new", f"apps/{folder}", "--namespace", namespace]
