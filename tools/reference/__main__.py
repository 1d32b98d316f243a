"""`make reference`: writes docs/reference from the registries, so that it cannot disagree with the code."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from tools.generated import settle
from tools.reference import commands, diagnostics, errors, field_types, formulas, metadata, settings
from tools.reference.markdown import MADE

PAGES: dict[str, tuple[str, str, Callable[[], str]]] = {
    "metadata.md": ("Metadata", "every kind of component and its keys", metadata.page),
    "field-types.md": ("Field types", "what a field can hold, with examples", field_types.page),
    "formula-language.md": ("Formula language", "how formulas and conditions are written", formulas.language),
    "formulas.md": ("Formulas", "the functions of the formula language", formulas.page),
    "diagnostics.md": ("Diagnostics", "every fault of metadata by its code", diagnostics.page),
    "errors.md": ("Errors", "what the API answers when something is wrong", errors.page),
    "settings.md": ("Settings", "the environment variables", settings.page),
    "commands.md": ("Commands", "the command line", commands.page),
}


def index() -> str:
    """The list of all pages."""
    lines = [f"- [{title}]({name}): {what}" for name, (title, what, _) in PAGES.items()]
    return "\n".join(["# Reference", "", MADE, "", *lines, ""])


def texts() -> dict[str, str]:
    """File name → page."""
    pages = {name: make() for name, (_, _, make) in PAGES.items()}
    return {name: re.sub(r"\n{3,}", "\n\n", text) for name, text in {"README.md": index(), **pages}.items()}


if __name__ == "__main__":
    sys.exit(settle("docs/reference", texts(), sys.argv[1:]))
