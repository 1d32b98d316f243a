"""Rule: each file or folder that `docs/architecture.md` names exists.

Reason: a map that shows streets which are gone is worse than none; readers stop trusting the rest of it.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.source import ROOT

PAGE = ROOT / "docs" / "architecture.md"
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|json|ts|html|yml))`")
# Where a short name such as `records/save.py` may begin.
BASES = (ROOT, ROOT / "platform" / "loomwork", ROOT / "docs", ROOT / "designer" / "src")
FLOOR = 15


def find_missing(text: str, bases: tuple[Path, ...]) -> list[str]:
    """Names in backquotes that look like paths and lead nowhere. `<name>` and `…` mark patterns, which do not count."""
    return [name for name in dict.fromkeys(NAMED.findall(text)) if not any((base / name).exists() for base in bases)]


def test_the_page_names_what_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(set(NAMED.findall(text))) >= FLOOR
    assert find_missing(text, BASES) == []


def test_a_planted_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.py").touch()
    text = "see `here/a.py`, `here/`, `here/gone.py`, `gone.md`, `<app>/entities/<name>.json` and `a.b()`"
    assert find_missing(text, (tmp_path,)) == ["here/gone.py", "gone.md"]
