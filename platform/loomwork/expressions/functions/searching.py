"""Text: finding one text in another, and cutting at separators. Positions count characters from 1."""

from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.sqltext import FINAL_SIGMA, SIGMA, contains, count_of, fold_sql
from loomwork.expressions.limits import MAX_TEXT


def fold(text: str) -> str:
    """The case rule of searching: Unicode lower case, the final sigma as an ordinary one."""
    return text.lower().replace(FINAL_SIGMA, SIGMA)


def _find(part: str, text: str) -> int | None:
    return text.find(part) + 1 or None


def _search(part: str, text: str) -> int | None:
    return fold(text).find(fold(part)) + 1 or None


def _split_part(text: str, separator: str, position: int) -> str | None:
    parts = text.split(separator)
    return parts[position - 1] if 1 <= position <= len(parts) else None


def _after(text: str, separator: str) -> str | None:
    return text.partition(separator)[2]


def _after_sql(c: Any) -> Any:
    def build(text: Any, separator: Any) -> Any:
        at = sa.func.strpos(text, separator)
        return sa.case((at > 0, sa.func.substr(text, at + sa.func.length(separator))))

    return c.let([c.text(0), c.text(1)], build)


SEARCH_FUNCTIONS = (
    Function(
        "FIND",
        "text",
        ("text, text -> integer",),
        Doc(
            "The position of the first text in the second, letters exact; null if it is not there.",
            "查找位置（区分大小写），找不到为空。",
        ),
        (("FIND('b', 'abcb')", "2"), ("FIND('B', 'abc')", "NULL")),
        _find,
        postgresql=lambda c: sa.func.nullif(sa.func.strpos(c.text(1), c.text(0)), 0),
    ),
    Function(
        "SEARCH",
        "text",
        ("text, text -> integer",),
        Doc("Like FIND, capital and small letters alike.", "查找位置（不区分大小写），找不到为空。"),
        (("SEARCH('B', 'abc')", "2"), ("SEARCH('为', '华为')", "2")),
        _search,
        postgresql=lambda c: sa.func.nullif(sa.func.strpos(fold_sql(c.text(1)), fold_sql(c.text(0))), 0),
    ),
    Function(
        "CONTAINS",
        "text",
        ("text, text -> boolean",),
        Doc(
            "Whether the second text occurs in the first, capital and small letters alike.",
            "是否包含（不区分大小写）。",
        ),
        (
            ("CONTAINS('Huawei 华为', '华为')", "TRUE"),
            ("CONTAINS('ABC', 'b')", "TRUE"),
            ("CONTAINS(NULL, 'b')", "FALSE"),
        ),
        lambda text, part: fold(part) in fold(text),
        postgresql=lambda c: contains(c.text(0), c.text(1)),
    ),
    Function(
        "STARTSWITH",
        "text",
        ("text, text -> boolean",),
        Doc(
            "Whether the first text begins with the second, capital and small letters alike.",
            "是否以某文本开头（不区分大小写）。",
        ),
        (("STARTSWITH('Beijing', 'BEI')", "TRUE"), ("STARTSWITH('abc', 'b')", "FALSE")),
        lambda text, part: fold(text).startswith(fold(part)),
        postgresql=lambda c: sa.func.starts_with(fold_sql(c.text(0)), fold_sql(c.text(1))),
    ),
    Function(
        "ENDSWITH",
        "text",
        ("text, text -> boolean",),
        Doc(
            "Whether the first text ends with the second, capital and small letters alike.",
            "是否以某文本结尾（不区分大小写）。",
        ),
        (("ENDSWITH('report.PDF', '.pdf')", "TRUE"), ("ENDSWITH('abc', 'b')", "FALSE")),
        lambda text, part: fold(text).endswith(fold(part)),
        postgresql=lambda c: sa.func.starts_with(
            sa.func.reverse(fold_sql(c.text(0))), sa.func.reverse(fold_sql(c.text(1)))
        ),
    ),
    Function(
        "SAMETEXT",
        "text",
        ("text, text -> boolean",),
        Doc("Whether two texts are equal, capital and small letters alike.", "两文本是否相同（不区分大小写）。"),
        (("SAMETEXT('ABC', 'abc')", "TRUE"), ("SAMETEXT('a', NULL)", "FALSE")),
        lambda left, right: fold(left) == fold(right),
        postgresql=lambda c: fold_sql(c.text(0)) == fold_sql(c.text(1)),
    ),
    Function(
        "SPLITPART",
        "text",
        ("text, text, integer -> text",),
        Doc("The n-th part between separators.", "按分隔符切分后的第 n 部分。"),
        (
            ("SPLITPART('a@b.cn', '@', 2)", "'b.cn'"),
            ("SPLITPART('a', '@', 2)", "NULL"),
            ("SPLITPART('a', '@', 0)", "NULL"),
        ),
        _split_part,
        postgresql=lambda c: sa.func.split_part(
            c.text(0), c.text(1), sa.func.coalesce(sa.func.nullif(c.bound_int(2, 0, MAX_TEXT + 1), 0), MAX_TEXT + 2)
        ),
    ),
    Function(
        "BEFORE",
        "text",
        ("text, text -> text",),
        Doc("The text before the first separator, or all of it.", "第一个分隔符之前的文本；没有则为全部。"),
        (("BEFORE('a@b', '@')", "'a'"), ("BEFORE('ab', '@')", "'ab'")),
        lambda text, separator: text.partition(separator)[0],
        postgresql=lambda c: sa.func.split_part(c.text(0), c.text(1), 1),
    ),
    Function(
        "AFTER",
        "text",
        ("text, text -> text",),
        Doc("The text after the first separator; null if there is none.", "第一个分隔符之后的文本；没有则为空。"),
        (("AFTER('a@b@c', '@')", "'b@c'"), ("AFTER('ab', '@')", "NULL")),
        _after,
        postgresql=_after_sql,
    ),
    Function(
        "COUNTOF",
        "text",
        ("text, text -> integer",),
        Doc("How often the second text occurs in the first.", "第二个文本在第一个中出现的次数。"),
        (("COUNTOF('banana', 'an')", "2"), ("COUNTOF('aaa', 'aa')", "1")),
        str.count,
        postgresql=count_of,
    ),
)
