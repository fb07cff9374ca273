"""The downloader middleware that every request passes: robots.txt and opt-outs obeyed, its domain's turn awaited.

It answers nothing itself; a request that may not go out ends as a refusal with its reason.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.archive import Announcement
from crawler.custody import Visit
from crawler.frontier.leases import Candidate
from crawler.intake.candidates import site_of
from crawler.intake.scope import Refused, normalise, registrable_domain
from crawler.keeper import Held, Keeper
from crawler.manners.leave import RETRY_AFTER, VALID_FOR, Leave
from crawler.manners.optout import opt_outs
from crawler.manners.origin_files import NotNow, OriginFiles
from crawler.manners.politeness import PATIENCE_SECONDS
from crawler.manners.reservations import Reservations
from crawler.schedule.plan import PRIORITIES
from crawler.version import user_agent
from crawler.wire.failures import detail, why
from crawler.wire.guard import is_public_address

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Gate:
    """Every request's way out: lease, robots.txt, opt-outs, politeness, conditional headers."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._keeper: Keeper | None = None
        files = OriginFiles(crawler)
        self.leave, self.reservations = Leave(files), Reservations(files)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        return cls(crawler)

    @property
    def keeper(self) -> Keeper:
        if self._keeper is None:
            self._keeper = self.crawler.get_extension(Keeper)
            assert self._keeper is not None
        return self._keeper

    async def process_request(self, request: Request) -> Request | None:
        custody = self.keeper.custody
        visit: Visit | None = request.meta.get("visit")
        if visit is not None and (visit.on_its_way or visit.finished or visit.lease.url != request.url):
            # A request made of another's meta, or sent again by somebody's middleware: an attempt of its own.
            if visit.lease.url == request.url:
                custody.finish(visit)
            visit = None
        if visit is None:
            visit = self._visit_of_its_own(request)
            request.meta["visit"] = visit
            if request.url != visit.lease.url:  # the frontier's form goes out and is archived: no fragment, no userinfo
                return request.replace(url=visit.lease.url, meta={**request.meta, "verbatim_url": True})
        lease = visit.lease
        request.headers["User-Agent"] = user_agent(custody.sites.contact)
        if custody.sites.contact is None and is_public_address(lease.url):
            visit.refused, visit.reason = True, "contact"
            visit.detail = "sites.toml names no contact, and this is a public host"
            raise IgnoreRequest(visit.detail)
        if lease.kind != "robots":
            await self._obey(visit)
        await self._turn(visit)
        request.meta["has_turn"] = True
        if Held.options.probe or not request.meta.get("conditional", True):
            return None  # who looks at a site has to see it: a 304 names no feed
        if (lease.etag or lease.last_modified) and custody.frontier.earlier_capture(lease.url):
            if lease.etag:
                request.headers["If-None-Match"] = lease.etag.encode("latin-1", "replace")
            if lease.last_modified:
                request.headers["If-Modified-Since"] = lease.last_modified.encode("latin-1", "replace")
        return None

    async def _obey(self, visit: Visit) -> None:
        """Raises IgnoreRequest where robots.txt or an opt-out that sites.toml lets bind fetching is against it."""
        custody, lease = self.keeper.custody, visit.lease
        policy = custody.sites.policy_for(lease.site)
        rules = await self.leave.rules_for(lease.url, lease.site)
        verdict = rules.allows(lease.url)
        if isinstance(verdict, Refused):
            if policy.effect("robots") == "fetch":
                visit.refused, visit.reason, visit.detail = True, "robots", verdict.detail
                visit.retry_after = RETRY_AFTER if rules.everything is not None else None
                raise IgnoreRequest(f"robots.txt: {visit.detail}")
            visit.origin_signals = (f"robots.txt: {verdict.detail}",)
        ask = custody.sites.asks_for_opt_out_files(lease.site) and not Held.options.probe
        ask = ask and lease.kind != "requisite"  # what they would say is said of pages
        visit.origin_signals += await self.reservations.signals_for(lease.url, lease.site, rules, ask=ask)
        visit.policy = policy
        said = visit.origin_signals
        if policy.binds_pages:  # what a page says of itself, it said when it was last fetched
            said += custody.frontier.opt_outs_of(lease.url_id)
        if bound := policy.binding(said, "fetch"):
            visit.refused, visit.reason = True, "opt_out"
            if policy.binding(visit.origin_signals, "fetch"):  # the site may change its mind; a page nobody asks cannot
                visit.retry_after = VALID_FOR
            visit.detail = f"{', '.join(bound)} binds fetching: {'; '.join(s for s in said if opt_outs([s]))}"[:300]
            raise IgnoreRequest(visit.detail)

    def process_response(self, request: Request, response: Response) -> Response:
        self._leave(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self._leave(request)
        visit: Visit | None = request.meta.get("visit")
        if visit is not None and isinstance(exception, NotNow):
            visit.released = True
        if visit is not None and visit.written is None and visit.reason is None:
            visit.reason, visit.detail = why(exception), detail(exception)
        if visit is not None and visit.lease.kind != "robots":
            self.keeper.custody.finish(visit)  # no callback will: what came, if anything, is in the archive

    def _leave(self, request: Request) -> None:
        visit: Visit | None = request.meta.get("visit")
        if visit is not None and request.meta.pop("has_turn", False):
            custody = self.keeper.custody
            now, domain = custody.clock().timestamp(), visit.lease.domain
            asks_for_time = custody.politeness.give_back(
                domain, now=now, status=visit.status, retry_after=visit.retry_after, sent_at=visit.sent_at
            )
            if asks_for_time:
                custody.remember_turn(domain, at_once=True)

    async def _turn(self, visit: Visit) -> None:
        """Wait until the domain may be asked, then take it."""
        custody, domain = self.keeper.custody, visit.lease.domain
        while True:
            if custody.stopping is not None:
                raise NotNow("the crawl is stopping")
            now = custody.clock().timestamp()
            free_at = custody.politeness.free_at(domain)
            if free_at is not None and free_at - now > PATIENCE_SECONDS:
                raise NotNow(f"{domain} may not be asked for another {free_at - now:.0f} seconds")
            if free_at is not None and free_at <= now:
                custody.politeness.take(domain, now=now)
                return
            await asyncio.sleep(0.01 if free_at is None else min(free_at - now, 0.25))

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
