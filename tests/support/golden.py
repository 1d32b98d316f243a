"""Golden files: whole outputs kept beside the test that compares them. `make snap` accepts the present output."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "LOOMWORK_SNAP"


def expect_golden(path: Path, text: str, environ: Mapping[str, str] = os.environ) -> None:
    """Compare a text with its golden file; with `LOOMWORK_SNAP=1` write the file instead.

    Raises: AssertionError with the difference, or if there is no golden file yet.
    """
    if environ.get(VARIABLE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    if not path.exists():
        raise AssertionError(f"there is no golden file {path.name}; look at the output, then `make snap`")
    kept = path.read_text(encoding="utf-8")
    if kept != text:
        lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), "golden", "present", lineterm="")
        raise AssertionError(f"{path.name} differs; if that is meant, `make snap`\n" + "\n".join(lines))
