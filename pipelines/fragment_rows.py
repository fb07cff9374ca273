"""A capture, and what reading its page gave, in; the rows of a fragment out. Pure.

A fragment's rows are the published ones, plus what publishing needs besides: what a revisit refers to, and what the
page itself called canonical. `publish` settles the site, the file's name, what a revisit refers to and what binds
exports; the columns for these hold what the WARC file alone knows.
"""

# ruff: noqa: RUF009 (column() is a dataclasses.field(), made anew for each column)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pipelines.announced_dates import told
from pipelines.captures import Capture
from pipelines.content import block_digest, content_digest, word_count
from pipelines.extraction import EXTRACTOR_VERSION, Extraction, Image, Link, Reject
from pipelines.urls import article_id, canonical_url
from warehouse import ArticleRow, BlockRow, CaptureRow, ImageRow, LinkRow, OriginRow, RejectRow, Table, column

# Changes with what a fragment holds for the same capture and the same extraction; older fragments are then made again.
FRAGMENT_FORMAT = 14


@dataclass(frozen=True, kw_only=True)
class FragmentCapture(CaptureRow):
    refers_to_url: str | None = column("For a revisit, the URL of the earlier capture", example=None)
    refers_to_at: datetime | None = column("For a revisit, the WARC-Date of the earlier capture", example=None)


@dataclass(frozen=True, kw_only=True)
class FragmentArticle(ArticleRow):
    canonical_raw: str | None = column("What the page called canonical, as found", example="/2026/11/bridge-reopens/")
    language_source: str | None = column("Where the page declares its language", example="html")
    block_digests: tuple[int, ...] = column("What tells each block's text from others", example=[-3486434516])
    part: int = column("Which page of its article it is; 1 is the first, or the only one", default=1, example=1)
    part_before_url: str | None = column("The page before it, where it is a further one", default=None, example=None)
    next_part_url: str | None = column(
        "The page after it, where there is one", default=None, example="https://thinlinenews.com/2026/11/bridge/2"
    )


@dataclass(frozen=True, kw_only=True)
class FragmentReject(RejectRow):
    language: str | None = column("Language that the page declares, as a BCP 47 tag", example="en")


FRAGMENT_TABLES: dict[str, Table] = {
    name: Table(name=name, row=row, key=key, sort=(), description=f"The {name} of one WARC file, in its order.")
    for name, row, key in (
        ("captures", FragmentCapture, ("capture_id",)),
        ("articles", FragmentArticle, ("capture_id",)),
        ("rejects", FragmentReject, ("capture_id",)),
        ("links", LinkRow, ("capture_id", "position")),
        ("images", ImageRow, ("capture_id", "position")),
    )
}


def capture_row(capture: Capture, class_: str) -> FragmentCapture:
    announced = capture.announcements
    published, published_by = told(announced, "published_raw")
    modified, modified_by = told(announced, "modified_raw")
    return FragmentCapture(
        capture_id=capture.capture_id,
        site=_storable(capture.site),
        url=storable(capture.url),
        class_=class_,
        record_type=capture.record_type,
        captured_at=capture.captured_at,
        crawl_date=capture.captured_at.date(),
        status=capture.status,
        content_type=_storable(capture.content_type),
        kind=_storable(capture.kind),
        announced_by=tuple(dict.fromkeys(announcement.channel for announcement in announced)),
        announced_title=_storable(next((each.title for each in announced if each.title), None)),
        announced_published_raw=_storable(published),
        announced_published_by=_storable(published_by),
        announced_modified_raw=_storable(modified),
        announced_modified_by=_storable(modified_by),
        payload_digest=_storable(capture.payload_digest),
        body_digest=capture.body_digest,
        payload_bytes=capture.payload_bytes,
        body_bytes=capture.body_bytes,
        ip_address=_storable(capture.ip_address),
        truncated=_storable(capture.truncated),
        signals=tuple(map(storable, capture.signals)),
        exceptions=tuple(map(storable, capture.exceptions)),
        refers_to_capture_id=capture.refers_to_capture_id,
        refers_to_url=_storable(capture.refers_to_url),
        refers_to_at=capture.refers_to_at,
        warc_file=capture.warc_file,
        warc_offset=capture.offset,
        warc_length=capture.length,
    )


def article_row(capture: Capture, read: Extraction) -> FragmentArticle:
    canonical = canonical_url(storable(capture.url), _storable(read.canonical_raw))
    title, text = _storable(read.title), storable(read.text)
    return FragmentArticle(
        article_id=article_id(canonical),
        capture_id=capture.capture_id,
        site=_storable(capture.site),
        url=storable(capture.url),
        canonical_url=canonical,
        canonical_raw=_storable(read.canonical_raw),
        title=title,
        title_raw=_storable(read.title_raw),
        title_source=read.title_source,
        title_confidence=read.title_confidence,
        description=_storable(read.description),
        standfirst=_storable(read.standfirst),
        authors=tuple(map(storable, read.authors)),
        authors_raw=_storable(read.authors_raw),
        authors_source=read.authors_source,
        authors_confidence=read.authors_confidence,
        wire_credit=tuple(map(storable, read.wire_credit)),
        published_at=_storable_time(read.published_at),
        published_raw=_storable(read.published_raw),
        published_source=read.published_source,
        published_confidence=read.published_confidence,
        published_precision=read.published_precision,
        published_offset_minutes=offset_minutes(read.published_at, read.published_raw, read.published_precision),
        modified_at=_storable_time(read.modified_at),
        modified_raw=_storable(read.modified_raw),
        modified_source=read.modified_source,
        modified_confidence=read.modified_confidence,
        section=_storable(read.section),
        tags=tuple(map(storable, read.tags)),
        language=_storable(read.language),
        language_source=read.language_source,
        language_detected=read.language_detected,
        language_detected_confidence=read.language_detected_confidence,
        text=text,
        blocks=tuple(
            BlockRow(
                kind=each.kind, level=each.level, text=storable(each.text), score=each.score, at=_storable_time(each.at)
            )
            for each in read.blocks
        ),
        block_digests=tuple(block_digest(storable(each.text)) for each in read.blocks),
        part=read.part,
        part_before_url=_storable(read.part_before_url),
        next_part_url=_storable(read.next_part_url),
        words=word_count(text),
        content_digest=content_digest(title, text),
        lead_image_url=_storable(read.lead_image_url),
        publisher=_storable(read.publisher),
        access=read.access,
        access_evidence=_storable(read.access_evidence),
        page_type=_storable(read.page_type),
        page_type_evidence=_storable(read.page_type_evidence),
        rights=_storable(read.rights),
        licence_url=_storable(read.licence_url),
        correction=_storable(read.correction),
        origins=tuple(
            OriginRow(field=each.field, source=each.source, raw=_storable(each.raw), confidence=each.confidence)
            for each in read.origins
        ),
        captured_at=capture.captured_at,
        crawl_date=capture.captured_at.date(),
        extractor=read.extractor,
    )


def reject_row(capture: Capture, read: Reject) -> FragmentReject:
    return FragmentReject(
        capture_id=capture.capture_id,
        site=_storable(capture.site),
        url=storable(capture.url),
        reason=read.reason,
        detail=storable(read.detail),
        title=_storable(read.title),
        language=_storable(read.language),
        status=capture.status,
        captured_at=capture.captured_at,
        crawl_date=capture.captured_at.date(),
        extractor=EXTRACTOR_VERSION,
    )


def link_rows(capture: Capture, links: tuple[Link, ...], article: str | None) -> list[LinkRow]:
    """One row per link, in the page's order. `article`: the id of the article that the page was read as, if it was."""
    return [
        LinkRow(
            capture_id=capture.capture_id,
            article_id=article,
            site=_storable(capture.site),
            url=storable(capture.url),
            target_url=storable(link.url),
            target_host=_host(link.url),
            text=storable(link.text),
            rel=_storable(link.rel),
            position=position,
            captured_at=capture.captured_at,
            crawl_date=capture.captured_at.date(),
        )
        for position, link in enumerate(links)
    ]


def image_rows(capture: Capture, images: tuple[Image, ...], article: str) -> list[ImageRow]:
    """One row per image of the article, in the page's order."""
    return [
        ImageRow(
            capture_id=capture.capture_id,
            article_id=article,
            site=_storable(capture.site),
            url=storable(capture.url),
            image_url=storable(image.url),
            caption=_storable(image.caption),
            caption_source=image.caption_source,
            credit=_storable(image.credit),
            credit_source=image.credit_source,
            alt=_storable(image.alt),
            width=image.width,
            height=image.height,
            position=position,
            is_lead=image.is_lead,
            captured_at=capture.captured_at,
            crawl_date=capture.captured_at.date(),
        )
        for position, image in enumerate(images)
    ]


_SAYS_UTC = re.compile(r"(?:Z|GMT|UTC?|[+-]00:?(?:00)?)\s*\)?\s*$", re.IGNORECASE)


def offset_minutes(at: datetime | None, raw: str | None, precision: str | None) -> int | None:
    """The offset from UTC that the page gave. A time that was read as UTC for want of any offset has none."""
    offset = at.utcoffset() if at is not None else None
    if offset is None or precision == "day":
        return None
    if raw and _SAYS_UTC.search(raw):
        return 0  # though it is shown in the zone of its site
    if offset == timedelta(0):
        return None
    return round(offset.total_seconds() / 60)


def storable(text: str) -> str:
    """The text as UTF-8 can hold it: half a surrogate pair, which JSON on pages can spell, becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not _is_storable(text) else text


def _storable(text: Any) -> str | None:
    return None if text is None else storable(str(text))


def _storable_time(at: datetime | None) -> datetime | None:
    """In UTC, and None where that is before the year 1 or after 9999; the raw form stays."""
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:
        return None


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_SCHEME_AND_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\]*")


def _host(url: str) -> str:
    found = _SCHEME_AND_AUTHORITY.match(url)
    return _host_at(found[0]) if found else ""


@lru_cache(maxsize=4096)  # a page has a hundred links to a handful of hosts
def _host_at(authority: str) -> str:
    try:
        return storable((urlsplit(authority).hostname or "").lower())
    except ValueError:
        return ""
