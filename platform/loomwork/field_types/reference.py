"""The reference page of the field types, written by the types themselves (`docs/reference/field-types.md`)."""

import inspect
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from loomwork.core.errors import Refused
from loomwork.core.kinds import ColumnSpec
from loomwork.field_types import BUILTIN
from loomwork.field_types.base import FieldType, Origin, Sample, Storage

_HEAD = """Every value is seen in three ways: its *wire form*, the JSON that clients send and get; its *columns* in the database;
and its text in CSV files and sheets. Text is kept exactly as it was written. Numbers are never rounded on the way in.
Empty text, null and a value without parts are all empty. A value that is not taken is refused with a code and a
sentence in the reader's language (`field.<code>`), and nothing of the record is written.

*Filter operators* are those that filter builders offer and views may name for the type. Their meaning, and the further ones that
the API takes, stand in [Conditions of filters](formula-language.md#conditions-of-filters).
"""

_ORIGINS = {
    Origin.INPUT: "",
    Origin.FORMULA: "Computed by a formula; clients cannot write it.",
    Origin.ROLL_UP: "Computed from related records; clients cannot write it.",
    Origin.NUMBERING: "Given by the system when the record is created; clients cannot write it.",
}
_STORAGES = {
    Storage.JOIN_TABLE: "No column: pairs of ids in a table of their own.",
    Storage.CHILDREN: "No column: records of the child entity.",
    Storage.VIRTUAL: "No column: computed by each query.",
}
_MOST = 70


def render(note: str = "") -> str:
    """The whole page as Markdown, with a note under its title."""
    lines = ["# Field types", "", *([note, ""] if note else []), _HEAD, "| type | group | for |", "|---|---|---|"]
    for kind in BUILTIN:
        link = f"[`{kind.name}`](#{kind.name})"
        lines.append(f"| {link} {kind.label['en']} {kind.label['zh-CN']} | {kind.group} | {kind.help['en']} |")
    for kind in BUILTIN:
        lines += ["", *_type(kind)]
    return "\n".join(lines) + "\n"


def _type(kind: FieldType) -> Iterator[str]:
    props = kind.samples[0].props or {}
    yield f"## {kind.name}"
    yield ""
    yield f"**{kind.label['en']} · {kind.label['zh-CN']}.** {inspect.getdoc(type(kind))}"
    if _ORIGINS[kind.origin]:
        yield f"\n{_ORIGINS[kind.origin]}"
    yield from _properties(kind)
    yield ""
    yield f"- **Columns:** {_columns(kind, props)}"
    yield f"- **Filter operators:** {', '.join(f'`{name}`' for name in kind.operators_for(props))}"
    yield f"- **Sorted by:** {_sorting(kind, props)}"
    yield f"- **Searched:** {_searching(kind)}"
    yield f"- **Unique:** {'can be' if kind.may_be_unique else 'no'} · **Widget:** `lw-{kind.widget}`"
    yield from _samples(kind)


def _properties(kind: FieldType) -> Iterator[str]:
    schema = kind.properties_schema()
    if not schema["properties"]:
        return
    required = schema.get("required", [])
    yield ""
    yield "| property | values | what for |"
    yield "|---|---|---|"
    for name, one in schema["properties"].items():
        must = " (required)" if name in required else ""
        yield f"| `{name}`{must} | {_cell(_values(one))} | {_cell(one['description'])} |"


def _values(schema: Mapping[str, Any]) -> str:
    """The values of a property in a few words."""
    if "enum" in schema:
        words = [str(word) for word in schema["enum"]]
        found = ", ".join(words) if len(words) <= 10 else f"{', '.join(words[:4])}, … ({len(words)})"
    else:
        kinds = schema.get("type", "any")
        found = kinds if isinstance(kinds, str) else " or ".join(kinds)
        if "minimum" in schema and "maximum" in schema:
            found += f" {schema['minimum']} to {schema['maximum']}"
    return f"{found}; default {json.dumps(schema['default'])}" if "default" in schema else found


def _columns(kind: FieldType, props: Mapping[str, Any]) -> str:
    columns = kind.columns(props)
    return ", ".join(_column(column) for column in columns) if columns else _STORAGES[kind.storage_for(props)]


def _column(column: ColumnSpec) -> str:
    name = f"`<field>__{column.suffix}`" if column.suffix else "`<field>`"
    size = f"({column.length})" if column.length else f"(scale {column.scale})" if column.kind == "decimal" else ""
    return f"{name} {column.kind}{size}" + (f" → `{column.entity}`" if column.entity else "")


def _sorting(kind: FieldType, props: Mapping[str, Any]) -> str:
    if kind.sort_values(props):
        return "the rank of the choices"
    suffix = kind.sort_column(props)
    if suffix is None:
        return "cannot be sorted by"
    return "a stored sort key (without case, Chinese by sound)" if suffix == "sort" else "its value"


def _searching(kind: FieldType) -> str:
    if not kind.search_suffixes:
        return "no"
    return ", ".join(f"`<field>__{suffix}`" if suffix else "`<field>`" for suffix in kind.search_suffixes)


def _samples(kind: FieldType) -> Iterator[str]:
    taken = [sample for sample in kind.samples if not sample.code]
    refused = [sample for sample in kind.samples if sample.code]
    yield "\n| sent | comes back | in a file | with |"
    yield "|---|---|---|---|"
    for sample in taken:
        wire = sample.wire if sample.shown is None else sample.shown
        text = kind.to_file(wire, sample.props or {})
        cells = (_json(sample.wire), _json(wire), _code(text) if text else "(empty)", _with(sample))
        yield f"| {' | '.join(cells)} |"
    yield "\n| refused | code | said | with |"
    yield "|---|---|---|---|"
    for sample in refused:
        yield f"| {_json(sample.wire)} | `{sample.code}` | {_cell(_said(kind, sample))} | {_with(sample)} |"


def _said(kind: FieldType, sample: Sample) -> str:
    try:
        kind.reader(sample.props or {})(sample.wire)
    except Refused as fault:
        return fault.message
    raise ValueError(f"{kind.name} takes a value that its samples say it refuses")


def _with(sample: Sample) -> str:
    """The properties that the sample is about; choices and targets are the same in all samples of a type."""
    told = {key: one for key, one in (sample.props or {}).items() if not isinstance(one, dict)}
    return ", ".join(f"{key} = {_json(one)}" for key, one in told.items())


def _json(value: Any) -> str:
    return _code(json.dumps(value, ensure_ascii=False, default=_number))


def _number(value: Decimal) -> float:
    return float(value)


def _code(text: str) -> str:
    """Text as code in a cell of a table: cut when long, escapes where a table or an editor would stumble."""
    cut = text if len(text) <= _MOST else f"{text[: _MOST - 20]}… ({len(text)} characters)"
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    fence = "``" if "`" in shown else "`"
    return _cell(f"{fence}{shown}{fence}")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
