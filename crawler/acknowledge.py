"""Found URLs from a spider in; into the frontier, in the transaction that acknowledges where they were found.

A spider middleware. Decides nothing about what is fetched when."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from scrapy.spidermiddlewares.base import BaseSpiderMiddleware

from crawler.custody import Custody, Visit
from crawler.discovery import Found
from crawler.intake import candidates, hop, location_text
from crawler.keeper import Held, Keeper
from crawler.leases import Candidate
from crawler.marks import page_mark
from crawler.scope import Refused, Scope

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)


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
        except Exception as error:
            self._note(response, error)
            raise
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
        except Exception as error:
            self._note(response, error)
            raise
        finally:
            self._finish(response, found)

    def process_spider_exception(self, response: Response, exception: Exception) -> None:
        """A callback that failed before it yielded anything: what it was given is in the archive all the same."""
        self._note(response, exception)
        self._finish(response, [])

    def _note(self, response: Response | None, error: Exception) -> None:
        visit = _visit_of(response)
        if visit is not None:
            visit.detail = f"{type(error).__name__} while it was read: {error}"[:300]

    def _finish(self, response: Response | None, found: list[Found]) -> None:
        visit, keeper = _visit_of(response), self.crawler.get_extension(Keeper)
        if visit is None or response is None or keeper is None or visit.finished:
            return
        kept: list[Candidate] = []
        try:
            kept += self._kept(response, visit, found, keeper.custody)
        except Exception as error:  # a `Found` of a spider of one's own may hold anything
            logger.exception("what %s named could not be taken in", response.url)
            self._note(response, error)
        finally:
            keeper.custody.finish(visit, kept)  # or the crawl would wait for it for ever

    def _kept(self, response: Response, visit: Visit, found: list[Found], custody: Custody) -> Iterator[Candidate]:
        lease, now = visit.lease, custody.clock()
        if response.status == 200 and lease.kind in ("article", "page"):
            visit.mark = page_mark(response.body, now=now)
        site = custody.sites[lease.site]
        if site.name not in self._scopes:
            self._scopes[site.name] = Scope(site)
        scope = self._scopes[site.name]
        yield from candidates(found, lease, site, scope, now=now)
        location = response.headers.get("Location")
        asked_elsewhere = Held.options.probe  # a probe follows redirects itself and leaves nothing to the schedule
        if 300 <= response.status < 400 and response.status != 304 and location and not asked_elsewhere:
            target = hop(location_text(location), lease, site, scope, now=now)
            if isinstance(target, Refused):
                visit.reason, visit.detail = target.reason, target.detail
            else:
                yield target


def _visit_of(response: Response | None) -> Visit | None:
    return response.request.meta.get("visit") if response is not None and response.request else None
