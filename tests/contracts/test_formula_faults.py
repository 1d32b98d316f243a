"""Every fault of a formula or condition is said in every language: its code, what was found, where, and a way out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from loomwork.core.i18n import LANGUAGES, platform_messages
from loomwork.expressions import FormulaError, compile_conditions, compile_formula
from loomwork.expressions.faults import TITLES
from loomwork.expressions.limits import MAX_CHARACTERS, MAX_CONDITIONS, MAX_DEPTH, MAX_NODES
from loomwork.expressions.types import BOOLEAN, DATE, TEXT, FormulaType
from tests.conformance.shop import SCOPE
from tests.support.source import platform_modules

PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b(?:the|is|are|cannot|must|there|write|use|expected|found|of|known|mean)\b")
PREFIXES = ("formula.", "hint.")
NOT_SAID = frozenset({"formula.evaluate"})

FORMULAS = {
    "X101": ("1 # 2", "字符“#”在这里没有意义（第 1 行第 3 列）"),
    "X102": ("name = 'Li", "文本的引号没有闭合（第 1 行第 8 列）；请在末尾补上 '；文本中的引号请写两次"),
    "X103": ("1e5", "“1e5”不是数字（第 1 行第 1 列）；数字请写成 1234.56，不用指数和分隔符"),
    "X104": ("(1 + 2", "此处应为“)”，实际是公式末尾（第 1 行第 7 列）"),
    "X105": ("1" * (MAX_CHARACTERS + 1), f"公式有 {MAX_CHARACTERS + 1} 个字符，最多 {MAX_CHARACTERS} 个（第 1 行第 1 列）"),
    "X106": ("1" + "+1" * MAX_NODES, f"公式超过 {MAX_NODES} 个部分"),
    "X107": ("(" * (MAX_DEPTH + 1) + "1", f"公式嵌套超过 {MAX_DEPTH} 层"),
    "X110": ("nmae = 'Li'", "shop.order没有名为“nmae”的字段（第 1 行第 1 列）；是不是“name”？"),
    "X111": ("UPER(name)", "没有函数 UPER（第 1 行第 1 列）；是不是“UPPER”？"),
    "X112": ("name = :nmae", "没有参数 :nmae（第 1 行第 8 列）；是不是“name”？"),
    "X113": ("lines", "“lines”对应多条记录（第 1 行第 1 列）；请写 COUNT(lines) 或其他汇总函数"),
    "X114": ("name.x", "“name”是文本，其中没有“x”（第 1 行第 1 列）"),
    "X115": ("COUNT(name)", "COUNT 的第一个参数须为对应多条记录的名称（第 1 行第 7 列）"),
    "X120": ("UPPER()", "UPPER 需要 1 个参数，实际给了 0 个（第 1 行第 1 列）"),
    "X121": ("UPPER(1)", "UPPER 的第 1 个参数应为文本，实际是整数（第 1 行第 7 列）；TEXT(…) 可把值写成文本"),
    "X122": ("name + 1", "文本与整数不能相加（第 1 行第 8 列）；连接文本请用 &"),
"X124": ("stage = 'opn'", "“stage”没有选项 'opn'（第 1 行第 1 列）；"),
    "X125": ("day = date'2026-13-01'", "“2026-13-01”不是有效的日期（第 1 行第 11 列）；请写 date'2026-01-31'"),
}  # fmt: skip
CONDITIONS: dict[str, list[tuple[Any, str]]] = {
    "X140": [
        (7, "条件应为对象（位于 filter）"),
        ({"and": 1}, "“and”须包含条件列表（位于 filter.and）"),
        ({"field": "name", "op": "eq", "valu": 1}, "条件没有名为“valu”的键（位于 filter）；是不是“value”？"),
    ],
    "X141": [({"field": "name", "op": "equals"}, "没有运算符“equals”（位于 filter）")],
    "X142": [
        ({"field": "name", "op": "eq"}, "“eq”需要一个值（位于 filter）；查找空值请用 is_empty"),
        ({"field": "amount", "op": "between", "value": [1]}, "“between”需要由两个值组成的列表（位于 filter）"),
    ],
    "X143": [({"field": "name", "op": "is_me"}, "“is_me”不适用于“name”，它是文本（位于 filter）；适用的有：")],
    "X144": [
        (
            {"and": [{"field": "amount", "op": "gt", "value": "abc"}]},
            '"abc" 不是数字（2 位小数）（位于 filter.and.0）；请写 "12.50" 或 12',
        )
    ],
    "X145": [({"or": [{}] * (MAX_CONDITIONS + 1)}, f"条件超过 {MAX_CONDITIONS} 个（位于 filter.or）")],
    "X110": [
        ({"formula": "nmae = 'a'"}, "shop.order没有名为“nmae”的字段（第 1 行第 1 列）（位于 filter.formula）；是不是")
    ],
}


def refused(asked: Any, expected: FormulaType = BOOLEAN) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        compile_formula(asked, scope=SCOPE, entity="shop.order", params={"name": TEXT}, expected=expected)
    return caught.value


def refused_tree(asked: Any) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        compile_conditions(asked, scope=SCOPE, entity="shop.order")
    return caught.value


def test_a_result_of_another_type_is_said_in_chinese() -> None:
    [fault] = refused("name", DATE).faults
    assert fault.code == "X123"
    assert fault.as_text().told("zh-CN") == "结果应为日期，此公式得到的是文本（第 1 行第 1 列）；请写成 '2026-01-31'"


@pytest.mark.parametrize("code", FORMULAS)
def test_a_fault_of_a_formula_is_said_in_chinese(code: str) -> None:
    text, said = FORMULAS[code]
    fault = refused(text).faults[0]
    chinese = fault.as_text().told("zh-CN")
    assert chinese.startswith(said)
    assert ENGLISH.search(chinese) is None
    assert CHINESE.search(str(fault.as_text())) is None
    assert fault.code == code


@pytest.mark.parametrize(("code", "at"), [(code, at) for code, asked in CONDITIONS.items() for at in range(len(asked))])
def test_a_fault_of_a_condition_is_said_in_chinese(code: str, at: int) -> None:
    tree, said = CONDITIONS[code][at]
    fault = refused_tree(tree).faults[0]
    chinese = fault.as_text().told("zh-CN")
    assert (fault.code, chinese[: len(said)]) == (code, said)
    assert ENGLISH.search(chinese) is None


def test_every_code_has_words_and_a_title_in_every_language() -> None:
    assert len(TITLES) >= 29
    texts = platform_messages()
    for language in LANGUAGES:
        for code, title in TITLES.items():
            said = [key for key in texts[language] if key == f"formula.{code}" or key.startswith(f"formula.{code}.")]
            assert said, (code, language)
            assert texts["en"][f"metadata.fault.{code}"] == title
            assert bool(CHINESE.search(texts[language][f"metadata.fault.{code}"])) == (language == "zh-CN")


def test_no_chinese_sentence_was_left_in_english() -> None:
    texts = {key: text for key, text in platform_messages()["zh-CN"].items() if key.startswith(PREFIXES)}
    bare = {"formula.and", "formula.found.symbol", "formula.with_hint"}
    assert len(texts) >= 130
    assert [key for key, text in texts.items() if key not in bare and not CHINESE.search(text)] == []
    assert [key for key, text in texts.items() if ENGLISH.search(PLACEHOLDER.sub("", text))] == []


def said_keys() -> Iterator[tuple[str, str, str]]:
    """Where something is said, and its key; one that is put together stands as its beginning and `*`."""
    for module in platform_modules():
        parts = {id(one) for node in ast.walk(module.tree) if isinstance(node, ast.JoinedStr) for one in node.values}
        for node in ast.walk(module.tree):
            if id(node) in parts:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(PREFIXES):
                yield module.place, node.value, ""
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if start.startswith(PREFIXES):
                    yield module.place, start, "*"


def test_every_key_that_is_said_is_there_and_every_text_is_said() -> None:
    found = [one for one in said_keys() if one[1] not in NOT_SAID]
    assert len(found) >= 80
    texts = [key for key in platform_messages()["en"] if key.startswith(PREFIXES)]
    fits = {
        (key, rest): [one for one in texts if one == key or (rest and one.startswith(key))] for _, key, rest in found
    }
    assert [key for (key, _), ones in fits.items() if not ones] == []
    assert sorted(set(texts) - {one for ones in fits.values() for one in ones}) == []
