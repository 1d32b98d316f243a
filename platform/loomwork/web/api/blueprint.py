"""The API on the server."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the routes of all modules."""
    from loomwork.web.api import (  # noqa: F401 - they add their routes on import
        actions,
        attachments,
        batch,
        details,
        formula,
        metadata,
        query,
        records,
        reveal,
        transfer,
    )
    from loomwork.web.api.description import routes  # noqa: F401 - likewise
    from loomwork.web.api.router import api
    from loomwork.web.api.router import describe as describing
    from loomwork.web.packages.api import packages_api

    app.register_blueprint(api)
    app.register_blueprint(packages_api)
    app.register_blueprint(describing)
