"""The nouns of the archive: an exchange, what is known of it, and where it was written.

Records only; computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and what came back, exactly the bytes on the wire."""

    url: str
    """As requested, without userinfo."""
    started_at: datetime
    """When the request was sent, aware UTC with microseconds; becomes WARC-Date."""
    request: bytes
    """Request line, headers and body as sent."""
    response: bytes
    """As received, any chunking and content coding in place; may be partial, empty, or no HTTP at all."""
    interim: bytes = b""
    """Interim responses (100, 103) that came before it, each with its empty line."""
    ip_address: str | None
    protocols: tuple[str, ...] = ()
    """WARC-Protocol values, such as ("http/1.1", "tls/1.3")."""
    cipher_suite: str | None = None
    certificate_sha256: str | None = None
    truncated: str | None = None
    """None (whole), "length", "time", "disconnect" or "unspecified"."""
    elapsed_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Who told us of a URL, and what they said of it."""

    channel: str
    """seed, feed, sitemap, news_sitemap, home, section, page_requisite, style_sheet, redirect or request; or, where
    another form of the article named it: variant, translation, canonical."""
    source_url: str | None
    """The feed, sitemap or page that named the URL; of a variant, the article that it is a form of."""
    title: str | None = None
    published_raw: str | None = None
    """Date as found in the feed or sitemap."""
    modified_raw: str | None = None
    """When it last changed, as the feed or sitemap has it."""
    seen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaptureNotes:
    """What we know of a capture beside its bytes: the metadata record."""

    site: str | None
    kind: str
    """robots, home, section, article, feed, sitemap, page or requisite."""
    announcements: tuple[Announcement, ...] = ()
    hop_from: str | None = None
    """The URL that redirected here."""
    signals: tuple[str, ...] = ()
    """Opt-outs seen, verbatim ("X-Robots-Tag: noarchive"); control characters become spaces."""
    exceptions: tuple[str, ...] = ()
    """Exceptions that were granted to the site."""


@dataclass(frozen=True, kw_only=True)
class RevisitOf:
    """An earlier capture with the same payload, or the one that a 304 confirms."""

    profile: str
    """identical-payload-digest or server-not-modified."""
    capture_id: str
    url: str
    captured_at: datetime
    payload_digest: str | None


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where the response or revisit record of an exchange now is."""

    capture_id: str
    """The UUID of WARC-Record-ID, bare, lower case."""
    warc_file: str
    """Relative to the archive folder, forward slashes, as it will be named once closed."""
    offset: int
    length: int
    """Bytes of the gzip member."""
    record_type: str
    """response or revisit."""
    payload_digest: str | None
    """sha1:BASE32 over the entity body: transfer coding removed, content coding kept. None: it was no HTTP."""
    captured_at: datetime
    status: int | None
    body_bytes: int
    """Bytes of the entity body as received, for a revisit too; of all that came where it was no HTTP."""
    truncated: str | None = None
    """As in Exchange: what is not whole stands for nothing later."""
    stored_bytes: int = 0
    """Of request, capture and metadata together, as they lie in the file; 0 where a repair found the capture."""


@dataclass(frozen=True, kw_only=True)
class ClosedFile:
    """A WARC file that is finished and will not change."""

    warc_file: str
    sha256: str
    """Hex, over the file's bytes."""
    bytes: int
    records: int
    captures: int
    first_at: datetime | None
    last_at: datetime | None
    """Earliest and latest WARC-Date of its captures."""
    crawl_dates: tuple[date, ...]
    """UTC days of its captures, ascending."""
