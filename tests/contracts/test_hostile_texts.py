"""Long runs of one or two characters never take a reader of texts more than one pass, whatever stands round them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import partial

import pytest

from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import read_json
from loomwork.field_types import BUILTIN
from loomwork.field_types.base import FieldType
from loomwork.web.api.errors import _with_hint
from loomwork.web.api.query_body import read_query
from tests.support.ending import ends

LENGTH = 30_000
"""About the longest cell of a sheet."""
SINGLE = " \n1a.,<市"
BEFORE = ("", "x", "1d", "-", "USD", "1 USD")
AFTER = ("!", "x\ny")


def hostile(length: int = LENGTH) -> Iterator[str]:
    for mark, before, after in itertools.product(SINGLE, BEFORE, AFTER):
        yield before + mark * length + after
    for one, other in itertools.permutations(" 1a.", 2):
        yield (one + other) * (length // 2)
        yield (one + other) * (length // 2) + "!"


@pytest.mark.parametrize("kind", [one for one in BUILTIN if one.origin.value == "input"], ids=lambda one: one.name)
def test_values_are_read_in_one_pass(kind: FieldType) -> None:
    try:
        readers = (kind.reader({}), lambda text: kind.from_file(text, {}))
    except KeyError:
        return  # a type that is nothing without its properties

    def read_all() -> None:
        for text, read in itertools.product(hostile(), readers):
            try:
                read(text)
            except Exception:  # noqa: BLE001 - what is refused has come to its end
                continue

    assert ends(read_all, within_s=15)


def test_the_test_finds_a_pattern_that_tries_every_way() -> None:
    planted = re.compile(r"([0-9])d\s*(?:h)?\s*(?:m)?\s*(?:s)?")
    assert not ends(lambda: planted.fullmatch("1d" + " " * LENGTH + "!"), within_s=2)


def _refused(raw: bytes) -> None:
    with pytest.raises(PlatformError, match="not JSON"):
        read_json(raw)


def test_a_body_of_quotes_that_are_never_closed() -> None:
    body = b"[" + b"[]," * 40 + b'"' + b'\\"' * 450_000
    for raw in (body, body + b"\\"):
        assert ends(partial(_refused, raw))
    with pytest.raises(PlatformError, match="deeper"):
        read_json(b'["\\"[[[[", ' + b"[" * 40 + b"]" * 41)
    assert read_json(b'["' + b"[" * 40 + b'\\"]", ' + b"[]," * 40 + b"1]")[0] == "[" * 40 + '"]'


@pytest.mark.parametrize("text", ["SUM(" + " " * 900_000, " " * 900_000 + "!", "SUM( a" + " " * 900_000])
def test_measures_and_groups_of_blanks(text: str) -> None:
    assert ends(lambda: read_query({"entity": "a.b", "measures": {"m": text}}))
    assert ends(lambda: read_query({"entity": "a.b", "group": [text]}))


def test_a_hint_is_looked_for_at_the_end_of_a_sentence_only() -> None:
    name = "known: " * 57 + "a" + " " * 900_000 + "b"
    assert ends(lambda: _with_hint("没有此字段。", f'no field "{name}"', "zh-CN"))
    assert _with_hint("没有此字段。", f'no field "{name}"; did you mean "title"?', "zh-CN").endswith("“title”？")
