"""Every fault of the catalog keeps its promises: words, page, a sample that shows it and one that does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.catalog.compile import load_catalog
from loomwork.catalog.faults import FAULTS
from loomwork.catalog.faults.base import Fault
from loomwork.catalog.linting import lint
from loomwork.core.diagnostics import Diagnostic
from loomwork.core.i18n import platform_messages
from tests.support.apps import write_example

SECTIONS = ("What it finds:", "Why it matters:", "Example:", "Correction:")
WITHOUT_SAMPLE = frozenset({"C116", "C199", "C234", "C235", "C320"})
"""Faults that a small change of one package cannot show; `tests/catalog` shows them. This list may only shrink."""


def _found(folder: Path, fault: type[Fault], sample: object) -> Iterator[Diagnostic]:
    path, overlay = write_example(folder, sample)  # type: ignore[arg-type]
    if fault.code.startswith("C6"):
        yield from lint(path)
    else:
        yield from load_catalog([path], overlay=overlay)[1]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
class TestFault:
    def test_its_bad_sample_shows_it(self, fault: type[Fault], tmp_path: Path) -> None:
        if fault.code in WITHOUT_SAMPLE:
            assert fault.bad == ()
            return
        if fault.code == "C101":
            found = list(load_catalog([tmp_path / "missing"])[1])
        else:
            found = list(_found(tmp_path, fault, fault.bad))
        mine = [one for one in found if one.code == fault.code]
        assert mine, [one.as_text() for one in found]
        assert all(one.severity is fault.severity for one in mine)
        assert all("{" not in one.message.replace('{"', "") for one in mine)

    def test_its_good_sample_is_clean(self, fault: type[Fault], tmp_path: Path) -> None:
        found = [one.as_text() for one in _found(tmp_path, fault, fault.good)]
        assert found == []

    def test_it_says_what_why_and_how(self, fault: type[Fault]) -> None:
        text = fault.__doc__ or ""
        places = [text.find(section) for section in SECTIONS]
        assert -1 not in places
        assert places == sorted(places)
        assert fault.title
        assert fault.message


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.title for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_title_is_there_in_both_languages(language: str) -> None:
    texts = platform_messages()[language]
    assert [one.code for one in FAULTS if not texts.get(f"metadata.fault.{one.code}")] == []
    if language == "en":
        assert [one.code for one in FAULTS if texts[f"metadata.fault.{one.code}"] != one.title] == []
