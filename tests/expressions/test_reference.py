"""The reference page of the language, and the forms it shows."""

from __future__ import annotations

import pytest

from loomwork.expressions import FUNCTIONS, compile_formula, compile_python
from loomwork.expressions.condition_operators import BUILTIN
from loomwork.expressions.faults import TITLES
from loomwork.expressions.forms import AGGREGATE_FORMS, SPECIAL_FORMS, Form
from loomwork.expressions.language.infer_calls import AGGREGATES, known_functions
from loomwork.expressions.reference import render
from loomwork.field_types import BUILTIN as FIELD_TYPES
from loomwork.field_types.operators import OPERATORS as OFFERED
from tests.conformance.shop import SCOPE, environment


def test_the_page_names_everything_that_is_no_function() -> None:
    page = render()
    shown = {form.name for form in (*SPECIAL_FORMS, *AGGREGATE_FORMS)}
    assert shown | set(FUNCTIONS) == set(known_functions())
    assert {form.name for form in AGGREGATE_FORMS} == set(AGGREGATES)
    assert all(form.usage in page for form in (*SPECIAL_FORMS, *AGGREGATE_FORMS))
    assert all(f"`{operator.name}`" in page for operator in BUILTIN)
    assert page.isprintable() or "\n" in page


def test_field_types_name_no_operator_that_conditions_do_not_know() -> None:
    known = {one.name: one for one in BUILTIN}
    named = {(kind.name, name) for kind in FIELD_TYPES for name in kind.operators_for(kind.samples[0].props or {})}
    assert len(named) >= 200
    assert {name for _, name in named} <= OFFERED
    assert set(known) >= OFFERED
    assert {name for _, name in named} == OFFERED, "an operator is offered that no type names"
    page = render()
    for name in known:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert row.endswith("| yes |") is (name in OFFERED), row


@pytest.mark.parametrize("form", SPECIAL_FORMS, ids=lambda form: form.name)
def test_the_examples_of_a_form_hold(form: Form) -> None:
    assert form.examples
    for left, right in form.examples:
        formula = compile_formula(left, scope=SCOPE, entity="shop.order")
        wanted = compile_formula(right, scope=SCOPE, entity="shop.order", expected=formula.type)
        assert compile_python(formula)(environment({})) == compile_python(wanted)(environment({})), left


def test_every_code_has_a_title() -> None:
    assert len(TITLES) >= 28
    assert all(code.startswith("X1") and not title.endswith(".") for code, title in TITLES.items())
