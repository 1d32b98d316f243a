"""Formulas drawn at random from the registry's signatures, on random rows: all evaluators agree.

A failing run prints its seed; `LOOMWORK_FORMULA_SEED` runs it again, `LOOMWORK_FORMULA_COUNT` draws more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomwork.expressions import Formula, FormulaError, compile_formula, compile_python, from_json, to_json
from loomwork.expressions.ir import value_from_json
from loomwork.expressions.simple import evaluate
from tests.conformance.browser import run_in_node
from tests.conformance.databases import Database
from tests.conformance.maker import LEAVES, Maker
from tests.conformance.shop import PARAMS, SCOPE, environment

COUNT = int(os.environ.get("LOOMWORK_FORMULA_COUNT", "300"))
SEED = int(os.environ.get("LOOMWORK_FORMULA_SEED", random.SystemRandom().randrange(10**9)))

Drawn = tuple[Formula, dict[str, Any]]


def draw(maker: Maker) -> Drawn | None:
    """A formula with a row, or None where the parts drawn do not fit together."""
    text = maker.make(maker.rng.choice(list(LEAVES)), maker.rng.randint(1, 4))
    try:
        formula = compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
    except FormulaError as error:
        refused = {detail.code for detail in error.details}
    else:
        return formula, maker.case(text)
    assert refused <= {"X121", "X122"}, text
    return None


def draw_many(count: int) -> list[Drawn]:
    maker = Maker(random.Random(SEED))
    found: list[Drawn] = []
    for _ in range(count * 2):
        if len(found) < count and (one := draw(maker)) is not None:
            found.append(one)
    assert len(found) == count, f"seed {SEED}: too few formulas fit"
    return found


def differs(got: Any, wanted: Any) -> bool:
    return got != wanted or (got is None) != (wanted is None)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.close()


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_closures_agree_with_the_reference(rng: random.Random) -> None:
    drawn = draw(Maker(rng))
    if drawn is None:
        return
    formula, case = drawn
    wanted = evaluate(formula, environment(case))
    assert not differs(compile_python(formula)(environment(case)), wanted), formula.text
    assert from_json(to_json(formula.ir)) == formula.ir


def test_a_database_agrees_with_the_closures(database: Database) -> None:
    drawn = dict(enumerate(draw_many(COUNT)))
    database.insert({n: case for n, (_, case) in drawn.items()})
    compared, refused = 0, set[str]()
    for n, (formula, case) in drawn.items():
        wanted = compile_python(formula)(environment(case))
        try:
            got = database.value(formula, n, environment(case))
        except FormulaError as error:
            refused.update(detail.code for detail in error.details)
            continue
        compared += 1
        shown = f"seed {SEED}: {formula.text} with {case['row']} in {case['zone']}"
        assert not differs(got, wanted), f"{shown}: {got!r} instead of {wanted!r}"
        if formula.type.kind == "boolean":
            assert database.holds(formula, n, environment(case)) == bool(wanted), shown
    assert compared >= COUNT * 0.8
    assert refused <= ({"X130"} if database.dialect == "postgresql" else set()), "SQLite runs every function"


def test_the_browser_agrees_with_the_closures() -> None:
    drawn = [one for one in draw_many(COUNT) if "PINYIN" not in one[0].functions]
    assert len(drawn) >= COUNT * 0.9
    for (formula, case), result in zip(drawn, run_in_node(drawn), strict=True):
        wanted = compile_python(formula)(environment(case))
        shown = f"seed {SEED}: {formula.text} with {case['row']} in {case['zone']}"
        assert "error" not in result, f"{shown}: {result}"
        got = value_from_json(formula.type, result["value"])
        assert not differs(got, wanted), f"{shown}: {got!r} instead of {wanted!r}"


def test_most_drawn_formulas_give_a_value() -> None:
    values = [compile_python(formula)(environment(case)) for formula, case in draw_many(COUNT)]
    assert sum(value is not None for value in values) >= COUNT * 0.5
