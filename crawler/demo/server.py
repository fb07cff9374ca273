"""A newsroom in, an HTTP/1.1 server on loopback out: outlets by Host, every request remembered. Decides no content."""

from __future__ import annotations

import gzip
import hashlib
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any

import brotli
import zstandard

from .outlets import BY_NAME, OUTLETS, Outlet
from .page import Page

if TYPE_CHECKING:
    from .newsroom import Newsroom

IDLE_SECONDS = 30.0  # a connection that nobody uses is closed
# gzip and zstd settings such that the same page gives the same bytes each time; levels as servers have them.
CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it was answered."""

    at: datetime  # real time, not the newsroom's
    method: str
    host: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def accepted(header: str | None, preferred: tuple[str, ...]) -> str | None:
    """The first coding in the server's order that the client takes (RFC 9110, 12.5.3); None: as it is."""
    weights: dict[str, float] = {}
    for part in (header or "").split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip().lower()] = float(weight.partition("=")[2] or 1)
        except ValueError:
            weights[name.strip().lower()] = 0.0
    return next((coding for coding in preferred if weights.get(coding, weights.get("*", 0.0)) > 0), None)


def unchanged(headers: dict[str, str], *, etag: str | None, changed_at: datetime | None) -> bool:
    """Whether the client's validators hold (RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since)."""
    if (seen := headers.get("if-none-match")) is not None:
        bare = [tag.strip().removeprefix("W/") for tag in seen.split(",")]
        return etag is not None and (etag.removeprefix("W/") in bare or "*" in bare)
    if (since := headers.get("if-modified-since")) is not None and changed_at is not None:
        try:
            return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):  # a date that is none does not count; a naive one neither
            return False
    return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept in memory, nothing is printed."""

    def _answer(self) -> None:
        host = (self.headers.get("Host") or "").lower()
        path = self.path.partition("?")[0]
        name = host.partition(":")[0].removesuffix(".localhost")
        outlet = BY_NAME.get(name)
        if outlet is None:
            known = host.partition(":")[0] in {"127.0.0.1", "localhost"}
            headers = {"Content-Type": "text/html; charset=utf-8"}
            status, body = (200, self._directory()) if known else (421, b"No outlet of that name is served here.\n")
        else:
            page = self.server.newsroom.page(outlet, path)
            if page.delay_seconds:
                time.sleep(page.delay_seconds)
            lowered = {key.lower(): value for key, value in self.headers.items()}
            status, headers, body = answer(outlet, page, lowered)
        self.server.remember(self, host, status)
        self._send(status, headers, body)

    def _directory(self) -> bytes:
        port = self.server.newsroom.port
        rows = "".join(
            f'<li><a href="http://{o.name}.localhost:{port}/">{o.title}</a> ({o.look}, {o.language})</li>'
            for o in OUTLETS
        )
        head = "<!doctype html><meta charset=utf-8><title>The demo newsroom</title><h1>The demo newsroom</h1>"
        return f"{head}<ul>{rows}</ul>".encode()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
        ]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        if status != HTTPStatus.NOT_MODIFIED:
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        bare = self.command == "HEAD" or status == HTTPStatus.NOT_MODIFIED
        self.wfile.write(head if bare else head + body)


def answer(outlet: Outlet, page: Page, request: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for one page, negotiated with the request's headers (names in lower case)."""
    written = page.write()
    text = isinstance(written, str)
    body = written.encode(outlet.charset, "xmlcharrefreplace") if isinstance(written, str) else written
    headers = {"Server": outlet.server, "Content-Type": page.content_type}
    if text and outlet.charset_in_header:
        headers["Content-Type"] += (
            f"; charset={outlet.charset.upper() if outlet.look.startswith('wp_') else outlet.charset}"
        )
    headers |= page.headers
    if page.location is not None:
        headers["Location"] = page.location
    coding = (
        accepted(request.get("accept-encoding"), outlet.encodings)
        if body and page.content_type != "application/gzip"
        else None
    )
    etag, changed_at = None, None
    if page.status == HTTPStatus.OK:
        if outlet.etag:
            mark = hashlib.sha256(body).hexdigest()[:16] + (f"-{coding}" if coding and outlet.etag == "strong" else "")
            etag = f'W/"{mark}"' if outlet.etag == "weak" else f'"{mark}"'
            headers["ETag"] = etag
        if outlet.last_modified:
            changed_at = page.changed_at
            headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
        headers["Cache-Control"] = "max-age=60, must-revalidate"
    if outlet.encodings:
        headers["Vary"] = "Accept-Encoding"
    if page.status == HTTPStatus.OK and unchanged(request, etag=etag, changed_at=changed_at):
        return HTTPStatus.NOT_MODIFIED, {k: v for k, v in headers.items() if k != "Content-Type"}, b""
    if coding:
        headers["Content-Encoding"] = coding
        body = CODERS[coding](body)
    return page.status, headers, body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, newsroom: Newsroom, port: int) -> None:
        self.newsroom = newsroom
        self.requests: list[Request] = []
        self.failures: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def remember(self, handler: _Handler, host: str, status: int) -> None:
        self.requests.append(
            Request(
                at=datetime.now(UTC), method=handler.command, host=host, path=handler.path, status=status,
                headers=tuple((key, value) for key, value in handler.headers.items()),
            )
        )  # fmt: skip

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self._serving = {thread for thread in self._serving if thread.is_alive()}
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._serving.add(thread)
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our business; anything else is kept for whoever stops the server."""
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.failures.append(error)

    def close(self) -> None:
        self.shutdown()
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed by the other side in the meantime
                continue
        for thread in self._serving:
            thread.join(timeout=5)
        self.server_close()


class Served:
    """A newsroom that answers on loopback until it is closed; a context manager."""

    def __init__(self, newsroom: Newsroom, *, port: int = 0) -> None:
        self.newsroom = newsroom
        self._server = _Server(newsroom, port)
        self.port: int = self._server.server_address[1]
        newsroom.port = self.port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of the answers."""
        return self._server.requests

    @property
    def failures(self) -> list[BaseException]:
        """Errors in the server itself; empty unless the newsroom is at fault."""
        return self._server.failures

    def home(self, outlet: str) -> str:
        return f"http://{outlet}.localhost:{self.port}/"

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
