"""What a request knows: its id, who is asking, in which language. Held on Flask's `g`, read through here."""

from typing import TYPE_CHECKING, cast

from flask import current_app, g, request

from loomwork.core.errors import NotSignedIn
from loomwork.core.i18n import pick_language
from loomwork.web.company import company_of

if TYPE_CHECKING:
    from loomwork.permissions.actor import Actor
    from loomwork.runtime import Runtime
    from loomwork.web.app import Server
    from loomwork.web.auth.guard import Guard
    from loomwork.web.auth.identity import Identity

RUNTIME = "loomwork"


def runtime() -> "Runtime":
    """The running platform behind the server."""
    return cast("Runtime", current_app.extensions[RUNTIME])


def guard() -> "Guard":
    """The one that admits requests, with its cookies and its memory of identities."""
    return cast("Server", current_app).guard


def find_identity() -> "Identity | None":
    """Who is asking and by what means; None for people who are not signed in."""
    return cast("Identity | None", g.get("identity"))


def find_reader() -> "Identity | None":
    """Who is asking, also where he was refused what he asked for: for the words of an answer, never for rights."""
    return find_identity() or cast("Identity | None", g.get("reader"))


def identity() -> "Identity":
    """Who is asking and by what means.

    Raises: NotSignedIn.
    """
    found = find_identity()
    if found is None:
        raise NotSignedIn("sign in first")
    return found


def actor() -> "Actor":
    """Who is asking.

    Raises: NotSignedIn; there is no such thing as a request without an actor that may do something.
    """
    return identity().actor


def language() -> str:
    """The language of the answer: that of the signed-in person, else of the browser, else of the installation."""
    found = find_reader()
    if found is not None and found.actor.language:
        return found.actor.language
    return pick_language(request.headers.get("Accept-Language"), fallback=company_of(runtime()).language)


def request_id() -> str:
    """The id of this request, in every answer and log line."""
    return cast("str", g.get("request_id", ""))
