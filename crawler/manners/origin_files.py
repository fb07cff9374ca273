"""The address of robots.txt or another file that speaks for an origin in, its answer out: through the gate, archived.

Redirects are followed, also to other hosts; what they lead to speaks for the origin that was asked first. It never says
what an answer means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.frontier.leases import Candidate, KeptFile
from crawler.intake.candidates import location_text
from crawler.intake.scope import normalise, registrable_domain
from crawler.keeper import Keeper
from crawler.manners.robots import MAX_BYTES
from crawler.manners.robots_kept import is_broken, origin_of
from crawler.redaction import sitemaps_without_userinfo
from crawler.schedule.plan import PRIORITIES, RETRIES

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.custody import Custody

MAX_HOPS = 5  # RFC 9309 §2.3.1.2
ROBOTS = "/robots.txt"


class NotNow(IgnoreRequest):
    """The crawl is stopping, or the domain's turn is far off: neither success nor failure, the next crawl asks."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came: of 2xx the body, of a 304 the body that is kept. `status` None: nothing that could be read."""

    status: int | None
    body: bytes = b""
    trouble: str | None = None


class OriginFiles:
    """Asks for such files, and keeps what they said."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def custody(self) -> Custody:
        keeper = self._crawler.get_extension(Keeper)
        assert keeper is not None
        return keeper.custody

    def kept(self, origin: str, path: str) -> KeptFile | None:
        """The file as it was last asked for, in this crawl or an earlier one."""
        return self.custody.frontier.robots(_name(origin, path))

    async def ask(self, origin: str, path: str, site: str) -> Answer:
        """The file as it is now, and kept. Raises NotNow where it cannot be asked for in this crawl."""
        answer = await self._fetch(f"{origin}{path}", path, site)
        self._keep(origin, path, answer)
        return answer

    def _keep(self, origin: str, path: str, answer: Answer) -> None:
        """Of an answer that is no 2xx the body before it stays, for a later 304 to stand for.

        `body_at` goes where the file is no more: then there is no copy to fall back on when the server breaks.
        """
        self.custody.settle(registrable_domain(origin))  # what decides for a day is first in the archive for certain
        now, before = self.custody.clock(), self.kept(origin, path)
        body, body_at = (before.body, before.body_at) if before else (b"", None)
        if answer.status is not None and 200 <= answer.status < 300:
            body, body_at = sitemaps_without_userinfo(answer.body), now
        elif not is_broken(answer.status):
            body_at = None
        kept = KeptFile(asked_at=now, status=answer.status, body=body, body_at=body_at)
        self.custody.frontier.remember_robots(_name(origin, path), kept)

    async def _fetch(self, url: str, path: str, site: str) -> Answer:
        asked = {url}
        for _ in range(MAX_HOPS + 1):
            # Asked for conditionally only where the body that a 304 would stand for is this very URL's.
            known = self.kept(origin_of(url), path) if url == f"{origin_of(url)}{path}" else None
            body = known.body if known is not None and (known.status == 200 or known.body) else None
            response, trouble = await self._ask(url, site, conditional=body is not None)
            if response is None:
                return Answer(status=None, trouble=trouble)
            if response.status == 304 and body is not None:
                return Answer(status=200, body=body)
            if response.status == 200 and known is not None:
                self._keep(origin_of(url), path, Answer(status=200, body=response.body))
            location = response.headers.get("Location")
            target = normalise(location_text(location), url) if location else None
            if not 300 <= response.status < 400 or target is None:
                return Answer(status=response.status, body=response.body)
            if target in asked:
                break
            asked.add(url := target)
        return Answer(status=404)  # more hops than a crawler need follow: as if there were none (RFC 9309 §2.3.1.2)

    async def _ask(self, url: str, site: str, *, conditional: bool) -> tuple[Response | None, str | None]:
        """The response, or what went wrong instead; after a connection that broke it is tried once more."""
        custody, domain, trouble = self.custody, registrable_domain(url), None
        candidate = Candidate(
            url=url, site=site, domain=domain, kind="robots", due_at=None, priority=PRIORITIES["robots"]
        )  # fmt: skip
        for wait in (RETRIES[0], None):
            visit = custody.begin(custody.frontier.take(candidate, now=custody.clock()))
            request = Request(url, meta={"visit": visit, "verbatim_url": True, "conditional": conditional})
            try:
                response = await self._crawler.engine.download_async(request)
                cut = visit.written.truncated if visit.written is not None else None
                if visit.reason == "too_large" or (cut not in (None, "length") and len(response.body) < MAX_BYTES):
                    # Half a robots.txt may lack the line that matters: it is none.
                    trouble = visit.detail = visit.detail or f"broke off after {len(response.body):,} bytes: {cut}"
                    visit.reason = visit.reason or "disconnect"
                else:
                    return response, None
            except Exception as error:
                if visit.released:
                    raise NotNow(f"{url} could not be asked for any more") from error
                trouble = visit.detail = visit.detail or str(error)[:300]
            finally:
                custody.finish(visit)
            if wait is None or visit.reason != "disconnect":
                break
            custody.politeness.wait(domain, until=(custody.clock() + wait).timestamp())
        return None, trouble


def _name(origin: str, path: str) -> str:
    return origin if path == ROBOTS else origin + path
