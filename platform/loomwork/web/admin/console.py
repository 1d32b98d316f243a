"""The console on the server, under `/operate`."""

from typing import TYPE_CHECKING

from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from loomwork.core.i18n import text
from loomwork.web.admin import views
from loomwork.web.admin.views import OPERATE
from loomwork.web.security_access import declare

if TYPE_CHECKING:
    from loomwork.runtime import Runtime
    from loomwork.web.app import Server

URL = "/operate"


def register(app: "Server", rt: "Runtime") -> None:
    """Add the console's pages; every endpoint that comes with them, static files included, is for operators."""
    language = rt.settings.language

    def name(key: str) -> str:
        return text(f"admin.{key}", language)

    admin = Admin(
        app,
        name=name("title"),
        index_view=views.Home(name=name("home"), url=URL, endpoint="console"),
        theme=Bootstrap4Theme(base_template="console/base.html", fluid=True),
        static_url_path="/static",
        endpoint="console",
    )
    pages = {
        "jobs": views.Jobs, "sessions": views.Sessions, "tokens": views.Tokens, "audit": views.Audit,
        "versions": views.Versions, "settings": views.Configuration,
    }  # fmt: skip
    for key, page in pages.items():
        admin.add_view(page(name=name(key), url=f"{URL}/{key}", endpoint=f"console_{key}"))
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("console") and endpoint.endswith(".static"):
            blueprint = getattr(view, "__self__", None)
            declare(blueprint if blueprint is not None else view, OPERATE)
