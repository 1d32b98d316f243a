"""The SQL of formulas: what an index can serve, what is bound, and how it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import sqlalchemy as sa
import sqlalchemy.ext.compiler
from sqlalchemy.dialects import postgresql, sqlite

from loomwork.expressions import (
    FUNCTIONS,
    Formula,
    FormulaError,
    compile_formula,
    compile_python,
    compile_sql,
    sql_condition,
)
from loomwork.expressions.functions import Function
from loomwork.expressions.limits import MAX_DEPTH
from tests.conformance.databases import Database, RowContext
from tests.conformance.maker import LEAVES
from tests.conformance.shop import PARAMS, SCOPE, environment, tables

DIALECTS: dict[str, Callable[[], sa.Dialect]] = {
    "sqlite": sqlite.dialect,
    "postgresql": partial(postgresql.dialect, paramstyle="named"),
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.close()


def condition(text: str, dialect: str) -> str:
    context = RowContext(dialect, tables(sa.MetaData(), dialect)["orders"], {})
    formula = compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
    compiled = sql_condition(formula.ir, context).compile(dialect=DIALECTS[dialect]())
    return " ".join(str(compiled).replace("orders.", "").split())


BARE = [
    ("stage = 'won'", "stage = "),
    ("amount >= 10", "amount >= "),
    ("amount = 10.5", "amount = "),
    ("amount > 10.123", "amount > "),
    ("quantity < 2.5", "quantity < "),
    ("day >= '2026-01-01'", "day >= "),
    ("day BETWEEN :since AND '2026-12-31'", "day >= "),
    ("moment < NOW()", "moment < "),
    ("owner = CURRENT_USER()", "owner = "),
    ("stage IN ('won', 'lost')", "stage IN ("),
    ("10 <= amount", "amount >= "),
    ("name = NULL", "name IS NULL"),
    ("name <> NULL", "name IS NOT NULL"),
    ("active = TRUE", "active = "),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("text", "start"), BARE)
def test_a_plain_column_stays_bare(text: str, start: str, dialect: str) -> None:
    assert condition(text, dialect).startswith(start)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_not_equal_keeps_the_empty_ones(dialect: str) -> None:
    assert condition("stage <> 'won'", dialect).startswith("stage IS NULL OR stage != ")
    assert condition("NOT stage = 'won'", dialect).startswith("stage IS NULL OR stage != ")
    assert condition("stage NOT IN ('won')", dialect).startswith("stage IS NULL OR (stage NOT IN")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_value_of_a_formula_stands_in_the_text(dialect: str) -> None:
    text = "name = 'needle1' OR amount > 77.01 OR day = '2031-07-09' OR CONTAINS(note, 'needle2') OR quantity IN (4711)"
    written = condition(text, dialect)
    for value in ("needle", "77", "7701", "2031", "4711"):
        assert value not in written


def test_a_parameter_is_bound_by_its_name() -> None:
    formula = compile_formula("name = :word AND day < TODAY()", scope=SCOPE, entity="shop.order", params=PARAMS)
    for dialect, make in DIALECTS.items():
        context = RowContext(dialect, tables(sa.MetaData(), dialect)["orders"], {})
        names = set(sql_condition(formula.ir, context).compile(dialect=make()).params)
        assert names == {"p_word", "c_today"}


def deepest(function: Function) -> Formula | None:
    """A function inside itself, as deep as a formula may be; None where its result does not fit its first argument."""
    for form in function.forms:
        kinds = [form.kind_at(at).split("(")[0] for at in range(form.arity[0])]
        if not kinds or form.result.split("(")[0] not in (kinds[0], "T" if kinds[0] == "T" else kinds[0]):
            continue
        rest = ", ".join(["amount" if kind == "T" else LEAVES[kind][0] for kind in kinds[1:]])
        text = "amount" if kinds[0] == "T" else LEAVES[kinds[0]][0]
        for _ in range(MAX_DEPTH):
            text = f"{function.name}({text}{', ' + rest if rest else ''})"
        try:
            return compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
        except FormulaError:
            continue
    return None


def test_the_deepest_formulas_run_and_their_sql_does_not_explode(database: Database) -> None:
    database.insert({1: {"row": {"amount": "5.00", "name": "a", "day": "2026-01-31", "quantity": "2"}}})
    env = environment({})
    tried = 0
    for function in FUNCTIONS.values():
        formula = deepest(function) if function.runs_on(database.dialect) else None
        if formula is None:
            continue
        written = str(compile_sql(formula.ir, database.context).compile(database.engine))
        assert len(written) < 100_000, f"{formula.text}: {len(written)} characters"
        database.value(formula, 1, env)
        tried += 1
    assert tried >= 50


NESTED = (
    ("amount", "(({} + 1) * 2 - price / 3)"),
    ("amount", "IF({} BETWEEN 1 AND 2, 1, 2)"),
    ("amount", "IF({} <> 1, price, quantity)"),
    ("amount", "IF({} = :precise, 1, 2.5)"),
    ("quantity", "IF({} IN (1, quantity, 3), 1, 2)"),
    ("quantity", "IF({} NOT IN (1, 2), 1, 2)"),
    ("active", "NOT ({} AND name = 'a' OR quantity > 1)"),
    ("active", "({} = active)"),
    ("name", "({} & note & 'x')"),
    ("name", "LEFT(IF(CONTAINS({}, 'a'), name, note), 3)"),
    ("day", "({} + quantity)"),
    ("moment", "({} + span)"),
    ("owner", "IF(IN_UNIT({}), owner, CURRENT_USER())"),
)


@pytest.mark.parametrize(("leaf", "pattern"), NESTED)
def test_deep_operators_give_what_the_closures_give(leaf: str, pattern: str, database: Database) -> None:
    case = {"row": {"amount": "5.00", "name": "a", "day": "2026-01-31", "quantity": "2"}, "params": {"precise": "1"}}
    database.insert({1: case})
    found = None
    text = leaf
    for _ in range(MAX_DEPTH):
        try:
            found = compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
        except FormulaError:
            break
        text = pattern.format(text)
    assert found is not None
    assert found.text.count("(") >= 8
    wanted = compile_python(found)(environment(case))
    assert database.value(found, 1, environment(case)) == wanted
    if found.type.kind == "boolean":
        assert database.holds(found, 1, environment(case)) == bool(wanted)


@pytest.mark.parametrize(
    "text",
    [
        "CONCAT(" + ", ".join(["name"] * 300) + ")",
        "COALESCE(" + ", ".join(["note"] * 300) + ", 'z')",
        "MAX(" + ", ".join(["amount"] * 200) + ", price)",
        "+".join(["price"] * 249),
        "*".join(["quantity"] * 50),
        " OR ".join(["active"] * 195),
        " AND ".join(["quantity > 1"] * 115),
        "name IN (" + ", ".join(["'b'"] * 350) + ", 'a')",
    ],
)
def test_long_chains_and_lists_give_what_the_closures_give(text: str, database: Database) -> None:
    case = {"row": {"amount": "5.00", "price": "0.0100", "name": "a", "quantity": "2"}}
    database.insert({1: case})
    formula = compile_formula(text, scope=SCOPE, entity="shop.order")
    assert database.value(formula, 1, environment(case)) == compile_python(formula)(environment(case))


def test_a_function_without_sql_is_refused_with_a_hint() -> None:
    formula = compile_formula("PINYIN(name) = 'li'", scope=SCOPE, entity="shop.order")
    context = RowContext("postgresql", tables(sa.MetaData(), "postgresql")["orders"], {})
    with pytest.raises(FormulaError) as caught:
        sql_condition(formula.ir, context)
    assert caught.value.details[0].code == "X130"
    assert "PINYIN" in caught.value.message


def test_an_index_serves_a_condition(database: Database) -> None:
    table = database.tables["orders"]
    for name in ("amount", "moment", "stage"):
        sa.Index(f"by_{name}", table.c[name]).create(database.connection)
    if database.dialect == "postgresql":
        database.connection.execute(sa.text("set enable_seqscan = off"))
    for text, index in (
        ("amount >= 10.5", "by_amount"),
        ("stage = 'won' AND name <> 'x'", "by_stage"),
        ("moment >= INSTANTAT(date'2026-01-01')", "by_moment"),
    ):
        formula = compile_formula(text, scope=SCOPE, entity="shop.order")
        query = sa.select(table.c.n).where(sql_condition(formula.ir, database.context))
        compiled = query.compile(database.engine)
        values = {
            **compiled.params,
            "c_zone": "Asia/Shanghai",
            "c_zone_local_starts": [0],
            "c_zone_offsets": [0, 28_800],
        }
        used = {name: value for name, value in values.items() if name in compiled.params}
        explain = sa.text("explain query plan " if database.dialect == "sqlite" else "explain ")
        plan = database.connection.execute(_Explain(explain.text, query), used).all()
        assert index in str(plan), f"{text}: {plan}"


class _Explain(sa.sql.expression.Executable, sa.sql.expression.ClauseElement):
    """A statement with words before it."""

    inherit_cache = False

    def __init__(self, words: str, query: sa.Select[tuple[int]]) -> None:
        self.words, self.query = words, query


@sa.ext.compiler.compiles(_Explain)
def _explain(element: _Explain, compiler: sa.sql.compiler.SQLCompiler, **more: object) -> str:
    return element.words + compiler.process(element.query, **more)
