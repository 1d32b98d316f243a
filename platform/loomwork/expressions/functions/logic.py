"""Logic: values in place of null, exclusive or."""

from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _null_if(value: Any, other: Any) -> Any:
    return None if value == other else value


def _xor(*values: Any) -> bool:
    return sum(1 for value in values if value) % 2 == 1


LOGIC = (
    Function(
        "COALESCE",
        "logic",
        ("T... -> T",),
        Doc("The first value that is not null.", "第一个非空的值。"),
        (("COALESCE(NULL, '', 'b', 'c')", "'b'"), ("COALESCE(NULL, 2.5)", "2.5"), ("COALESCE(NULL, NULL)", "NULL")),
        _coalesce,
        nulls="own",
        postgresql=lambda c: sa.func.coalesce(*c.args),
        sqlite=lambda c: sa.func.coalesce(*c.args) if len(c) > 1 else c[0],
    ),
    Function(
        "IFNULL",
        "logic",
        ("T, T -> T",),
        Doc("The first value, or the second where the first is null.", "第一个值；为空时取第二个。"),
        (("IFNULL(NULL, 3)", "3"), ("IFNULL(2, 3)", "2")),
        _coalesce,
        nulls="own",
        postgresql=lambda c: sa.func.coalesce(*c.args),
        sqlite=lambda c: sa.func.coalesce(*c.args),
    ),
    Function(
        "NULLIF",
        "logic",
        ("T, T -> T",),
        Doc("The first value, or null where both are equal.", "两值相等时为空，否则为第一个值。"),
        (("NULLIF(3, 3)", "NULL"), ("NULLIF('a', 'b')", "'a'"), ("NULLIF(1.50, 1.5)", "NULL")),
        _null_if,
        nulls="own",
        postgresql=lambda c: sa.func.nullif(c[0], c[1]),
        sqlite=lambda c: sa.func.nullif(c[0], c[1]),
    ),
    Function(
        "XOR",
        "logic",
        ("boolean... -> boolean",),
        Doc("True if an odd number of conditions hold.", "成立的条件个数为奇数时为真。"),
        (("XOR(TRUE, FALSE)", "TRUE"), ("XOR(TRUE, TRUE)", "FALSE"), ("XOR(NULL, TRUE, 1 = 1, 2 > 1)", "TRUE")),
        _xor,
        nulls="own",
        postgresql=lambda c: (
            sa.func.mod(sum((sa.case((part, 1), else_=0) for part in c.args[1:]), sa.case((c[0], 1), else_=0)), 2) == 1
        ),
    ),
)
