"""A response as it came in, its decoded body out; or, where that cannot be, as much as a spider can be given.

A downloader middleware in the place of Scrapy's, which lets a body that is not what it says end the request. What is
large, or becomes so, is decoded in a thread, one site at a time, and no further than is read of its kind.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from crawler.keeper import Keeper
from crawler.visit import Visit
from crawler.wire.tap import max_body_bytes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# Not zstd, though we could read it: bodies are archived as they come, and replay tools show such ones as noise
# (ReplayWeb.page 2.4.6) or with their links unchanged (pywb 2.10, both 2026-11). Who sends it unasked is archived too.
ASKED_FOR = b"gzip, deflate, br"
AT_ONCE_BYTES = 1_000_000  # of a decoded body, some 3 ms (2026-11); an ordinary page is never larger


class Decoding(HttpCompressionMiddleware):
    """Undoes Content-Encoding. The archive has the bytes as they came already, whatever happens here."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Decoding:
        return cls(crawler)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        request.headers.setdefault("Accept-Encoding", ASKED_FOR)

    async def process_response(self, request: Request, response: Response) -> Response:  # type: ignore[override]
        coded = response.headers.getlist("Content-Encoding")
        if not coded:
            return response
        visit: Visit | None = request.meta.get("visit")
        try:
            body, kept = await self._undone(response.body, coded, visit)
        except _DecompressionMaxSizeExceeded as error:
            reason, detail, body = "too_large", f"decoded it is too large to be read: {error}", b""
        except Exception as error:  # plain text that says it is gzip is common, and can be read as it is
            coding = b", ".join(coded).decode("latin-1")
            reason, detail = "protocol", f"Content-Encoding: {coding}, but: {type(error).__name__}: {error}"
            body = response.body
        else:
            return _with(response, body, kept)
        if visit is not None:
            visit.reason, visit.detail = reason, detail[:300]
        plain = response.replace(body=body)
        del plain.headers["Content-Encoding"]
        return plain

    async def _undone(self, body: bytes, coded: list[bytes], visit: Visit | None) -> tuple[bytes, list[bytes]]:
        """The decoded body, and the codings that nobody here knows."""
        if len(body) <= AT_ONCE_BYTES:
            try:
                return self._handle_encoding(body, coded, AT_ONCE_BYTES)
            except _DecompressionMaxSizeExceeded:
                pass  # it is larger than it looks
        if visit is not None:
            keeper = self._crawler.get_extension(Keeper)
            assert keeper is not None
            await keeper.custody.lane.enter(visit, site=visit.lease.site)
        limit = max_body_bytes(visit.lease.kind if visit is not None else "page")
        return await asyncio.to_thread(self._handle_encoding, body, coded, limit)


def _with(response: Response, body: bytes, kept: list[bytes]) -> Response:
    """The response with its decoded body, of the class that fits it."""
    kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
    more: dict[str, Any] = {"encoding": None} if issubclass(kind, TextResponse) else {}
    decoded = response.replace(cls=kind, body=body, **more)
    if kept:
        decoded.headers["Content-Encoding"] = kept
    else:
        del decoded.headers["Content-Encoding"]
    return decoded
