"""Types of computed values: a formula or roll-up behaves like a field of its result's type."""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.core.text import sort_key
from loomwork.field_types.base import Cells, FieldType, Props
from loomwork.field_types.boolean import Boolean
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


RESULTS: Mapping[str, FieldType] = {
    "text": ComputedText(),
    "integer": Integer(),
    "decimal": Decimal(),
    "percent": Percent(),
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
    return {"scale": props["scale"]} if result in ("decimal", "percent") and "scale" in props else {}
