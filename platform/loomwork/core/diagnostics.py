"""Faults of metadata: collected, never raised one by one, each with a code, a place, a message and a way out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from loomwork.core.i18n import SILENCE, Sentence, say

DOCS_BASE = "docs/reference/diagnostics.md"


class Severity(StrEnum):
    """An error blocks publishing, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault sits.

    Shapes: `file` relative to the app's folder (`entities/book.json`); `pointer` is a JSON pointer made of keys,
    never of positions (`/fields/owner/properties/entity`).
    """

    app: str = ""
    file: str = ""
    pointer: str = ""

    def inside(self, *keys: str) -> "Place":
        """The place of a value further down."""
        tail = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
        return Place(self.app, self.file, self.pointer + tail)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault of metadata. `code` is like `C201`: letter by package (C catalog, X expressions, S storage, Q query, P permissions, F forms)."""

    code: str
    message: str
    place: Place = Place()
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def page(self) -> str:
        """The page in the docs that explains the code."""
        return f"{DOCS_BASE}#{self.code.lower()}"

    def as_json(self) -> dict[str, str]:
        """Wire form."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "app": self.place.app,
            "file": self.place.file,
            "pointer": self.place.pointer,
            "message": self.message,
            "hint": self.hint,
            "page": self.page,
        }

    def as_text(self) -> str:
        """What the command line prints: fault, place, hint, page."""
        lines = [
            f"{self.severity.value}[{self.code}]: {self.message}",
            f"  --> {self.place.app}/{self.place.file}  {self.place.pointer or '/'}",
        ]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        lines.append(f"see:  {self.page}")
        return "\n".join(lines)


@dataclass(slots=True)
class Diagnostics:
    """A collector. Equal faults are kept once."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a fault unless the same one is there."""
        if diagnostic not in self.found:
            self.found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep many."""
        for one in diagnostics:
            self.add(one)

    @property
    def errors(self) -> list[Diagnostic]:
        """The faults that block."""
        return [one for one in self.found if one.severity is Severity.ERROR]

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def did_you_mean(name: str, known: Iterable[str]) -> Sentence:
    """A hint with the nearest known name, or with what is known when it is a short list.

    Returns: `did you mean "owner"?`, `known: a, b, c`, or an empty text.
    """
    choices = sorted(set(known))
    near = get_close_matches(name, choices, n=1, cutoff=0.6)
    if near:
        return say("hint.near", name=near[0])
    if 0 < len(choices) <= 12:
        return say("hint.known", names=", ".join(choices))
    return SILENCE
