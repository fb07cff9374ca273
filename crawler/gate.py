"""The downloader middleware that every request passes: robots.txt obeyed, its domain's turn awaited, validators sent.

It answers nothing itself; a request that may not go out ends as a refusal with its reason.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.archive import Announcement
from crawler.custody import Visit
from crawler.failures import detail, why
from crawler.intake import site_of
from crawler.keeper import Held, Keeper
from crawler.leases import Candidate
from crawler.robots import RobotsRules, parse_robots
from crawler.schedule import PRIORITIES
from crawler.scope import Refused, normalise, registrable_domain
from crawler.version import ROBOTS_TOKEN, user_agent

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

ROBOTS_VALID_FOR = timedelta(hours=24)  # RFC 9309 §2.4
ROBOTS_MAX_HOPS = 5  # RFC 9309 §2.3.1.2


class Gate:
    """Every request's way out: lease, robots.txt, politeness, conditional headers."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._keeper: Keeper | None = None
        self._rules: dict[str, RobotsRules] = {}
        self._unreachable: dict[str, str] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        return cls(crawler)

    @property
    def keeper(self) -> Keeper:
        if self._keeper is None:
            self._keeper = self.crawler.get_extension(Keeper)
            assert self._keeper is not None
        return self._keeper

    async def process_request(self, request: Request) -> None:
        custody = self.keeper.custody
        visit: Visit | None = request.meta.get("visit")
        if visit is None:
            visit = request.meta["visit"] = self._visit_of_its_own(request)
        lease = visit.lease
        request.headers["User-Agent"] = user_agent(custody.sites.contact)
        if lease.kind != "robots":
            rules = await self.rules_for(lease.url, lease.site)
            verdict = rules.allows(lease.url)
            if isinstance(verdict, Refused):
                unreachable = self._unreachable.get(_origin(lease.url))
                visit.refused, visit.reason = True, "robots"
                visit.detail = f"{verdict.detail}: {unreachable}" if unreachable else verdict.detail
                raise IgnoreRequest(f"robots.txt: {visit.detail}")
        await self._turn(visit)
        request.meta["has_turn"] = True
        if Held.options.probe:
            return  # who looks at a site has to see it: a 304 names no feed
        if (lease.etag or lease.last_modified) and custody.frontier.earlier_capture(lease.url):
            if lease.etag:
                request.headers["If-None-Match"] = lease.etag.encode("latin-1", "replace")
            if lease.last_modified:
                request.headers["If-Modified-Since"] = lease.last_modified.encode("latin-1", "replace")

    def process_response(self, request: Request, response: Response) -> Response:
        self._leave(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self._leave(request)
        visit: Visit | None = request.meta.get("visit")
        if visit is not None and visit.written is None and visit.reason is None:
            visit.reason, visit.detail = why(exception), detail(exception)
        if visit is not None and visit.lease.kind != "robots":
            self.keeper.custody.finish(visit)  # no callback will: what came, if anything, is in the archive

    def _leave(self, request: Request) -> None:
        visit: Visit | None = request.meta.get("visit")
        if visit is not None and request.meta.pop("has_turn", False):
            custody = self.keeper.custody
            now = custody.clock().timestamp()
            custody.politeness.give_back(
                visit.lease.domain, now=now, status=visit.status, retry_after=visit.retry_after
            )

    async def _turn(self, visit: Visit) -> None:
        """Wait until the domain may be asked, then take it."""
        custody, domain = self.keeper.custody, visit.lease.domain
        while True:
            if custody.stopping is not None:
                visit.released = True
                raise IgnoreRequest("the crawl is stopping")
            now = custody.clock().timestamp()
            free_at = custody.politeness.free_at(domain)
            if free_at is not None and free_at <= now:
                custody.politeness.take(domain, now=now)
                return
            await asyncio.sleep(0.01 if free_at is None else min(free_at - now, 0.25))

    async def rules_for(self, url: str, site: str) -> RobotsRules:
        """What robots.txt of the URL's origin says; fetched, archived and kept for a day."""
        origin = _origin(url)
        async with self._asking.setdefault(origin, asyncio.Lock()):
            if origin in self._rules:
                return self._rules[origin]
            frontier, now = self.keeper.custody.frontier, self.keeper.custody.clock()
            known = frontier.robots(origin)
            broken = known is None or known[1] is None or known[1] >= 500  # another crawl may find it mended
            if known is None or broken or now - known[0] >= ROBOTS_VALID_FOR:
                status, body = await self._fetch_robots(f"{origin}/robots.txt", site, kept=known[2] if known else b"")
                frontier.remember_robots(origin, status=status, body=body, now=now)
            else:
                _, status, body = known
            rules = parse_robots(status, body, agent=ROBOTS_TOKEN, url=f"{origin}/robots.txt")
            self._rules[origin] = rules
            self.keeper.custody.politeness.set_crawl_delay(registrable_domain(url), rules.crawl_delay_seconds)
            return rules

    async def _fetch_robots(self, url: str, site: str, *, kept: bytes) -> tuple[int | None, bytes]:
        """Status and body, redirects followed; status `None` where no answer came. 304 stands for what is kept."""
        custody = self.keeper.custody
        for hop in range(ROBOTS_MAX_HOPS + 1):
            lease = custody.frontier.take(
                Candidate(
                    url=url, site=site, domain=registrable_domain(url), kind="robots", due_at=None, hops=hop,
                    priority=PRIORITIES["robots"],
                ),
                now=custody.clock(),
            )  # fmt: skip
            visit = custody.begin(lease)
            request = Request(url, meta={"visit": visit, "verbatim_url": True}, dont_filter=True)
            try:
                response = await self.crawler.engine.download_async(request)
            except IgnoreRequest:
                if visit.released:
                    raise
                return None, b""
            except Exception as error:
                visit.detail = visit.detail or str(error)[:300]
                self._unreachable[_origin(url)] = visit.detail
                return None, b""
            finally:
                custody.finish(visit)
            if response.status == 304:
                return 200, kept
            location = response.headers.get("Location")
            if not (300 <= response.status < 400 and location):
                return response.status, response.body
            target = normalise(urljoin(url, location.decode("latin-1")))
            if target is None:
                return 404, b""
            url = target
        return 404, b""  # more hops than a crawler need follow: as if there were none (RFC 9309 §2.3.1.2)

    def _visit_of_its_own(self, request: Request) -> Visit:
        """A request that a spider made itself: leased now, so that it is archived and acknowledged like any."""
        custody = self.keeper.custody
        url = normalise(request.url)
        site = site_of(url, custody.sites.sites) if url else None
        if url is None or site is None or request.method != "GET":
            raise IgnoreRequest(f"{request.method} {request.url}: only GET requests to a site of sites.toml go out")
        candidate = Candidate(
            url=url, site=site.name, domain=registrable_domain(url), kind="page", due_at=None,
            priority=PRIORITIES["page"],
            announcement=Announcement(channel="request", source_url=None, seen_at=custody.clock()),
        )  # fmt: skip
        return custody.begin(custody.frontier.take(candidate, now=custody.clock()))


def _origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
