"""The table of cases: formula, row, expected value in wire form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loomwork.expressions import Formula, compile_formula
from loomwork.expressions.ir import value_from_json
from tests.conformance.shop import PARAMS, SCOPE

FOLDER = Path(__file__).with_name("cases")


@dataclass(frozen=True)
class Case:
    """One case with its compiled formula and expected value."""

    place: str
    raw: Mapping[str, Any]
    formula: Formula
    expected: Any

    def runs_on(self, dialect: str) -> bool:
        """Whether the formula's functions have SQL for a database."""
        return dialect in self.raw.get("sql", ("sqlite", "postgresql"))


@cache
def load_cases() -> tuple[Case, ...]:
    """All cases of all files."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        for at, raw in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            formula = compile_formula(raw["formula"], scope=SCOPE, entity="shop.order", params=PARAMS)
            assert str(formula.type) == raw["type"], f"{file.name} {at}: {raw['formula']} is {formula.type}"
            expected = value_from_json(formula.type, raw["expect"])
            found.append(Case(f"{file.name} {at}", raw, formula, expected))
    return tuple(found)


def difference(case: Case, got: Any) -> str:
    """A line for people where a value is not the expected one, in type or size; else nothing."""
    is_same = got == case.expected and (got is None) == (case.expected is None)
    if is_same and isinstance(got, bool) == isinstance(case.expected, bool):
        return ""
    return f"{case.place}: {case.raw['formula']} expected {case.expected!r} got {got!r}"
