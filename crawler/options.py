"""What a crawl is asked, how far it is, and what it did: three records that cross processes as JSON. Does nothing."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
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
    probe: tuple[str, ...] = ()  # home pages of sites not in sites.toml: see what they offer, and go no further
    probe_name: str = "probe"  # what such a site will be called
    delay_seconds: float = 5.0  # for those


@dataclass(frozen=True, kw_only=True)
class Progress(_Json):
    """How far the crawl is."""

    attempts: int = 0
    captured: int = 0
    revisits: int = 0
    refused: int = 0
    failed: int = 0
    due: int = 0
    in_flight: int = 0
    archived_bytes: int = 0  # of WARC files, compressed
    elapsed_seconds: float = 0.0
    url: str | None = None  # the last one that came in
    stopping: str | None = None  # why, once the crawl is ending before its time


@dataclass(frozen=True, kw_only=True)
class CrawlReport(_Json):
    """What the crawl did. attempts = captured + failed + refused; revisits are among the captured."""

    started_at: datetime
    ended_at: datetime
    ended_because: str  # nothing_due, max_pages, time, interrupted, low_disk, error
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
