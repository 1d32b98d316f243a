"""Numbers that the system gives: order numbers, case numbers."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.core.text import sort_key
from loomwork.field_types import operators, schemas
from loomwork.field_types.auto_number.patterns import PERIODS, format_number, parse_number_pattern
from loomwork.field_types.base import Cells, FieldType, Origin, Props, Sample, both
from loomwork.field_types.texts import line_reader, line_schema, sort_column

__all__ = ["AutoNumber", "format_number"]

MAX_LENGTH = 60
_PROPS = {"pattern": "SO-{yyyy}-{0000}", "period": "year"}


class AutoNumber(FieldType):
    """A text made of a pattern and a counter when a record is created; nobody writes it by hand.

    The counter starts anew with each period. Gapless numbers are drawn in the same transaction as the record, one
    after the other; the others may leave gaps and never wait.
    """

    name = "auto_number"
    label = both("Auto number", "自动编号")
    help = both("A number given by the system, by a pattern.", "系统按格式生成的编号。")
    group = "computed"
    icon = "list-numbers"
    origin = Origin.NUMBERING
    operators = operators.TEXT
    sort_suffix = "sort"
    search_suffixes = ("",)
    widget = "computed"
    samples = (
        Sample("SO-2026-0001", props=_PROPS),
        Sample("SO-2026-123456", props=_PROPS),
        Sample("订单-7", props={"pattern": "订单-{0}"}),
        Sample("9" * MAX_LENGTH, props=_PROPS),
        Sample("9" * (MAX_LENGTH + 1), code="too_long", props=_PROPS),
        Sample("编\n号", code="bad_characters", props=_PROPS),
        Sample(1, code="not_text", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        text = "Text with {yyyy} {yy} {mm} {dd} and one counter of noughts, {0000}."
        return schemas.closed(
            {
                "pattern": schemas.string(text, minLength=3, maxLength=40),
                "period": schemas.one_of("When the counter starts anew.", PERIODS, default="never"),
                "gapless": schemas.flag(
                    "Never leave a number out; records are then numbered one by one.", default=False
                ),
            },
            ("pattern",),
        )

    def faults(self, props: Props) -> list[str]:
        try:
            pattern = parse_number_pattern(props.get("pattern", ""))
        except ValueError as fault:
            return [str(fault)]
        return pattern.period_faults(props.get("period", "never"))

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return ColumnSpec(Kind.TEXT, length=MAX_LENGTH), sort_column()

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        """For the numbering itself and for restoring exports; the record service takes no number from clients."""
        read_line = line_reader(MAX_LENGTH)

        def read(value: Any) -> Cells:
            text = read_line(value)
            return text, sort_key(text)

        return read

    def schema_in(self, props: Props) -> dict[str, Any]:
        return line_schema(MAX_LENGTH)
