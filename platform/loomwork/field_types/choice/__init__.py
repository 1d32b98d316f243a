"""One of a list of choices."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.choices import (
    check_choice,
    choice_faults,
    choice_properties,
    choice_text,
    choices_of,
    find_choice,
)

SAMPLE_CHOICES = {
    "open": {"label": {"en": "Open", "zh-CN": "进行中"}, "colour": "sky", "order": "a0"},
    "won": {"label": {"en": "Won", "zh-CN": "赢单"}, "colour": "green", "order": "a1"},
    "lost": {"label": {"en": "Lost", "zh-CN": "输单"}, "colour": "rose", "order": "a2"},
    "paused": {"label": {"en": "Paused", "zh-CN": "搁置"}, "order": "a3", "active": False},
}
_PROPS = {"choices": SAMPLE_CHOICES}


class Choice(FieldType):
    """One value of a choice set or of the field's own list.

    A choice that is not active any more is refused as a new value; records that hold it keep it, because the record
    service does not read unchanged values again. Lists are sorted by the rank of the choices, not by their text.
    """

    name = "choice"
    label = both("Choice", "单选")
    help = both("One of a list, with colour and order.", "从列表中选一项，带颜色和顺序。")
    group = "choice"
    icon = "circle-dot"
    operators = operators.EQUAL
    is_worded = True
    widget = "choice"
    samples = (
        Sample("won", props=_PROPS),
        Sample("lost", props=_PROPS),
        Sample("open", props=_PROPS),
        Sample("wn", code="unknown_choice", props=_PROPS),
        Sample("赢单", code="unknown_choice", props=_PROPS),
        Sample("w" * 100_000, code="unknown_choice", props=_PROPS),
        Sample("paused", code="inactive_choice", props=_PROPS),
        Sample(1, code="not_text", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(choice_properties())

    def faults(self, props: Props) -> list[str]:
        return choice_faults(props)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.TEXT, length=100 if "choices_from" in props else 40),)

    def sort_values(self, props: Props) -> tuple[str, ...]:
        return tuple(choices_of(props))

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        choices = choices_of(props)
        active = frozenset(value for value, one in choices.items() if one.active)
        cells = {value: (value,) for value in active}

        def read(value: Any) -> Cells:
            if isinstance(value, str) and value in active:
                return cells[value]
            raise check_choice(value, choices, active)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        return "" if wire is None else choice_text(wire, choices_of(props), language)

    def from_file(self, text: str, props: Props) -> Any:
        return find_choice(text, choices_of(props))

    def schema_in(self, props: Props) -> dict[str, Any]:
        return {"enum": [value for value, one in choices_of(props).items() if one.active]}

    def schema_out(self, props: Props) -> dict[str, Any]:
        return {"enum": list(choices_of(props))}
