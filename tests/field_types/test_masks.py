"""Masks show what their rule says and not one character more."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from loomwork.core.text import has_cjk
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.masks import HIDDEN, RULES

SEED = 20261122
COUNT = 10_000


@pytest.mark.parametrize(
    ("rule", "value", "shown"),
    [
        ("mobile", "+8613812341234", "138****1234"),
        ("mobile", "138 1234 1234", "138****1234"),
        ("mobile", "+14155550123", HIDDEN),
        ("mobile", "12345", HIDDEN),
        ("id_card", "11010519491231002X", "110****002X"),
        ("id_card", "110105491231002", "110****1002"),
        ("id_card", "1101051949", HIDDEN),
        ("bank_card", "6222 0200 1234 5678", "****5678"),
        ("bank_card", "5678", HIDDEN),
        ("email", "zoe@example.com", "z***@example.com"),
        ("email", "z@example.com", "***@example.com"),
        ("email", "nobody", HIDDEN),
        ("email", "@example.com", HIDDEN),
        ("name", "张伟", "张*"),
        ("name", "欧阳娜娜", "欧*"),
        ("name", "张", HIDDEN),
        ("name", "Ada Lovelace", HIDDEN),
        ("all", "anything", HIDDEN),
    ],
)
def test_each_rule(rule: str, value: str, shown: str) -> None:
    assert RULES[rule](value) == shown


def _random_value(source: random.Random) -> str:
    alphabets = ("0123456789", "abcXYZ", "张伟欧阳娜李", "@.-+ ", "😀👩‍👧é\u202e", "0123456789Xx")
    made = "".join(
        source.choice(source.choice(alphabets)) for _ in range(source.choice((0, 1, 2, 3, 5, 11, 15, 18, 25)))
    )
    forms = (
        made,
        "1" + "".join(source.choice("0123456789") for _ in range(10)),
        "".join(source.choice("0123456789") for _ in range(source.choice((12, 15, 16, 17, 18, 19)))),
        f"{made}@{source.choice(('example.com', '例子.中国', made))}",
    )
    return source.choice(forms)


def _allowed(rule: str, value: str) -> str:
    """The characters of a value that its rule may show at most."""
    digits = value.replace(" ", "").replace("-", "")
    if rule == "email":
        local, _, domain = value.rpartition("@")
        return local[:1] * (len(local) > 1) + "@" + domain if local and domain else ""
    if rule == "name":
        return value[:1] if len(value) > 1 and has_cjk(value[:1]) else ""
    ends = {"mobile": (3, 4, 11), "id_card": (3, 4, 15), "bank_card": (0, 4, 12), "all": (0, 0, 99)}
    head, tail, least = ends[rule]
    bare = digits.removeprefix("+").removeprefix("86") if rule == "mobile" else digits
    return bare[:head] + bare[len(bare) - tail :] if len(bare) >= least else ""


@pytest.mark.parametrize("rule", sorted(RULES))
def test_ten_thousand_values_show_nothing_beyond_the_rule(rule: str) -> None:
    source = random.Random(SEED)
    for _ in range(COUNT):
        value = _random_value(source)
        shown = Counter(RULES[rule](value).replace("*", "").replace("•", ""))
        assert not shown - Counter(_allowed(rule, value)), (
            f"seed {SEED}: {rule} of {value!r} shows {RULES[rule](value)!r}"
        )


def test_a_rule_that_shows_more_would_be_found() -> None:
    def leaky(value: str) -> str:
        return value[:4] + "****" + value[-4:]

    source = random.Random(SEED)
    values = [_random_value(source) for _ in range(200)]
    assert any(Counter(leaky(one).replace("*", "")) - Counter(_allowed("mobile", one)) for one in values)


def test_types_mask_their_wire_form() -> None:
    masked = {
        "phone": ("+8613812341234", "138****1234"),
        "email": ("zoe@example.com", "z***@example.com"),
        "person_name": ({"full": "张伟", "family": "张", "given": "伟"}, {"full": "张*"}),
        "integer": (5, HIDDEN),
        "money": ({"amount": "5.00", "currency": "CNY"}, HIDDEN),
        "encrypted_text": ("secret", HIDDEN),
        "file": ({"id": "x", "name": "合同.pdf"}, HIDDEN),
    }
    for name, (wire, shown) in masked.items():
        assert FIELD_TYPES[name].mask(wire, {}) == shown
    assert FIELD_TYPES["text"].mask("6222020012345678", {"mask": "bank_card"}) == "****5678"


def test_an_address_is_masked_below_the_district() -> None:
    wire = {"country": "CN", "province": "广东省", "district": "南山区", "street": "1 号", "postcode": "518057"}
    assert FIELD_TYPES["address"].mask(wire, {}) == {
        "country": "CN",
        "province": "广东省",
        "district": "南山区",
        "street": HIDDEN,
    }
