"""Languages: which there are, how a label is chosen, how a message template is filled."""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "en"

Label = Mapping[str, str]
"""Text by language: `{"en": "Account", "zh-CN": "客户"}`."""
_PLACE = re.compile(r"\{([^{}]+)\}")


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
    return _PLACE.sub(lambda found: str(params[found[1]]) if found[1] in params else found[0], template)


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


class Named(str):
    """What metadata calls an entity, or a field of one (`field` is its path), where people are told of it."""

    __slots__ = ("entity", "field")

    def __new__(cls, entity: str, field: str = "") -> Self:
        """The name itself: the field's, without one the entity's."""
        made = super().__new__(cls, field or entity)
        made.entity, made.field = entity, field
        return made

    entity: str
    field: str


Labels = Callable[[str, str], str]
"""What an entity, or a field of one, is called in the reader's language; empty where there is no word."""


class Sentence(str):
    """Words for people: the English ones as they are, and all it takes to say them in another language.

    Shapes: `key` names a text of the platform, `params` fill it. A parameter that is a sentence is said in the same
    language, one that is a `Named` by its label.
    """

    __slots__ = ("key", "params")

    def __new__(cls, key: str, params: Mapping[str, Any] | None = None) -> Self:
        """The English words. An empty key is no sentence at all."""
        made = super().__new__(cls, text(key, DEFAULT_LANGUAGE, params) if key else "")
        made.key, made.params = key, params or {}
        return made

    key: str
    params: Mapping[str, Any]

    def told(self, language: str, labels: Labels | None = None) -> str:
        """The words in a language."""
        return text(self.key, language, {name: _told(one, language, labels) for name, one in self.params.items()})


SILENCE = Sentence("")


def say(key: str, /, **params: Any) -> Sentence:
    """A sentence of the platform's texts, filled."""
    return Sentence(key, params)


def _told(value: Any, language: str, labels: Labels | None) -> Any:
    if isinstance(value, Sentence):
        return value.told(language, labels)
    if isinstance(value, Named) and labels is not None:
        return labels(value.entity, value.field) or value
    return value
