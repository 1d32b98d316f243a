"""A stored file on a record; also the base of image and signature."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from loomwork.core.ids import is_id
from loomwork.core.kinds import ColumnSpec, Kind, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.link import OTHER_ID, SAMPLE_ID
from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.texts import line_reader, line_schema

KEYS = ("id", "name", "size", "type")
MAX_SIZE = 25_000_000
"""Bytes; the upload limit."""

_TYPE = "[a-z]+/[a-z0-9][a-z0-9.+-]*"
_IN_FILE = re.compile(r"(?:(.*) )?<([^<>]+)>")
SAMPLE_FILE = {"id": SAMPLE_ID, "name": "合同.pdf", "size": 1_024, "type": "application/pdf"}


class File(FieldType):
    """A file that was uploaded before: its id goes in, alone or as the `{id, name, size, type}` that comes out.

    Name, size and type are those of the stored file. The record service takes them from there, not from the client.
    """

    name = "file"
    label = both("File", "文件")
    help = both("An uploaded file.", "上传的文件。")
    group = "media"
    icon = "paperclip"
    operators = operators.EMPTY
    sort_suffix = None
    search_suffixes = ("name",)
    may_be_unique = False
    holds_files = True
    widget = "file"
    types: ClassVar[tuple[str, ...]] = ()
    """Media types that are taken unless the properties name others; empty for all."""
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(SAMPLE_FILE),
        Sample(OTHER_ID, {"id": OTHER_ID}),
        Sample({**SAMPLE_FILE, "size": MAX_SIZE}),
        Sample({**SAMPLE_FILE, "size": MAX_SIZE + 1}, code="file_too_big"),
        Sample(SAMPLE_FILE, code="file_type", props={"types": ["text/csv"]}),
        Sample({"name": "合同.pdf"}, code="not_id"),
        Sample({**SAMPLE_FILE, "path": "/etc/passwd"}, code="unknown_key"),
        Sample({**SAMPLE_FILE, "type": "PDF"}, code="file_type"),
        Sample("合同.pdf", code="not_id"),
    )

    def properties_schema(self) -> dict[str, Any]:
        one = schemas.string("A media type such as application/pdf.", pattern=f"^{_TYPE}$")
        return schemas.closed(
            {
                "max_size": schemas.whole("Most bytes that are taken.", 1, MAX_SIZE, default=MAX_SIZE),
                "types": {"type": "array", "description": "Media types that are taken.", "items": one, "minItems": 1},
            }
        )

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        texts = ColumnSpec(Kind.TEXT, "name", length=255), ColumnSpec(Kind.TEXT, "type", length=100)
        return ColumnSpec(Kind.ID), texts[0], ColumnSpec(Kind.INTEGER, "size"), texts[1]

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("link", entity="")

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {"name": ValueShape("text"), "size": ValueShape("number"), "type": ValueShape("text")}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        types, most = frozenset(props.get("types", self.types)), props.get("max_size", MAX_SIZE)
        read_name = line_reader(255, at="name")

        def read(value: Any) -> Cells:
            given = value if isinstance(value, dict) else {"id": value}
            for key in given:
                if key not in KEYS:
                    raise refuse("unknown_key", key=short(key), known=", ".join(KEYS))
            record, name, size, media = (given.get(key) for key in KEYS)
            if not is_id(record):
                raise refuse("not_id", value=short(record))
            return record, None if name is None else read_name(name), _size(size, most), _media(media, types)

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        return lambda cells: {key: cell for key, cell in zip(KEYS, cells, strict=True) if cell is not None}

    def display(self, wire: Any, props: Props, language: str) -> str:
        return str(wire.get("name") or wire["id"]) if wire else ""

    def from_file(self, text: str, props: Props) -> Any:
        """`name <id>`."""
        found = _IN_FILE.fullmatch(text.strip())
        return {"id": found[2], **({"name": found[1]} if found[1] else {})} if found else text.strip()

    def to_file(self, wire: Any, props: Props) -> str:
        return f"{wire.get('name', '')} <{wire['id']}>".strip() if wire else ""

    def schema_in(self, props: Props) -> dict[str, Any]:
        types = props.get("types", self.types)
        media = {"enum": list(types)} if types else {"type": "string", "maxLength": 100, "pattern": f"^{_TYPE}$"}
        size = {"type": "integer", "minimum": 0, "maximum": props.get("max_size", MAX_SIZE)}
        keys = {
            "id": schemas.ID,
            **{k: _or_null(s) for k, s in (("name", line_schema(255)), ("size", size), ("type", media))},
        }
        return {"anyOf": [schemas.ID, schemas.closed(keys, ("id",))]}

    def schema_out(self, props: Props) -> dict[str, Any]:
        text = {"type": "string"}
        return schemas.closed({"id": schemas.ID, "name": text, "size": {"type": "integer"}, "type": text}, ("id",))


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _size(value: Any, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise refuse("not_integer", at="size", value=short(value))
    if value > most:
        raise refuse("file_too_big", at="size", limit=most)
    return value


def _media(value: Any, types: frozenset[str]) -> str | None:
    if value is None:
        return None
    if (
        not isinstance(value, str)
        or len(value) > 100
        or not re.fullmatch(_TYPE, value)
        or (types and value not in types)
    ):
        raise refuse("file_type", at="type", value=short(value), known=", ".join(sorted(types)) or "type/subtype")
    return value
