"""Due URLs from the frontier in, found URLs out. Reads feeds, sitemaps, home and section pages; keeps nothing itself.

A spider of one's own overrides one of the `read_…` methods, each a generator of `Found`, and leaves the rest as it is.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from crawler.custody import GROUP_SECONDS, Custody
from crawler.discovery import (
    Found,
    NotAFeed,
    NotASitemap,
    SitemapReader,
    is_sitemap_name,
    named_by_article,
    usual_places,
)
from crawler.errors import CrawlError
from crawler.frontier.leases import Candidate, KnownUrl, Lease
from crawler.intake.candidates import article_of, seeds, variant
from crawler.intake.scope import Refused, Scope
from crawler.keeper import Held, Keeper
from crawler.manners.politeness import PATIENCE_SECONDS
from crawler.manners.robots_kept import sitemaps_named
from crawler.schedule.back_catalogue import Days, is_as_before, wakes
from crawler.schedule.precedence import DOUBTFUL
from crawler.sites import Site
from crawler.spiders.reading_ahead import done, feed_of, page_of, read_ahead, requisites_of
from crawler.spiders.turns import Turns
from crawler.visit import Visit

# A hiccup is tried again after 1 and after 3 seconds (schedule.RETRIES); the crawl waits for that, and no longer.
HORIZON = timedelta(seconds=5)
LOOK_SECONDS = 0.5  # the longest that nobody looks; custody says at once where something comes to an end
SOON_SECONDS = 0.02
AHEAD_SECONDS, MAX_AHEAD = 1.0, 16
READ_SECONDS = 0.02  # of a long list, between two turns for everybody else


class NewsSpider(Spider):
    """Fetches what the frontier has due for its sites, politely, until nothing is due."""

    name = "news"

    def __init__(self, name: str | None = None, *, sites: str = "", batch: str | None = None, **kwargs: Any) -> None:
        """`sites`: names in sites.toml, separated by commas; empty for all. `batch`: only URLs of this request."""
        super().__init__(name, **kwargs)
        self._names = tuple(n for n in sites.split(",") if n)
        self._batch = batch
        self._days: Days | None = None  # of which the back catalogue is wanted
        self._scopes: dict[str, Scope] = {}
        self._ahead: dict[str, collections.deque[Lease]] = {}  # leased, and next in turn
        self._awaited: dict[str, float] = {}  # domain → when there is something for us, its delay apart

    @property
    def custody(self) -> Custody:
        keeper = self.crawler.get_extension(Keeper)
        if keeper is None:
            raise CloseSpider("crawler.keeper.Keeper is not among the EXTENSIONS")
        return keeper.custody

    @property
    def my_sites(self) -> tuple[Site, ...]:
        """The sites of this spider: those named, else all that name no spider of their own."""
        every = self.custody.sites.sites
        return tuple(s for s in every if (s.name in self._names if self._names else s.spider is None))

    async def start(self) -> AsyncIterator[Any]:
        """Requests, one domain at a time per delay, until nothing is due and nothing is under way."""
        custody, batch = self.custody, self._batch
        names = [s.name for s in self.my_sites]
        now = custody.clock()
        if batch is None:
            custody.frontier.add(c for site in self.my_sites for c in seeds(site, now=now))
            if Held.options.refresh:
                custody.frontier.refresh(names, now=now)
            self._days = days = Days.asked_for(Held.options.since, Held.options.until, today=now.date())
            if days is not None:
                custody.frontier.back_catalogue = True
                for site in self.my_sites:
                    custody.frontier.add(list(wakes(custody.frontier.sitemaps([site.name]), days, site, now=now)))
        domains = custody.frontier.domains(names, batch=batch)
        turns, self._awaited = Turns(domains), dict.fromkeys(domains, 0.0)
        stirred: set[str] = set()
        moved = asyncio.Event()

        def stir(domain: str) -> None:
            stirred.add(domain)
            moved.set()

        custody.on_stir.append(stir)
        try:
            while custody.stopping is None:
                moved.clear()
                custody.flush_in_groups()
                now = custody.clock()
                while stirred:
                    turns.look_at(stirred.pop(), 0.0)
                if not self._over_budget(custody):
                    for domain in turns.ready(now.timestamp()):
                        lease = self._next(custody, domain, names, turns)
                        if lease is not None and self._is_wanted(visit := custody.begin(lease)):
                            yield self._request(visit)
                        if self._over_budget(custody):
                            break
                if custody.in_flight == 0 and not stirred and custody.is_settled:
                    limit = (custody.clock() + HORIZON).timestamp()
                    if not any(at <= limit for at in self._awaited.values()):
                        break
                await self._wait(custody, turns, moved)
        except asyncio.CancelledError:
            custody.stop("interrupted")
            raise
        except CrawlError as error:  # the frontier cannot be written
            custody.fail(error)
        except Exception as error:
            custody.fail(error)
            raise
        finally:
            custody.on_stir.remove(stir)

    async def _wait(self, custody: Custody, turns: Turns, moved: asyncio.Event) -> None:
        """Until something comes to an end or a domain's time comes, whichever is first."""
        at = turns.next_at()
        until = LOOK_SECONDS if at is None else min(max(at - custody.clock().timestamp(), 0.001), LOOK_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(
                moved.wait(), until if custody.in_flight == 0 and custody.is_settled else min(until, GROUP_SECONDS)
            )

    def _is_wanted(self, visit: Visit) -> bool:
        """Whether sites.toml still wants what it wanted when the URL was found; else the visit is over."""
        lease = visit.lease
        if lease.site not in self._scopes:
            self._scopes[lease.site] = Scope(self.custody.sites[lease.site])
        if lease.batch is not None:  # what a person asks for is wanted
            return True
        doubtful = lease.priority == DOUBTFUL and not self.custody.rations.may_be_doubtful(lease.site)
        if doubtful or not self.custody.budgets.has_pages(lease.site):
            visit.released = True  # leased ahead, and the ration or the day's pages were used up since
            self.custody.finish(visit)
            return False
        verdict = self._scopes[lease.site].check(lease.url, depth=lease.depth, kind=lease.kind)
        if not isinstance(verdict, Refused):
            verdict = self.custody.budgets[lease.site].check(lease)
        found: list[Candidate] = []
        if isinstance(verdict, Refused):
            visit.reason, visit.detail = "scope", f"{verdict.reason}, {verdict.detail}"
        elif lease.kind == "article" and (of := article_of(lease.url, lease.announcements, self._known)) is not None:
            visit.reason, visit.detail = "variant", f"{of[0]} form of {of[1]}"[:300]
            found.append(variant(lease.url, of=of[1], site=self.custody.sites[lease.site], now=visit.started_at))
        else:
            return True
        visit.refused = True
        self.custody.finish(visit, found)
        return False

    def _known(self, urls: Iterable[str]) -> Mapping[str, KnownUrl]:
        return self.custody.frontier.look_up(urls)

    def _over_budget(self, custody: Custody) -> bool:
        """Whether what is under way will use up what --max-pages allows."""
        limit = Held.options.max_pages
        return limit is not None and custody.counts["pages"] + custody.in_flight >= limit

    def _next(self, custody: Custody, domain: str, names: list[str], turns: Turns) -> Lease | None:
        """A lease if the domain may be asked and has something due; else when to look again goes into `turns`."""
        if custody.is_busy(domain):
            return None  # custody says when it no longer is
        names = names if self._batch else custody.budgets.with_pages(names)  # what a person asks for is wanted
        now = custody.clock()
        free_at = custody.politeness.free_at(domain)
        if free_at is None:
            turns.look_at(domain, now.timestamp() + LOOK_SECONDS)
            return None
        ahead = self._ahead.setdefault(domain, collections.deque())
        if free_at <= now.timestamp():
            if not ahead:
                ahead += custody.frontier.lease_some(
                    domain, now=now, sites=names, batch=self._batch, limit=self._how_many(custody, domain)
                )
            if ahead:
                self._awaited[domain] = 0.0
                return ahead.popleft()
        # What is leased already is ours to fetch, and none of what the frontier says of the rest.
        due_at = now if ahead else custody.frontier.next_due_at(
            domain, sites=names, batch=self._batch
        )  # fmt: skip
        if due_at is None:
            self._awaited.pop(domain, None)
            return None
        due = due_at.timestamp()
        turns.look_at(domain, max(due, free_at, now.timestamp() + SOON_SECONDS))
        # Its turn is waited for, however long its delay; a rest of hours that the server asked for is not.
        self._awaited[domain] = due if free_at - now.timestamp() <= PATIENCE_SECONDS else free_at
        return None

    def _how_many(self, custody: Custody, domain: str) -> int:
        """How many URLs to lease at once: a second's worth, lest something urgent wait behind them."""
        return max(1, min(MAX_AHEAD, int(AHEAD_SECONDS / max(custody.politeness.delay_seconds(domain), 0.001))))

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.lease.url, callback=self.parse, errback=self.failed, dont_filter=True,
            meta={"visit": visit, "verbatim_url": True},
        )  # fmt: skip

    def failed(self, failure: Any) -> None:
        """No response that could be read came of a request; what did come is in the archive."""
        visit: Visit | None = failure.request.meta.get("visit")
        if visit is not None:
            self.custody.finish(visit)

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Any]:
        """Whatever the page is, read for the URLs that it names; others have their turn while that takes long."""
        if (why_not := await read_ahead(response, self.custody.reader, self.site_of(response))) is not None:
            self._note(response, why_not)
            return
        others_waited_since = time.monotonic()
        for item in self._read(response):
            yield item
            if time.monotonic() - others_waited_since > READ_SECONDS:
                await asyncio.sleep(0)
                others_waited_since = time.monotonic()

    def _read(self, response: Response) -> Iterator[Any]:
        assert response.request is not None
        visit: Visit = response.request.meta["visit"]
        lease = visit.lease
        if response.status == 200:
            yield from requisites_of(response, self.site_of(response))
            if lease.kind == "feed":
                yield from self.read_feed(response)
            elif lease.kind == "sitemap":
                if not is_as_before(lease, visit.written, self._days):
                    yield from self.read_sitemap(response)
            elif lease.kind in ("home", "section"):
                yield from self.read_listing(response)
            elif lease.kind != "requisite":
                yield from named_by_article(response.body, url=response.url)
                if self.site_of(response).follow_article_links:
                    yield from self.read_article(response)
        elif lease.kind in ("feed", "sitemap") and response.status in (403, 404, 410):
            yield from self._place_after(response)

    def site_of(self, response: Response) -> Site:
        """The site, as sites.toml has it, that the response belongs to."""
        assert response.request is not None
        return self.custody.sites[response.request.meta["visit"].lease.site]

    def read_feed(self, response: Response) -> Iterator[Found]:
        """The articles that a feed announces. A feed that is a sitemap is read as one."""
        try:
            feed = feed_of(response)
        except NotAFeed as error:
            try:
                yield from self._sitemap(response)
            except NotASitemap:
                self._note(response, str(error))
                yield from self._place_after(response)
        else:
            self._note(response, *feed.notes)
            yield from feed.items

    def read_sitemap(self, response: Response) -> Iterator[Found]:
        """The articles, or the further sitemaps, that a sitemap lists. A sitemap that is a feed is read as one."""
        try:
            yield from self._sitemap(response)
        except NotASitemap as error:
            try:
                yield from feed_of(response).items
            except NotAFeed:
                self._note(response, str(error))
                yield from self._place_after(response)

    def _sitemap(self, response: Response) -> Iterator[Found]:
        """Raises NotASitemap before it yields anything."""
        if (read := done(response, "sitemap")) is not None:
            yield from read[0]
            self._note(response, *read[1])
            return
        reader = SitemapReader(response.body, url=response.url)
        yield from reader
        self._note(response, *reader.notes)

    def read_listing(self, response: Response) -> Iterator[Found]:
        """The articles and sections that a listing links; its feeds and sitemaps where none are configured."""
        assert response.request is not None
        site, kind = self.site_of(response), response.request.meta["visit"].lease.kind
        page = page_of(response, channel=kind, hosts=site.hosts)
        self._note(response, *page.notes)
        yield from page.links
        if not site.feeds:
            yield from page.feeds
        if not site.sitemaps:
            yield from page.sitemaps
        if kind == "home":
            yield from self._where_none_is_named(response, feeds=bool(page.feeds), sitemaps=bool(page.sitemaps))

    def _where_none_is_named(self, response: Response, *, feeds: bool, sitemaps: bool) -> Iterator[Found]:
        """Sitemaps from robots.txt, then the usual places, for what neither sites.toml nor the home page names."""
        site = self.site_of(response)
        named = sitemaps_named(self.custody.frontier.robots, response.url, now=self.custody.clock())
        if not site.sitemaps:
            for url in named:
                yield Found(url=url, kind="sitemap", channel="seed")
        if not (site.feeds or feeds):
            yield from self._places("feed", site, at=response.url)[:1]
        if not (site.sitemaps or sitemaps or named):
            yield from self._places("sitemap", site, at=response.url)[:1]

    def _places(self, kind: str, site: Site, *, at: str) -> list[Found]:
        """The usual places for a feed or sitemap, on the host of `at`: the home page may have moved to https or www."""
        home = "/".join([*at.split("/")[:3], site.home.partition("://")[2].partition("/")[2]])
        places = (url for url in usual_places(home) if is_sitemap_name(url) is (kind == "sitemap"))
        return [Found(url=url, kind=kind, channel="seed") for url in places]

    def _place_after(self, response: Response) -> Iterator[Found]:
        """The usual place to try after this one, where nothing was; none where this is no usual place."""
        assert response.request is not None
        lease: Lease = response.request.meta["visit"].lease
        for tried in filter(None, (lease.url, lease.hop_from)):  # it may have been redirected before it came to nothing
            places = self._places(lease.kind, self.site_of(response), at=tried)
            at = next((n for n, place in enumerate(places) if place.url == tried), len(places))
            yield from places[at + 1 : at + 2]

    def read_article(self, response: Response) -> Iterator[Found]:
        """The links of an article page; asked only where the site says `follow_article_links`."""
        page = page_of(response, channel="section", hosts=self.site_of(response).hosts)
        self._note(response, *page.notes)
        yield from page.links

    def _note(self, response: Response, *notes: str) -> None:
        """Leave a remark in the crawl log's line of this page."""
        assert response.request is not None
        if notes:
            response.request.meta["visit"].detail = "; ".join(notes)[:300]
