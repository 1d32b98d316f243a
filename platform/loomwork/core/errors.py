"""Faults at run time. Each has a stable code, a message for people, and context for the log.

`web/api/errors.py` maps the classes to HTTP statuses; nothing else decides on a status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Detail:
    """One fault inside a larger one.

    Shapes: `path` is the dotted place in the caller's input (`amount`, `lines.2.price`), empty for the whole.
    """

    path: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        """The wire form of the detail."""
        return {"path": self.path, "code": self.code, "message": self.message}


class SaidDetail(Detail):
    """A fault in the words of the metadata's author, already in the reader's language; nobody puts other words in its place."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NamedDetail(Detail):
    """A fault at a parameter that names something; `name` is what it named, which its message is about."""

    name: str = ""


def listed(details: Sequence[Detail]) -> str:
    """Some faults as one sentence: the first of them, each with its place."""
    return "; ".join(f"{one.path}: {one.message}" for one in details[:5])


class PlatformError(Exception):
    """Base of all faults that are told to the caller.

    Shapes: `params` fill the placeholders of the translated message `errors.<code>`; among them `entity` and `fields` are
    names, told to people by their labels, and `entity` says whose fields the details are about; `extra` is merged into the
    `error` object of the answer (a conflict shows both sides there); `context` goes to the log only.
    """

    default_code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: list[Detail] | None = None,
        params: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = details or []
        self.params = params or {}
        self.extra = extra or {}


class Unreadable(PlatformError):
    """The request cannot be read at all: bad JSON, wrong encoding (400)."""

    default_code = "unreadable"


class NotSignedIn(PlatformError):
    """No actor: sign in first (401)."""

    default_code = "not_signed_in"


class NotAllowed(PlatformError):
    """The thing is seen but the action is not allowed (403)."""

    default_code = "not_allowed"


class NotFound(PlatformError):
    """Not there, or not seen by this actor; the two are told in the same words (404)."""

    default_code = "not_found"


class Conflict(PlatformError):
    """The state does not admit the change: stale version, still referenced, key in use (409)."""

    default_code = "conflict"


class StaleRecord(Conflict):
    """Somebody saved the record in between; `extra` holds `yours`, `theirs`, `fields`, `row_version`."""

    default_code = "stale_record"


class TooLarge(PlatformError):
    """Bigger than a limit (413)."""

    default_code = "too_large"


class InvalidInput(PlatformError):
    """Readable but wrong; `details` name every fault found (422)."""

    default_code = "invalid"


class VersionMissing(PlatformError):
    """A change needs the version it was made on (428)."""

    default_code = "version_missing"


class TooMany(PlatformError):
    """Too many tries or requests; `extra['retry_after_s']` says when to come back (429)."""

    default_code = "too_many"


class TryAgain(PlatformError):
    """A passing hindrance: locked database, publish under way (503)."""

    default_code = "try_again"


class Broken(PlatformError):
    """Our own fault (500). The message shown never holds internals."""

    default_code = "broken"


class Refused(Exception):
    """A single value that a field type does not take; the record service turns it into a `Detail`.

    `message` is the English sentence, `field.<code>` the key of its translation, `params` fill both;
    `at` is the place inside the value for values with parts (`amount`, `2.price`).
    """

    def __init__(self, code: str, message: str, *, at: str = "", **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = params
        self.at = at
