"""What the frontier takes in, hands out and takes back, as records. Knows no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.archive import Announcement, Written


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A URL that somebody named, with who did."""

    url: str
    site: str
    domain: str
    kind: str
    priority: int
    due_at: datetime | None
    depth: int = 0
    hops: int = 0
    hop_from: str | None = None
    batch: str | None = None
    announcement: Announcement | None = None
    wake: bool = False  # due at `due_at` and of this priority, whatever its schedule says, if it is known already
    whole: bool = False  # … and asked for without validators: a 304 would not show what it names


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A URL that is ours to fetch, and what is known of it."""

    url_id: int
    url: str
    site: str
    domain: str
    kind: str
    priority: int = 0
    depth: int = 0
    hops: int = 0
    hop_from: str | None = None
    batch: str | None = None
    visits: int = 0
    failures: int = 0
    etag: str | None = None
    last_modified: str | None = None
    memory: str | None = None  # what the schedule made of the visits before, in its own words
    announcements: tuple[Announcement, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownUrl:
    """What is known of a URL that is not ours to fetch now."""

    url: str
    kind: str
    priority: int
    visits: int
    failures: int  # in a row
    is_due: bool  # now or later
    visited_at: datetime | None = None
    memory: str | None = None
    modified_raw: str | None = None  # what the source that was asked about said last
    named_there: bool = False  # whether that source named it at all


@dataclass(frozen=True, kw_only=True)
class EarlierCapture:
    """The newest capture of a URL that holds its payload."""

    capture_id: str
    url: str
    captured_at: datetime
    payload_digest: str | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What follows from a visit: when the URL is due again, and what to remember of it until then."""

    next_visit_at: datetime | None
    memory: str | None = None
    wake: tuple[int, ...] = ()  # keys of articles to be visited once more, now: the feeds name them no longer
    priority: int | None = None  # None: as before


@dataclass(frozen=True, kw_only=True)
class Turn:
    """How a domain's polite queue stands, for the next process."""

    next_at: float = 0.0  # unix seconds; not to be asked before
    factor: float = 1.0
    successes: int = 0
    crawl_delay: float = 0.0
    reason: str | None = None  # why it waits, for a person


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file that speaks for an origin, such as robots.txt, as it was last asked for."""

    asked_at: datetime
    status: int | None  # of the last answer; None: none came
    body: bytes = b""  # of the last answer 2xx
    body_at: datetime | None = None  # when that was last the answer; None: there was another since that counts


@dataclass(frozen=True, kw_only=True)
class SitemapRead:
    """What the reading of a sitemap showed."""

    oldest: int | None  # days since 1970 of its dated entries
    newest: int | None
    undated: bool  # some entries, or all of them, have no date
    index: bool
    new_sitemaps: int = 0  # that nobody had named before
    walked: tuple[int, int] | None = None  # all that it lists of these days was taken in


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What became of a lease. `found` is stored in the same transaction, so that no URL is forgotten."""

    lease: Lease
    answered: bool
    status: int | None
    next_visit_at: datetime | None
    at: datetime
    outcome: str = "captured"  # or failed, refused
    failed: bool = False
    retry_after: timedelta | None = None
    written: Written | None = None
    etag: str | None = None
    last_modified: str | None = None
    mark: str | None = None  # of an article page that was read: what marks.page_mark made of it
    found: tuple[Candidate, ...] = field(default=())
    unread: bool = False  # what else it names is not known: it is due again at once, and asked for whole
    opt_outs: tuple[str, ...] | None = None  # what binds fetching the page again; None: not looked for
    # Of what it named, so much was new and was taken in before: a sitemap of 100,000 entries goes in piece by piece.
    new_before: int = 0
    new_articles_before: int = 0
    sitemap: SitemapRead | None = None  # what its reading showed, where it is one
    variant_of: str | None = None  # the article that it proved to be an AMP, print or mobile form of


@dataclass(frozen=True, kw_only=True)
class SiteCounts:
    """How the frontier stands with a site."""

    site: str
    urls: int
    due: int
    visited: int
    failing: int
    last_visit_at: datetime | None
    next_due_at: datetime | None
