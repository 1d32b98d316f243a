"""A point on the earth."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.numbers import decimal_reader, decimal_schema, decimal_text
from loomwork.field_types.refusals import refuse, short

SCALE = 6
"""Decimals of a degree: about a tenth of a metre."""

_LIMITS = {"lat": Decimal(90), "lng": Decimal(180)}
_WITHIN = {"lat": "[0-8]?[0-9]", "lng": "(1[0-7][0-9]|[0-9]{1,2})"}
"""Whole degrees below the limit, as text."""

_read_lat = decimal_reader(SCALE, -_LIMITS["lat"], _LIMITS["lat"], at="lat")
_read_lng = decimal_reader(SCALE, -_LIMITS["lng"], _LIMITS["lng"], at="lng")


class Location(FieldType):
    """Latitude and longitude in degrees (WGS 84), six decimals; the main column is both as text."""

    name = "location"
    label = both("Location", "位置")
    help = both("A point on the map.", "地图上的一个点。")
    group = "other"
    icon = "current-location"
    operators = operators.EMPTY
    sort_suffix = None
    may_be_unique = False
    widget = "location"
    samples = (
        Sample({"lat": "31.230400", "lng": "121.473700"}),
        Sample({"lat": "-90", "lng": 180}, {"lat": "-90.000000", "lng": "180.000000"}),
        Sample({"lat": "0.000001", "lng": "-0.000001"}),
        Sample({"lat": "90.000001", "lng": "0"}, code="too_large"),
        Sample({"lat": "0", "lng": "-181"}, code="too_small"),
        Sample({"lat": "0.0000001", "lng": "0"}, code="too_many_decimals"),
        Sample({"lat": "北纬", "lng": "0"}, code="not_number"),
        Sample({"lat": "0"}, code="missing_key"),
        Sample({"lat": "0", "lng": "0", "alt": "5"}, code="unknown_key"),
        Sample("31.2304,121.4737", code="not_object"),
    )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        degrees = ColumnSpec(Kind.DECIMAL, "lat", scale=SCALE), ColumnSpec(Kind.DECIMAL, "lng", scale=SCALE)
        return ColumnSpec(Kind.TEXT, length=30), *degrees

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {"lat": ValueShape("number", scale=SCALE), "lng": ValueShape("number", scale=SCALE)}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        return _read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: {"lat": decimal_text(cells[1]), "lng": decimal_text(cells[2])}

    def from_file(self, text: str, props: Props) -> Any:
        """`31.2304, 121.4737`: latitude first."""
        lat, _, lng = text.replace("，", ",").partition(",")
        return {"lat": lat.strip(), "lng": lng.strip()}

    def to_file(self, wire: Any, props: Props) -> str:
        return f"{wire['lat']},{wire['lng']}" if wire else ""

    def schema_in(self, props: Props) -> dict[str, Any]:
        keys = {key: _degrees(pattern, _LIMITS[key]) for key, pattern in _WITHIN.items()}
        return schemas.closed(keys, ("lat", "lng"))

    def schema_out(self, props: Props) -> dict[str, Any]:
        return schemas.closed({"lat": schemas.NUMBER_TEXT, "lng": schemas.NUMBER_TEXT}, ("lat", "lng"))


def _degrees(within: str, limit: Decimal) -> dict[str, Any]:
    number = decimal_schema(SCALE, -limit, limit)["anyOf"][1]
    edge = rf"{limit}(\.0{{1,{SCALE}}})?"
    return {"anyOf": [{"type": "string", "pattern": rf"^-?({edge}|{within}(\.[0-9]{{1,{SCALE}}})?)$"}, number]}


def _read(value: Any) -> Cells:
    if not isinstance(value, dict):
        raise refuse("not_object", value=short(value), known="lat, lng")
    for key in value:
        if key not in _LIMITS:
            raise refuse("unknown_key", key=short(key), known="lat, lng")
    for key in _LIMITS:
        if value.get(key) is None:
            raise refuse("missing_key", key=key)
    lat, lng = _read_lat(value["lat"]), _read_lng(value["lng"])
    return f"{lat:f},{lng:f}", lat, lng
