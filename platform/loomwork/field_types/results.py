"""Types of computed values: a formula or roll-up behaves like a field of its result's type."""

from collections.abc import Callable, Mapping
from decimal import Decimal as Exact
from typing import Any

from loomwork.core.text import sort_key
from loomwork.field_types.base import Cells, FieldType, Props
from loomwork.field_types.boolean import Boolean
from loomwork.field_types.currencies import SYMBOLS
from loomwork.field_types.date import Date
from loomwork.field_types.decimal import Decimal
from loomwork.field_types.duration import LIMIT, Duration
from loomwork.field_types.instant import Instant
from loomwork.field_types.integer import Integer
from loomwork.field_types.percent import Percent
from loomwork.field_types.text import Text
from loomwork.field_types.texts import MANY_LINES, lines_reader
from loomwork.field_types.time import Time

TEXT_LENGTH = 4_000


class ComputedText(Text):
    """Text that a formula joins together: it may hold the line breaks of the texts that it is made of."""

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        """As that of a text, line breaks admitted."""
        read = lines_reader(props["max_length"])

        def read_with_key(value: Any) -> Cells:
            text = read(value)
            return text, sort_key(text)

        return read_with_key

    def schema_in(self, props: Props) -> dict[str, Any]:
        """What the reader takes."""
        return {"type": "string", "maxLength": props["max_length"], "pattern": MANY_LINES}


class ComputedMoney(Decimal):
    """An amount that formulas and roll-ups give: always in the company's currency, for that is what they reckon with.

    One column and a decimal text on the wire, as any number; which currency it is stands in the metadata (`currency`
    of the field) and not beside every value, for it cannot differ between records.
    """

    def display(self, wire: Any, props: Props, language: str) -> str:
        """With the sign of the company's currency: `¥1,200.00`."""
        if wire is None:
            return ""
        currency = company_currency(props)
        amount = f"{Exact(wire):,f}"
        sign = SYMBOLS.get(currency, f"{currency} ")
        return f"-{sign}{amount[1:]}" if amount.startswith("-") else f"{sign}{amount}"

    def schema_out(self, props: Props) -> dict[str, Any]:
        """A number as text, with the currency said in words."""
        return {**super().schema_out(props), "description": f"An amount in {company_currency(props)}."}


def company_currency(props: Props) -> str:
    """ISO 4217 code of the currency that the company counts in, as the catalog hands it to each field."""
    return str(props.get("_company_currency", "CNY"))


RESULTS: Mapping[str, FieldType] = {
    "text": ComputedText(),
    "integer": Integer(),
    "decimal": Decimal(),
    "percent": Percent(),
    "money": ComputedMoney(),
    "boolean": Boolean(),
    "date": Date(),
    "instant": Instant(),
    "time": Time(),
    "duration": Duration(),
}
"""Result name → the type that keeps, shows and describes it."""


def result_props(result: str, props: Props) -> dict[str, Any]:
    """The properties of the result's type; only the scale is the author's to choose."""
    if result == "text":
        return {"max_length": TEXT_LENGTH, "sortable": True}
    if result == "duration":
        return {"min": -LIMIT}
    own = {"scale": props["scale"]} if result in ("decimal", "percent", "money") and "scale" in props else {}
    return {**own, "_company_currency": company_currency(props)} if result == "money" else own
