"""Text: measuring, cutting, searching, changing. Lengths and positions count characters (code points), from 1."""

import re
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.sqltext import (
    guarded_repeat,
    guarded_replace,
    icu,
    limited,
    pad,
)
from loomwork.expressions.limits import MAX_TEXT

SPACES = " \t\r\n\u3000\u00a0"
_SPACE_RUN = re.compile(f"[{SPACES}]+")
_TOO_LONG = "x" * (MAX_TEXT + 1)


def _clip(count: int) -> int:
    return max(0, min(count, MAX_TEXT))


def _left(text: str, count: int = 1) -> str:
    return text[: _clip(count)]


def _right(text: str, count: int = 1) -> str:
    return text[-_clip(count) :] if count > 0 else ""


def _mid(text: str, start: int, count: int) -> str:
    first = max(0, start - 1)
    return text[first : first + _clip(count)]


def _substitute(text: str | None, old: str | None, new: str | None = None) -> str | None:
    if text is None or old is None:
        return text
    new = new or ""
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        return _TOO_LONG
    return text.replace(old, new)


def _replace(text: str, start: int, count: int, new: str) -> str:
    first = max(0, start - 1)
    return text[:first] + new + text[first + _clip(count) :]


def _repeat(text: str, count: int) -> str:
    return _TOO_LONG if len(text) * max(0, count) > MAX_TEXT else text * count


def _pad(text: str, width: int, fill: str = " ") -> str:
    missing = min(width, MAX_TEXT + 1) - len(text)
    return (fill * (missing // len(fill) + 1))[:missing] if missing > 0 else ""


def _join(separator: Any, *parts: Any) -> str | None:
    return (separator or "").join(part for part in parts if part)


def _char(code: int) -> str | None:
    is_char = 32 <= code <= 126 or 160 <= code <= 0xD7FF or 0xE000 <= code <= 0x10FFFF
    return chr(code) if is_char else None


def _mask(text: str, start: int, end: int) -> str:
    start, end = _clip(start), _clip(end)
    hidden = len(text) - start - end
    if hidden <= 0:
        return "*" * len(text)
    return text[:start] + "*" * hidden + text[len(text) - end :]


def _mask_sql(c: Any) -> Any:
    def build(text: Any, start: Any, end: Any) -> Any:
        length = sa.func.length(text)
        hidden = length - start - end
        shown = (
            sa.func.left(text, start).concat(sa.func.repeat("*", hidden)).concat(sa.func.substr(text, length - end + 1))
        )
        return sa.case((hidden <= 0, sa.func.repeat("*", length)), else_=shown)

    return c.let([c.text(0), c.bound_int(1, 0, MAX_TEXT), c.bound_int(2, 0, MAX_TEXT)], build)


def _pinyin(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.NORMAL))


def _code_sql(c: Any) -> Any:
    def build(code: Any) -> Any:
        fits = sa.or_(code.between(32, 126), code.between(160, 0xD7FF), code.between(0xE000, 0x10FFFF))
        return sa.case((fits, sa.func.chr(code)))

    return c.let([c.bound_int(0, 0, 0x110000)], build)


def _replace_sql(c: Any) -> Any:
    def build(text: Any, start: Any, count: Any, new: Any) -> Any:
        head = sa.func.left(text, start - 1)
        return head.concat(new).concat(sa.func.substr(text, start + count))

    args = [c.text(0), c.bound_int(1, 1, MAX_TEXT + 1), c.bound_int(2, 0, MAX_TEXT), c.text(3)]
    return limited(c, c.let(args, build))


TEXT_FUNCTIONS = (
    Function(
        "LEN",
        "text",
        ("text -> integer",),
        Doc("The number of characters.", "字符个数。"),
        (("LEN('华为 Mate')", "7"), ("LEN('😀')", "1"), ("LEN('')", "NULL")),
        len,
        postgresql=lambda c: sa.func.length(c[0]),
    ),
    Function(
        "UPPER",
        "text",
        ("text -> text",),
        Doc("The text in capital letters.", "转为大写。"),
        (("UPPER('straße')", "'STRASSE'"), ("UPPER('é中')", "'É中'")),
        str.upper,
        postgresql=lambda c: icu("upper", c.text(0)),
    ),
    Function(
        "LOWER",
        "text",
        ("text -> text",),
        Doc("The text in small letters.", "转为小写。"),
        (("LOWER('ÀB中')", "'àb中'"),),
        str.lower,
        postgresql=lambda c: icu("lower", c.text(0)),
    ),
    Function(
        "TRIM",
        "text",
        ("text -> text",),
        Doc("The text without spaces at both ends (full-width ones included).", "去掉首尾空格（含全角空格）。"),
        (("TRIM('　 a b ')", "'a b'"), ("TRIM('  ')", "NULL")),
        lambda text: text.strip(SPACES),
        postgresql=lambda c: sa.func.btrim(c.text(0), SPACES),
    ),
    Function(
        "LTRIM",
        "text",
        ("text -> text",),
        Doc("The text without spaces at its start.", "去掉开头的空格。"),
        (("LTRIM('  a ')", "'a '"),),
        lambda text: text.lstrip(SPACES),
        postgresql=lambda c: sa.func.ltrim(c.text(0), SPACES),
    ),
    Function(
        "RTRIM",
        "text",
        ("text -> text",),
        Doc("The text without spaces at its end.", "去掉末尾的空格。"),
        (("RTRIM(' a  ')", "' a'"),),
        lambda text: text.rstrip(SPACES),
        postgresql=lambda c: sa.func.rtrim(c.text(0), SPACES),
    ),
    Function(
        "CLEAN",
        "text",
        ("text -> text",),
        Doc(
            "The text with every run of spaces and line ends as one space, none at the ends.",
            "合并连续空白并去掉首尾空格。",
        ),
        (("CLEAN('  a　  b ')", "'a b'"),),
        lambda text: _SPACE_RUN.sub(" ", text).strip(" "),
        postgresql=lambda c: sa.func.btrim(sa.func.regexp_replace(c.text(0), f"[{SPACES}]+", " ", "g"), " "),
    ),
    Function(
        "LEFT",
        "text",
        ("text, integer? -> text",),
        Doc("The first characters (one unless a number is given).", "左边的若干字符（默认 1 个）。"),
        (("LEFT('张三丰', 1)", "'张'"), ("LEFT('abc')", "'a'"), ("LEFT('abc', -1)", "NULL")),
        _left,
        postgresql=lambda c: sa.func.left(c.text(0), c.bound_int(1, 0, MAX_TEXT) if len(c) > 1 else 1),
    ),
    Function(
        "RIGHT",
        "text",
        ("text, integer? -> text",),
        Doc("The last characters (one unless a number is given).", "右边的若干字符（默认 1 个）。"),
        (("RIGHT('13800138000', 4)", "'8000'"), ("RIGHT('abc', 0)", "NULL")),
        _right,
        postgresql=lambda c: sa.func.right(c.text(0), c.bound_int(1, 0, MAX_TEXT) if len(c) > 1 else 1),
    ),
    Function(
        "MID",
        "text",
        ("text, integer, integer -> text",),
        Doc(
            "Characters from a position on; positions before 1 count as 1.",
            "从某位置起的若干字符；位置小于 1 按 1 算。",
        ),
        (("MID('abcdef', 2, 3)", "'bcd'"), ("MID('abc', 0, 2)", "'ab'"), ("MID('abc', 9, 2)", "NULL")),
        _mid,
        postgresql=lambda c: sa.func.substr(c.text(0), c.bound_int(1, 1, MAX_TEXT + 1), c.bound_int(2, 0, MAX_TEXT)),
    ),
    Function(
        "SUBSTITUTE",
        "text",
        ("text, text, text? -> text",),
        Doc(
            "Every occurrence of the second text replaced by the third, or removed.",
            "将所有出现的文本替换为新文本；省略则删除。",
        ),
        (
            ("SUBSTITUTE('a-b-c', '-', '+')", "'a+b+c'"),
            ("SUBSTITUTE('a-b', '-')", "'ab'"),
            ("SUBSTITUTE('a', NULL, 'b')", "'a'"),
        ),
        _substitute,
        nulls="own",
        postgresql=guarded_replace,
    ),
    Function(
        "REPLACE",
        "text",
        ("text, integer, integer, text -> text",),
        Doc("Characters from a position on replaced by a new text.", "替换从某位置起的若干字符。"),
        (("REPLACE('13800138000', 4, 4, '****')", "'138****8000'"),),
        _replace,
        postgresql=_replace_sql,
    ),
    Function(
        "REPEAT",
        "text",
        ("text, integer -> text",),
        Doc("The text repeated.", "重复文本。"),
        (("REPEAT('ab', 3)", "'ababab'"), ("REPEAT('a', 0)", "NULL"), ("REPEAT('a', 10001)", "NULL")),
        _repeat,
        postgresql=guarded_repeat,
    ),
    Function(
        "LPAD",
        "text",
        ("text, integer, text? -> text",),
        Doc("The text filled up at its start to a width; longer texts stay.", "在左侧填充至指定长度；较长的保持不变。"),
        (("LPAD('7', 3, '0')", "'007'"), ("LPAD('1234', 3, '0')", "'1234'")),
        lambda text, width, fill=" ": _pad(text, width, fill) + text,
        postgresql=lambda c: pad(c, "lpad"),
    ),
    Function(
        "RPAD",
        "text",
        ("text, integer, text? -> text",),
        Doc("The text filled up at its end to a width; longer texts stay.", "在右侧填充至指定长度；较长的保持不变。"),
        (("RPAD('7', 3, '.')", "'7..'"), ("RPAD('a', 3) & '|'", "'a  |'")),
        lambda text, width, fill=" ": text + _pad(text, width, fill),
        postgresql=lambda c: pad(c, "rpad"),
    ),
    Function(
        "TEXTJOIN",
        "text",
        ("text, text... -> text",),
        Doc("The texts joined by the first one; nulls are left out.", "用第一个文本作分隔符连接其余文本，忽略空值。"),
        (("TEXTJOIN(', ', 'a', NULL, 'b')", "'a, b'"), ("TEXTJOIN(NULL, 'a', 'b')", "'ab'")),
        _join,
        nulls="own",
        postgresql=lambda c: limited(c, sa.func.concat_ws(sa.func.coalesce(c[0], ""), *c.few()[1:])),
    ),
    Function(
        "DIGITS",
        "text",
        ("text -> text",),
        Doc("Only the digits 0-9 of a text.", "只保留数字 0-9。"),
        (("DIGITS('+86 138-0013')", "'861380013'"), ("DIGITS('abc')", "NULL")),
        lambda text: re.sub("[^0-9]", "", text),
        postgresql=lambda c: sa.func.regexp_replace(c.text(0), "[^0-9]", "", "g"),
    ),
    Function(
        "CODE",
        "text",
        ("text -> integer",),
        Doc("The Unicode number of the first character.", "首字符的 Unicode 编码。"),
        (("CODE('中')", "20013"), ("CODE('😀')", "128512")),
        lambda text: ord(text[0]),
        postgresql=lambda c: sa.func.ascii(c.text(0)),
    ),
    Function(
        "CHAR",
        "text",
        ("integer -> text",),
        Doc(
            "The character of a Unicode number; null for control characters.", "Unicode 编码对应的字符；控制字符为空。"
        ),
        (("CHAR(20013)", "'中'"), ("CHAR(0)", "NULL"), ("CHAR(55296)", "NULL")),
        _char,
        postgresql=_code_sql,
    ),
    Function(
        "REVERSE",
        "text",
        ("text -> text",),
        Doc("The characters in reverse order.", "反转字符顺序。"),
        (("REVERSE('a中😀')", "'😀中a'"),),
        lambda text: text[::-1],
        postgresql=lambda c: sa.func.reverse(c.text(0)),
    ),
    Function(
        "MASK",
        "text",
        ("text, integer, integer -> text",),
        Doc("The text with stars between its first and last characters.", "保留首尾若干字符，其余用星号代替。"),
        (("MASK('13800138000', 3, 4)", "'138****8000'"), ("MASK('ab', 1, 1)", "'**'")),
        _mask,
        postgresql=_mask_sql,
    ),
    Function(
        "PINYIN",
        "text",
        ("text -> text",),
        Doc("Chinese characters in pinyin without tones; the rest as it is.", "汉字转拼音（无声调）。"),
        (("PINYIN('上海')", "'shang hai'"),),
        _pinyin,
        browser=False,
    ),
)
