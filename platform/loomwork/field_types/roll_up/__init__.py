"""Values gathered from the records below: counts, sums, latest dates."""

from collections.abc import Mapping
from typing import Any

from loomwork.field_types import schemas
from loomwork.field_types.base import FieldType, Origin, Props, Sample, both
from loomwork.field_types.formula import Formula
from loomwork.field_types.results import RESULTS, result_props

FUNCTIONS = ("count", "sum", "avg", "min", "max", "first", "last")
_KEPT_AS = {
    "rate": "decimal",
    **dict.fromkeys(("rating", "progress"), "integer"),
}
"""How values of types that are no results themselves are kept; what is not named here is text."""

_SUM = {"relation": "lines", "function": "sum", "value": "price"}


class RollUp(Formula):
    """A count, sum, average, smallest, greatest, first or last value over the records of a relation.

    Counts are whole numbers, averages decimals (of durations and money: the same); the others are what `result` says, else what
    the value's own type says, which the catalog passes as `_result`. Money is gathered in the company's currency
    and stays money.
    """

    name = "roll_up"
    label = both("Roll-up", "汇总")
    help = both("Gathered from related records.", "由关联记录汇总得出。")
    icon = "sum"
    origin = Origin.ROLL_UP
    samples = (
        Sample(3, props={"relation": "lines", "function": "count"}),
        Sample("12.50", props=_SUM),
        Sample("9999999999999999.99", props=_SUM),
        Sample("2026-11-22", props={**_SUM, "function": "max", "result": "date"}),
        Sample("三", code="not_integer", props={"relation": "lines", "function": "count"}),
        Sample("99999999999999999", code="too_many_digits", props=_SUM),
        Sample(True, code="not_number", props=_SUM),
    )

    def properties_schema(self) -> dict[str, Any]:
        name = "^[a-z][a-z0-9_]{0,39}$"
        return schemas.closed(
            {
                "relation": schemas.string("Relation of this entity whose records are gathered.", pattern=name),
                "function": schemas.one_of("How they are gathered.", FUNCTIONS),
                "value": schemas.string("Field or formula over the related record.", maxLength=2_000),
                "filter": schemas.string("Formula that says which records count.", maxLength=2_000),
                "order_by": schemas.string("Field by which `first` and `last` choose.", pattern=name),
                "result": schemas.one_of("Type of the result, for min, max, first and last.", tuple(RESULTS)),
                "scale": schemas.whole("Digits after the point, rounded half up.", 0, 6, default=2),
            },
            ("relation", "function"),
        )

    def faults(self, props: Props) -> list[str]:
        function = props.get("function", "count")
        found = []
        if (function == "count") == ("value" in props):
            found.append("count takes no value" if function == "count" else f"{function} needs a value")
        if (function in ("first", "last")) != ("order_by" in props):
            is_missing = function in ("first", "last")
            found.append(f"{function} needs order_by" if is_missing else f"{function} takes no order_by")
        return found

    def result(self, props: Props) -> str:
        function = props.get("function", "count")
        if function == "count":
            return "integer"
        found = str(props.get("result", props.get("_result", "decimal")))
        asked = found if found in RESULTS else _KEPT_AS.get(found, "text")
        if function == "sum":
            return asked if asked in ("integer", "decimal", "percent", "money", "duration") else "decimal"
        if function == "avg":
            return asked if asked in ("decimal", "percent", "money", "duration") else "decimal"
        return asked

    def inner(self, props: Props) -> tuple[FieldType, Mapping[str, Any]]:
        result = self.result(props)
        return RESULTS[result], result_props(result, props)
