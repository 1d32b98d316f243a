"""The page about the formula language: every function with its signatures and examples."""

from __future__ import annotations

from itertools import groupby

from loomwork.expressions.functions import FUNCTIONS, Function
from loomwork.expressions.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES
from loomwork.expressions.reference import render
from tools.reference.markdown import MADE, code, table

INTRODUCTION = f"""\
A formula computes one value from a record and never changes anything. Names are fields (`amount`), paths follow links
(`account.owner.name`). Empty text is null. `=` and `<>` are null-safe; `<`, `>` and the like are false when a side is null;
arithmetic with null gives null. At most {MAX_CHARACTERS} characters, {MAX_NODES} parts, {MAX_DEPTH} levels.

The same formula gives the same answer on the server, in SQLite, in PostgreSQL and in the browser. A function without SQL
cannot stand where the database has to compute it (filters, row rules, measures); publishing says so."""


def functions() -> list[Function]:
    """Every function, by category and name."""
    return sorted(FUNCTIONS.values(), key=lambda one: (one.category, one.name))


def page() -> str:
    """One heading for each category, one below for each function."""
    lines = ["# Formulas", "", MADE, "", INTRODUCTION]
    for category, members in groupby(functions(), key=lambda one: one.category):
        lines += ["", f"## {category}"]
        for one in members:
            lines += ["", *_section(one)]
    return "\n".join([*lines, ""])


def language() -> str:
    """The rules of the language, its forms, aggregates and conditions."""
    return "\n".join(["# Formula language", "", MADE, "", render()])


def _section(one: Function) -> list[str]:
    signatures = " · ".join(
        code(f"{one.name}({text.partition('->')[0].strip()}) → {text.partition('->')[2].strip()}")
        for text in one.signatures
    )
    runs = [
        name
        for name, does in (
            ("SQLite", one.runs_on("sqlite")),
            ("PostgreSQL", one.runs_on("postgresql")),
            ("browser", one.browser),
        )
        if does
    ]
    absent = "Says no" if one.forms[0].result == "boolean" else "Gives null"
    notes = [f"{absent} when an argument is null." if one.nulls == "null" else "Takes null as a value."]
    if one.is_volatile:
        notes.append("The result may change while the record does not.")
    lines = [f"### {one.name}", "", signatures, "", f"{one.doc.en} {one.doc.zh}", ""]
    lines += [f"{' '.join(notes)} Runs in Python{''.join(f', {name}' for name in runs)}.", ""]
    return lines + table(("Formula", "Gives"), ((code(left), code(right)) for left, right in one.examples))
