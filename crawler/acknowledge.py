"""Found URLs from a spider in; into the frontier, in the transaction that acknowledges where they were found.

A spider middleware. Decides nothing about what is fetched when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

from scrapy.spidermiddlewares.base import BaseSpiderMiddleware

from crawler.custody import Visit
from crawler.discovery import Found
from crawler.intake import candidates, hop
from crawler.keeper import Held, Keeper
from crawler.scope import Refused, Scope

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Acknowledge(BaseSpiderMiddleware):
    """Keeps each `Found` that a callback yields, lets everything else through, and finishes the visit after it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._scopes: dict[str, Scope] = {}

    def process_spider_output(self, response: Response | None, result: Iterable[Any]) -> Iterable[Any]:  # type: ignore[override]
        found: list[Found] = []
        try:
            for item in result:
                if isinstance(item, Found):
                    found.append(item)
                else:
                    yield item
        finally:
            self._finish(response, found)

    async def process_spider_output_async(  # type: ignore[override]
        self, response: Response | None, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        found: list[Found] = []
        try:
            async for item in result:
                if isinstance(item, Found):
                    found.append(item)
                else:
                    yield item
        finally:
            self._finish(response, found)

    def _finish(self, response: Response | None, found: list[Found]) -> None:
        visit: Visit | None = response.request.meta.get("visit") if response is not None and response.request else None
        keeper = self.crawler.get_extension(Keeper)
        if visit is None or response is None or keeper is None or visit.finished:
            return
        custody, lease = keeper.custody, visit.lease
        site = custody.sites[lease.site]
        scope = self._scopes.setdefault(site.name, Scope(site))
        now = custody.clock()
        kept = list(candidates(found, lease, site, scope, now=now))
        location = response.headers.get("Location")
        asked_elsewhere = Held.options.probe  # a probe follows redirects itself and leaves nothing to the schedule
        if 300 <= response.status < 400 and response.status != 304 and location and not asked_elsewhere:
            target = hop(location.decode("latin-1"), lease, site, scope, now=now)
            if isinstance(target, Refused):
                visit.reason, visit.detail = target.reason, target.detail
            else:
                kept.append(target)
        custody.finish(visit, kept)
