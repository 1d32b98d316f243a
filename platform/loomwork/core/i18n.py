"""Languages: which there are, how a label is chosen, how a message template is filled."""

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "en"

Label = Mapping[str, str]
"""Text by language: `{"en": "Account", "zh-CN": "客户"}`."""


def pick_language(asked: str | None, *, fallback: str = DEFAULT_LANGUAGE) -> str:
    """The nearest language that we have for a tag or an `Accept-Language` header."""
    for part in (asked or "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return fallback


def label_text(label: Label | str | None, language: str, fallback: str = "") -> str:
    """The text of a label in a language, else in English, else in any, else `fallback`."""
    if not label:
        return fallback
    if isinstance(label, str):
        return label
    return label.get(language) or label.get(DEFAULT_LANGUAGE) or next(iter(label.values()), fallback)


def fill(template: str, params: Mapping[str, Any]) -> str:
    """Fill `{name}` placeholders; a missing one stays as it stands (no format specs, no attributes)."""
    result = template
    for key, value in params.items():
        result = result.replace("{" + key + "}", str(value))
    return result
