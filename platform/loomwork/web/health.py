"""Whether the process lives, whether it can serve, and its figures."""

from flask import Blueprint, Flask, Response

from loomwork.core.errors import PlatformError
from loomwork.web import context
from loomwork.web.request_log import metrics_text
from loomwork.web.security_access import access
from loomwork.web.wire import answer

health = Blueprint("health", __name__)


@health.get("/healthz")
@access("public")
def alive() -> Response:
    """The process answers; nothing else is looked at, so that a slow database never has it restarted."""
    return answer({"status": "ok"})


@health.get("/readyz")
@access("public")
def ready() -> Response:
    """The database answers and the metadata is loaded. Says yes or no, and nothing about the inside."""
    rt = context.runtime()
    try:
        with rt.read():
            is_ready = bool(rt.catalog.entities)
    except PlatformError:
        is_ready = False
    return answer({"status": "ready" if is_ready else "not ready"}, 200 if is_ready else 503)


@health.get("/metrics")
@access("token:admin ability:operate")
def metrics() -> Response:
    """Figures in Prometheus' text form, for operators and their tokens."""
    return Response(metrics_text(), mimetype="text/plain; version=0.0.4")


def register(app: Flask) -> None:
    """Add the routes."""
    app.register_blueprint(health)
