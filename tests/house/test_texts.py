"""Rule: every text of the platform exists in every language, with the same placeholders.

Reason: a missing translation shows up as a key on somebody's screen, and a placeholder that one language lacks as
`{limit}` in a sentence.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from loomwork.core.i18n import read_messages
from tests.support.source import ROOT
from tools.reference.errors import codes

FOLDER = ROOT / "metadata" / "messages"
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
FLOOR = 100


def read(folder: Path) -> dict[str, dict[str, str]]:
    """Language → `area/key` → text."""
    return {
        language.name: {
            f"{area.stem}/{key}": text
            for area in sorted(language.glob("*.json"))
            for key, text in json.loads(area.read_text(encoding="utf-8")).items()
        }
        for language in sorted(folder.iterdir())
        if language.is_dir()
    }


def find_faults(languages: dict[str, dict[str, str]]) -> list[str]:
    """What one language has and another lacks, in words."""
    everything = {key for texts in languages.values() for key in texts}
    faults = [
        f"{key} is missing in {name}" for name, texts in languages.items() for key in sorted(everything - set(texts))
    ]
    for key in sorted(everything):
        sets = {name: set(PLACEHOLDER.findall(texts[key])) for name, texts in languages.items() if key in texts}
        if len({frozenset(one) for one in sets.values()}) > 1:
            faults.append(f"{key} has different placeholders")
        faults += [
            f"{key} is empty in {name}" for name, texts in languages.items() if key in texts and not texts[key].strip()
        ]
    return faults


def test_the_languages_say_the_same() -> None:
    languages = read(FOLDER)
    assert set(languages) == {"en", "zh-CN"}
    assert min(len(texts) for texts in languages.values()) >= FLOOR
    assert find_faults(languages) == []
    assert read_messages(FOLDER), "no key stands in two areas"


def test_every_code_of_a_fault_has_words() -> None:
    """Whoever does not read English is told something by `errors.<code>` only."""
    texts, raised = read_messages(FOLDER)["zh-CN"], codes()
    assert len(raised) >= FLOOR
    assert sorted(code for code in raised if f"errors.{code}" not in texts) == []


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ({"a": "x"}, {}, "a is missing in zh-CN"),
        ({"a": "at most {limit}"}, {"a": "最多"}, "a has different placeholders"),
        ({"a": "x"}, {"a": " "}, "a is empty in zh-CN"),
    ],
)
def test_a_planted_fault_is_found(english: dict[str, str], chinese: dict[str, str], fault: str) -> None:
    assert find_faults({"en": english, "zh-CN": chinese}) == [fault]
    assert find_faults({"en": english, "zh-CN": english}) == []
