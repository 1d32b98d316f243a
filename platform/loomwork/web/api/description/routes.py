"""The description of the API and its reader."""

from flask import Response

from loomwork.web import context
from loomwork.web.api.description.document import make_openapi
from loomwork.web.api.description.page import STYLE, read_document
from loomwork.web.api.description.rights import ReaderRights
from loomwork.web.api.description.schemas import Schema
from loomwork.web.api.router import describe
from loomwork.web.security_access import access
from loomwork.web.wire import answer


def _document() -> Schema:
    rt = context.runtime()
    rights = ReaderRights(rt, context.actor())
    return make_openapi(rt.catalog, rights, context.language(), rt.settings.public_url)


@describe.get("/openapi.json")
@access("signed_in")
def openapi() -> Response:
    """OpenAPI 3.1 of what the reader may use."""
    return answer(_document())


@describe.get("/docs")
@access("session")
def docs() -> Response:
    """The same as a page."""
    from loomwork.web.screens.desk import open_desk
    from loomwork.web.screens.env import render

    with open_desk(context.runtime(), context.actor(), "") as desk:
        wishes = desk.wishes
    return Response(render("api/docs.html", wishes, groups=read_document(_document())), mimetype="text/html")


@describe.get("/docs.css")
@access("public")
def docs_style() -> Response:
    """The look of the page."""
    return Response(STYLE, mimetype="text/css", headers={"Cache-Control": "public, max-age=3600"})
