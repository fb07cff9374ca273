"""A crawl's comings and goings in; custody opened and closed with its spiders, flushed as they run. A Scrapy extension.

It makes `scrapy crawl news` and a spider of one's own as safe as `broadsheet crawl`. It never decides what to fetch.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import CloseSpider

from crawler.archive import Dechunker, Exchange, MessageHead, codings, is_chunked, read_head
from crawler.custody import Custody, Visit
from crawler.errors import CrawlError
from crawler.manners.optout import header_signals
from crawler.manners.optout_page import payload_signals
from crawler.options import CrawlOptions, CrawlReport, Progress
from crawler.redaction import redact_logs
from crawler.sites import SitesError, load_sites
from crawler.watch.lookout import Lookout

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1  # the longest that something on the disk waits to be acknowledged
LONGEST_WAIT = timedelta(days=7)  # that a Retry-After is believed
MAX_VALIDATOR = 1024  # characters; a longer one, sent back, is more header than many servers take
LARGE_BYTES = 262_144  # what is larger is archived beside the event loop: packing takes 10 ms here, 2026-11
GRACE_SECONDS = 3.0  # for what is under way when the crawl is told to stop


class Held:
    """The custody that all spiders of this process share, and what became of it."""

    custody: Custody | None = None
    spiders = 0
    options = CrawlOptions()
    on_progress: Callable[[Progress], None] | None = None
    lookout: Lookout | None = None  # where somebody wants to see how far the crawl is
    report: CrawlReport | None = None
    problem: str | None = None


class Keeper:
    """Opens custody with the first spider, closes it with the last."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.home = Path(crawler.settings["BROADSHEET_HOME"])
        self.grace_is_over = asyncio.Event()
        self._held = False
        self._clockwork: asyncio.Task[None] | None = None
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keeper:
        return cls(crawler)

    @property
    def custody(self) -> Custody:
        if Held.custody is None:
            raise CrawlError(Held.problem or "the archive is not open")
        return Held.custody

    def spider_opened(self, spider: Spider) -> None:
        redact_logs()  # not sooner: Scrapy sets up its logging once more for each crawler
        if Held.custody is None:
            try:
                Held.custody = Custody(self.home, load_sites(self.home / "sites.toml"))
            except (CrawlError, SitesError) as error:
                Held.problem = str(error)
                logger.critical("%s", error)
                raise CloseSpider("archive_not_open") from None
        if Held.on_progress is not None and Held.lookout is None:
            Held.lookout = Lookout(Held.custody)
        Held.spiders += 1
        self._held = True
        self._clockwork = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        """A few times a second: acknowledge, report, and see whether it is time to stop."""
        custody, stop_at = self.custody, None
        limit = Held.options.for_seconds
        ends_at = time.monotonic() + limit if limit is not None else None
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            now = time.monotonic()
            if not (self.crawler.engine.running and self.crawler.crawling):
                # The latter: Scrapy forgets an interrupt that comes in the moment before its engine runs.
                custody.stop("interrupted")
            elif ends_at is not None and now >= ends_at:
                custody.stop("time")
            elif Held.options.max_pages is not None and custody.counts["pages"] >= Held.options.max_pages:
                custody.stop("max_pages")
            custody.flush()
            if custody.stopping is not None:
                stop_at = stop_at or now + GRACE_SECONDS
                if now >= stop_at:
                    self.grace_is_over.set()
                    custody.reader.stop()
            if Held.on_progress is not None and Held.lookout is not None:
                Held.lookout.tell(Held.on_progress)

    async def archive(self, visit: Visit, exchange: Exchange, *, exceptions: tuple[str, ...] = ()) -> None:
        """One exchange into the archive, with what its headers say of validators, waiting and opt-outs."""
        head = read_head(exchange.response)
        if head is not None:
            visit.etag, visit.last_modified = _validator(head.get("ETag")), _validator(head.get("Last-Modified"))
            visit.retry_after = _retry_after(head.get("Retry-After"))
            visit.signals = header_signals(head.headers) + _page_signals(exchange, head)
        visit.signals += visit.origin_signals
        if len(exchange.response) > LARGE_BYTES:
            await self.custody.capture_large(visit, exchange, exceptions=exceptions)
        else:
            self.custody.capture(visit, exchange, exceptions=exceptions)

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        if self._clockwork is not None:
            self._clockwork.cancel()
        if not self._held:
            return
        Held.spiders -= 1
        if Held.spiders == 0 and Held.custody is not None:
            if reason == "start_error" and Held.custody.error is None:
                Held.custody.error = f"{spider.name}: its start failed; crawl.log says where"
            if reason not in ("finished", "archive_not_open"):
                Held.custody.stop("interrupted" if reason == "shutdown" else reason)
            close_custody()


def close_custody() -> None:
    """Close the custody of this process; how far the crawl came is told before, for it may take a while, and after."""
    lookout, on_progress, custody = Held.lookout, Held.on_progress, Held.custody
    assert custody is not None
    if lookout is not None and on_progress is not None:
        lookout.end()
        lookout.tell(on_progress, at_once=True)
    Held.report = custody.close()
    if lookout is not None and on_progress is not None:
        lookout.tell(on_progress, at_once=True)
    Held.custody = Held.lookout = None


def _page_signals(exchange: Exchange, head: MessageHead) -> tuple[str, ...]:
    """What an HTML page says in its meta elements; the body is undone only as far as they reach."""
    if "html" not in (head.get("Content-Type") or "html").lower():
        return ()
    payload = exchange.response[head.end : head.end + 2 * LARGE_BYTES]  # more is never looked at, packed or not
    if is_chunked(head):
        payload = Dechunker().feed(payload)
    return payload_signals(payload, codings(head.all("Content-Encoding")))


def _validator(value: str | None) -> str | None:
    """What can be sent back as it came; a control character in it would make every later request fail."""
    return value if value and value.isprintable() and len(value) <= MAX_VALIDATOR else None


def _retry_after(value: str | None) -> timedelta | None:
    """Seconds or a date (RFC 9110 §10.2.3); `None` for anything else."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value)), LONGEST_WAIT) if len(value) < 9 else LONGEST_WAIT
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)
    return min(max(timedelta(0), wait), LONGEST_WAIT)
