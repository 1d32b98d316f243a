"""Conditions as chips: field | operator | value, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from loomwork.web.screens import figures, ui
from loomwork.web.screens.models import Chip
from loomwork.web.screens.specs import arity

_ICONS = {
    "user": "user", "date": "calendar", "instant": "clock", "money": "coin", "choice": "circle-dot", "link": "link",
    "switch": "toggle-left", "number": "number", "percent": "percentage", "tags": "tags", "multi-choice": "list-check",
}  # fmt: skip


def is_flat(tree: Mapping[str, Any]) -> bool:
    """Whether a tree can stand as plain chips: one "and" of conditions."""
    parts = tree.get("and")
    return isinstance(parts, list) and all(isinstance(one, Mapping) and "field" in one for one in parts)


def chips_of(fields: Mapping[str, Mapping[str, Any]], tree: Mapping[str, Any]) -> tuple[Chip, ...]:
    """The chips of a flat tree; a condition on a field that is gone is shown by its name."""
    return tuple(_chip(at, fields.get(str(node["field"]), {}), node) for at, node in enumerate(tree["and"]))


def _chip(at: int, spec: Mapping[str, Any], node: Mapping[str, Any]) -> Chip:
    name = str(node.get("op", ""))
    operator = next((one["label"] for one in spec.get("operators", ()) if one["name"] == name), name)
    value = "" if arity(name) == 0 else str(node.get("label") or _value_text(spec, node.get("value")))
    return Chip(
        at, _ICONS.get(str(spec.get("widget")), "filter"), str(spec.get("label", node["field"])), operator, value
    )


def _value_text(spec: Mapping[str, Any], value: Any) -> str:
    if isinstance(value, list):
        joint = (
            f" {ui.t('screens.js.between')} " if len(value) == 2 and spec.get("type") in ("date", "instant") else ", "
        )
        return joint.join(_value_text(spec, one) for one in value)
    if isinstance(value, bool):
        return ui.t("list.yes" if value else "list.no")
    if spec.get("type") == "money":
        amount = value.get("amount") if isinstance(value, Mapping) else value
        return figures.short(amount)
    if spec.get("type") == "instant":
        return figures.plain_instant(value)
    if spec.get("type") == "duration" or spec.get("props", {}).get("result") == "duration":
        return figures.duration(value)
    choice = next((one["label"] for one in spec.get("choices", ()) if one["value"] == value), None)
    return str(choice if choice is not None else "" if value is None else value)
