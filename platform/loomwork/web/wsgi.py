"""The entry for servers of many processes: `gunicorn 'loomwork.web.wsgi:make_app()'`."""

import os

from loomwork.core.settings import load_settings
from loomwork.core.text import load_dictionaries
from loomwork.web.app import Server, create_app


def make_app() -> Server:
    """A server of its own runtime. It may be made before the processes that serve are forked: no connection is open then."""
    from loomwork.runtime import Runtime

    os.umask(0o077)
    rt = Runtime.start(load_settings())
    app = create_app(rt)
    load_dictionaries()
    rt.database.dispose()
    return app
