"""Rule: an app package is data: JSON, texts, templates and pictures. No code, in any language.

Reason: if an app needs code, the platform lacks a word; and a package with code runs on the customer's server with the
server's rights, which no scanner can undo.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.source import ROOT

DATA = {".json", ".md", ".txt", ".html", ".csv", ".svg", ".png", ".jpg", ".webp"}


def find_code(folder: Path) -> list[str]:
    """Files that are not data, or that may be executed, or that point elsewhere."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or (path.is_file() and (path.suffix not in DATA or path.stat().st_mode & 0o111))
    ]


def test_apps_and_metadata_are_data() -> None:
    assert find_code(ROOT / "apps") == []
    assert find_code(ROOT / "metadata") == []


def test_planted_code_is_found(tmp_path: Path) -> None:
    for name in ("hooks.py", "widget.js", "lib.so", "noext", "entity.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "run.json").chmod(0o755)
    (tmp_path / "link.json").symlink_to(tmp_path / "entity.json")
    assert find_code(tmp_path) == ["hooks.py", "lib.so", "link.json", "noext", "run.json", "widget.js"]
