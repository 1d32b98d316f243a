"""The one place that admits a request: who asks, may this endpoint be called by him, is the request his own will."""

from typing import TYPE_CHECKING

from flask import Request, g

from loomwork.core.errors import NotAllowed, NotSignedIn
from loomwork.web.auth.cookies import Cookies
from loomwork.web.auth.identity import Identities, Identity
from loomwork.web.security_access import Access, Who
from loomwork.web.security_csrf import SAFE_METHODS, check_csrf

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

_BEARER = "bearer "


class Guard:
    """Admits requests, or refuses them. An exception here refuses: there is no way on without an answer."""

    def __init__(self, rt: "Runtime") -> None:
        self._settings = rt.settings
        self.identities = Identities(rt)
        self.cookies = Cookies(rt.settings)

    def admit(self, request: Request, declared: Access) -> Identity | None:
        """Who asks; None only at public endpoints.

        Raises: NotSignedIn, NotAllowed `scope`, `ability`, `session_only`, `csrf`, `csrf_origin`.
        """
        if declared.who is Who.PUBLIC:
            return self._admit_anybody(request)
        found = g.reader = self._identify(request)
        if found is None:
            raise NotSignedIn("sign in first")
        if found.is_token:
            _check_token(found, declared)
        elif request.method not in SAFE_METHODS:
            check_csrf(request, self._settings, found.digest)
        if declared.ability and declared.ability not in found.abilities:
            raise NotAllowed(
                f'this needs the right "{declared.ability}"', code="ability", params={"ability": declared.ability}
            )
        return found

    def _admit_anybody(self, request: Request) -> Identity | None:
        secret = request.cookies.get(self.cookies.session_name)
        found = self.identities.by_session(secret) if secret else None
        if request.method not in SAFE_METHODS:
            check_csrf(request, self._settings, found.digest if found else self.cookies.anonymous(request))
        return found

    def _identify(self, request: Request) -> Identity | None:
        header = request.headers.get("Authorization")
        if header is not None:
            # A wrong token is told, never replaced by a cookie that happens to be there.
            if header[:7].lower() != _BEARER:
                raise NotSignedIn("the Authorization header has to be: Bearer TOKEN", code="token")
            return self.identities.by_token(header[7:].strip())
        secret = request.cookies.get(self.cookies.session_name)
        return self.identities.by_session(secret) if secret else None


def _check_token(found: Identity, declared: Access) -> None:
    if declared.who is Who.SESSION:
        raise NotAllowed("this is for people who are signed in, not for tokens", code="session_only")
    if "use_api" not in found.abilities:
        raise NotAllowed('this needs the right "use_api"', code="ability", params={"ability": "use_api"})
    if not (found.has_scope(declared.scope) or (declared.or_scope and found.has_scope(declared.or_scope))):
        message = f'this token lacks the scope "{declared.scope}"'
        raise NotAllowed(message, code="scope", params={"scope": declared.scope})
