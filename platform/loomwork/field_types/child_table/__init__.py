"""Rows that belong to a record and are saved with it."""

from collections.abc import Callable
from typing import Any

from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import canonical, read_json
from loomwork.field_types import links, operators, schemas
from loomwork.field_types.base import Cells, Props, Sample, Storage, both
from loomwork.field_types.link import SAMPLE_ID
from loomwork.field_types.lists import check_list
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.to_many import ToMany

DEFAULT_MOST = 200
_PROPS = {"entity": "shop.line", "link": "order"}


class ChildTable(ToMany):
    """The lines of an order: records of a child entity, given as a list of objects.

    An object with an `id` changes that row, one without makes a new row, and rows that the list leaves out are
    deleted. The record service checks the fields of each row by the child entity.
    """

    name = "child_table"
    label = both("Child table", "子表")
    help = both("Rows that belong to the record.", "属于本记录的明细行。")
    icon = "table"
    storage = Storage.CHILDREN
    operators = operators.EMPTY
    widget = "child-table"
    samples = (
        Sample([{"product": "笔记本", "count": 2}, {"id": SAMPLE_ID, "count": 3}], props=_PROPS),
        Sample([], props=_PROPS),
        Sample([{"count": n} for n in range(DEFAULT_MOST)], props=_PROPS),
        Sample([{"count": n} for n in range(DEFAULT_MOST + 1)], code="too_many_items", props=_PROPS),
        Sample([{"id": "一"}], code="not_id", props=_PROPS),
        Sample([{"id": SAMPLE_ID}, {"id": SAMPLE_ID}], code="duplicate_item", props=_PROPS),
        Sample(["line"], code="not_object", props=_PROPS),
        Sample({"count": 1}, code="not_list", props=_PROPS),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "entity": schemas.string("Entity of the rows, qualified.", pattern=links.ENTITY_PATTERN),
                "link": schemas.string("Its link field to this entity.", pattern="^[a-z][a-z0-9_]{0,39}$"),
                "columns": {
                    "type": "array",
                    "items": schemas.string("A field of the rows.", pattern="^[a-z][a-z0-9_]{0,39}$"),
                    "description": "Columns of the table in a form, in order; all fields of the rows' own form unless given.",
                    "minItems": 1,
                    "maxItems": 20,
                    "uniqueItems": True,
                },
                "totals": {
                    "type": "array",
                    "items": schemas.string("A computed field of this entity.", pattern="^[a-z][a-z0-9_]{0,39}$"),
                    "description": "Figures below the table in a form, for those that stand beside it in their section: "
                    "the last is the grand total.",
                    "minItems": 1,
                    "maxItems": 6,
                    "uniqueItems": True,
                },
                "max_rows": schemas.whole("Most rows of a record.", 1, 500, default=DEFAULT_MOST),
            },
            ("entity", "link"),
        )

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        most = props.get("max_rows", DEFAULT_MOST)

        def read(value: Any) -> Cells:
            seen: set[str] = set()
            for place, row in enumerate(check_list(value, most)):
                if not isinstance(row, dict):
                    raise refuse("not_object", at=str(place), value=short(row), known="-")
                if row.get("id") is None:
                    continue
                record = links.read_id(row["id"], at=f"{place}.id")
                if record in seen:
                    raise refuse("duplicate_item", at=f"{place}.id", value=record)
                seen.add(record)
            return (value,)

        return read

    def display(self, wire: Any, props: Props, language: str) -> str:
        if not wire:
            return ""
        return f"{len(wire)} 行" if language == "zh-CN" else f"{len(wire)} row{'s' if len(wire) > 1 else ''}"

    def from_file(self, text: str, props: Props) -> Any:
        try:
            return read_json(text)
        except PlatformError:
            raise refuse("not_json", value=short(text)) from None

    def to_file(self, wire: Any, props: Props) -> str:
        return canonical(wire or [])

    def schema_in(self, props: Props) -> dict[str, Any]:
        row = {"type": "object", "properties": {"id": {"anyOf": [*links.id_schema()["anyOf"], {"type": "null"}]}}}
        return {"type": "array", "items": row, "maxItems": props.get("max_rows", DEFAULT_MOST)}
