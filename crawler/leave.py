"""A URL in, what robots.txt of its origin says out: fetched through the gate, archived, kept for a day.

Never decides on a URL itself; crawler.robots does, once the answer is here.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.intake import location_text
from crawler.keeper import Keeper
from crawler.leases import Candidate
from crawler.robots import RobotsRules, parse_robots
from crawler.schedule import PRIORITIES, RETRIES
from crawler.scope import normalise, registrable_domain
from crawler.version import ROBOTS_TOKEN

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.custody import Custody

VALID_FOR = timedelta(hours=24)  # RFC 9309 §2.4
RETRY_AFTER = timedelta(minutes=30)  # where it could not be fetched, and so forbids everything
MAX_HOPS = 5  # RFC 9309 §2.3.1.2


class NotNow(IgnoreRequest):
    """The crawl is stopping, or the domain's turn is far off: neither success nor failure, the next crawl asks."""


class Leave:
    """The rules of every origin that was asked for in this crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, tuple[datetime, RobotsRules]] = {}  # origin → until when they hold, and the rules
        self._asking: dict[str, asyncio.Lock] = {}

    @property
    def _custody(self) -> Custody:
        keeper = self._crawler.get_extension(Keeper)
        assert keeper is not None
        return keeper.custody

    async def rules_for(self, url: str, site: str) -> RobotsRules:
        """What robots.txt of the URL's origin says. Raises NotNow where it cannot be asked in this crawl."""
        origin, custody = _origin(url), self._custody
        async with self._asking.setdefault(origin, asyncio.Lock()):
            until, rules = self._rules.get(origin, (custody.started_at, None))
            if rules is not None and custody.clock() < until:
                return rules
            known, trouble = custody.frontier.robots(origin), None
            # What could not be read is asked for again by every crawl: it may be mended.
            if known is None or _is_broken(known[1]) or custody.clock() - known[0] >= VALID_FOR:
                status, body, trouble = await self._fetch(f"{origin}/robots.txt", site)
                self._remember(origin, status, body)
                fetched_at = custody.clock()
            else:
                fetched_at, status, body = known
            rules = parse_robots(status, body, agent=ROBOTS_TOKEN, url=f"{origin}/robots.txt")
            if rules.everything is not None and trouble:
                refused = replace(rules.everything, detail=f"{rules.everything.detail}: {trouble}")
                rules = replace(rules, everything=refused)
            self._rules[origin] = (fetched_at + (RETRY_AFTER if _is_broken(status) else VALID_FOR), rules)
            custody.politeness.set_crawl_delay(registrable_domain(url), rules.crawl_delay_seconds)
            custody.remember_turn(registrable_domain(url))
            return rules

    def _remember(self, origin: str, status: int | None, body: bytes) -> None:
        """The answer; of one that is no 200 the body before it stays, for a later 304 to stand for."""
        custody = self._custody
        custody.settle(registrable_domain(origin))  # what decides for a day is first in the archive for certain
        known = custody.frontier.robots(origin)
        kept = body if status == 200 or known is None else known[2]
        custody.frontier.remember_robots(origin, status=status, body=kept, now=custody.clock())

    async def _fetch(self, url: str, site: str) -> tuple[int | None, bytes, str | None]:
        """Status, body and trouble of robots.txt, redirects followed; status `None` where no answer came."""
        asked = {url}
        for _ in range(MAX_HOPS + 1):
            # Asked for conditionally only where the body that a 304 would stand for is this very URL's.
            known = self._custody.frontier.robots(_origin(url)) if url == f"{_origin(url)}/robots.txt" else None
            kept = known[2] if known is not None and (known[1] == 200 or known[2]) else None
            response, trouble = await self._ask(url, site, conditional=kept is not None)
            if response is None:
                return None, b"", trouble
            if response.status == 304 and kept is not None:
                return 200, kept, None
            if response.status == 200 and known is not None:
                self._remember(_origin(url), 200, response.body)
            location = response.headers.get("Location")
            target = normalise(location_text(location), url) if location else None
            if not 300 <= response.status < 400 or target is None:
                return response.status, response.body, None
            if target in asked:
                break
            asked.add(url := target)
        return 404, b"", None  # more hops than a crawler need follow: as if there were none (RFC 9309 §2.3.1.2)

    async def _ask(self, url: str, site: str, *, conditional: bool) -> tuple[Response | None, str | None]:
        """The response, or what went wrong instead; after a connection that broke it is tried once more."""
        custody, domain, trouble = self._custody, registrable_domain(url), None
        candidate = Candidate(
            url=url, site=site, domain=domain, kind="robots", due_at=None, priority=PRIORITIES["robots"]
        )  # fmt: skip
        for wait in (RETRIES[0], None):
            visit = custody.begin(custody.frontier.take(candidate, now=custody.clock()))
            request = Request(url, meta={"visit": visit, "verbatim_url": True, "conditional": conditional})
            try:
                return await self._crawler.engine.download_async(request), None
            except Exception as error:
                if visit.released:
                    raise NotNow("robots.txt could not be asked for any more") from error
                trouble = visit.detail = visit.detail or str(error)[:300]
            finally:
                custody.finish(visit)
            if wait is None or visit.reason != "disconnect":
                break
            custody.politeness.remember(domain, not_before=(custody.clock() + wait).timestamp())
        return None, trouble


def _origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_broken(status: int | None) -> bool:
    return status is None or status >= 500
