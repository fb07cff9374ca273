"""What the frontier takes in, hands out and takes back, as records. Knows no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A URL that is ours to fetch, and what is known of it."""

    url_id: int
    url: str
    site: str
    domain: str
    kind: str
    depth: int = 0
    hops: int = 0
    hop_from: str | None = None
    batch: str | None = None
    visits: int = 0
    failures: int = 0
    etag: str | None = None
    last_modified: str | None = None
    announcements: tuple[Announcement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EarlierCapture:
    """The newest capture of a URL that holds its payload."""

    capture_id: str
    url: str
    captured_at: datetime
    payload_digest: str | None


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What became of a lease. `found` is stored in the same transaction, so that no URL is forgotten."""

    lease: Lease
    answered: bool
    status: int | None
    next_visit_at: datetime | None
    at: datetime
    failed: bool = False
    written: Written | None = None
    etag: str | None = None
    last_modified: str | None = None
    found: tuple[Candidate, ...] = field(default=())


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
