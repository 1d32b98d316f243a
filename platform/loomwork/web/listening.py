"""The server of one process (waitress). What it refuses by itself is said as everything else is: JSON, or a calm page.

A body over the limit is read to its end and thrown away, because a client that is still sending does not hear an answer:
the line would break under it. What is larger than that as well is refused at once.
"""

from typing import Any

import waitress
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask
from waitress.utilities import RequestEntityTooLarge

from loomwork.core.errors import PlatformError, TooLarge, Unreadable
from loomwork.core.i18n import say
from loomwork.web.app import SWALLOWED_BYTES, Server

BODY_BYTES = 30_000_000
"""No route takes more; the limits of the routes are lower."""
TIMEOUT_S = 60


class Parser(HTTPRequestParser):  # type: ignore[misc]  # the library has no types
    """Reads a request; of a body that is too large nothing is kept."""

    _left = 0
    _fault: RequestEntityTooLarge | None = None

    def received(self, data: bytes) -> int:
        """Take bytes in; how many of them belong to this request."""
        if self._left:
            taken = min(len(data), self._left)
            self._left -= taken
            if not self._left:
                self.error, self.completed = self._fault, True
            return taken
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) and self._is_still_sent():
            self._left, self._fault = self.content_length, self.error
            self.error, self.completed = None, False
        return consumed

    def _is_still_sent(self) -> bool:
        if not self.chunked:
            # Who asks before he sends hears the answer without sending.
            return not self.expect_continue and self.content_length <= SWALLOWED_BYTES
        self.body_rcv.buf = _Nowhere()
        is_ended = self.body_rcv.completed or self.body_rcv.error
        return not is_ended and self.body_bytes_received <= SWALLOWED_BYTES


class _Nowhere(OverflowableBuffer):  # type: ignore[misc]  # the library has no types
    """Takes the pieces of a body that is not kept."""

    def __init__(self) -> None:
        super().__init__(0)

    def append(self, data: bytes) -> None:
        """Forget the piece."""


class Refusing(WSGITask):  # type: ignore[misc]  # the library has no types
    """The answer to what never reached the application."""

    complete = True

    def execute(self) -> None:
        """Write the answer and close the connection."""
        status = self.request.error.code
        # What could not be read at all has no address; programs are the ones that send it.
        is_read = status == 413 and hasattr(self.request, "path")
        environ = {**self.get_environment(), "CONTENT_LENGTH": "0"} if is_read else None
        response = self.channel.application.refuse(environ, _said(status), status)
        body = response.get_data()
        self.status = response.status
        self.response_headers.extend((name, value) for name, value in response.headers if name != "Content-Length")
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def _said(status: int) -> PlatformError:
    if status == 413:
        return TooLarge(say("too_large.body", limit=f"{BODY_BYTES:,}"))
    if status == 431:
        return TooLarge(say("too_large.head"))
    return Unreadable("the request is no HTTP that this server reads")


class Channel(HTTPChannel):  # type: ignore[misc]  # the library has no types
    """A connection."""

    application: Server
    parser_class = Parser
    error_task_class = Refusing


def make_server(app: Server, *, host: str, port: int, threads: int) -> Any:
    """A server that listens; `run()` serves."""
    server = waitress.create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident="",
        max_request_body_size=BODY_BYTES,
        channel_timeout=TIMEOUT_S,
    )
    channel = type("Channel", (Channel,), {"application": app})
    # A name of several addresses makes a server of several sockets.
    for one in (server, *getattr(server, "map", {}).values()):
        if hasattr(one, "channel_class"):
            one.channel_class = channel
    return server
