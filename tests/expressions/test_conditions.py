"""Condition trees from filter builders: what they mean, what is refused and how, and that databases agree."""

from __future__ import annotations

import random
from typing import Any

import pytest

from loomwork.expressions import CONDITION_OPERATORS, FormulaError, compile_conditions, compile_python
from loomwork.expressions.condition_operators import Operator
from loomwork.expressions.formula import Formula
from loomwork.expressions.simple import evaluate
from tests.conformance.browser import run_in_node
from tests.conformance.databases import Database
from tests.conformance.maker import Maker
from tests.conformance.shop import LOWER_UNIT, SCOPE, UNIT, USER, environment

FIELDS = {
    "text": "name",
    "number": "amount",
    "boolean": "active",
    "date": "day",
    "instant": "moment",
    "time": "clock",
    "duration": "span",
    "link": "owner",
    "list": "tags",
}
VALUES: dict[str, list[Any]] = {
    "text": ["Abc", "a", "ΟΔΟΣ", "'; --"],
    "number": ["0", "2.50", 7, "-1.005", "123456.78"],
    "boolean": [True, False],
    "date": ["2026-01-31", "2024-02-29", "0001-01-01"],
    "instant": ["2026-01-31T00:00:00Z", "2026-03-29T02:30:00+01:00"],
    "time": ["08:30:15", "00:00"],
    "duration": [5400, "-90"],
    "link": [USER, UNIT, LOWER_UNIT],
    "list": ["a", "红"],
    "integer": [1, 7, 400],
}


def compiled(raw: Any) -> Formula:
    return compile_conditions(raw, scope=SCOPE, entity="shop.order")


def holds(raw: Any, row: dict[str, Any] | None = None, lines: list[dict[str, Any]] | None = None) -> bool:
    value = compile_python(compiled(raw))(environment({"row": row or {}, "lines": lines or []}))
    assert isinstance(value, bool)
    return value


def leaf(field: str, op: Any, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


def refusals(raw: Any) -> list[tuple[str, str]]:
    with pytest.raises(FormulaError) as caught:
        compiled(raw)
    return [(detail.path, detail.code) for detail in caught.value.details]


def operand(rng: random.Random, operator: Operator, kind: str) -> dict[str, Any]:
    """A value that fits an operator on a kind of field."""
    values = VALUES["integer" if operator.operand == "integer" else kind]
    least, most = operator.values
    if most == 0:
        return {}
    if most == 1:
        return {"value": rng.choice(values)}
    return {"value": [rng.choice(values) for _ in range(2 if least == 2 else rng.randint(1, 3))]}


def every_leaf(seed: int) -> list[dict[str, Any]]:
    """Each operator on each kind of field that it fits."""
    rng = random.Random(seed)
    return [
        {"field": FIELDS[kind], "op": operator.name, **operand(rng, operator, kind)}
        for operator in CONDITION_OPERATORS.values()
        for kind in operator.kinds
    ]


def test_every_operator_is_described_in_both_languages() -> None:
    assert len(CONDITION_OPERATORS) >= 50
    for operator in CONDITION_OPERATORS.values():
        assert set(operator.phrase) == {"en", "zh-CN"}
        assert (operator.build is None) == bool(operator.negates)
        assert operator.kinds
        if operator.negates:
            assert CONDITION_OPERATORS[operator.negates].kinds == operator.kinds
            assert CONDITION_OPERATORS[operator.negates].values == operator.values


@pytest.mark.parametrize(
    ("raw", "row", "expected"),
    [
        (leaf("name", "eq", "Li"), {"name": "Li"}, True),
        (leaf("name", "ne", "Li"), {}, True),
        (leaf("name", "contains", "LI"), {"name": "Alice"}, True),
        (leaf("name", "not_contains", "x"), {}, True),
        (leaf("name", "is_empty"), {"name": ""}, True),
        (leaf("amount", "between", ["1", "2.50"]), {"amount": "2.50"}, True),
        (leaf("amount", "not_between", ["1", "2"]), {}, True),
        (leaf("amount", "in", ["1", "2.5"]), {"amount": "2.50"}, True),
        (leaf("amount", "not_in", ["1"]), {}, True),
        (leaf("amount", "gt", "0.001"), {"amount": "0.00"}, False),
        (leaf("active", "is_false"), {}, True),
        (leaf("active", "is_true"), {"active": True}, True),
        (leaf("tags", "has", "vip"), {"tags": ["vip"]}, True),
        (leaf("tags", "has_none", ["a", "b"]), {"tags": ["c"]}, True),
        (leaf("tags", "is_empty"), {"tags": []}, True),
        (leaf("owner", "is_me"), {"owner": USER}, True),
        (leaf("owner.unit", "is_my_unit"), {"owner.unit": LOWER_UNIT}, True),
        (leaf("amount.currency", "eq", "CNY"), {"amount.currency": "CNY"}, True),
        (leaf("day", "today"), {"day": "2026-11-22"}, True),
        (leaf("day", "this_week"), {"day": "2026-11-16"}, True),
        (leaf("day", "next_week"), {"day": "2026-11-23"}, True),
        (leaf("day", "last_month"), {"day": "2026-10-31"}, True),
        (leaf("day", "last_month"), {"day": "2026-11-01"}, False),
        (leaf("day", "next_quarter"), {"day": "2027-03-31"}, True),
        (leaf("day", "last_year"), {"day": "2025-01-01"}, True),
        (leaf("day", "last_n_days", 1), {"day": "2026-11-22"}, True),
        (leaf("day", "last_n_days", 1), {"day": "2026-11-21"}, False),
        (leaf("day", "next_n_months", 1), {"day": "2026-12-21"}, True),
        (leaf("day", "next_n_months", 1), {"day": "2026-12-22"}, False),
        (leaf("day", "older_than_n_days", 7), {"day": "2026-11-14"}, True),
        (leaf("day", "older_than_n_days", 7), {"day": "2026-11-15"}, False),
        (leaf("moment", "today"), {"moment": "2026-11-22T23:59:59.999999Z"}, True),
        (leaf("moment", "today"), {"moment": "2026-11-23T00:00:00Z"}, False),
        ({"and": []}, {}, True),
        ({"or": []}, {}, False),
        ({"not": leaf("name", "eq", "x")}, {}, True),
        ({"formula": "amount > 1 AND day < TODAY()"}, {"amount": "2.00", "day": "2026-01-01"}, True),
        ({"or": [leaf("name", "eq", "x"), {"and": [leaf("amount", "ge", 1)]}]}, {"amount": "1.00"}, True),
    ],
)
def test_a_condition_means_what_it_says(raw: Any, row: dict[str, Any], expected: bool) -> None:
    assert holds(raw, row) is expected


def test_a_path_through_rows_asks_for_some_row_and_its_negation_for_none() -> None:
    lines = [{"id": "1", "product": "pen", "price": "1.00"}, {"id": "2", "product": "ink", "price": "9.00"}]
    assert holds(leaf("lines.price", "gt", 5), lines=lines)
    assert not holds(leaf("lines.price", "gt", 10), lines=lines)
    assert not holds(leaf("lines.product", "ne", "pen"), lines=lines)
    assert holds(leaf("lines.product", "ne", "chalk"), lines=lines)
    assert holds(leaf("lines.product", "not_contains", "x"), lines=[])
    assert holds(leaf("lines", "is_empty"), lines=[])
    assert holds(leaf("lines", "is_not_empty"), lines=lines)
    assert holds(leaf("lines.lots", "is_empty"), lines=lines)
    assert not holds(leaf("lines.lots.size", "gt", 1), lines=lines)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "X140"),
        ([], "X140"),
        ("x", "X140"),
        ({}, "X140"),
        ({"and": {}}, "X140"),
        ({"and": [], "or": []}, "X140"),
        ({"field": "name", "op": "eq", "value": "x", "vaule": 1}, "X140"),
        ({"op": "eq", "value": 1}, "X140"),
        (leaf("nme", "eq", "x"), "X110"),
        (leaf("owner.nme", "eq", "x"), "X110"),
        (leaf("name.x", "eq", "x"), "X114"),
        (leaf("name", "equals", "x"), "X141"),
        (leaf("name", ["eq"], "x"), "X141"),
        (leaf("name", "eq"), "X142"),
        (leaf("name", "eq", ""), "X142"),
        (leaf("name", "eq", ["x"]), "X142"),
        (leaf("name", "is_empty", "x"), "X142"),
        (leaf("amount", "between", ["1"]), "X142"),
        (leaf("amount", "between", ["1", "2", "3"]), "X142"),
        (leaf("amount", "in", []), "X142"),
        (leaf("amount", "in", ["1"] * 1_001), "X142"),
        (leaf("amount", "contains", "1"), "X143"),
        (leaf("name", "today"), "X143"),
        (leaf("lines", "eq", "x"), "X143"),
        (leaf("amount", "eq", "x"), "X144"),
        (leaf("amount", "eq", True), "X144"),
        (leaf("quantity", "eq", "1.5"), "X144"),
        (leaf("amount", "eq", "1e400"), "X144"),
        (leaf("day", "eq", "2026-02-30"), "X144"),
        (leaf("moment", "eq", "2026-01-01"), "X144"),
        (leaf("owner", "eq", "me"), "X144"),
        (leaf("active", "eq", "true"), "X144"),
        (leaf("name", "eq", 5), "X144"),
        (leaf("name", "eq", "a\x00b"), "X144"),
        (leaf("day", "last_n_days", "7 days"), "X144"),
        (leaf("stage", "eq", "wonn"), "X124"),
        ({"formula": "nme = 1"}, "X110"),
        ({"formula": "amount"}, "X121"),
        ({"formula": 5}, "X140"),
        ({"and": [leaf("name", "eq", "x")] * 51}, "X145"),
        ({"not": {"not": {"not": {"not": {"not": {"not": leaf("name", "is_empty")}}}}}}, "X145"),
    ],
)
def test_what_cannot_be_understood_is_refused(raw: Any, code: str) -> None:
    assert [found for _, found in refusals(raw)] == [code]


def test_all_faults_are_told_each_with_its_place() -> None:
    raw = {"and": [leaf("nme", "eq", "x"), {"or": [leaf("name", "eq", "x"), leaf("amount", "equals", 1)]}]}
    assert refusals(raw) == [("filter.and.0", "X110"), ("filter.and.1.or.1", "X141")]
    with pytest.raises(FormulaError, match='did you mean "name"'):
        compiled(raw)


def test_many_groups_count_together() -> None:
    group = {"or": [leaf("name", "is_empty")] * 26}
    assert [code for _, code in refusals({"and": [group, group]})] == ["X145"]


def test_a_dependency_of_every_condition_is_known() -> None:
    raw = {"and": [leaf("owner.name", "eq", "x"), leaf("lines.price", "gt", 1), leaf("day", "this_month")]}
    assert compiled(raw).dependencies == {"owner.name", "lines", "lines.price", "day"}
    assert compiled(raw).needs == {"now", "zone"}


def test_every_operator_gives_the_same_rows_everywhere(database_url: str) -> None:
    seed = random.SystemRandom().randrange(10**6)
    maker = Maker(random.Random(seed))
    leaves = every_leaf(seed) + every_leaf(seed + 1)
    assert len(leaves) >= 250
    cases = {n: maker.case("") | {"zone": "Asia/Shanghai"} for n in range(len(leaves))}
    formulas = [compiled(raw) for raw in leaves]
    database = Database(database_url)
    try:
        database.insert(cases)
        browser = run_in_node([(formulas[n], case) for n, case in cases.items()])
        for n, case in cases.items():
            wanted = compile_python(formulas[n])(environment(case))
            shown = f"seed {seed}: {leaves[n]} on {case['row']}"
            assert isinstance(wanted, bool), shown
            assert evaluate(formulas[n], environment(case)) is wanted, shown
            assert browser[n].get("value") is wanted, f"{shown} {browser[n]}"
            assert database.holds(formulas[n], n, environment(case)) is wanted, shown
            assert database.value(formulas[n], n, environment(case)) is wanted, shown
    finally:
        database.close()
