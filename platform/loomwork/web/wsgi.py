"""The entry for servers of many processes: `gunicorn 'loomwork.web.wsgi:make_app()'`."""

import os

from loomwork.core.settings import load_settings
from loomwork.web.app import Server, create_app


def make_app() -> Server:
    """A server of its own runtime, made in the process that serves."""
    from loomwork.runtime import Runtime

    os.umask(0o077)
    return create_app(Runtime.start(load_settings()))
