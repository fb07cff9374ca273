"""What a crawl is asked, how far it is, and what it did: records that cross processes as JSON. Does nothing."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self


class _Json:
    """To and from one line of JSON; datetimes as ISO 8601."""

    def to_json(self) -> str:
        values = dataclasses.asdict(self)  # type: ignore[call-overload]
        return json.dumps(values, default=lambda v: v.isoformat() if isinstance(v, datetime) else str(v))

    @classmethod
    def from_json(cls, text: str) -> Self:
        values: dict[str, Any] = json.loads(text)
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = tuple(value)
            elif name.endswith("_at") and isinstance(value, str):
                values[name] = datetime.fromisoformat(value)
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class CrawlOptions(_Json):
    """What to fetch. Nothing given: all that is due on all sites."""

    urls: tuple[str, ...] = ()  # just these, and what they redirect to
    sites: tuple[str, ...] = ()  # names in sites.toml; empty: all
    max_pages: int | None = None  # captures, robots.txt not counted
    for_seconds: float | None = None
    refresh: bool = False  # make everything known due now
    since: str | None = None  # ISO date, UTC: the back catalogue from that day on, after all that is current
    until: str | None = None  # … to that day, which is included; None: today
    probe: tuple[str, ...] = ()  # home pages of sites not in sites.toml: see what they offer, and go no further
    probe_name: str = "probe"  # what such a site will be called
    delay_seconds: float = 5.0  # for those


@dataclass(frozen=True, kw_only=True)
class SiteProgress:
    """How far the crawl is with one site. All numbers are of this crawl and from its beginning."""

    site: str
    due: int = 0
    in_flight: int = 0
    captured: int = 0
    revisits: int = 0
    refused: int = 0
    failed: int = 0
    new_articles: int = 0
    received_bytes: int = 0
    archived_bytes: int = 0  # of WARC records, compressed
    slowest_seconds: float = 0.0  # of its answers
    succeeded_at: float | None = None  # unix time of its last answer that was no error
    trouble: str | None = None  # what its last attempt came to, where that was no success: 503, timeout, robots, …
    rests_until: float = 0.0  # unix time before which its domain is not asked, where that is more than its plain delay
    rests_why: str | None = None


@dataclass(frozen=True, kw_only=True)
class Progress(_Json):
    """How far the crawl is.

    `sites` holds only the sites whose numbers changed since the last Progress, and of these a bounded number; the rest
    comes with the next. Whoever wants all of them keeps what came.
    """

    attempts: int = 0
    captured: int = 0
    revisits: int = 0
    refused: int = 0
    failed: int = 0
    due: int = 0
    in_flight: int = 0
    received_bytes: int = 0  # as they came over the wire, headers included
    archived_bytes: int = 0  # of WARC files, compressed
    new_urls: int = 0
    new_articles: int = 0
    elapsed_seconds: float = 0.0
    url: str | None = None  # the last one that came in
    stopping: str | None = None  # why, once the crawl is ending before its time
    answers: dict[str, int] = field(default_factory=dict)  # "response 200", "revisit 304": captures
    refusals: dict[str, int] = field(default_factory=dict)  # by reason
    failures: dict[str, int] = field(default_factory=dict)
    answer_seconds: float = 0.0  # of all answers together
    # Answers that took at most crawler.watch.tally.WITHIN_SECONDS[i], and more than [i - 1].
    answers_within: tuple[int, ...] = ()
    slowest_seconds: float = 0.0
    slowest_url: str | None = None
    urls: int = 0  # that the frontier knows
    disk_bytes: dict[str, int] = field(default_factory=dict)  # what the archive takes, by its parts
    quota_bytes: int | None = None  # what it may take
    site_count: int = 0
    sites: tuple[SiteProgress, ...] = ()

    def to_json(self) -> str:
        # Four times a second, for hours: without dataclasses.asdict, which copies deep: 0.45 ms for 40 sites, this
        # 0.08 (2026-11).
        values = vars(self) | {"sites": [vars(site) for site in self.sites]}
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        values: dict[str, Any] = json.loads(text)
        sites = tuple(SiteProgress(**site) for site in values.pop("sites", ()))
        return cls(**values | {"sites": sites, "answers_within": tuple(values.get("answers_within", ()))})


@dataclass(frozen=True, kw_only=True)
class CrawlReport(_Json):
    """What the crawl did. attempts = captured + failed + refused; revisits are among the captured."""

    started_at: datetime
    ended_at: datetime
    ended_because: str  # nothing_due, max_pages, time, interrupted, low_disk, quota, error
    attempts: int
    captured: int
    revisits: int
    failed: int
    refused: int
    recovered: int  # captures of a crashed crawl that were found on the disk and entered
    new_urls: int
    received_bytes: int  # as they came over the wire, headers included
    archived_bytes: int  # of WARC files, compressed
    due: int  # still due at the end
    reasons: dict[str, int]  # of failures and refusals
    statuses: dict[str, int]
    warc_files: tuple[str, ...]
    crawl_dates: tuple[str, ...]
    found: tuple[dict[str, str], ...] = ()  # what a probe found: url, kind, title
    error: str | None = None
