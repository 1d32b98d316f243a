"""Log lines and figures of requests. No query strings, bodies, cookies or tokens ever reach a line."""

import logging
import os
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess

from loomwork.core.clock import now_utc, to_rfc3339
from loomwork.core.journal import structlog

_encode = msgspec.json.Encoder(enc_hook=str).encode
_state = {"is_on": True}

REQUESTS = Counter("loomwork_requests_total", "Requests answered.", ("method", "route", "status"))
SECONDS = Histogram(
    "loomwork_request_seconds",
    "Time of a request in seconds.",
    ("route",),
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30),
)


class _ErrorStream:
    """Writes each line at once to the process's error stream, whatever has been put in the place of `sys.stderr`."""

    def __init__(self, *_: Any) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = self.msg

    def msg(self, line: bytes) -> None:
        """One line."""
        os.write(2, line + b"\n")


def configure_logging(level: str) -> None:
    """Send log lines as JSON to the error stream; called once per process."""
    _state["is_on"] = logging.getLevelNamesMapping()[level] <= logging.INFO
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _stamp, _render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=_ErrorStream,
        cache_logger_on_first_use=True,
    )


def _stamp(_logger: Any, _method: str, event: Any) -> Any:
    event["at"] = to_rfc3339(now_utc())
    return event


def _render(_logger: Any, _method: str, event: Any) -> bytes:
    return _encode(event)


def log_request(route: str, method: str, status: int, seconds: float, **known: str) -> None:
    """One line and one count per request. `route` is the rule of the URL map, not the address asked for.

    The line is written without the logging library's chain of processors, which would cost more than many a query.
    """
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    if _state["is_on"]:
        line = {"at": to_rfc3339(now_utc()), "event": "request", "method": method, "route": route, "status": status}
        os.write(2, _encode({**line, "ms": round(seconds * 1000, 1), **known}) + b"\n")


def metrics_text() -> bytes:
    """The figures of all processes in Prometheus' text form."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest()
