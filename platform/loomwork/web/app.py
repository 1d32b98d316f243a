"""The server: one Flask application over a runtime.

A request passes `Server.preprocess_request` (who asks, may he call this, is it forged) and `Server.process_response`
(headers, log). There are no other hooks, so the path of a request is what is written here.
"""

import secrets
import time
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue

from loomwork.core.errors import NotSignedIn
from loomwork.web import context
from loomwork.web.api.effects import KEPT_WITH_EFFECT, keyed
from loomwork.web.api.errors import error_response, is_api
from loomwork.web.auth.guard import Guard
from loomwork.web.request_log import configure_logging, log_request
from loomwork.web.security_access import JSON_BYTES, Access, collect_access
from loomwork.web.security_headers import base_headers, lowered, set_headers
from loomwork.web.wire import WireJson

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


KEPT_BYTES = 65_536
"""As much of a body as waits in the line's own buffers without being read."""
SWALLOWED_BYTES = 300_000_000
"""A body up to here is read to its end even when it is refused; of a larger one the line is cut."""


class _NoSession(SessionInterface):
    """Sessions live in our own table; the framework's signed cookie is neither read nor written."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()

    def save_session(self, *_: Any) -> None:
        return None


class Server(Flask):
    """Flask with our JSON, our guard and our headers, and nothing that a request does not need."""

    json_provider_class = WireJson
    session_interface = _NoSession()

    def __init__(self, rt: "Runtime") -> None:
        super().__init__("loomwork.web", static_folder=None, template_folder="admin/templates")
        self.extensions[context.RUNTIME] = rt
        self.config["MAX_CONTENT_LENGTH"] = JSON_BYTES
        self.config["MAX_FORM_MEMORY_SIZE"] = JSON_BYTES
        self.config["MAX_FORM_PARTS"] = 1_000
        self.config["PROPAGATE_EXCEPTIONS"] = False
        self.url_map.strict_slashes = False
        self.access: dict[str, Access] = {}
        self._headers = lowered([*base_headers(is_https=rt.settings.is_https), ("Cache-Control", "no-store")])
        self.guard = Guard(rt)

    def seal(self) -> None:
        """Check that every route declares its access; called when all routes are there.

        Raises: Undeclared.
        """
        self.access = collect_access(self)

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Find out who asks and refuse what is not allowed, before any view runs."""
        g.request_id = secrets.token_hex(8)
        g.started = time.perf_counter()
        rule = request.url_rule
        if rule is not None:
            declared = self.access[rule.endpoint]
            if declared.body != JSON_BYTES:
                request.max_content_length = declared.body
            g.identity = self.guard.admit(request, declared)
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view; a change with an `Idempotency-Key` at most once."""
        if "HTTP_IDEMPOTENCY_KEY" not in request.environ or not _takes_key():
            return super().dispatch_request()
        view = super().dispatch_request
        return keyed(lambda: self.make_response(view()))

    def process_response(self, response: Response) -> Response:
        """Put the headers on and write the log line."""
        response = super().process_response(response)
        headers = response.headers
        set_headers(headers, self._headers)
        held = g._get_current_object()  # noqa: SLF001 - one look-up of the context instead of one per name
        request_id = held.get("request_id", "")
        headers["X-Request-Id"] = request_id
        who, started = held.get("identity"), held.get("started")
        seconds = time.perf_counter() - started if started else 0.0
        user = who.actor.user_id if who else ""
        rule = request.url_rule
        log_request(
            rule.rule if rule else "(none)",
            request.method,
            response.status_code,
            seconds,
            request_id=request_id,
            user=user,
        )
        return response

    def handle_user_exception(self, e: Exception) -> ResponseReturnValue:
        """Every fault becomes an answer here: JSON for programs, a page for people."""
        return self._fault(e)

    def handle_exception(self, e: Exception) -> Response:
        """Faults outside of views (in the guard's own machinery)."""
        return self.finalize_request(self._fault(e), from_error_handler=True)

    def refuse(self, environ: dict[str, Any] | None, fault: Exception, status: int) -> Response:
        """The answer to a request that the server in front refuses; None for one that it could not read."""
        from werkzeug.test import create_environ

        with self.request_context(environ or create_environ("/api/")):
            g.request_id, g.started = secrets.token_hex(8), time.perf_counter()
            response = self.make_response(self._fault(fault))
            response.status_code = status
            return self.process_response(response)

    def _fault(self, fault: Exception) -> ResponseReturnValue:
        from werkzeug.routing import RequestRedirect

        if isinstance(fault, RequestRedirect):
            return fault
        _read_away()
        page = self.extensions.get("loomwork_error_page")
        if is_api() or page is None:
            return error_response(fault)
        if isinstance(fault, NotSignedIn) and request.method == "GET":
            return self.extensions["loomwork_sign_in"]()  # type: ignore[no-any-return]
        return page(fault)  # type: ignore[no-any-return]


def _takes_key() -> bool:
    """Whether the endpoint leaves it to the server to keep its answer under a key."""
    is_change = request.method == "POST" and request.path.startswith("/api/v1/") and request.url_rule is not None
    return is_change and request.endpoint not in KEPT_WITH_EFFECT


def _read_away() -> None:
    """Read the rest of a large body: a client that is still sending hears no answer, its line would break."""
    left = request.content_length or 0
    if not KEPT_BYTES < left <= SWALLOWED_BYTES:
        return
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, KEPT_BYTES))):
        left -= len(piece)


def _register_screens(app: Server) -> None:
    from importlib.util import find_spec

    if find_spec("loomwork.web.screens.blueprint") is not None:
        from loomwork.web.screens.blueprint import register

        register(app)


def create_app(rt: "Runtime") -> Server:
    """The server of a runtime: API, sign-in, screens, operator's console.

    Raises: Undeclared when a route has no declared access.
    """
    from loomwork.runtime.currency import settle_currency
    from loomwork.web import assets, health
    from loomwork.web.admin import console
    from loomwork.web.api import blueprint as api
    from loomwork.web.auth import blueprint as auth

    configure_logging(rt.settings.log_level)
    rt.database.create_platform_tables()
    settle_currency(rt)
    app = Server(rt)
    health.register(app)
    assets.register(app)
    api.register(app)
    auth.register(app)
    _register_screens(app)
    console.register(app, rt)
    app.seal()
    if rt.settings.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        # The address counts for the throttle and stands with the session; the host is never taken from a header.
        count = rt.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    return app
