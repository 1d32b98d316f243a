"""Names, addresses, phones, addresses of the web."""

from __future__ import annotations

from typing import Any

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.address.china import provinces, split_chinese
from loomwork.field_types.address.lines import one_line
from loomwork.field_types.person_name import full_name

PROVINCES = 34
CITIES = 370


@pytest.mark.parametrize(
    ("parts", "order", "full"),
    [
        ({"family": "张", "given": "伟"}, "auto", "张伟"),
        ({"family": "Lovelace", "given": "Ada", "middle": "King"}, "auto", "Ada King Lovelace"),
        ({"family": "Nagy", "given": "Éva"}, "family_first", "Nagy Éva"),
        ({"family": "张", "given": "Wei"}, "given_first", "Wei张"),
        ({"given": "Plato"}, "auto", "Plato"),
        ({"full": "Björk"}, "auto", "Björk"),
    ],
)
def test_full_names_follow_from_their_parts(parts: dict[str, str], order: str, full: str) -> None:
    assert full_name(parts, order) == full


def test_names_are_sorted_by_family() -> None:
    read = FIELD_TYPES["person_name"].reader({})
    ada, zoe = read({"family": "Lovelace", "given": "Ada"}), read({"family": "Ames", "given": "Zoe"})
    assert ada[-1] > zoe[-1]
    assert read("张伟")[-1] < read("赵一")[-1]


def test_a_changed_part_makes_the_full_name_anew() -> None:
    kind = FIELD_TYPES["person_name"]
    assert kind.reader({})({"full": "Ada Byron", "family": "Lovelace", "given": "Ada"})[0] == "Ada Lovelace"
    assert kind.reader({})({"full": None, "family": ""}) == (None,) * 6


def test_the_list_of_provinces_and_cities() -> None:
    known = provinces()
    assert len(known) == PROVINCES
    assert sum(map(len, known.values())) >= CITIES
    assert all(len(set(cities)) == len(cities) for cities in known.values())
    assert {"广州市", "深圳市"} <= set(known["广东省"])


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "广东省深圳市南山区科技园路1号 518057",
            {
                "province": "广东省",
                "city": "深圳市",
                "district": "南山区",
                "street": "科技园路1号",
                "postcode": "518057",
            },
        ),
        (
            "北京市海淀区中关村大街5号",
            {"province": "北京市", "city": "北京市", "district": "海淀区", "street": "中关村大街5号"},
        ),
        ("江苏苏州昆山市前进路", {"province": "江苏省", "city": "苏州市", "district": "昆山市", "street": "前进路"}),
        ("somewhere else", {"street": "somewhere else"}),
        ("香港特别行政区中环", {"province": "香港特别行政区", "city": "香港特别行政区", "street": "中环"}),
    ],
)
def test_a_chinese_line_is_taken_apart(line: str, parts: dict[str, str]) -> None:
    assert split_chinese(line) == parts
    assert FIELD_TYPES["address"].reader({})(FIELD_TYPES["address"].from_file(line, {}))[0]


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"country": "CN", "province": "北京市", "city": "北京市", "district": "海淀区"}, "北京市海淀区"),
        ({"country": "CN", "province": "广东省", "city": "深圳市", "postcode": "518057"}, "广东省深圳市 518057"),
        (
            {"country": "GB", "city": "London", "street": "10 Downing Street", "postcode": "SW1A 2AA"},
            "10 Downing Street, London SW1A 2AA, GB",
        ),
    ],
)
def test_an_address_is_one_line_in_the_order_of_its_country(parts: dict[str, str], line: str) -> None:
    assert one_line(parts) == line


def test_a_city_that_is_not_on_the_list_stays_as_written() -> None:
    read = FIELD_TYPES["address"].reader({})
    assert read({"province": "江苏", "city": "昆山市"})[2:4] == ("江苏省", "昆山市")
    with pytest.raises(Refused, match="广东省"):
        read({"province": "广冻省"})


def test_an_address_of_nothing_is_empty() -> None:
    assert FIELD_TYPES["address"].reader({})({"country": "CN", "city": None, "street": ""}) == (None,) * 7


def test_phones_are_shown_in_groups() -> None:
    kind = FIELD_TYPES["phone"]
    assert kind.display("+8613800138000", {}, "zh-CN") == "+86 138 0013 8000"
    assert kind.display("not a number", {}, "en") == "not a number"
    assert kind.reader({})(kind.from_file("13800138000.0", {})) == ("+8613800138000",)


@pytest.mark.parametrize(
    "address",
    [
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http:///x",
        "https://a b",
        "https://x:99999/",
        "http://\\evil",
        "mailto:x",
    ],
)
def test_addresses_that_browsers_could_be_hurt_by_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["url"].reader({})(address)


def test_a_host_in_a_sheet_gets_its_scheme() -> None:
    kind = FIELD_TYPES["url"]
    assert kind.from_file(" www.example.com/a ", {}) == "https://www.example.com/a"
    assert kind.from_file("zoe@example.com", {}) == "zoe@example.com"


@pytest.mark.parametrize("value", [{"lat": 31.2304, "lng": 121.4737}, {"lat": "31.2304", "lng": "121.473700"}])
def test_points_are_kept_to_six_decimals(value: dict[str, Any]) -> None:
    assert FIELD_TYPES["location"].reader({})(value)[0] == "31.230400,121.473700"


@pytest.mark.parametrize(
    ("wire", "typed"),
    [
        ("+8613800138000", "+86 138 0013 8000"),
        ("+862161234567;ext=8001", "+86 21 6123 4567 ext. 8001"),
        ("+442083661177", "+44 20 8366 1177"),
        ("138****8000", ""),
        (None, ""),
    ],
)
def test_a_phone_is_typed_in_groups_and_read_back_as_the_same_number(wire: str | None, typed: str) -> None:
    phone = FIELD_TYPES["phone"]
    assert phone.typed(wire, {}) == typed
    if typed:
        assert phone.reader({})(typed) == (wire,)


def test_what_an_input_shows_is_read_back_as_the_value_that_it_stands_for() -> None:
    shown = 0
    for kind in FIELD_TYPES.values():
        for sample in (one for one in kind.samples if not one.code):
            props = sample.props or {}
            wire = sample.wire if sample.shown is None else sample.shown
            typed = kind.typed(wire, props)
            shown += bool(typed)
            assert not typed or kind.reader(props)(typed) == kind.reader(props)(wire)
    assert shown
