"""A text in, an answer to GET /metrics out, on the loopback address and nowhere else, and only where it is asked for.

It answers one request after the other on a thread of its own; who is slow is hung up on. Nothing that a request says
reaches the crawl.
"""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from crawler.errors import CrawlError
from crawler.watch.metrics import CONTENT_TYPE

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 2.0  # for one request, whole
# A page of the web that has its own name point at 127.0.0.1 could read us through a browser on this machine.
_NAMES = ("127.0.0.1", "localhost")


class PortTaken(CrawlError):
    """Somebody listens there already, or may not."""

    def __init__(self, port: int, *, cause: str) -> None:
        self.port = port
        super().__init__(f"--metrics {port}: {cause}; choose another port, or 0 for any that is free")


class _Handler(http.server.BaseHTTPRequestHandler):
    text: Callable[[], str]  # of the subclass that `serve_metrics` makes
    server_version, sys_version = "broadsheet", ""

    def setup(self) -> None:
        super().setup()
        self._patience = threading.Timer(PATIENCE_SECONDS, self._hang_up)
        self._patience.daemon = True
        self._patience.start()

    def finish(self) -> None:
        self._patience.cancel()
        super().finish()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):  # it may have ended in this moment
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        if self.headers.get("Host", "").partition(":")[0].lower() not in _NAMES:
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "this is 127.0.0.1\n")
        elif self.path.partition("?")[0] != "/metrics":
            self._answer(HTTPStatus.NOT_FOUND, "only /metrics is here\n")
        else:
            self._answer(HTTPStatus.OK, type(self).text())

    do_HEAD = do_GET

    def _answer(self, status: HTTPStatus, text: str) -> None:
        body = text.encode("utf-8", "backslashreplace")
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE if status == HTTPStatus.OK else "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Who asks is nobody's business."""


class _Server(http.server.HTTPServer):
    allow_reuse_address = True
    request_queue_size = 8

    def handle_error(self, *_: object) -> None:
        """A client that hung up, or sent nonsense: its loss."""


@contextmanager
def serve_metrics(text: Callable[[], str], *, port: int) -> Iterator[int]:
    """Serves what `text` returns for as long as the block lasts; the port, which for 0 is any that was free.

    Raises PortTaken.
    """
    handler = type("_MetricsHandler", (_Handler,), {"text": staticmethod(text)})
    try:
        server = _Server((LOOPBACK, port), handler)
    except (OSError, OverflowError) as error:
        raise PortTaken(port, cause=getattr(error, "strerror", None) or str(error)) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="metrics", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
