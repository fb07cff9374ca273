"""A request in, Scrapy's response out; on the way every byte that crosses the connection goes into the archive.

Scrapy's aiohttp handler with a tap on the connection's two directions (crawler.wire.tap), an address guard in its
socket factory, and TLS that is verified unless the site is excepted. It never decodes, and never follows a redirect.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers

from crawler.archive import Exchange, entity_of, read_head
from crawler.intake.scope import Scope
from crawler.urls import host_of
from crawler.wire.failures import detail, truncation, why
from crawler.wire.guard import AddressRefused, own_addresses, socket_factory
from crawler.wire.resolver import Resolver
from crawler.wire.tap import MAX_HEADER_BYTES, Tap, TappedProtocol, current, max_body_bytes

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.custody import Visit
    from crawler.frontier.leases import Lease
    from crawler.keeper import Keeper

# Below the 5 s after which Apache closes an idle connection: a request into a closing connection is lost.
KEEP_ALIVE_SECONDS = 3.0
# More than any server means: ten thousand within the 64 KiB held the event loop for 185 ms (2026-11). What has more is
# archived like all that the parser refuses.
MAX_HEADERS = 1000
NOT_VERIFIED = "tls-not-verified"  # the exception of `verify_tls = false`, as captures carry it


class _Session:
    """An aiohttp session that sends no body, and no Content-Length: 0, where Scrapy gives an empty one.

    Of the two TLS contexts it takes the one that the request's tap asks for; aiohttp keeps their connections apart.
    """

    def __init__(self, session: aiohttp.ClientSession, *, verifying: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
        self._session, self._verifying, self._trusting = session, verifying, trusting

    def request(self, method: str, url: Any, *, data: bytes, **more: Any) -> Any:
        tap = current.get()
        trusted = tap is not None and not tap.verified
        more |= {"ssl": self._trusting if trusted else self._verifying, "proxy": None}
        return self._session.request(method, url, data=data or None, **more)

    async def close(self) -> None:
        await self._session.close()


def _tls(*, verified: bool) -> ssl.SSLContext:
    """Not Scrapy's, nor Python's default one: those write the session's keys to where SSLKEYLOGFILE says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verified:
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _guarded(make: Callable[[tuple[Any, ...]], socket.socket], info: tuple[Any, ...]) -> socket.socket:
    """The guard's socket; what it said goes to the tap of the request that wants it."""
    tap = current.get()
    try:
        made = make(info)
    except AddressRefused as refused:
        if tap is not None:
            tap.refused = str(refused)
        raise
    if tap is not None:
        tap.connecting = True
    return made


def _entity(response: bytes) -> bytes:
    """The entity body of a response as it came, its content coding in place."""
    head = read_head(response)
    return entity_of(response, head) if head else b""


class ArchivingDownloadHandler(AiohttpDownloadHandler):
    """Every exchange goes into the keeper's archive before Scrapy sees it, whatever Scrapy then makes of it."""

    experimental = False  # the warning is for those who did not choose it
    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super(AiohttpDownloadHandler, self).__init__(crawler)  # its own session would connect without guard and tap
        self._ssl_context = _tls(verified=True)
        self._crawler = crawler
        self._session: Any = None
        self._excepted: dict[str, Scope] = {}  # sites whose certificates are not verified

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
        sites = keeper.custody.sites
        self._excepted = {site.name: Scope(site) for site in sites if not site.verify_tls}
        connector = aiohttp.TCPConnector(
            limit=0, limit_per_host=0, resolver=Resolver(), keepalive_timeout=KEEP_ALIVE_SECONDS,
            socket_factory=functools.partial(_guarded, socket_factory(sites.allow_addresses, own_addresses())),
        )  # fmt: skip
        connector._factory = functools.partial(TappedProtocol, loop=asyncio.get_running_loop())  # type: ignore[assignment]
        session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
            response_class=_ClientResponse, trust_env=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=MAX_HEADER_BYTES, max_field_size=MAX_HEADER_BYTES, max_headers=MAX_HEADERS,
        )  # fmt: skip
        session._retry_connection = False  # a second try is an attempt of its own, and the frontier's to decide
        self._session = _Session(session, verifying=self._ssl_context, trusting=_tls(verified=False))

    def _is_excepted(self, lease: Lease) -> bool:
        """Whether the certificate need not be right: on hosts of a site that says so, not where it only leads."""
        scope = self._excepted.get(lease.site)
        return scope is not None and lease.url.startswith("https://") and scope.owns(host_of(lease.url))

    async def download_request(self, request: Request) -> Response:
        """The response; its exchange is in the archive, and `request.meta["visit"].written` says where.

        Raises Scrapy's download errors. A failure after the first byte is archived too, with WARC-Truncated.
        """
        if self._session is None:
            self._open_session()
        visit: Visit = request.meta["visit"]
        if request.meta.get("proxy"):  # by a spider of one's own: whom it reached could not be checked
            visit.refused, visit.reason, visit.detail = True, "proxy", "requests through a proxy do not go out"
            raise IgnoreRequest(visit.detail)
        lane, lease = self._keeper().custody.lane, visit.lease

        async def admit() -> None:
            await lane.enter(visit, site=lease.site)
            if visit.finished:  # while it waited: nobody else would let the next one in
                lane.leave(visit)

        tap = Tap(limit_bytes=max_body_bytes(lease.kind), verified=not self._is_excepted(lease), admit=admit)
        token = current.set(tap)
        patience = float(request.meta.get("download_timeout", 30.0))
        request.meta["download_timeout"] = 10 * patience + 3600  # ours counts: a wait for room is not the server's
        request.meta["verbatim_url"] = True  # the frontier's bytes go out, not a prettier spelling of them
        request.meta["download_maxsize"] = 0  # the tap cuts; Scrapy would throw away what came
        visit.on_its_way = True
        started_at, begun = datetime.now(UTC), time.monotonic()
        visit.started_at = started_at
        try:
            response = await self._within(patience, self._heard_out(request, tap, begun + patience), visit, tap, begun)
            if tap.remainder is not None:
                visit.reason, visit.detail = "protocol", "the body makes no sense from some point on"
            elif "dataloss" in response.flags:
                tap.truncated = tap.truncated or "disconnect"
        except Exception as error:
            if tap.remainder is None:
                tap.truncated = tap.truncated or truncation(error)
            visit.reason, visit.detail = why(error), detail(error)
            if tap.refused is not None and not tap.connecting:  # asyncio may make one bland error of several
                visit.reason, visit.detail = "address", tap.refused
            if tap.headers_over:
                visit.reason, visit.detail = "too_large", f"more than {MAX_HEADER_BYTES} bytes of headers"
            visit.refused = visit.reason == "address"
            raise
        except asyncio.CancelledError:
            visit.released = True  # what came is not all that would have come
            raise
        finally:
            current.reset(token)
            tap.hang_up()
            del request.meta["download_maxsize"]  # or nothing would limit what a small body decodes to
            request.meta["download_timeout"] = patience
            visit.elapsed_seconds, visit.sent_at = time.monotonic() - begun, tap.sent_at
            interim, received = tap.interim_and_final()
            if received and not visit.released:
                exchange = Exchange(
                    url=request.url, started_at=started_at, request=bytes(tap.request), response=received,
                    ip_address=tap.peer, protocols=tap.protocols, cipher_suite=tap.cipher_suite,
                    certificate_sha256=tap.certificate_sha256, truncated=tap.truncated,
                    elapsed_seconds=visit.elapsed_seconds, interim=interim,
                )  # fmt: skip
                del tap.response[:]
                await self._keeper().archive(visit, exchange, exceptions=() if tap.verified else (NOT_VERIFIED,))
        if tap.is_large and tap.truncated != "length":  # of what has no end, its beginning is enough to be read
            response = response.replace(body=await asyncio.to_thread(_entity, received))
        return response

    async def _heard_out(self, request: Request, tap: Tap, until: float) -> Response:
        """Scrapy's way to the response; what its parser gives up is received to its end all the same."""
        try:
            response = await super().download_request(request)
        except Exception:
            await tap.hear_out(until=until)
            raise
        await tap.hear_out(until=until)
        return response

    @staticmethod
    async def _iter_body_chunks(response: _ClientResponse) -> AsyncIterator[bytes]:
        """For the spider. A large body is not held twice: what the archive has of it is handed on afterwards."""
        tap = current.get()
        async for chunk in response.content.iter_any():
            if tap is None or not tap.is_large:
                yield chunk

    async def _within(self, patience: float, download: Any, visit: Visit, tap: Tap, begun: float) -> Response:
        """The download's result, within the seconds that a server has for it; unless the crawl is told to stop and the
        grace for what is under way runs out.
        """
        task = asyncio.ensure_future(download)
        cut = asyncio.ensure_future(self._keeper().grace_is_over.wait())
        try:
            while not task.done():
                left = patience - tap.seconds_since(begun)
                if left <= 0:
                    raise TimeoutError(f"not all of it came within {patience:g} seconds")
                await asyncio.wait({task, cut}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if cut.done() and not task.done():
                    visit.released = True  # neither success nor failure: the next crawl asks again
                    raise TimeoutError("the crawl is stopping")
            response: Response = await task
            return response
        finally:
            cut.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=1.0)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
