"""The two cookies: the session's, and an anonymous one that forms before sign-in are bound to."""

import re
import secrets

from flask import Request, Response

from loomwork.core.settings import Settings
from loomwork.web.auth.sessions import ABSOLUTE_S
from loomwork.web.security_csrf import make_csrf

_ANONYMOUS = re.compile(r"^[A-Za-z0-9_-]{22,43}$")


class Cookies:
    """Names and attributes. Under https the names carry `__Host-`, so that no sibling site can plant one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        prefix = "__Host-" if settings.is_https else ""
        self.session_name = prefix + "loomwork_session"
        self.anonymous_name = prefix + "loomwork_visitor"

    def set_session(self, response: Response, secret: str) -> None:
        """Hand the session's secret to the browser; scripts cannot read it."""
        self._set(response, self.session_name, secret, "Lax")
        response.delete_cookie(
            self.anonymous_name, path="/", secure=self._settings.is_https, httponly=True, samesite="Strict"
        )

    def clear_session(self, response: Response) -> None:
        """Take it back."""
        response.delete_cookie(
            self.session_name, path="/", secure=self._settings.is_https, httponly=True, samesite="Lax"
        )

    def anonymous(self, request: Request) -> str:
        """What an anonymous browser's forms are bound to; empty when it brought no cookie, which refuses every form."""
        found = request.cookies.get(self.anonymous_name, "")
        return "visitor:" + found if _ANONYMOUS.match(found) else ""

    def anonymous_csrf(self, request: Request, response: Response | None = None) -> tuple[str, str]:
        """The token for a form before sign-in, and the cookie value to set when the browser has none yet (else empty)."""
        bound = self.anonymous(request)
        if bound:
            return make_csrf(self._settings, bound), ""
        fresh = secrets.token_urlsafe(24)
        if response is not None:
            self.set_anonymous(response, fresh)
        return make_csrf(self._settings, "visitor:" + fresh), fresh

    def set_anonymous(self, response: Response, value: str) -> None:
        """Give an anonymous browser its cookie."""
        self._set(response, self.anonymous_name, value, "Strict")

    def _set(self, response: Response, name: str, value: str, same_site: str) -> None:
        response.set_cookie(
            name, value, max_age=ABSOLUTE_S, path="/", secure=self._settings.is_https, httponly=True, samesite=same_site
        )
