"""Cells that a spreadsheet would run: guarded on the way out, unchanged after the way back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loomwork.core.sheets import begins_like_formula, guard_cell, unguard_cell

EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    " =1",
    "  +1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\ufeff=1",
    '"=1',
    "'=1",
    "\u00a0=1",
    "\u3000=1",
    "\u200b=1",
]
PLAIN = ["", "x", "1", "a=b", "华为", "'quoted'", '"x"', " x", "#1", "(1)"]


@pytest.mark.parametrize("text", EVIL)
def test_what_would_run_is_guarded(text: str) -> None:
    assert guard_cell(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_what_would_not_run_is_left_alone(text: str) -> None:
    assert guard_cell(text) == text == unguard_cell(text)


@given(st.text(max_size=20))
@example("'=1")
@example("''=1")
@example("'")
def test_every_text_comes_back(text: str) -> None:
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert guarded[:1] == "'" or not begins_like_formula(guarded)
