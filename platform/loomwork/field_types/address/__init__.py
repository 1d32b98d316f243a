"""Postal addresses, Chinese and international."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.address.china import place_in_china, split_chinese
from loomwork.field_types.address.lines import one_line
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.countries import COUNTRIES
from loomwork.field_types.lists import join_items, split_items
from loomwork.field_types.masks import HIDDEN
from loomwork.field_types.parts import parts_reader, parts_schema
from loomwork.field_types.refusals import refuse, short

PARTS = ("country", "province", "city", "district", "street", "postcode")
_LENGTHS = {"country": 2, "province": 80, "city": 80, "district": 80, "street": 250, "postcode": 20}
_LINE_LENGTH = sum(_LENGTHS.values()) + 20


class Address(FieldType):
    """Country, province, city, district, street and postcode; the main column is the whole as one line.

    In China the province must be one of the 34, short names are completed (`广东` → `广东省`, `深圳` → `深圳市`), and
    the parts are written from the largest to the smallest; elsewhere all parts are free. Districts are free text.
    """

    name = "address"
    label = both("Address", "地址")
    help = both("A postal address in parts.", "分级填写的地址。")
    group = "text"
    icon = "map-pin"
    operators = (*operators.PARTS, *operators.EMPTY)
    search_suffixes = ("",)
    may_be_unique = False
    widget = "address"
    samples = (
        Sample(
            {"country": "CN", "province": "广东", "city": "深圳", "district": "南山区", "street": "科技园路 1 号"},
            {"country": "CN", "province": "广东省", "city": "深圳市", "district": "南山区", "street": "科技园路 1 号"},
        ),
        Sample({"province": "北京市", "city": "北京市"}, {"country": "CN", "province": "北京市", "city": "北京市"}),
        Sample({"country": "GB", "city": "London", "street": "10 Downing Street", "postcode": "SW1A 2AA"}),
        Sample({"country": "US", "street": "x" * 250}),
        Sample({"province": "广冻省"}, code="unknown_province"),
        Sample({"country": "XX", "city": "Nowhere"}, code="unknown_country"),
        Sample({"country": "CN", "town": "x"}, code="unknown_key"),
        Sample({"street": "路" * 251}, code="too_long"),
        Sample("深圳市", code="not_object"),
    )

    def properties_schema(self) -> dict[str, Any]:
        text = "Country of addresses that name none, ISO 3166."
        return schemas.closed({"country": schemas.one_of(text, tuple(sorted(COUNTRIES)), default="CN")})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        parts = (ColumnSpec(Kind.TEXT, part, length=_LENGTHS[part]) for part in PARTS)
        return ColumnSpec(Kind.TEXT, length=_LINE_LENGTH), *parts

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {part: ValueShape("text") for part in PARTS}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read_parts = parts_reader(_LENGTHS)
        usual = props.get("country", "CN")

        def read(value: Any) -> Cells:
            found = read_parts(value)
            if not found.keys() - {"country"}:
                return (None,) * 7
            country = found.setdefault("country", usual)
            if country not in COUNTRIES:
                raise refuse("unknown_country", at="country", value=short(country))
            if country == "CN":
                place_in_china(found)
            return one_line(found), *(found.get(part) for part in PARTS)

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: {part: cell for part, cell in zip(PARTS, cells[1:], strict=True) if cell is not None}

    def display(self, wire: Any, props: Props, language: str) -> str:
        return one_line(wire) if wire else ""

    def from_file(self, text: str, props: Props) -> Any:
        """Six parts with semicolons between; else one Chinese line taken apart; else a street."""
        if text.count(";") + text.count("；") >= len(PARTS) - 1:
            return dict(zip(PARTS, split_items(text, keep_empty=True), strict=False))
        plain = text.strip()
        return split_chinese(plain) if props.get("country", "CN") == "CN" else {"street": plain}

    def to_file(self, wire: Any, props: Props) -> str:
        return join_items([wire.get(part, "") for part in PARTS]) if wire else ""

    def mask(self, wire: Any, props: Props) -> Any:
        """Down to the district; whether there is a street is not told either."""
        return {**{part: wire[part] for part in PARTS[:4] if part in wire}, "street": HIDDEN} if wire else None

    def schema_in(self, props: Props) -> dict[str, Any]:
        schema = parts_schema(_LENGTHS)
        schema["properties"]["country"] = {"enum": [*sorted(COUNTRIES), None]}
        return schema

    def schema_out(self, props: Props) -> dict[str, Any]:
        return schemas.closed({part: {"type": "string"} for part in PARTS}, ("country",))
