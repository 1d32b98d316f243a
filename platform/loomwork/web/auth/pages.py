"""Pages before sign-in: set-up, sign-in, forgotten password, one-time links. Forms work without scripts.

Every answer is either the page again, with what is wrong and the status of the fault, or a redirect after success.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request

from loomwork.core.errors import InvalidInput, NotAllowed, NotSignedIn, PlatformError, TooMany
from loomwork.core.i18n import LANGUAGES, pick_language, text
from loomwork.web import context
from loomwork.web.api.errors import message_of, status_of
from loomwork.web.auth.safe_next import START, safe_next
from loomwork.web.auth.service import SignIn, Start, Visitor
from loomwork.web.company import PRODUCT, company_of
from loomwork.web.security_access import access
from loomwork.web.security_csrf import make_csrf

pages = Blueprint("auth", __name__)
MAX_FIELD = 300
SIGN_IN, SETUP = "/sign-in", "/setup"
_SHOWN = (InvalidInput, NotAllowed, NotSignedIn, TooMany)


def service() -> SignIn:
    """The flows of this process."""
    return current_app.extensions["loomwork_auth"]  # type: ignore[no-any-return]


def visitor() -> Visitor:
    """From where the request comes."""
    return Visitor(request.remote_addr or "", request.headers.get("User-Agent", ""))


def _page(template: str, status: int = 200, **values: Any) -> Response:
    """A page with a form that belongs to this browser."""
    from loomwork.web.screens.env import render
    from loomwork.web.screens.ui import Ui

    settings, cookies = context.runtime().settings, context.guard().cookies
    found = context.find_identity()
    fresh = ""
    if found is not None:
        token = make_csrf(settings, found.digest)
    else:
        token, fresh = cookies.anonymous_csrf(request)
    company, language = company_of(context.runtime()), _language()
    wishes = Ui(language=language, zone=company.zone, currency=context.runtime().currency, csrf=token)
    brand = company.name or PRODUCT
    response = Response(render(f"auth/{template}.html", wishes, brand=brand, **values), status, mimetype="text/html")
    if fresh:
        cookies.set_anonymous(response, fresh)
    return response


def _language() -> str:
    """The language that was chosen on the page, else that of the browser, else the company's."""
    company = company_of(context.runtime())
    return pick_language(
        request.args.get("language") or request.headers.get("Accept-Language"), fallback=company.language
    )


def _with_language(target: str) -> str:
    """An address that keeps the language chosen on the page."""
    chosen = request.args.get("language", "")
    return f"{target}?language={chosen}" if chosen in LANGUAGES else target


def redirect(target: str) -> Response:
    """See other: whatever the method was, the target is fetched with GET."""
    return Response(status=303, headers={"Location": target})


def _with_session(secret: str, target: str) -> Response:
    response = redirect(target)
    context.guard().cookies.set_session(response, secret)
    return response


def _field(name: str) -> str:
    value = request.form.get(name, "")
    return value if len(value) <= MAX_FIELD else value[: MAX_FIELD + 1]


def _try(template: str, act: Callable[[], Response], **values: Any) -> Response:
    """Run a form; show the page again with its faults when it is refused."""
    try:
        return act()
    except _SHOWN as fault:
        language = _language()
        faults = {one.path: text(f"errors.{one.code}", language, fault.params, one.message) for one in fault.details}
        response = _page(template, status_of(fault), fault=_told(fault, language), faults=faults, **values)
        if isinstance(fault, TooMany):
            response.headers["Retry-After"] = str(fault.extra["retry_after_s"])
        return response


def _told(fault: PlatformError, language: str) -> str:
    """A fault as a sentence for people, in English as well: what is raised begins small, for logs and programs."""
    return text(f"errors.{fault.code}", language, fault.params, default=message_of(fault, language))


def to_sign_in() -> Response:
    """Where a person goes who is not signed in, and back to the page he wanted afterwards."""
    if "HX-Request" in request.headers:
        return Response(status=401)  # a part of a page: the page that asked says so, and keeps what was typed
    if service().needs_setup():
        return redirect(SETUP)
    from urllib.parse import quote

    wanted = safe_next(request.full_path.rstrip("?"))
    return redirect(SIGN_IN if wanted == START else f"{SIGN_IN}?next={quote(wanted, safe='')}")


@pages.get(SIGN_IN)
@access("public")
def show_sign_in() -> Response:
    """The sign-in page; people who are signed in go on."""
    if service().needs_setup():
        return redirect(_with_language(SETUP))
    target = safe_next(request.args.get("next"))
    if context.find_identity() is not None:
        return redirect(target)
    return _page("sign_in", next=target, email="", fault="", faults={})


@pages.post(SIGN_IN)
@access("public")
def do_sign_in() -> Response:
    """Check the password and begin a session."""
    target, email = safe_next(request.form.get("next")), _field("email")

    def act() -> Response:
        return _with_session(service().sign_in(visitor(), email, _field("password")), target)

    return _try("sign_in", act, next=target, email=email)


@pages.post("/sign-out")
@access("session")
def do_sign_out() -> Response:
    """End the session."""
    service().sign_out(context.identity())
    response = redirect(SIGN_IN)
    context.guard().cookies.clear_session(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get(SETUP)
@access("public")
def show_setup() -> Response:
    """The page that makes the first user, the administrator."""
    if not service().needs_setup():
        return redirect(SIGN_IN)
    return _page("setup", needs_code=not visitor().is_loopback, company="", name="", email="", fault="", faults={})


@pages.post(SETUP)
@access("public")
def do_setup() -> Response:
    """Make the first user and sign him in."""
    name, email, company = _field("name"), _field("email"), _field("company")

    def act() -> Response:
        made = service().set_up(
            visitor(),
            code=_field("code"),
            name=name,
            email=email,
            password=_field("password"),
            start=Start(company, _language()),
        )
        return _with_session(made, START)

    return _try("setup", act, needs_code=not visitor().is_loopback, company=company, name=name, email=email)


@pages.get("/forgot")
@access("public")
def show_forgot() -> Response:
    """Ask for a reset link."""
    return _page("forgot", sent=False, email="", fault="", faults={})


@pages.post("/forgot")
@access("public")
def do_forgot() -> Response:
    """Send a reset link, or not; the answer is the same."""
    email = _field("email")

    def act() -> Response:
        service().request_reset(visitor(), email)
        return _page("forgot", sent=True, email=email, fault="", faults={})

    return _try("forgot", act, sent=False, email=email)


def _link_page(purpose: str, secret: str) -> Response:
    try:
        person = service().link_owner(secret, purpose)
    except PlatformError as fault:
        # The page itself says that the link is dead and what to do.
        return _page(
            "set_password", status_of(fault), purpose=purpose, name="", email="", is_dead=True, fault="", faults={}
        )
    return _page(
        "set_password", purpose=purpose, name=person.name, email=person.email, is_dead=False, fault="", faults={}
    )


def _use_link(purpose: str, secret: str) -> Response:
    try:
        person = service().link_owner(secret, purpose)
    except PlatformError:
        return _link_page(purpose, secret)

    def act() -> Response:
        return _with_session(service().set_password_by_link(visitor(), secret, purpose, _field("password")), START)

    return _try("set_password", act, purpose=purpose, name=person.name, email=person.email, is_dead=False)


@pages.get("/reset/<secret>")
@access("public")
def show_reset(secret: str) -> Response:
    """The page of a reset link."""
    return _link_page("reset", secret)


@pages.post("/reset/<secret>")
@access("public")
def do_reset(secret: str) -> Response:
    """Set the new password."""
    return _use_link("reset", secret)


@pages.get("/invitation/<secret>")
@access("public")
def show_invitation(secret: str) -> Response:
    """The page of an invitation."""
    return _link_page("invite", secret)


@pages.post("/invitation/<secret>")
@access("public")
def do_invitation(secret: str) -> Response:
    """Set the first password."""
    return _use_link("invite", secret)
