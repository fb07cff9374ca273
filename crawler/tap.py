"""The bytes of one connection in, both directions, as they cross it; what one request and its answer were out.

A tap cuts at its limits and says so; it drops nothing of what came until then, decodes nothing and parses no header.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import re
import ssl
from typing import Any

from aiohttp.client_proto import ResponseHandler

MAX_HEADER_BYTES = 65_536  # of all heads of an answer, interim ones included
MAX_BODY_BYTES = {"feed": 50_000_000, "sitemap": 50_000_000, "robots": 5_000_000}
MAX_PAGE_BYTES = 10_000_000
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d")  # 100 Continue, 103 Early Hints; 101 is final


def max_body_bytes(kind: str) -> int:
    """How much of the body of an answer is taken: a feed's or sitemap's, or a page's."""
    return MAX_BODY_BYTES.get(kind, MAX_PAGE_BYTES)


class Tap:
    """What crossed the connection for one request, both ways."""

    def __init__(self, *, limit_bytes: int, verified: bool = True) -> None:
        self.limit_bytes = limit_bytes  # of the body, as it comes: chunk marks count
        self.verified = verified  # whether TLS has to prove whom we talk to
        self.request, self.response = bytearray(), bytearray()
        self.truncated: str | None = None
        self.is_over = False  # nothing more is expected
        self.refused: str | None = None  # by the address guard
        self.connecting = False  # to an address that it let pass
        self.peer: str | None = None
        self.protocols: tuple[str, ...] = ()
        self.cipher_suite: str | None = None
        self.certificate_sha256: str | None = None
        self._head_at = 0  # where the head begins that has not ended yet; after it, where the final one began
        self._body_at: int | None = None  # where the body begins, once the final head is here
        self._seen = 0  # how far the end of a head was looked for

    def meet(self, transport: asyncio.Transport) -> None:
        """Note whom we are talking to, and under which protection."""
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

    def _look_for_body(self) -> None:
        """Find where the final head ends, within the first MAX_HEADER_BYTES."""
        while ending := _HEAD_END.search(self.response, max(self._head_at, self._seen - 3), MAX_HEADER_BYTES):
            if not _INTERIM.match(self.response, self._head_at):
                self._body_at = ending.end()
                return
            self._head_at = self._seen = ending.end()
        self._seen = len(self.response)

    def final_response(self) -> bytes:
        """The response without the interim ones before it, which belong to the connection."""
        return bytes(memoryview(self.response)[self._head_at :])


current: contextvars.ContextVar[Tap | None] = contextvars.ContextVar("tap", default=None)


class _TappedTransport:
    """A transport that shows what is written to it to the tap of the request that writes."""

    def __init__(self, transport: asyncio.Transport, protocol: TappedProtocol) -> None:
        self._transport, self._protocol = transport, protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._protocol.sent(bytes(data))
        self._transport.write(data)

    def writelines(self, chunks: Any) -> None:
        self.write(b"".join(chunks))


class TappedProtocol(ResponseHandler):
    """aiohttp's response protocol, with an ear on the wire before its parser sees a byte."""

    tap: Tap | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self.transport = _TappedTransport(self.transport, self)  # type: ignore[assignment]

    def sent(self, data: bytes) -> None:
        tap = current.get()
        if tap is not self.tap and tap is not None and self.transport is not None:
            self.tap = tap  # a connection is used for one request after the other: the writer says whose it is now
            tap.meet(self.transport)
        if self.tap is not None:
            self.tap.request += data

    def data_received(self, data: bytes) -> None:
        # What comes when nothing was asked, on a connection kept for later, would be taken for the next answer.
        if data and self.tap is not None and (self.tap.is_over or not self.tap.received(data)):
            if self.transport is not None:
                self.transport.abort()
            return
        super().data_received(data)
