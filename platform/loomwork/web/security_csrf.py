"""Forged requests: a token bound to the session (or to an anonymous cookie), and a look at where the request comes from.

A request with a bearer token needs none, because a browser never adds that header by itself.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Request

from loomwork.core.errors import NotAllowed
from loomwork.core.settings import Settings

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def make_csrf(settings: Settings, bound_to: str) -> str:
    """The token that belongs to a session or an anonymous cookie; it is derived, so nothing is stored."""
    return hmac.new(settings.secret_key.encode(), b"csrf:" + bound_to.encode(), hashlib.sha256).hexdigest()


def check_csrf(request: Request, settings: Settings, bound_to: str) -> None:
    """Refuse a change that the person did not start from our own pages.

    Raises: NotAllowed `csrf_origin` for a foreign page, `csrf` for a missing or foreign token.
    """
    check_origin(request, settings)
    given = request.headers.get(HEADER) or (request.form.get(FIELD, "") if _is_form(request) else "")
    if not bound_to or not hmac.compare_digest(given.encode(), make_csrf(settings, bound_to).encode()):
        raise NotAllowed(
            "the form has expired or was not sent from this site; reload the page and try again", code="csrf"
        )


def check_origin(request: Request, settings: Settings) -> None:
    """Refuse a request that the browser says comes from another site.

    Raises: NotAllowed `csrf_origin`.
    """
    headers = request.headers
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("this request comes from another site", code="csrf_origin")
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in (request.host, urlsplit(settings.public_url).netloc):
        raise NotAllowed("this request comes from another site", code="csrf_origin")


def _is_form(request: Request) -> bool:
    return request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
