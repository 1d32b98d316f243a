"""Every function holds what its entry promises: examples equal on all its back ends, docs, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loomwork.expressions import FUNCTIONS, Formula, compile_formula, compile_python
from loomwork.expressions.functions import Function
from loomwork.expressions.ir import value_from_json
from loomwork.expressions.simple import evaluate
from tests.conformance.browser import run_in_node
from tests.conformance.databases import Database
from tests.conformance.shop import PARAMS, SCOPE, environment


def compiled(function: Function) -> list[tuple[Formula, Any]]:
    """The examples of a function as formulas with the value that they must have."""
    found = []
    for left, right in function.examples:
        formula = compile_formula(left, scope=SCOPE, entity="shop.order", params=PARAMS)
        wanted = compile_formula(right, scope=SCOPE, entity="shop.order", params=PARAMS, expected=formula.type)
        found.append((formula, compile_python(wanted)(environment({}))))
    return found


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    found.insert({1: {}})
    yield found
    found.close()


def test_there_are_enough_functions_and_enough_of_them_have_sql() -> None:
    assert len(FUNCTIONS) >= 140
    assert sum(one.runs_on("sqlite") and one.runs_on("postgresql") for one in FUNCTIONS.values()) >= 130
    assert sum(one.browser for one in FUNCTIONS.values()) >= 140
    assert {one.category for one in FUNCTIONS.values()} == {
        "logic", "text", "number", "money", "date", "time", "working days", "list", "lookup", "context",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_keeps_its_promises(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.doc.en.endswith(".")
    assert function.doc.zh.endswith("。")
    assert function.examples, "an example each"
    assert all(name in left for left, _ in function.examples)
    assert all(form.result for form in function.forms)
    for formula, wanted in compiled(function):
        assert compile_python(formula)(environment({})) == wanted, formula.text
        assert evaluate(formula, environment({})) == wanted, formula.text


def test_examples_hold_in_a_database(database: Database) -> None:
    count = 0
    for function in FUNCTIONS.values():
        if not function.runs_on(database.dialect):
            continue
        for formula, wanted in compiled(function):
            assert database.value(formula, 1, environment({})) == wanted, formula.text
            count += 1
    assert count >= 250


def test_examples_hold_in_the_browser() -> None:
    jobs = [one for function in FUNCTIONS.values() if function.browser for one in compiled(function)]
    assert len(jobs) >= 270
    for (formula, wanted), result in zip(jobs, run_in_node([(formula, {}) for formula, _ in jobs]), strict=True):
        assert "error" not in result, f"{formula.text}: {result}"
        assert value_from_json(formula.type, result["value"]) == wanted, formula.text


def test_null_in_gives_null_out_unless_the_function_says_otherwise() -> None:
    checked = 0
    for function in FUNCTIONS.values():
        form = function.forms[0]
        if function.nulls != "null" or not form.params or function.needs:
            continue
        least = form.arity[0]
        formula = compile_formula(
            f"{function.name}({', '.join(['NULL'] * max(1, least))})", scope=SCOPE, entity="shop.order"
        )
        wanted = False if formula.type.kind == "boolean" else None
        assert compile_python(formula)(environment({})) is wanted, formula.text
        checked += 1
    assert checked >= 90
