"""Format 0 → 1: lists become keyed maps, texts become labels by language, some keys get their present names.

Format 0 was the sketch before the first release; the step stays as the model for later ones.

Shapes of format 0: `fields` and `choices` are lists whose entries have a `name`; a label is `label` in English with
`label_zh` beside it; `mandatory` is now `required`, `title` of an entity is now `title_field`.
"""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.ranks import first_ranks

_LABELS = ("label", "plural", "help", "message")
_RENAMED = {"mandatory": "required", "title": "title_field"}


def from_format_0(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """One document of format 0 in format 1."""
    if kind == "messages":
        return dict(body)
    result = _labels(body)
    if kind == "entity":
        result = _renamed(result)
        fields = _keyed(result.get("fields"))
        if isinstance(fields, dict):
            fields = {name: _renamed(one) if isinstance(one, dict) else one for name, one in fields.items()}
        result["fields"] = fields
    elif kind == "choice_set":
        result["choices"] = _keyed(result.get("choices"))
    return result


def _labels(body: Mapping[str, Any]) -> dict[str, Any]:
    """Texts with their Chinese beside them → labels by language, at every depth."""
    result: dict[str, Any] = {}
    for key, value in body.items():
        if key.removesuffix("_zh") in _LABELS and key.endswith("_zh") and isinstance(value, str):
            continue
        if key in _LABELS and isinstance(value, str):
            chinese = body.get(f"{key}_zh")
            result[key] = {"en": value, "zh-CN": chinese} if isinstance(chinese, str) else {"en": value}
        else:
            result[key] = _below(value)
    return result


def _below(value: Any) -> Any:
    if isinstance(value, dict):
        return _labels(value)
    if isinstance(value, list):
        return [_below(one) for one in value]
    return value


def _renamed(body: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(key, key): value for key, value in body.items()}


def _keyed(entries: Any) -> Any:
    """A list of named entries → a keyed map with ranks; what is no such list stays as it is."""
    if not isinstance(entries, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in entries
    ):
        return entries if entries is not None else {}
    ranks = first_ranks(len(entries))
    return {
        one["name"]: {**{key: value for key, value in one.items() if key != "name"}, "order": rank}
        for one, rank in zip(entries, ranks, strict=True)
    }
