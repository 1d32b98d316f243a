"""The page about field types."""

from __future__ import annotations

from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.base import FieldType, Sample
from tools.reference.markdown import MADE, as_json, code, description, properties_table, table

EXAMPLES = 6


def page() -> str:
    """One heading for each type: what it is for, its properties, its filter operators, values taken and refused."""
    lines = ["# Field types", "", MADE, ""]
    lines += [
        f"- [{code(kind.name)}](#{kind.name}) {kind.label['en']} {kind.label['zh-CN']}" for kind in FIELD_TYPES.values()
    ]
    for kind in FIELD_TYPES.values():
        lines += ["", *_section(kind)]
    return "\n".join([*lines, ""])


def _section(kind: FieldType) -> list[str]:
    lines = [
        f"## {kind.name}",
        "",
        f"**{kind.label['en']}** {kind.label['zh-CN']}. {kind.help['en']} {kind.help['zh-CN']}",
        "",
    ]
    if text := description(type(kind)):
        lines += [text, ""]
    if rows := properties_table(kind.properties_schema()):
        lines += ["Properties:", "", *rows, ""]
    else:
        lines += ["It has no properties.", ""]
    if kind.operators:
        lines += [f"Filter operators: {', '.join(code(one) for one in kind.operators)}.", ""]
    taken = [sample for sample in kind.samples if not sample.code][:EXAMPLES]
    refused = [sample for sample in kind.samples if sample.code][:EXAMPLES]
    lines += table(("Sent", "Comes back", "With properties"), (_taken(one) for one in taken))
    if refused:
        lines += ["", *table(("Refused", "With code", "With properties"), (_refused(one) for one in refused))]
    return lines


def _taken(sample: Sample) -> tuple[str, str, str]:
    shown = sample.wire if sample.shown is None else sample.shown
    return as_json(sample.wire), as_json(shown), as_json(dict(sample.props)) if sample.props else ""


def _refused(sample: Sample) -> tuple[str, str, str]:
    return as_json(sample.wire), code(sample.code), as_json(dict(sample.props)) if sample.props else ""
