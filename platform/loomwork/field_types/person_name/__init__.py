"""Names of people."""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.core.text import has_cjk, sort_key
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.lists import join_items, split_items
from loomwork.field_types.masks import mask_name
from loomwork.field_types.parts import parts_reader, parts_schema
from loomwork.field_types.refusals import refuse
from loomwork.field_types.texts import line_reader, line_schema, sort_column

PARTS = ("family", "given", "middle", "prefix")
_LENGTHS = {**dict.fromkeys(PARTS, 80), "full": 250}


class PersonName(FieldType):
    """Family, given and middle name, a form of address, and the full name that follows from them.

    Names in Chinese script are written family first without a space, others given name first, unless `order` says
    otherwise. A plain text is a full name and is not taken apart: where a name splits is known only to its bearer.
    When parts are given, `full` is made anew from them. Lists are sorted by family name where it is known.
    """

    name = "person_name"
    label = both("Person name", "姓名")
    help = both("Family and given name, in the order of the language.", "姓和名，按语言习惯排列。")
    group = "text"
    icon = "id"
    operators = operators.TEXT
    sort_suffix = "sort"
    search_suffixes = ("",)
    widget = "person-name"
    samples = (
        Sample({"full": "张伟", "family": "张", "given": "伟"}),
        Sample({"family": "Lovelace", "given": "Ada"}, {"full": "Ada Lovelace", "family": "Lovelace", "given": "Ada"}),
        Sample("欧阳娜娜", {"full": "欧阳娜娜"}),
        Sample({"full": "x" * 250}),
        Sample(
            {"family": "Nagy", "given": "Éva"},
            {"full": "Nagy Éva", "family": "Nagy", "given": "Éva"},
            props={"order": "family_first"},
        ),
        Sample({"prefix": "Dr."}, code="missing_key"),
        Sample({"name": "张伟"}, code="unknown_key"),
        Sample({"family": "长" * 81}, code="too_long"),
        Sample({"given": "a\tb"}, code="bad_characters"),
        Sample({"given": 5}, code="not_text"),
        Sample(["张", "伟"], code="not_object"),
    )

    def properties_schema(self) -> dict[str, Any]:
        text = "Order of the parts in the full name; `auto` goes by the script."
        return schemas.closed({"order": schemas.one_of(text, ("auto", "family_first", "given_first"), default="auto")})

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        parts = (ColumnSpec(Kind.TEXT, part, length=_LENGTHS[part]) for part in PARTS)
        return ColumnSpec(Kind.TEXT, length=_LENGTHS["full"]), *parts, sort_column()

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("text")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {part: ValueShape("text") for part in PARTS}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        read_parts, read_full = parts_reader(_LENGTHS), line_reader(_LENGTHS["full"])
        order = props.get("order", "auto")

        def read(value: Any) -> Cells:
            if isinstance(value, str):
                full = read_full(value)
                return full, None, None, None, None, sort_key(full)
            found = read_parts(value)
            if not found:
                return (None,) * 6
            full = full_name(found, order)
            if not full:
                raise refuse("missing_key", key="full")
            by_family = f"{found['family']} {found.get('given', '')}" if "family" in found else full
            return read_full(full), *(found.get(part) for part in PARTS), sort_key(by_family)

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        keys = ("full", *PARTS)
        return lambda cells: {key: cell for key, cell in zip(keys, cells, strict=False) if cell is not None}

    def display(self, wire: Any, props: Props, language: str) -> str:
        return str(wire["full"]) if wire else ""

    def from_file(self, text: str, props: Props) -> Any:
        """A full name; or family, given, middle name, form of address and full name with semicolons between."""
        if ";" not in text and "；" not in text:
            return text
        return dict(zip((*PARTS, "full"), split_items(text, keep_empty=True), strict=False))

    def to_file(self, wire: Any, props: Props) -> str:
        if not wire:
            return ""
        parts = [wire.get(part, "") for part in PARTS]
        if any(parts):
            return join_items(parts)
        full = str(wire["full"])
        return join_items([*parts, full]) if ";" in full or "；" in full else full

    def mask(self, wire: Any, props: Props) -> Any:
        return {"full": mask_name(wire["full"])} if wire else None

    def schema_in(self, props: Props) -> dict[str, Any]:
        some = {"anyOf": [{"required": [key]} for key in ("full", *PARTS[:3])]}
        return {"anyOf": [line_schema(_LENGTHS["full"]), {**parts_schema(_LENGTHS), **some}]}

    def schema_out(self, props: Props) -> dict[str, Any]:
        return schemas.closed({key: {"type": "string"} for key in ("full", *PARTS)}, ("full",))


def full_name(parts: Mapping[str, str], order: str = "auto") -> str:
    """The full name of parts; `full` itself when there are none."""
    family, given, middle = (parts.get(key, "") for key in PARTS[:3])
    if not (family or given or middle):
        return parts.get("full", "")
    is_chinese = has_cjk(family + given)
    is_family_first = is_chinese if order == "auto" else order == "family_first"
    ordered = (family, given, middle) if is_family_first else (given, middle, family)
    return ("" if is_chinese else " ").join(part for part in ordered if part)
