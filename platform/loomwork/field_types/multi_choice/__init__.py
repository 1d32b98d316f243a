"""Several of a list of choices."""

from collections.abc import Callable
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.choice import SAMPLE_CHOICES
from loomwork.field_types.choices import (
    check_choice,
    choice_faults,
    choice_properties,
    choice_text,
    choices_of,
    find_choice,
)
from loomwork.field_types.lists import check_list, join_items, refuse_twice, split_items

_PROPS = {"choices": SAMPLE_CHOICES}


class MultiChoice(FieldType):
    """A set of choices, kept in the rank order of the choices; one that stands there twice is refused."""

    name = "multi_choice"
    label = both("Multiple choice", "多选")
    help = both("Any of a list.", "从列表中选多项。")
    group = "choice"
    icon = "list-check"
    operators = operators.LIST
    sort_suffix = None
    may_be_unique = False
    widget = "multi-choice"
    samples = (
        Sample(["open", "won"], props=_PROPS),
        Sample(["lost", "open"], ["open", "lost"], props=_PROPS),
        Sample(["open", "won", "lost"], props=_PROPS),
        Sample(["open", "open"], code="duplicate_item", props=_PROPS),
        Sample(["赢单"], code="unknown_choice", props=_PROPS),
        Sample(["paused"], code="inactive_choice", props=_PROPS),
        Sample([1], code="not_text", props=_PROPS),
        Sample("open", code="not_list", props=_PROPS),
        Sample(["open"] * 1_000, code="too_many_items", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(choice_properties())

    def faults(self, props: Props) -> list[str]:
        return choice_faults(props)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        return (ColumnSpec(Kind.JSON),)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("list", item="text")

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        choices = choices_of(props)
        active = frozenset(value for value, one in choices.items() if one.active)
        rank = {value: position for position, value in enumerate(choices)}

        def read(value: Any) -> Cells:
            items = check_list(value, len(choices))
            for position, item in enumerate(items):
                if not isinstance(item, str) or item not in active:
                    raise check_choice(item, choices, active, at=str(position))
            refuse_twice(items)
            return (sorted(items, key=rank.__getitem__) or None,)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        choices = choices_of(props)
        return ("、" if language == "zh-CN" else ", ").join(choice_text(v, choices, language) for v in wire or ())

    def from_file(self, text: str, props: Props) -> Any:
        choices = choices_of(props)
        return [find_choice(item, choices) for item in split_items(text)]

    def to_file(self, wire: Any, props: Props) -> str:
        return join_items(wire or ())

    def schema_in(self, props: Props) -> dict[str, Any]:
        active = [value for value, one in choices_of(props).items() if one.active]
        return {"type": "array", "items": {"enum": active}, "uniqueItems": True}

    def schema_out(self, props: Props) -> dict[str, Any]:
        return {"type": "array", "items": {"enum": list(choices_of(props))}, "uniqueItems": True}
