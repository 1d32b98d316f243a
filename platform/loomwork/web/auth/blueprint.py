"""Sign-in on the server: its pages, its API, its flows."""

from typing import TYPE_CHECKING

from loomwork.web import context
from loomwork.web.accounts.api import accounts_api
from loomwork.web.accounts.company import company_api, company_pages
from loomwork.web.accounts.pages import accounts
from loomwork.web.auth.api import auth_api
from loomwork.web.auth.pages import pages, to_sign_in
from loomwork.web.auth.service import SignIn

if TYPE_CHECKING:
    from loomwork.web.app import Server


def register(app: "Server") -> None:
    """Add pages and API, and tell the server where people go who are not signed in."""
    app.extensions["loomwork_auth"] = SignIn(app.extensions[context.RUNTIME], app.guard.identities)
    app.extensions["loomwork_sign_in"] = to_sign_in
    app.register_blueprint(pages)
    app.register_blueprint(auth_api)
    app.register_blueprint(accounts_api)
    app.register_blueprint(accounts)
    app.register_blueprint(company_api)
    app.register_blueprint(company_pages)
