"""Reading a formula's text: how tightly operators bind, what literals mean, and where faults are placed."""

from __future__ import annotations

import pytest

from loomwork.expressions import FormulaError, compile_formula, compile_python
from loomwork.expressions.env import Env
from loomwork.expressions.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES
from tests.conformance.shop import SCOPE


def value(text: str) -> object:
    return compile_python(compile_formula(text, scope=SCOPE, entity="shop.order"))(Env())


def codes(text: str) -> list[str]:
    with pytest.raises(FormulaError) as caught:
        compile_formula(text, scope=SCOPE, entity="shop.order")
    return [detail.code for detail in caught.value.details]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("1 + 2 * 3 - 4 / 2", "(1 + (2 * 3)) - (4 / 2)"),
        ("-2 * 3 + 1", "((-2) * 3) + 1"),
        ("'a' & 1 + 2", "'a' & (1 + 2)"),
        ("1 + 1 = 2 AND 'a' & 'b' = 'ab'", "((1 + 1) = 2) AND (('a' & 'b') = 'ab')"),
        ("FALSE AND FALSE OR TRUE", "(FALSE AND FALSE) OR TRUE"),
        ("NOT FALSE AND FALSE", "(NOT FALSE) AND FALSE"),
        ("NOT 1 = 2", "NOT (1 = 2)"),
        ("10 - 4 - 3", "(10 - 4) - 3"),
        ("100 / 10 * 2", "(100 / 10) * 2"),
        ("2 BETWEEN 1 AND 3 AND TRUE", "(2 BETWEEN 1 AND 3) AND TRUE"),
        ("2 NOT BETWEEN 1 AND 3", "NOT (2 BETWEEN 1 AND 3)"),
        ("2 NOT IN (1, 3)", "NOT (2 IN (1, 3))"),
        ("not true or TRUE", "(NOT TRUE) OR TRUE"),
        ("1 <> 2", "1 != 2"),
        ("if(true, 'x', 'y')", "IF(TRUE, 'x', 'y')"),
        ("（1 ＋ 2）＊ 3", "(1 + 2) * 3"),
        ("IF（TRUE，“好”，‘坏’）", "IF(TRUE, '好', '坏')"),
        ("1 /* one */ + // two\n 2", "3"),
        ("date'2026-01-31'", "DATE(2026, 1, 31)"),
        (".5", "0.5"),
        ("2 IN [1, 2]", "2 IN (1, 2)"),
        ("NULL IS NULL", "TRUE"),
        ("1 IS NOT EMPTY", "TRUE"),
        ("AND(TRUE, FALSE)", "TRUE AND FALSE"),
    ],
)
def test_two_ways_of_writing_mean_the_same(text: str, same: str) -> None:
    assert value(text) == value(same)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("'It''s'", "It's"), ('"say ""hi"""', 'say "hi"'), ("'a\nb'", "a\nb"), ("'\\n'", "\\n"), ("'（'", "（")],
)
def test_texts_are_taken_as_written(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 % 2", "X101"),
        ("'a", "X102"),
        ("/* a", "X102"),
        ("1e5", "X103"),
        ("1_000", "X103"),
        ("12345678901234567890", "X103"),
        ("0.12345678901", "X103"),
        ("1 +", "X104"),
        ("1 < 2 < 3", "X104"),
        ("name.upper()", "X104"),
        ("x" * (MAX_CHARACTERS + 1), "X105"),
        ("+".join(["1"] * (MAX_NODES + 1)), "X106"),
        ("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), "X107"),
        ("nme", "X110"),
        ("owner.nme", "X110"),
        ("ROUNT(1)", "X111"),
        (":nothing", "X112"),
        ("lines", "X113"),
        ("lines.price", "X113"),
        ("name.x", "X114"),
        ("SUM(name, 1)", "X115"),
        ("LEFT()", "X120"),
        ("IF(TRUE)", "X120"),
        ("LEFT(1)", "X121"),
        ("IF(1, 2, 3)", "X121"),
        ("name + 1", "X122"),
        ("name = 1", "X122"),
        ("tags = tags", "X122"),
        ("stage = 'wonn'", "X124"),
        ("date'2026-02-30'", "X125"),
    ],
)
def test_a_fault_has_its_code(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_every_fault_of_a_formula_is_told_at_once() -> None:
    assert codes("nme + LEFT(1) + ROUNT(2)") == ["X110", "X121", "X111"]
    assert codes("SUM(lines, prise) + nme") == ["X110", "X110"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("amout > 1", 'shop.order has no name "amout" (line 1, column 1); did you mean "amount"?'),
        ("ROUNT(amount)", 'there is no function ROUNT (line 1, column 1); did you mean "ROUND"?'),
        ("stage =\n 'wonn'", "stage has no choice 'wonn' (line 1, column 1); did you mean \"won\"?"),
        ("name + 1", "cannot add integer and text (line 1, column 8); join texts with &"),
        ("1 % 2", "(line 1, column 3); for a remainder use MOD(a, b), for a share write 0.05"),
        ("1 < quantity < 3", "comparisons do not chain (line 1, column 14); write x BETWEEN low AND high, or use AND"),
        (
            "moment > day",
            "cannot compare instant with date (line 1, column 1); LOCALDATE(…) gives the reader's date of an instant",
        ),
        ("lines.price > 1", '"lines" has many records; its values are used in aggregates'),
        ("SUM(lines, amount)", 'shop.line has no name "amount"'),
        ("LEFT('a', 'b')", "argument 2 of LEFT must be integer, this is text (line 1, column 11)"),
    ],
)
def test_a_message_says_what_where_and_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        compile_formula(text, scope=SCOPE, entity="shop.order")
    assert message in caught.value.message


def test_a_chain_is_one_level() -> None:
    assert value("+".join(["1"] * (MAX_NODES - 1))) == MAX_NODES - 1
    assert value(" AND ".join(["TRUE"] * 200)) is True
    assert value("&".join(["'a'"] * 300)) == "a" * 300
