"""The page about environment variables."""

from __future__ import annotations

from loomwork.core.settings import SETTINGS
from tools.reference.markdown import MADE, code


def page() -> str:
    """One heading for each setting."""
    lines = ["# Settings", "", MADE, ""]
    lines += [
        "Loomwork is configured by environment variables. All are checked at start, and all faults are told at once.",
        "",
    ]
    for setting in SETTINGS:
        lines += [f"## {setting.name}", "", setting.help, ""]
        lines += [f"Default: {code(setting.default)}" if setting.default else "No default.", ""]
    return "\n".join(lines)
