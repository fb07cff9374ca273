"""A request in, Scrapy's response out; on the way every byte that crosses the connection goes into the archive.

Scrapy's aiohttp handler with three things of our own: a tap on the connection's two directions, an address guard in the
connector's socket factory, and limits that cut instead of dropping. It never decodes, and never follows a redirect.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import hashlib
import re
import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.client_proto import ResponseHandler
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.http import Headers
from scrapy.utils.ssl import _make_ssl_context

from crawler.archive import Exchange
from crawler.failures import detail, truncation, why
from crawler.guard import AddressRefused, socket_factory

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.keeper import Keeper

MAX_HEADER_BYTES = 65_536
MAX_BODY_BYTES = {"feed": 50_000_000, "sitemap": 50_000_000, "robots": 5_000_000}
MAX_PAGE_BYTES = 10_000_000
# Below the 5 s after which Apache closes an idle connection: a request into a closing connection is lost.
KEEP_ALIVE_SECONDS = 3.0
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n")  # 100 Continue, 103 Early Hints


class Tap:
    """What crossed the connection for one request, both ways."""

    def __init__(self, *, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.request, self.response = bytearray(), bytearray()
        self.truncated: str | None = None
        self.is_over = False  # nothing more is expected
        self.refused: str | None = None  # by the address guard
        self.connecting = False  # to an address that it let pass
        self.peer: str | None = None
        self.protocols: tuple[str, ...] = ()
        self.cipher_suite: str | None = None
        self.certificate_sha256: str | None = None

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

    def received(self, data: bytes) -> bool:
        """Keep what came in; False once the limit is passed and the rest is not wanted."""
        room = self.limit_bytes + MAX_HEADER_BYTES - len(self.response)
        self.response += data[:room] if len(data) > room else data
        if len(data) > room:
            self.truncated = "length"
        return self.truncated is None

    def final_response(self) -> bytes:
        """The response without the interim ones before it, which belong to the connection."""
        response, begin = bytes(self.response), 0
        while interim := _INTERIM.match(response, begin):
            begin = interim.end()
        return response[begin:]


_tap: contextvars.ContextVar[Tap | None] = contextvars.ContextVar("tap", default=None)


def _guarded(make: Callable[[tuple[Any, ...]], socket.socket], info: tuple[Any, ...]) -> socket.socket:
    """The guard's socket; what it said goes to the tap of the request that wants it."""
    tap = _tap.get()
    try:
        made = make(info)
    except AddressRefused as refused:
        if tap is not None:
            tap.refused = str(refused)
        raise
    if tap is not None:
        tap.connecting = True
    return made


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
        tap = _tap.get()
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


class _Session:
    """An aiohttp session that sends no body, and no Content-Length: 0, where Scrapy gives an empty one."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(self, method: str, url: Any, *, data: bytes, **more: Any) -> Any:
        return self._session.request(method, url, data=data or None, **more)

    async def close(self) -> None:
        await self._session.close()


class LocalhostResolver(aiohttp.ThreadedResolver):
    """The system's resolver; names below `localhost` are the loopback address everywhere (RFC 6761), macOS included."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower().rpartition(".")[2] == "localhost":
            return [
                ResolveResult(
                    hostname=host,
                    host="127.0.0.1",
                    port=port,
                    family=socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
            ]
        return await super().resolve(host, port, family)


class ArchivingDownloadHandler(AiohttpDownloadHandler):
    """Every exchange goes into the keeper's archive before Scrapy sees it, whatever Scrapy then makes of it."""

    experimental = False  # the warning is for those who did not choose it
    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super(AiohttpDownloadHandler, self).__init__(crawler)  # its own session would connect without guard and tap
        self._ssl_context = _make_ssl_context(crawler.settings)
        self._crawler = crawler
        self._session: Any = None

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """As they came: Scrapy's way through text fails on any header that is not UTF-8."""
        return Headers(list(response.raw_headers))

    def _keeper(self) -> Keeper:
        from crawler.keeper import Keeper

        keeper = self._crawler.get_extension(Keeper)
        assert keeper is not None, "crawler.keeper.Keeper is not among the EXTENSIONS"
        return keeper

    def _open_session(self) -> None:
        keeper = self._keeper()
        connector = aiohttp.TCPConnector(
            limit=0, limit_per_host=0, resolver=LocalhostResolver(), keepalive_timeout=KEEP_ALIVE_SECONDS,
            socket_factory=functools.partial(_guarded, socket_factory(keeper.custody.sites.allow_addresses)),
        )  # fmt: skip
        connector._factory = functools.partial(TappedProtocol, loop=asyncio.get_running_loop())  # type: ignore[assignment]
        session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
            response_class=_ClientResponse, trust_env=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=MAX_HEADER_BYTES, max_field_size=MAX_HEADER_BYTES, max_headers=1000,
        )  # fmt: skip
        session._retry_connection = False  # a second try is an attempt of its own, and the frontier's to decide
        self._session = _Session(session)

    async def download_request(self, request: Request) -> Response:
        """The response; its exchange is in the archive, and `request.meta["visit"].written` says where.

        Raises Scrapy's download errors. A failure after the first byte is archived too, with WARC-Truncated.
        """
        if self._session is None:
            self._open_session()
        visit = request.meta["visit"]
        tap = Tap(limit_bytes=MAX_BODY_BYTES.get(visit.lease.kind, MAX_PAGE_BYTES))
        token = _tap.set(tap)
        request.meta["verbatim_url"] = True  # the frontier's bytes go out, not a prettier spelling of them
        request.meta["download_maxsize"] = 0  # the tap cuts; Scrapy would throw away what came
        visit.on_its_way = True
        started_at, begun = datetime.now(UTC), time.monotonic()
        visit.started_at = started_at
        try:
            response = await self._within_patience(super().download_request(request), visit)
            if "dataloss" in response.flags:
                tap.truncated = tap.truncated or "disconnect"
            return response
        except Exception as error:
            tap.truncated = tap.truncated or truncation(error)
            visit.reason, visit.detail = why(error), detail(error)
            if tap.refused is not None and not tap.connecting:  # asyncio may make one bland error of several
                visit.reason, visit.detail = "address", tap.refused
            visit.refused = visit.reason == "address"
            raise
        except asyncio.CancelledError:
            visit.released = True  # what came is not all that would have come
            raise
        finally:
            _tap.reset(token)
            tap.is_over = True
            del request.meta["download_maxsize"]  # or nothing would limit what a small body decodes to
            visit.elapsed_seconds = time.monotonic() - begun
            received = tap.final_response()
            if received and not visit.released:
                exchange = Exchange(
                    url=request.url, started_at=started_at, request=bytes(tap.request), response=received,
                    ip_address=tap.peer, protocols=tap.protocols, cipher_suite=tap.cipher_suite,
                    certificate_sha256=tap.certificate_sha256, truncated=tap.truncated,
                    elapsed_seconds=visit.elapsed_seconds,
                )  # fmt: skip
                self._keeper().archive(visit, exchange)

    async def _within_patience(self, download: Any, visit: Any) -> Response:
        """The download's result, unless the crawl is told to stop and the grace for what is under way runs out."""
        task = asyncio.ensure_future(download)
        cut = asyncio.ensure_future(self._keeper().grace_is_over.wait())
        try:
            await asyncio.wait({task, cut}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
                visit.released = True  # neither success nor failure: the next crawl asks again
                raise TimeoutError("the crawl is stopping")
            response: Response = await task
            return response
        finally:
            cut.cancel()
            if not task.done():
                task.cancel()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
