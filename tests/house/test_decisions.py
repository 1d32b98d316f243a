"""Rule: a decision record has a number of its own, a status, a true date, and says what would change our mind.

Reason: a record without date or status cannot be told from a proposal, and colliding numbers make references useless.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.support.source import ROOT

FOLDER = ROOT / "docs" / "decisions"
NAME = re.compile(r"(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md")
STATUS = re.compile(r"^- Status: (proposed|accepted|superseded by (\d{4}))$", re.MULTILINE)
DATE = re.compile(r"^- Date: (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
SECTIONS = ["Context", "Decision", "Consequences", "What would change our mind"]
ONE_PAGE_WORDS = 600
FLOOR = 8


def find_faults(name: str, text: str) -> list[str]:
    """What is wrong with one record, as sentences."""
    matched = NAME.fullmatch(name)
    if matched is None:
        return [f"{name} is not named NNNN-short-title.md"]
    number = matched.group(1)
    faults = []
    if not text.startswith(f"# {number} "):
        faults.append(f"{name} does not begin with `# {number} Title`")
    if STATUS.search(text) is None:
        faults.append(f"{name} has no status (proposed, accepted, superseded by NNNN)")
    found = DATE.search(text)
    try:
        date.fromisoformat(found.group(1) if found else "")
    except ValueError:
        faults.append(f"{name} has no date")
    if re.findall(r"^## (.+)$", text, re.MULTILINE) != SECTIONS:
        faults.append(f"{name} has not the sections {', '.join(SECTIONS)}")
    if len(text.split()) > ONE_PAGE_WORDS:
        faults.append(f"{name} is longer than a page")
    return faults


def records() -> list[Path]:
    return sorted(FOLDER.iterdir())


def test_every_record_has_its_form() -> None:
    assert len(records()) >= FLOOR
    assert [fault for path in records() for fault in find_faults(path.name, path.read_text(encoding="utf-8"))] == []


def test_numbers_run_from_one_without_gap_or_collision() -> None:
    assert [int(path.name[:4]) for path in records()] == list(range(1, len(records()) + 1))


def test_what_supersedes_exists() -> None:
    numbers = {path.name[:4] for path in records()}
    for path in records():
        status = STATUS.search(path.read_text(encoding="utf-8"))
        assert status is not None
        assert status.group(2) is None or status.group(2) in numbers, path.name


GOOD = "# 0009 Title\n\n- Status: accepted\n- Date: 2026-11-22\n" + "".join(f"\n## {s}\n\nText.\n" for s in SECTIONS)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("9-title.md", GOOD, "not named"),
        ("0010-title.md", GOOD, "does not begin"),
        ("0009-title.md", GOOD.replace("accepted", "maybe"), "no status"),
        ("0009-title.md", GOOD.replace("2026-11-22", "yyyy-mm-dd"), "no date"),
        ("0009-title.md", GOOD.replace("2026-11-22", "2026-13-22"), "no date"),
        ("0009-title.md", GOOD.replace("## Context", "## Background"), "sections"),
        ("0009-title.md", GOOD + "word " * ONE_PAGE_WORDS, "longer than a page"),
    ],
)
def test_a_planted_fault_is_found(name: str, text: str, fault: str) -> None:
    assert any(fault in sentence for sentence in find_faults(name, text))
    assert find_faults("0009-title.md", GOOD) == []
