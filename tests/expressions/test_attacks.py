"""No text gets out, hangs or crashes: it is refused with a place, or computed within the limits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomwork.expressions import FormulaError, compile_conditions, compile_formula, compile_python
from loomwork.expressions.env import Env
from loomwork.expressions.language.parse import parse
from loomwork.expressions.limits import MAX_TEXT
from tests.conformance.shop import PARAMS, SCOPE, environment
from tests.expressions.attacks import ALL, CHARACTERS, ENDLESS, ESCAPES

CASE = {
    "row": {"name": "Li", "amount": "5.00", "day": "2026-01-31", "tags": ["a"], "owner": None},
    "lines": [{"id": "1", "price": "1.00", "quantity": "2"}],
}


def attempt(text: str, env: Env) -> object:
    """The value, or the error with all its places checked."""
    try:
        formula = compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
    except FormulaError as error:
        refused = error
    else:
        return compile_python(formula)(env)
    assert refused.details
    for fault in refused.faults:
        assert fault.code.startswith("X1")
        assert fault.line >= 1 <= fault.column
        assert len(fault.message) < 3_000
    return refused


def has_limited_size(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    if isinstance(value, list):
        return len(value) <= MAX_TEXT + 1 and all(has_limited_size(one) for one in value)
    return value is None or abs(hash(value)) >= 0


def test_the_list_is_long() -> None:
    assert len(ALL) >= 250
    assert len(set(ALL)) == len(ALL)
    assert len(CHARACTERS) >= 30
    assert len(ENDLESS) >= 50


@pytest.mark.parametrize("at", range(len(ALL)))
def test_a_text_is_refused_or_computed_within_limits(at: int) -> None:
    env, before = environment(CASE), environment(CASE)
    value = attempt(ALL[at], env)
    assert isinstance(value, FormulaError) or has_limited_size(value)
    assert env.values == before.values
    assert env.items == before.items
    assert env.params == before.params


def test_what_reaches_for_powers_is_refused() -> None:
    computed = [text for text in ESCAPES if not isinstance(attempt(text, environment(CASE)), FormulaError)]
    # A text literal, an empty list, and a comment: plain formulas.
    assert computed == ['" OR ""="', "1 in ()", "10 // 3"]


def test_a_class_never_reaches_a_function() -> None:
    class Probe:
        touched = False

        def __getattr__(self, name: str) -> object:
            Probe.touched = True
            raise AttributeError(name)

    env = environment(CASE)
    env.values = {**env.values, "name": Probe()}
    formula = compile_formula("name = 'x'", scope=SCOPE, entity="shop.order")
    assert compile_python(formula)(env) is False
    assert not Probe.touched


def test_the_same_text_in_data_is_never_read_as_a_formula() -> None:
    case = {"row": {"name": "{{7*7}} ${7*7} =1+1 name & name"}}
    formula = compile_formula("name & '!'", scope=SCOPE, entity="shop.order")
    assert compile_python(formula)(environment(case)) == case["row"]["name"] + "!"


@settings(max_examples=400)
@given(st.text(max_size=60))
def test_any_text_is_refused_or_parsed(text: str) -> None:
    attempt(text, environment(CASE))


@settings(max_examples=200)
@given(st.integers(0, 10**9))
def test_a_garbled_formula_never_crashes(seed: int) -> None:
    rng = random.Random(seed)
    pieces = [
        "name",
        "amount",
        "(",
        ")",
        ",",
        "+",
        "-",
        "'a'",
        "IF",
        "SUM",
        "lines",
        "1.5",
        "AND",
        "NOT",
        "IN",
        "[",
        "]",
        ":",
        ".",
    ]
    attempt(" ".join(rng.choices(pieces, k=rng.randint(1, 15))), environment(CASE))


@pytest.mark.parametrize("text", ["1 + nme", "IF(TRUE, 1\n, nme)", "nme", "'中文' & nme"])
def test_a_fault_names_its_place(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        compile_formula(text, scope=SCOPE, entity="shop.order")
    fault = caught.value.faults[0]
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :][: fault.length] == "nme"
    assert "name" in fault.hint


def test_a_condition_tree_from_outside_never_crashes() -> None:
    deep: object = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(500):
        deep = {"not": deep}
    wide = {"and": [{"field": "name", "op": "eq", "value": "x"}] * 5_000}
    long = {"field": "quantity", "op": "in", "value": list(range(100_000))}
    for raw in (None, 5, "x", [], {}, deep, wide, long, {"and": "x"}, {"field": []}, {"field": "name", "op": {}}):
        with pytest.raises(FormulaError):
            compile_conditions(raw, scope=SCOPE, entity="shop.order")


def test_parse_alone_refuses_what_is_too_deep_before_recursing() -> None:
    codes = set()
    for text in ENDLESS:
        try:
            parse(text)
        except FormulaError as error:
            codes.add(error.details[0].code)
    assert codes >= {"X105", "X106", "X107"}
    assert codes <= {"X101", "X102", "X103", "X104", "X105", "X106", "X107"}
