"""What is called like a function but is part of the language itself: conditions, texts joined, aggregates.

Their types are worked out in `infer_calls` and `infer`; here is what editors and the reference say about them.
"""

from dataclasses import dataclass

from loomwork.expressions.functions.base import Doc


@dataclass(frozen=True, slots=True)
class Form:
    """One form. Shapes: `usage` as one writes it; `examples` are pairs of equal formulas, none for aggregates."""

    name: str
    usage: str
    doc: Doc
    examples: tuple[tuple[str, str], ...] = ()


SPECIAL_FORMS = (
    Form(
        "IF",
        "IF(condition, value[, otherwise])",
        Doc(
            "One value where a condition holds, another elsewhere (null unless given).",
            "条件成立取前者，否则取后者（默认为空）。",
        ),
        (("IF(1 < 2, 'a', 'b')", "'a'"), ("IF(NULL, 1)", "NULL")),
    ),
    Form(
        "IFS",
        "IFS(condition, value, condition, value, …[, otherwise])",
        Doc("The value behind the first condition that holds.", "第一个成立的条件对应的值。"),
        (("IFS(1 > 2, 'a', 2 > 1, 'b')", "'b'"), ("IFS(FALSE, 1, FALSE, 2, 3)", "3")),
    ),
    Form(
        "SWITCH",
        "SWITCH(value, case, result, case, result, …[, otherwise])",
        Doc("The result behind the first case that the value is equal to.", "与值相等的第一个分支对应的结果。"),
        (("SWITCH(2, 1, 'a', 2, 'b', 'c')", "'b'"), ("SWITCH(9, 1, 'a')", "NULL")),
    ),
    Form(
        "AND",
        "AND(condition, …) or condition AND condition",
        Doc("Whether all conditions hold.", "所有条件是否都成立。"),
        (("AND(1 = 1, 2 > 1)", "TRUE"), ("TRUE AND NULL", "FALSE")),
    ),
    Form(
        "OR",
        "OR(condition, …) or condition OR condition",
        Doc("Whether a condition holds.", "是否有条件成立。"),
        (("OR(1 = 2, 2 > 1)", "TRUE"), ("NULL OR FALSE", "FALSE")),
    ),
    Form(
        "NOT",
        "NOT(condition) or NOT condition",
        Doc("Whether a condition does not hold.", "条件是否不成立。"),
        (("NOT 1 = 2", "TRUE"), ("NOT(NULL)", "TRUE")),
    ),
    Form(
        "ISBLANK",
        "ISBLANK(value)",
        Doc("Whether a value is null; the same as `value = NULL`.", "值是否为空；等同于 `值 = NULL`。"),
        (("ISBLANK('')", "TRUE"), ("ISBLANK(0)", "FALSE")),
    ),
    Form(
        "CONCAT",
        "CONCAT(value, …) or value & value",
        Doc("Values joined as text; null counts as nothing.", "将值连接为文本，空值忽略。"),
        (("CONCAT('a', 1.50, NULL)", "'a1.5'"), ("'a' & DATE(2026, 1, 31)", "'a2026-01-31'")),
    ),
)

AGGREGATE_FORMS = (
    Form("COUNT", "COUNT(rows[, condition])", Doc("How many rows there are.", "行数。")),
    Form("SUM", "SUM(rows, value[, condition])", Doc("The sum of a value; 0 without rows.", "求和；没有行时为 0。")),
    Form(
        "AVG", "AVG(rows, value[, condition])", Doc("The mean of a value; null without rows.", "平均值；没有行时为空。")
    ),
    Form("MIN", "MIN(rows, value[, condition])", Doc("The smallest value.", "最小值。")),
    Form("MAX", "MAX(rows, value[, condition])", Doc("The largest value.", "最大值。")),
    Form(
        "FIRST",
        "FIRST(rows, value, order[, condition])",
        Doc(
            "A value of the row that comes first by an order; rows without it come last, ties go by the record's id.",
            "按次序排在最前的行的值；次序为空的排最后，相同时按记录标识。",
        ),
    ),
    Form(
        "LAST",
        "LAST(rows, value, order[, condition])",
        Doc(
            "A value of the row that comes last by an order; rows without it count only if there are no others.",
            "按次序排在最后的行的值；次序为空的仅在没有其他行时参与。",
        ),
    ),
    Form("ANY", "ANY(rows, condition)", Doc("Whether the condition holds on some row.", "是否有行满足条件。")),
    Form(
        "ALL",
        "ALL(rows, condition)",
        Doc("Whether the condition holds on every row; true without rows.", "是否所有行都满足条件；没有行时为真。"),
    ),
    Form(
        "COUNTDISTINCT",
        "COUNTDISTINCT(rows, value[, condition])",
        Doc("How many different values there are; null is none.", "不同值的个数，空值不计。"),
    ),
)
