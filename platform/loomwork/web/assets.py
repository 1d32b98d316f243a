"""The built front end: scripts, styles, fonts. Names carry their content's hash as `?v=`, so browsers keep them for ever."""

from flask import Blueprint, Flask, Response, request, send_from_directory

from loomwork.web.screens.env import STATIC, STATIC_URL
from loomwork.web.security_access import access

assets = Blueprint("assets", __name__)
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
HASHED = "chunks/"
"""Files that carry the hash in their name; scripts load them by it."""


@assets.get(f"{STATIC_URL}/<path:name>")
@access("public")
def show(name: str) -> Response:
    """One file of the build; nothing outside of its folder."""
    response = send_from_directory(STATIC, name, conditional=True, etag=True)
    response.headers["Cache-Control"] = FOR_EVER if "v" in request.args or name.startswith(HASHED) else FOR_A_WHILE
    return response


def register(app: Flask) -> None:
    """Add the route."""
    app.register_blueprint(assets)
