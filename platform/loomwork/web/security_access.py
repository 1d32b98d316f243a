"""Who may call an endpoint: declared beside the view, checked in one place, refused where nothing is declared.

Access belongs to the endpoint and is never guessed from a path. A rule of the URL map without a declaration stops
the start of the server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__loomwork_access__"
SCOPES = ("read", "write", "import", "metadata", "admin")
"""What a token may be limited to; `web/auth/identity.py` says which includes which."""
JSON_BYTES = 1_000_000
FILE_BYTES = 26_000_000
"""A file of 25 MB with the form around it."""


class Who(StrEnum):
    """Public: anybody. Signed in: a person with a session, or a token with the scope. Session: a person only."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Access:
    """The declared access of one endpoint.

    Shapes: `scope` is what a token needs (empty: any token will do), `or_scope` another one that will do instead;
    `ability` is what the actor needs; `body` is the greatest body in bytes.
    """

    who: Who
    scope: str = ""
    ability: str = ""
    body: int = JSON_BYTES
    or_scope: str = ""

    def as_text(self) -> str:
        """One word per part, for the list of routes in the docs and tests."""
        parts = [self.who.value]
        parts += [f"token:{scope}" for scope in (self.scope, self.or_scope) if scope]
        if self.ability:
            parts.append(f"ability:{self.ability}")
        return " ".join(parts)


def parse_access(text: str, *, body: int = JSON_BYTES) -> Access:
    """The access that a short text declares.

    Shapes: `public`, `signed_in`, `session`, `token:<scope>` (a person, or a token with that scope),
    `ability:<name>` (a person with that ability); parts may stand together: `token:admin ability:manage_users`. Of two
    scopes (`token:read token:import`) either opens the door.
    Raises: ValueError for anything else, at import.
    """
    who, scope, ability, or_scope = Who.SIGNED_IN, "", "", ""
    for part in text.split():
        kind, _, name = part.partition(":")
        if part in {w.value for w in Who}:
            who = Who(part)
        elif kind == "token" and name in SCOPES:
            scope, or_scope = (scope, name) if scope else (name, "")
        elif kind == "ability" and name:
            ability = name
            who = who if scope else Who.SESSION
        else:
            raise ValueError(f"{part!r} declares no access")
    return Access(who, scope, ability, body, or_scope)


def access(text: str, *, body: int = JSON_BYTES) -> Callable[[View], View]:
    """Declare who may call a view; see `parse_access`. Stands below the route decorator."""
    declared = parse_access(text, body=body)

    def mark(view: View) -> View:
        setattr(view, _MARK, declared)
        return view

    return mark


def declare(view: object, declared: Access) -> None:
    """Declare the access of a view that a library made, or of the object that its views belong to."""
    setattr(view, _MARK, declared)


class Undeclared(Exception):
    """A route without declared access: a fault of the program, found at start."""


def collect_access(app: Flask) -> dict[str, Access]:
    """The access of every endpoint.

    Raises: Undeclared that names all endpoints without one.
    """
    found: dict[str, Access] = {}
    missing: list[str] = []
    for endpoint, view in app.view_functions.items():
        declared = getattr(view, _MARK, None) or getattr(getattr(view, "__self__", None), _MARK, None)
        if declared is None:
            missing.append(endpoint)
        else:
            found[endpoint] = declared
    if missing:
        raise Undeclared("no access is declared for: " + ", ".join(sorted(missing)))
    return found
