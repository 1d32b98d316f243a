"""What every fault of metadata declares about itself: code, words, severity, and samples that prove it.

A sample is a small change to the example package (`faults/example.py`). The contract test applies `bad` and expects the
code, applies `good` and expects a clean load; the reference page prints both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from loomwork.core.diagnostics import Diagnostic, Place, Severity
from loomwork.core.i18n import fill

SHOWN_LENGTH = 60
"""Characters of a value from a file that a message repeats."""


@dataclass(frozen=True, slots=True)
class Put:
    """Sets the value at a pointer of a file of the example package; makes the file when it is not there."""

    file: str
    pointer: str
    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes a key out of a file, or the whole file when the pointer is empty."""

    file: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """Writes a file byte by byte."""

    file: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Lay:
    """Lays a patch of the customer over the example package, in wire form."""

    patch: Mapping[str, Any]


Step = Put | Drop | Raw | Lay
Sample = tuple[Step, ...]


class Fault:
    """One kind of fault. Subclasses are never instantiated: `at` makes the diagnostic."""

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR
    fixable: ClassVar[bool] = False
    """Whether `loomwork app lint --fix` can repair it."""
    message: ClassVar[str]
    """English sentence with `{placeholders}`."""
    good: ClassVar[Sample]
    bad: ClassVar[Sample]

    @classmethod
    def at(cls, place: Place, hint: str = "", **params: Any) -> Diagnostic:
        """The diagnostic of this fault at a place."""
        return Diagnostic(cls.code, fill(cls.message, params), place, hint, cls.severity)


def shown(value: Any) -> str:
    """A value as messages quote it: as JSON, cut when long, control characters escaped."""
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def one(*steps: Step) -> Sample:
    """A sample of some steps."""
    return steps
