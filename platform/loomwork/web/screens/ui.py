"""How the present reader wants pages: language, zone, look. Held per request, read by templates and formatters."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from loomwork.core.i18n import Label, label_text, platform_messages
from loomwork.core.i18n import text as platform_text

THEMES = ("system", "light", "dark")
DENSITIES = ("compact", "default", "comfortable")


@dataclass(frozen=True, slots=True)
class Ui:
    """The reader's wishes for one request.

    Shapes: `language` is `zh-CN` or `en`, `zone` an IANA name, `currency` the company's (ISO 4217), `csrf` the token
    that the browser sends back with every change.
    """

    language: str = "en"
    zone: str = "UTC"
    currency: str = "CNY"
    theme: str = "system"
    density: str = "default"
    csrf: str = ""

    @property
    def is_chinese(self) -> bool:
        """Whether Chinese forms of figures and dates apply."""
        return self.language.startswith("zh")


_current: ContextVar[Ui] = ContextVar("ui", default=Ui())  # noqa: B039 - frozen, so it may be shared


def current() -> Ui:
    """The wishes of the present request; English and UTC outside of one."""
    return _current.get()


@contextmanager
def used(ui: Ui) -> Iterator[None]:
    """Hold a reader's wishes within the context."""
    token = _current.set(ui)
    try:
        yield
    finally:
        _current.reset(token)


def t(key: str, **params: Any) -> str:
    """The screens' text for a key (`list.new` means `screens.list.new`) in the reader's language, filled."""
    name = key if key.startswith("screens.") else "screens." + key
    return platform_text(name, _current.get().language, params or None)


def say(label: Label | str | None, fallback: str = "") -> str:
    """A metadata label in the reader's language."""
    return label_text(label, _current.get().language, fallback)


def browser_texts(language: str) -> Mapping[str, str]:
    """Texts that scripts need: all keys `screens.js.*` without that prefix."""
    messages = platform_messages()
    merged = {**messages.get("en", {}), **messages.get(language, {})}
    return {key.removeprefix("screens.js."): value for key, value in merged.items() if key.startswith("screens.js.")}
