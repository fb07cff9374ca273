"""One row per capture: a response that the archive holds, once, whatever became of it."""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.columns import column
from warehouse.table import Table

_ID = "5b1f6a0e-4f0c-4d6e-9f1a-0c1d2e3f4a5b"


@dataclass(frozen=True, kw_only=True)
class CaptureRow:
    capture_id: str = column("The capture: the UUID of its WARC record", example=_ID, looked_up=True)
    site: str | None = column(
        "Name of the site in sites.toml; null for imports of unknown sites", example="thinlinenews"
    )
    url: str = column("The URL exactly as it was requested", example="https://thinlinenews.com/2026/11/bridge-reopens/")
    class_: str = column(
        "What became of it: article, reject, revisit (nothing new) or support (anything that is no HTML page)",
        example="article",
    )
    record_type: str = column("Type of the WARC record: response, revisit or resource", example="response")
    captured_at: datetime = column("When the request began, UTC", example="2026-11-22T09:20:30.123456Z")
    crawl_date: date = column("UTC day of captured_at; the folder of this row", example="2026-11-22")
    status: int | None = column("HTTP status; null when the answer was not HTTP", example=200)
    content_type: str | None = column("Content-Type header as received", example="text/html; charset=UTF-8")
    kind: str | None = column(
        "What the crawler took the URL for: robots, home, section, article, feed, sitemap or page", example="article"
    )
    announced_by: tuple[str, ...] = column(
        "Channels that named the URL before this capture", example=["feed", "news_sitemap"]
    )
    announced_title: str | None = column(
        "Title given by the feed or sitemap that named it", example="Bridge reopens after two years"
    )
    announced_published_raw: str | None = column(
        "When it was published by the feed or sitemap that named it, as found there",
        example="Sun, 22 Nov 2026 09:20:30 +0000",
    )
    announced_published_by: str | None = column(
        "The channel that gave this date: feed, news_sitemap, sitemap, or redirect (said of the URL that led here)",
        default=None,
        example="feed",
    )
    announced_modified_raw: str | None = column(
        "When it last changed by the feed or sitemap that named it, as found there",
        default=None,
        example="2026-11-22T11:05:00+00:00",
    )
    announced_modified_by: str | None = column("The channel that gave that date", default=None, example="sitemap")
    payload_digest: str | None = column(
        "Digest of the payload as received, content coding kept", example="sha1:Q4ZQ7EXKBRZ7HSGBUBBDAUPHQ4KVNYIK"
    )
    body_digest: str | None = column(
        "Digest of the decoded body", example="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )
    payload_bytes: int = column("Size of the payload as received", example=18211)
    body_bytes: int = column("Size of the decoded body", example=81920)
    ip_address: str | None = column("Address of the server that answered", example="203.0.113.7")
    truncated: str | None = column(
        "Why the capture is not whole: length, time, disconnect or unspecified; null when whole", example=None
    )
    signals: tuple[str, ...] = column(
        "Opt-outs seen in headers, page, robots.txt, tdmrep.json or ai.txt, verbatim, behind where they were seen",
        example=["X-Robots-Tag: noarchive"],
    )
    exceptions: tuple[str, ...] = column(
        "Exceptions that sites.toml made when it was captured, such as a policy that binds less", default=(), example=[]
    )
    refers_to_capture_id: str | None = column(
        "For a revisit, the earlier capture that holds the payload", example=None, looked_up=True
    )
    warc_file: str = column(
        "File that holds the record, relative to the folder archive/",
        example="crawl_date=2026-11-22/broadsheet-20261122092000000-00000-desk.warc.gz",
    )
    warc_offset: int = column("Byte at which the record begins in that file", example=81920)
    warc_length: int = column("Bytes of the record in that file, as compressed there", example=19004)
    export_bound_by: tuple[str, ...] = column(
        "Opt-outs among signals that bind exports by the policy of sites.toml; what was read of it is then held back",
        default=(),
        example=[],
    )
    publication_id: str = column(
        "The publication that wrote this row; equal in all tables of a day", default="", example="7d3c1b9f20aa41e6"
    )


CAPTURES = Table(
    name="captures",
    row=CaptureRow,
    key=("capture_id",),
    sort=("site", "captured_at", "capture_id"),
    description="What does the archive hold, and where are its bytes? One row per capture, revisits included.",
)
