"""Languages: which there are, how a label is chosen, how a message template is filled."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
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


def read_messages(folder: Path) -> dict[str, dict[str, str]]:
    """All texts below `folder`: `<language>/<area>.json`, flat objects of key → text.

    Returns: language → key → text. Raises: ValueError when one key stands in two areas of a language.
    """
    result: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        texts = result.setdefault(language, {})
        for file in sorted((folder / language).glob("*.json")):
            area = json.loads(file.read_text(encoding="utf-8"))
            twice = sorted(set(area) & set(texts))
            if twice:
                raise ValueError(f"{file.name}: {twice[0]!r} stands in two areas of {language}")
            texts.update(area)
    return result


@lru_cache(maxsize=1)
def platform_messages() -> dict[str, dict[str, str]]:
    """The platform's own texts, `metadata/messages`."""
    from loomwork.core.settings import data_root

    return read_messages(data_root() / "metadata" / "messages")


def text(key: str, language: str, params: Mapping[str, Any] | None = None, default: str | None = None) -> str:
    """The platform's text for a key in a language, filled; else English, else `default`, else the key."""
    messages = platform_messages()
    template = messages.get(language, {}).get(key) or messages.get(DEFAULT_LANGUAGE, {}).get(key)
    if template is None:
        template = key if default is None else default
    return fill(template, params) if params else template
