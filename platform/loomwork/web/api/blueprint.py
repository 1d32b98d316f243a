"""The API on the server."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the routes of all modules."""
    from loomwork.web.api import batch, describe, details, formula, metadata, query, records  # noqa: F401 - they add their routes on import
    from loomwork.web.api.router import api
    from loomwork.web.api.router import describe as describing

    app.register_blueprint(api)
    app.register_blueprint(describing)
