"""Rule: an output that has changed fails until somebody accepts it with `make snap`.

Reason: a comparison that quietly rewrites what it compares with proves nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.golden import expect_golden

SNAP = {"LOOMWORK_SNAP": "1"}


def test_what_is_new_or_different_fails_until_accepted(tmp_path: Path) -> None:
    file = tmp_path / "golden" / "page.txt"
    with pytest.raises(AssertionError, match="no golden file"):
        expect_golden(file, "a\nb\n", {})
    assert not file.exists()
    expect_golden(file, "a\nb\n", SNAP)
    expect_golden(file, "a\nb\n", {})
    with pytest.raises(AssertionError, match=r"(?s)page\.txt differs.*-b\n\+c"):
        expect_golden(file, "a\nc\n", {})
    assert file.read_text(encoding="utf-8") == "a\nb\n"
    expect_golden(file, "a\nc\n", SNAP)
    expect_golden(file, "a\nc\n", {})
