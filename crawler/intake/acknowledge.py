"""Found URLs from a spider in; into the frontier, in the transaction that acknowledges where they were found.

A spider middleware. Decides nothing about what is fetched when."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapy.spidermiddlewares.base import BaseSpiderMiddleware

from crawler.custody import Custody
from crawler.discovery import Found
from crawler.errors import CrawlError
from crawler.frontier.leases import Candidate
from crawler.intake.candidates import hop, location_text, variant
from crawler.intake.scope import Refused, Scope
from crawler.intake.taking_in import Step, take_in
from crawler.keeper import Held, Keeper
from crawler.redaction import without_userinfo
from crawler.schedule.back_catalogue import Days
from crawler.schedule.marks import page_mark
from crawler.schedule.sitemap_visits import moved_for
from crawler.sites import Site
from crawler.visit import Visit

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
        """Of a callback that is a plain generator: all in one go."""
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
            for step in self._finish(response, found):
                step.run()

    async def process_spider_output_async(  # type: ignore[override]
        self, response: Response | None, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Of a callback that lets others have their turn: so does what follows it."""
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
            since = time.monotonic()
            for step in self._finish(response, found):
                await step.run_beside(since=since)
                since = time.monotonic()

    def process_spider_exception(self, response: Response, exception: Exception) -> None:
        """A callback that failed before it yielded anything: what it was given is in the archive all the same."""
        self._note(response, exception)
        for step in self._finish(response, []):
            step.run()

    def _note(self, response: Response | None, error: Exception) -> None:
        visit = _visit_of(response)
        if visit is not None:
            visit.detail = without_userinfo(f"{type(error).__name__} while it was read: {error}")[:300]

    def _finish(self, response: Response | None, found: list[Found]) -> Iterator[Step[Any]]:
        visit, keeper = _visit_of(response), self.crawler.get_extension(Keeper)
        if visit is None or response is None or keeper is None or visit.finished:
            return
        kept: list[Candidate] = []
        try:
            kept += yield from self._kept(response, visit, found, keeper.custody)
        except CrawlError as error:  # the frontier took some of them, or none: the visit has to be made again
            visit.released = True
            keeper.custody.fail(error)
        except Exception as error:  # a `Found` of a spider of one's own may hold anything
            logger.exception("what %s named could not be taken in", response.url)
            self._note(response, error)
        finally:
            keeper.custody.finish(visit, kept)  # or the crawl would wait for it for ever

    def _kept(
        self, response: Response, visit: Visit, found: list[Found], custody: Custody
    ) -> Generator[Step[Any], None, list[Candidate]]:
        lease, now = visit.lease, custody.clock()
        if response.status == 200 and lease.kind in ("article", "page"):
            visit.mark = page_mark(response.body, now=now)
        site = custody.sites[lease.site]
        if site.name not in self._scopes:
            self._scopes[site.name] = Scope(site)
        scope = self._scopes[site.name]
        days = Days.asked_for(Held.options.since, Held.options.until, today=now.date())
        budget = custody.budgets[site.name]
        left_out = budget.left_out
        kept = yield from take_in(found, visit, custody.frontier, scope, days=days, now=now, budget=budget)
        if budget.left_out > left_out:
            note = f"{budget.left_out - left_out} of what it names left out, beyond the site's budget"
            visit.detail = "; ".join(filter(None, (visit.detail, note)))[:300]
            if visit.sitemap is not None:  # the next crawl for these days has to read it again
                visit.sitemap = replace(visit.sitemap, walked=None)
        kept += self._forms(visit, found, site, now=now)
        location = response.headers.get("Location")
        asked_elsewhere = Held.options.probe  # a probe follows redirects itself and leaves nothing to the schedule
        if 300 <= response.status < 400 and response.status != 304 and location and not asked_elsewhere:
            target = hop(location_text(location), lease, site, scope, now=now)
            if isinstance(target, Refused):
                visit.reason, visit.detail = target.reason, target.detail
            else:
                kept.append(target)
                if days is not None and lease.kind == "sitemap":  # it is read for these days where it is now
                    visit.sitemap = moved_for(days.numbers)
        return kept

    def _forms(self, visit: Visit, found: list[Found], site: Site, *, now: datetime) -> Iterator[Candidate]:
        """Note in the log and the frontier what other forms a page has, or that it is one itself."""
        own = [f for f in found if f.channel == "page" and f.variant_of == visit.lease.url]
        if (article := next((f.url for f in own if f.form == "canonical"), None)) is not None:
            visit.variant_of = article
            yield variant(visit.lease.url, of=article, site=site, now=now)
            visit.detail = visit.detail or f"a form of {article}"[:300]
        elif own:
            visit.detail = visit.detail or ", ".join(f"{f.form}: {f.url}" for f in own)[:300]


def _visit_of(response: Response | None) -> Visit | None:
    return response.request.meta.get("visit") if response is not None and response.request else None
