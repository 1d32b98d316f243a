"""Provinces and prefecture-level cities of China: completing short names, taking a written line apart."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from loomwork.field_types.refusals import near, refuse, short

_PROVINCE_ENDS = re.compile("(?:省|市|(?:维吾尔|壮族|回族)?自治区|特别行政区)$")
_CITY_ENDS = re.compile("(?:市|地区|盟|自治州)$")
_DISTRICT = re.compile(".{1,10}?(?:自治县|自治旗|新区|区|县|旗|市)")
_POSTCODE = re.compile(r"(?<!\s)\s*+(?:邮编[:：]?\s*+)?([0-9]{6})$")


@lru_cache(maxsize=1)
def provinces() -> Mapping[str, tuple[str, ...]]:
    """Province → its cities. Source: GB/T 2260, divisions at province and prefecture level, in `china.json`."""
    data = json.loads(Path(__file__).with_name("china.json").read_text(encoding="utf-8"))
    return {province: tuple(cities) for province, cities in data["provinces"].items()}


@lru_cache(maxsize=1)
def _by_short_name() -> Mapping[str, str]:
    return {_PROVINCE_ENDS.sub("", name): name for name in provinces()}


@lru_cache(maxsize=64)
def _cities_by_short_name(province: str) -> Mapping[str, str]:
    return {_CITY_ENDS.sub("", name): name for name in provinces()[province]}


def place_in_china(parts: dict[str, str]) -> None:
    """Complete the names of province and city in place. A city that the list does not know stays as it is written.

    Raises: Refused `unknown_province` with the nearest one.
    """
    province = parts.get("province")
    if province is None:
        return
    full = province if province in provinces() else _by_short_name().get(province)
    if full is None:
        raise refuse("unknown_province", at="province", value=short(province), known=near(province, provinces()))
    parts["province"] = full
    if "city" in parts:
        parts["city"] = _cities_by_short_name(full).get(parts["city"], parts["city"])


def split_chinese(line: str) -> dict[str, str]:
    """The parts of an address that is written as one line, as far as they are plain; the rest is the street."""
    parts: dict[str, str] = {}
    code = _POSTCODE.search(line)
    if code:
        parts["postcode"] = code[1]
        line = line[: code.start()]
    rest, province = _take(line, {**{name: name for name in provinces()}, **_by_short_name()})
    if province:
        parts["province"] = province
        rest, city = _take(rest, {**{n: n for n in provinces()[province]}, **_cities_by_short_name(province)})
        if city or province in provinces()[province]:
            parts["city"] = city or province
        district = _DISTRICT.match(rest)
        if district:
            parts["district"] = district.group()
            rest = rest[district.end() :]
    if rest.strip():
        parts["street"] = rest.strip()
    return parts


def _take(line: str, names: Mapping[str, str]) -> tuple[str, str]:
    """The line without the longest of the names that it begins with, and the full form of that name."""
    for name in sorted(names, key=len, reverse=True):
        if line.startswith(name):
            return line[len(name) :].lstrip(), names[name]
    return line, ""
