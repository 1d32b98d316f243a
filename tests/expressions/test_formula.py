"""A compiled formula: its type, what it depends on, what it needs, and what an expected type changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomwork.core.errors import Broken, InvalidInput
from loomwork.expressions import (
    BOOLEAN,
    DATE,
    INTEGER,
    TEXT,
    Env,
    Formula,
    FormulaError,
    FormulaType,
    compile_formula,
    compile_python,
    link,
    number,
)
from loomwork.expressions.ir import canonical_text
from loomwork.expressions.types import parse_type
from tests.conformance.shop import ORDER, PARAMS, SCOPE, environment


def formula(text: str, expected: FormulaType | None = None) -> Formula:
    return compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS, expected=expected)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1", "integer"),
        ("1.50", "number(2)"),
        ("amount + price", "number(4)"),
        ("amount * price", "number(6)"),
        ("amount * rate", "number(10)"),
        ("factor * factor", "number(6)"),
        ("quantity / 2", "number(6)"),
        ("quantity * quantity", "integer"),
        ("ROUND(price, 1)", "number(1)"),
        ("ROUND(price)", "integer"),
        ("ROUND(price, quantity)", "number(4)"),
        ("IF(active, 1, 2.5)", "number(1)"),
        ("IF(active, NULL, 'a')", "text"),
        ("day - due", "integer"),
        ("moment - seen", "duration"),
        ("day + 1", "date"),
        ("SUM(lines, quantity * price)", "number(2)"),
        ("AVG(lines, price)", "number(6)"),
        ("COUNT(lines)", "integer"),
        ("MIN(lines, day)", "date"),
        ("owner.unit", "link(system.unit)"),
        ("SPLIT(name, ',')", "list(text)"),
        ("amount > 1", "boolean"),
    ],
)
def test_the_type_is_known_before_anything_runs(text: str, type_: str) -> None:
    assert str(formula(text).type) == type_


def test_dependencies_name_every_path_read() -> None:
    text = "owner.unit.name & SUM(lines, quantity * parent.amount, SUM(lots, size + parent.price) > parent.quantity)"
    assert formula(text).dependencies == {
        "owner.unit.name",
        "lines",
        "lines.quantity",
        "amount",
        "lines.lots",
        "lines.lots.size",
        "lines.price",
        "quantity",
    }
    assert formula("amount.currency").dependencies == {"amount.currency"}


def test_what_changes_with_moment_or_reader_is_volatile() -> None:
    assert formula("day < TODAY()").is_volatile
    assert formula("owner = CURRENT_USER()").needs == {"user"}
    assert formula("YEAR(moment)").needs == {"zone"}
    assert formula("ISWORKDAY(day)").needs == {"calendar"}
    assert not formula("YEAR(day) + 1").is_volatile
    assert formula("ROUND(SUM(lines, price), 1)").functions == {"ROUND", "SUM"}


def test_a_function_that_the_browser_lacks_keeps_the_formula_on_the_server() -> None:
    assert formula("ROUND(SUM(lines, price), 1)").runs_in_browser
    assert not formula("LEN(PINYIN(name))").runs_in_browser


def test_an_expected_number_is_rounded_to_its_digits() -> None:
    env = environment({"row": {"amount": "10.00"}})
    assert compile_python(formula("amount / 3", number(2)))(env) == Decimal("3.33")
    assert compile_python(formula("amount / 3", INTEGER))(env) == 3
    assert formula("quantity", number(2)).type == number(2)
    assert formula("NULL", DATE).type == DATE
    assert compile_python(formula("'2026-01-31'", DATE))(env).isoformat() == "2026-01-31"
    assert formula("moment", DATE).functions == {"LOCALDATE"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("name", INTEGER), ("1", TEXT), ("amount", BOOLEAN), ("owner", link("system.unit")), ("'x'", DATE), ("day", TEXT)],
)
def test_another_type_than_expected_is_refused(text: str, expected: FormulaType) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text, expected)
    assert caught.value.details[0].code in {"X121", "X123"}
    assert isinstance(caught.value, InvalidInput)
    assert caught.value.details[0].path == "formula"
    assert caught.value.extra["faults"][0]["line"] == 1


def test_a_value_that_was_not_loaded_is_told_not_taken_for_null() -> None:
    for text in ("name = NULL", "COUNT(lines) = 0", ":word = 'a'", "TODAY() > day"):
        with pytest.raises(Broken) as caught:
            compile_python(formula(text))(Env(values={"day": None}))
        assert caught.value.code == "not_loaded"


def test_faults_of_a_run_are_recorded() -> None:
    env = environment({"row": {"big": "999999999999999999", "day": "9999-12-31"}})
    for text in ("big + 1", "day + 1", "REPEAT('a', 10000) & 'b'"):
        assert compile_python(formula(text))(env) is None
    assert [fault.code for fault in env.faults] == ["overflow", "date_range", "text_too_long"]
    assert compile_python(formula("1 / 0"))(env) is None
    assert len(env.faults) == 3


def test_equal_formulas_have_equal_canonical_text() -> None:
    assert canonical_text(formula("amount>1 and active").ir) == canonical_text(formula("(amount > 1)  AND  active").ir)
    assert canonical_text(formula("amount > 1").ir) != canonical_text(formula("amount >= 1").ir)


def test_types_are_written_and_read_back() -> None:
    for type_ in (*ORDER.values(), FormulaType("list"), link()):
        assert parse_type(str(type_)) == type_
    with pytest.raises(ValueError, match="not a formula type"):
        parse_type("nothing")
