"""The page about faults of metadata and of formulas, by code."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import loomwork.catalog.faults
from loomwork.catalog.faults.base import Drop, Fault, Put, Raw, Step
from loomwork.expressions.faults import TITLES
from tools.reference.markdown import MADE, as_json, code, description

INTRODUCTION = """\
Faults are collected: one run of `loomwork app lint` shows all. Each has a code that never changes its meaning, a place
(file and pointer), a message, and often a hint. The letter tells the part: `C` metadata, `X` formulas."""


def faults() -> list[type[Fault]]:
    """Every class of fault of the catalog, by code."""
    for module in pkgutil.iter_modules(loomwork.catalog.faults.__path__, "loomwork.catalog.faults."):
        importlib.import_module(module.name)
    return sorted(_below(Fault), key=lambda fault: fault.code)


def _below(parent: type[Fault]) -> Iterator[type[Fault]]:
    for child in parent.__subclasses__():
        if hasattr(child, "code"):
            yield child
        yield from _below(child)


def codes() -> list[str]:
    """Every code that has a heading."""
    return [fault.code for fault in faults()] + sorted(TITLES)


def page() -> str:
    """One heading for each code, as the messages of the command line point to it."""
    lines = ["# Diagnostics", "", MADE, "", INTRODUCTION]
    for fault in faults():
        lines += ["", f"## {fault.code}", "", f"**{fault.title}** ({fault.severity.value}).{_repair(fault)}", ""]
        lines += _paragraphs(description(fault))
        lines += ["", f"Message: {code(fault.message)}", ""]
        lines += [f"Wrong: {'; '.join(_step(step) for step in fault.bad)}", ""] if fault.bad else []
        lines += [f"Right: {'; '.join(_step(step) for step in fault.good)}", ""] if fault.good else []
    for fault_code, title in sorted(TITLES.items()):
        lines += ["", f"## {fault_code}", "", f"**{title}** (error, in a formula or condition)."]
    return "\n".join([*lines, ""])


def _repair(fault: type[Fault]) -> str:
    return " `loomwork app lint --fix` repairs it." if fault.fixable else ""


def _paragraphs(text: str) -> list[str]:
    """The docstring, with each `Why it matters:` as an item."""
    marks = ("What it finds:", "Why it matters:", "Example:", "Correction:")
    lines = []
    for line in text.splitlines():
        found = next((mark for mark in marks if line.startswith(mark)), None)
        lines.append(f"- *{found}*{line.removeprefix(found)}" if found else line)
    return lines


def _step(step: Step) -> str:
    if isinstance(step, Put):
        return f"{code(step.file)} {code(step.pointer)} = {as_json(step.value)}".replace("  ", " ")
    if isinstance(step, Drop):
        return " ".join(filter(None, (code(step.file), code(step.pointer), "is not there")))
    if isinstance(step, Raw):
        return f"{code(step.file)} holds {as_json(step.content.decode('utf-8', 'backslashreplace'), 60)}"
    return f"the customer's patch {as_json(dict(step.patch), 120)}"
