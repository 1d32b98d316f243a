"""The lists of opportunities fit a desk of 1440 pixels: beside the sidebar 1208 are left, and widths are given for all that is wide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

VIEWS = Path(__file__).parents[2] / "apps" / "crm_standard" / "views"
ROOM = 1440 - 232
PICK = 44
NATURAL = {"probability": 81, "close_date": 104, "days_in_stage": 97, "next_activity_on": 104}
"""What columns without a width take in English, head and figures."""


@pytest.mark.parametrize("path", sorted(VIEWS.glob("opportunity_*.json")), ids=lambda path: path.stem)
def test_the_columns_of_a_list_fit(path: Path) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    if body["entity"] != "crm.opportunity" or body.get("type", "list") != "list":
        return
    columns = body["columns"]
    assert len(columns) >= 8
    wide = PICK + sum(one.get("width") or NATURAL[name] for name, one in columns.items())
    assert wide <= ROOM, wide
