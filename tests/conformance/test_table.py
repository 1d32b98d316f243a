"""One table of cases, five evaluators: closures, reference, SQLite, PostgreSQL, browser. No difference is allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loomwork.expressions import compile_python, from_json, to_json
from loomwork.expressions.ir import value_from_json
from loomwork.expressions.simple import evaluate
from tests.conformance.browser import run_in_node
from tests.conformance.databases import Database
from tests.conformance.shop import environment
from tests.conformance.table import difference, load_cases

FLOOR = 1_150


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.close()


def test_the_table_is_large_and_covers_its_themes() -> None:
    cases = load_cases()
    assert len(cases) >= FLOOR
    texts = " ".join(case.raw["formula"] for case in cases)
    for theme in ("NULL", "ROUND", "MONTHEND", "2024, 2, 29", "/ 0", "SUM(lines", "INSTANTAT", "中", "😀"):
        assert theme in texts, theme
    assert {case.raw["zone"] for case in cases if "zone" in case.raw} >= {"Asia/Shanghai", "Europe/Berlin"}


def test_closures_give_the_expected_values_and_faults() -> None:
    found = []
    for case in load_cases():
        env = environment(case.raw)
        found.append(difference(case, compile_python(case.formula)(env)))
        if [fault.code for fault in env.faults] != case.raw.get("faults", []):
            found.append(f"{case.place}: faults {env.faults}")
    assert [line for line in found if line] == []


def test_the_reference_gives_the_expected_values() -> None:
    found = [difference(case, evaluate(case.formula, environment(case.raw))) for case in load_cases()]
    assert [line for line in found if line] == []


def test_a_database_gives_the_expected_values(database: Database) -> None:
    cases = dict(enumerate(load_cases()))
    database.insert({n: case.raw for n, case in cases.items()})
    found = []
    for n, case in cases.items():
        if case.runs_on(database.dialect):
            found.append(difference(case, database.value(case.formula, n, environment(case.raw))))
    assert len(found) >= FLOOR - 100
    assert [line for line in found if line] == []


def test_a_condition_in_where_keeps_the_same_rows(database: Database) -> None:
    conditions = {n: case for n, case in enumerate(load_cases()) if case.formula.type.kind == "boolean"}
    database.insert({n: case.raw for n, case in conditions.items()})
    found = []
    for n, case in conditions.items():
        if case.runs_on(database.dialect):
            holds = database.holds(case.formula, n, environment(case.raw))
            if holds != bool(case.expected):
                found.append(f"{case.place}: {case.raw['formula']} expected {case.expected} got {holds}")
    assert len(conditions) >= 240
    assert found == []


def test_the_browser_gives_the_expected_values_and_faults() -> None:
    cases = [case for case in load_cases() if "PINYIN" not in case.raw["formula"]]
    found = []
    for case, result in zip(cases, run_in_node([(case.formula, case.raw) for case in cases]), strict=True):
        if "error" in result:
            found.append(f"{case.place}: {case.raw['formula']} {result['error']}")
            continue
        found.append(difference(case, value_from_json(case.formula.type, result["value"])))
        if result["faults"] != case.raw.get("faults", []):
            found.append(f"{case.place}: {case.raw['formula']} faults {result['faults']}")
    assert [line for line in found if line] == []


def test_the_json_form_survives_a_round_trip() -> None:
    for case in load_cases():
        raw = to_json(case.formula.ir)
        assert from_json(raw) == case.formula.ir, case.raw["formula"]
        assert to_json(from_json(raw)) == raw


def test_a_wrong_expectation_would_be_noticed() -> None:
    case = next(case for case in load_cases() if case.raw["formula"] == "0.1 + 0.2")
    assert difference(case, case.expected) == ""
    assert difference(case, 0.1 + 0.2) != ""
    assert difference(case, None) != ""
