"""One lease on its way, as a record that fills up. Does nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.archive import Written
from crawler.crawl_log import Attempt
from crawler.frontier.leases import Lease, SitemapRead
from crawler.manners.policy import Policy


@dataclass(eq=False)
class Visit:
    """One lease on its way: filled in by whoever learns something of it, finished once."""

    lease: Lease
    started_at: datetime
    on_its_way: bool = False  # a request of it went out
    sent_at: float | None = None  # when its first byte was written, unix seconds
    written: Written | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: timedelta | None = None
    mark: str | None = None  # of an article page, see marks.py
    signals: tuple[str, ...] = ()
    origin_signals: tuple[str, ...] = ()  # what was said of the page before it was fetched
    policy: Policy | None = None  # what such signals bind; None: never asked for
    elapsed_seconds: float = 0.0
    received_bytes: int = 0
    reason: str | None = None
    detail: str | None = None
    refused: bool = False
    released: bool = False  # given back unfetched
    sitemap: SitemapRead | None = None  # what its reading showed, where it is one
    variant_of: str | None = None  # the article that it proved to be another form of
    new_before: int = 0  # of what it named, so much was new and is in the frontier already
    new_articles_before: int = 0
    unread: bool = False  # archived, but the crawl ended before it was read to its end
    finished: bool = False

    def attempt(self, outcome: str) -> Attempt:
        """Its line in the crawl log."""
        lease = self.lease
        return Attempt(
            at=self.started_at, site=lease.site, url=lease.url, kind=lease.kind, outcome=outcome,
            via=tuple(dict.fromkeys(a.channel for a in lease.announcements)), reason=self.reason, detail=self.detail,
            status=self.status, written=self.written, elapsed_seconds=self.elapsed_seconds,
        )  # fmt: skip

    @property
    def opt_outs(self) -> tuple[str, ...] | None:
        """The signals of a page that keep it from being fetched again; `None` where the page was not seen."""
        if self.policy is None or self.written is None:
            return None
        return self.signals if self.policy.binds_pages and self.policy.binding(self.signals, "fetch") else ()
