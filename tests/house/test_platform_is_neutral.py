"""Rule: neither the platform nor the designer names the CRM, its entities or its namespace.

Reason: the first sentence that knows the CRM is the first feature that other apps cannot have.
"""

from __future__ import annotations

import re

import pytest

from tests.support.source import PACKAGE, ROOT, files, relative

CRM_WORDS = re.compile(r"\b(crm\.|crm_|opportunit|leads?\b(?! (to|out|in|back|nowhere|through|on)\b))", re.IGNORECASE)
FLOOR = 20


def find_crm_words(text: str) -> list[int]:
    """Numbers of the lines that name the CRM."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if CRM_WORDS.search(line)]


def test_no_source_names_the_crm() -> None:
    sources = [*files(PACKAGE, ".py", ".html", ".txt", ".json"), *files(ROOT / "designer" / "src", ".ts", ".css")]
    sources += files(ROOT / "metadata", ".json")
    assert len(sources) >= FLOOR
    found = [f"{relative(path)}:{n}" for path in sources for n in find_crm_words(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'if entity == "crm.lead":',
        "path = apps / 'crm_standard'",
        "def convert(lead: Row) -> None:",
        "# Opportunities are special",
        "table crm__account",
    ],
)
def test_a_planted_name_is_found(line: str) -> None:
    assert find_crm_words(f"import os\n{line}\n") == [2]


@pytest.mark.parametrize("line", ["leading zeros", "a misleading name", "the header", "where a link leads to"])
def test_ordinary_words_are_left_alone(line: str) -> None:
    assert find_crm_words(line) == []
