"""Rule: every field type, function, diagnostic, setting, command and key of the metadata has its place in docs/reference.

Reason: what is not written down is found by nobody, and what is written by hand is wrong after the second change. The
pages are made from the registries; this test makes sure that they are there, complete and fresh.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from loomwork.catalog.schemas import build_schemas
from loomwork.core.settings import SETTINGS
from loomwork.field_types import FIELD_TYPES
from tests.support.source import ROOT
from tools.generated import settle
from tools.reference import commands, diagnostics, formulas
from tools.reference.__main__ import texts

FOLDER = ROOT / "docs" / "reference"
HEADING = re.compile(r"^#{2,3} `?([^`\n]+?)`?$", re.MULTILINE)

# page, what must have a heading there, and the fewest there may be: an empty registry is no success
COVERED: dict[str, tuple[Callable[[], list[str]], int]] = {
    "field-types.md": (lambda: list(FIELD_TYPES), 40),
    "formulas.md": (lambda: [one.name for one in formulas.functions()], 100),
    "diagnostics.md": (diagnostics.codes, 60),
    "settings.md": (lambda: [one.name for one in SETTINGS], 12),
    "commands.md": (lambda: [p for p, c in commands.walk() if not isinstance(c, click.Group)], 12),
    "metadata.md": (lambda: list(build_schemas(FIELD_TYPES)), 12),
}


@pytest.mark.parametrize("page", COVERED)
def test_everything_has_a_heading(page: str) -> None:
    names, floor = COVERED[page][0](), COVERED[page][1]
    assert len(names) >= floor
    headings = HEADING.findall((FOLDER / page).read_text(encoding="utf-8"))
    assert [name for name in names if name not in headings] == []


def test_the_pages_are_fresh_and_linked() -> None:
    assert settle("docs/reference", texts(), ["--check"]) == 0
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in FOLDER.glob("*.md")} - {"README.md"}
    assert pages == set(re.findall(r"\(([\w-]+\.md)\)", index))


def test_a_stale_missing_or_foreign_page_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {"a.md": "a\n", "b.md": "b\n"}
    assert settle("made", wanted, [], tmp_path) == 0
    assert settle("made", wanted, ["--check"], tmp_path) == 0
    (tmp_path / "made" / "a.md").write_text("edited\n", encoding="utf-8")
    (tmp_path / "made" / "b.md").unlink()
    (tmp_path / "made" / "c.md").touch()
    capsys.readouterr()
    assert settle("made", wanted, ["--check"], tmp_path) == 1
    said = capsys.readouterr().out
    assert [line.rpartition("/")[2] for line in said.splitlines()] == ["a.md", "b.md", "c.md"]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [path for path in (ROOT / "docs").rglob("*.md") if "guide" not in path.parts] + list(ROOT.glob("*.md"))
    assert len(pages) >= 15
    broken = [
        f"{page.relative_to(ROOT).as_posix()} → {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
