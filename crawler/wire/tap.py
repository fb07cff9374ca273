"""The bytes of one connection in, both directions, as they cross it; what one request and its answer were out.

A tap cuts at its limits and says so; it drops nothing of what came until then and decodes nothing. Where aiohttp's
parser gives up, the tap hears the response out alone: that a response is odd is no reason to keep half of it.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientPayloadError
from aiohttp.client_proto import ResponseHandler

from crawler.archive import Remainder

# A body in chunks of one byte is a step of Python in aiohttp's parser for each of them. Whoever sends such has a sixth
# of the event loop, and no more.
LONG_SECONDS, RESTS = 0.005, 5

MAX_HEADER_BYTES = 65_536  # of all heads of an answer, interim ones included
MAX_BODY_BYTES = {"feed": 50_000_000, "sitemap": 50_000_000, "robots": 5_000_000}
MAX_PAGE_BYTES = 10_000_000
# What has come of a body beyond this is held for one site at a time, and not a second time for its spider.
LARGE_BYTES = 2_000_000
# How long a server may be silent in a response of which nobody can say whether it is over.
SILENCE_SECONDS = 2.0
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d")  # 100 Continue, 103 Early Hints; 101 is final


def max_body_bytes(kind: str) -> int:
    """How much of the body of an answer is taken: a feed's or sitemap's, or a page's."""
    return MAX_BODY_BYTES.get(kind, MAX_PAGE_BYTES)


class Tap:
    """What crossed the connection for one request, both ways."""

    def __init__(
        self, *, limit_bytes: int, verified: bool = True, admit: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._admit = admit  # awaited before a large body goes on
        self.is_large = False
        self._waiting_since: float | None = None
        self._waited_seconds = 0.0
        self.limit_bytes = limit_bytes  # of the body, as it comes: chunk marks count
        self.verified = verified  # whether TLS has to prove whom we talk to
        self.request, self.response = bytearray(), bytearray()
        self.sent_at: float | None = None  # unix seconds; name and connection may have taken their time before it
        self.truncated: str | None = None
        self.is_over = False  # nothing more is expected
        self.refused: str | None = None  # by the address guard
        self.connecting = False  # to an address that it let pass
        self.peer: str | None = None
        self.protocols: tuple[str, ...] = ()
        self.cipher_suite: str | None = None
        self.certificate_sha256: str | None = None
        self.line: asyncio.Transport | None = None  # the connection itself
        self.remainder: Remainder | None = None  # of a response that its parser gave up
        self._moved = asyncio.Event()
        self._head_at = 0  # where the head begins that has not ended yet; after it, where the final one began
        self._body_at: int | None = None  # where the body begins, once the final head is here
        self._seen = 0  # how far the end of a head was looked for

    def meet(self, transport: asyncio.Transport) -> None:
        """Note whom we are talking to, and under which protection."""
        self.line = transport
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else None
        tls = transport.get_extra_info("ssl_object")
        if isinstance(tls, ssl.SSLObject):
            version = (tls.version() or "").replace("TLSv", "tls/")
            self.protocols = ("http/1.1", version) if version else ("http/1.1",)
            cipher, certificate = tls.cipher(), tls.getpeercert(binary_form=True)
            self.cipher_suite = cipher[0] if cipher else None
            self.certificate_sha256 = hashlib.sha256(certificate).hexdigest() if certificate else None
        else:
            self.protocols = ("http/1.1",)

    @property
    def headers_over(self) -> bool:
        """Whether it was the headers that had no end."""
        return self.truncated == "length" and self._body_at is None

    def received(self, data: bytes) -> bool:
        """Keep what came in; False once a limit is passed and the rest is not wanted."""
        self.response += data
        if self._body_at is None:
            self._look_for_body()
        end = MAX_HEADER_BYTES if self._body_at is None else self._body_at + self.limit_bytes
        if len(self.response) > end:
            del self.response[end:]
            self.truncated = "length"
        return self.truncated is None

    @property
    def is_waiting(self) -> bool:
        """Whether a large body stands still until there is room for the rest of it."""
        return self._waiting_since is not None

    def seconds_since(self, begun: float) -> float:
        """How long the server has had since then, of the monotonic clock: without what it waited for us."""
        now = time.monotonic()
        waiting = now - self._waiting_since if self._waiting_since is not None else 0.0
        return now - begun - self._waited_seconds - waiting

    async def wait_for_room(self) -> None:
        """Return when the rest of a large body may come."""
        assert self._admit is not None
        self._waiting_since = begun = time.monotonic()
        try:
            await self._admit()
        finally:
            self._waiting_since = None
            self._waited_seconds += time.monotonic() - begun

    def grows_large(self) -> bool:
        """Whether it has just come to be large, and has to ask for room."""
        if self.is_large or self._admit is None or len(self.response) <= LARGE_BYTES:
            return False
        self.is_large = True
        return True

    def _look_for_body(self) -> None:
        """Find where the final head ends, within the first MAX_HEADER_BYTES."""
        while ending := _HEAD_END.search(self.response, max(self._head_at, self._seen - 3), MAX_HEADER_BYTES):
            if not _INTERIM.match(self.response, self._head_at):
                self._body_at = ending.end()
                return
            self._head_at = self._seen = ending.end()
        self._seen = len(self.response)

    def parser_gave_up(self) -> None:
        """From here on the tap alone listens; `hear_out` waits for the end."""
        if self.remainder is None and not self.is_over:
            self.remainder = Remainder()
            self.remainder.feed(bytes(self.response))
            if self.line is not None:
                self.line.resume_reading()

    def heard(self, data: bytes) -> None:
        """More of a response that the parser gave up."""
        assert self.remainder is not None
        self.remainder.feed(data)
        self._moved.set()

    def hung_up(self) -> None:
        """The connection is gone."""
        if self.remainder is not None:
            self.remainder.ended = True
        self._moved.set()

    async def hear_out(self, *, until: float) -> None:
        """Wait for the rest of a response that the parser gave up: until it is whole, the connection ends, or the
        server is silent; `until`, of the monotonic clock, at the latest. Sets `truncated`, and hangs up.
        """
        rest = self.remainder
        if rest is None or self.line is None:
            return
        try:
            while self.truncated is None and not rest.is_over:
                patience = min(SILENCE_SECONDS, until - time.monotonic())
                self._moved.clear()
                try:
                    await asyncio.wait_for(self._moved.wait(), max(0.0, patience))
                except TimeoutError:
                    self.truncated = "time"
            if self.truncated is None and rest.is_whole is False:
                self.truncated = "disconnect"
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Nothing more is expected. Ends a connection that the parser has given up; others have their own ends."""
        self.is_over = True
        if self.remainder is not None and self.line is not None:
            self.line.abort()

    def interim_and_final(self) -> tuple[bytes, bytes]:
        """The interim responses before the final one; and that one, or what came of it.

        Interim responses belong to the connection, and readers of WARC take the first head for the response's. Where
        nothing came after them, they are what there is.
        """
        begin = self._head_at if self._head_at < len(self.response) else 0
        return bytes(self.response[:begin]), bytes(memoryview(self.response)[begin:])


current: contextvars.ContextVar[Tap | None] = contextvars.ContextVar("tap", default=None)


class _TappedTransport:
    """A transport that shows what is written to it to the tap of the request that writes."""

    def __init__(self, transport: asyncio.Transport, protocol: TappedProtocol) -> None:
        self._transport, self._protocol = transport, protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._protocol.sent(bytes(data), self._transport)
        self._transport.write(data)

    def writelines(self, chunks: Any) -> None:
        self.write(b"".join(chunks))

    def resume_reading(self) -> None:
        """By aiohttp, whose buffer has room again; ours may not."""
        if self._protocol.tap is None or not self._protocol.tap.is_waiting:
            self._transport.resume_reading()

    def close(self) -> None:
        """Closed, unless it is the parser that wants no more of a response: the tap does, and closes it itself."""
        if not self._protocol.is_heard_out:
            self._transport.close()


class _Parser:
    """aiohttp's parser; when it gives up, the tap learns of it."""

    def __init__(self, parser: Any, protocol: TappedProtocol) -> None:
        self._parser, self._protocol = parser, protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> Any:
        try:
            return self._parser.feed_data(data)
        except Exception as error:
            self._protocol.parser_gave_up(error)
            raise


class TappedProtocol(ResponseHandler):
    """aiohttp's response protocol, with an ear on the wire before its parser sees a byte."""

    tap: Tap | None = None
    _admission: asyncio.Future[None] | None = None

    @property
    def is_heard_out(self) -> bool:
        """Whether the parser has given up and the tap still listens."""
        return self.tap is not None and self.tap.remainder is not None and not self.tap.is_over

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport = _TappedTransport(self.transport, self)  # type: ignore[assignment]

    def set_response_params(self, **params: Any) -> None:
        super().set_response_params(**params)
        self._parser = _Parser(self._parser, self)  # type: ignore[assignment]

    def parser_gave_up(self, error: Exception) -> None:
        if self.tap is not None:
            self.tap.parser_gave_up()
        if self._payload is not None and not self._payload.is_eof():
            # aiohttp 3.14 tells nobody who reads a body of a mistake within it: they would wait for their whole time.
            self._payload.set_exception(ClientPayloadError(f"{type(error).__name__}: {error}"))

    def sent(self, data: bytes, transport: asyncio.Transport) -> None:
        tap = current.get()
        if tap is not self.tap and tap is not None:
            self.tap = tap  # a connection is used for one request after the other: the writer says whose it is now
            tap.meet(transport)
        if self.tap is not None:
            self.tap.sent_at = self.tap.sent_at or time.time()
            self.tap.request += data

    def data_received(self, data: bytes) -> None:
        # What comes when nothing was asked, on a connection kept for later, would be taken for the next answer.
        tap = self.tap
        if data and tap is not None and (tap.is_over or not tap.received(data)):
            assert tap.line is not None
            tap.line.abort()
            return
        if tap is not None and tap.grows_large():
            self._admission = asyncio.ensure_future(self._wait_for_room(tap))
        if tap is not None and tap.remainder is not None:
            tap.heard(data)
            return
        begun = time.monotonic()
        super().data_received(data)
        if tap is not None and (took := time.monotonic() - begun) > LONG_SECONDS and tap.line is not None:
            tap.line.pause_reading()
            asyncio.get_running_loop().call_later(RESTS * took, self._go_on, tap)

    def _go_on(self, tap: Tap) -> None:
        """After a rest from what took long to parse, unless somebody else has to wait for something."""
        admitted = self._admission is None or self._admission.done()
        if not tap.is_over and tap.line is not None and not self._reading_paused and admitted:
            tap.line.resume_reading()

    async def _wait_for_room(self, tap: Tap) -> None:
        assert tap.line is not None
        tap.line.pause_reading()
        await tap.wait_for_room()
        if not tap.is_over and not self._reading_paused:
            tap.line.resume_reading()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.tap is not None:
            self.tap.hung_up()
        super().connection_lost(exc)
