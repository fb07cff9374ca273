"""A day's articles and captures in; out, the articles with the dates of feeds and sitemaps where their pages told none.

The page comes first, and what sites.toml decides is not touched. What a feed or sitemap said is of this capture alone,
so it is put in here, where captures are at hand, and not where a page is read: two captures of one body may have been
announced differently. Pure: no page is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crawler.archive import Announcement
from pipelines.extraction.moments import Moment, is_ambiguous, parse_moment

# A feed dates each article by itself; the lastmod of a sitemap is often that of the machine that lists it.
CHANNELS = ("feed", "news_sitemap", "sitemap")

_AHEAD = timedelta(days=2)  # after its capture nothing was published or changed, as far as clocks and zones go
_QUARTER, _WIDEST = timedelta(minutes=15), timedelta(hours=14)
_CHANGED = (
    "published_at", "published_raw", "published_source", "published_confidence", "published_precision",
    "published_offset_minutes", "modified_at", "modified_raw", "modified_source", "modified_confidence",
)  # fmt: skip
_TOLD = (
    "announced_published_raw", "announced_published_by", "announced_modified_raw", "announced_modified_by",
)  # fmt: skip

Row = dict[str, Any]


def told(announcements: Iterable[Announcement], field: str) -> tuple[str | None, str | None]:
    """The date that was given in `field` (`published_raw` or `modified_raw`), and the channel that gave it.

    Of several, what can be read as a date comes first, then the order of CHANNELS, then that of the announcements.
    """
    said = [(raw, each.channel) for each in announcements if (raw := getattr(each, field))]
    ranks = {channel: rank for rank, channel in enumerate(CHANNELS)}
    return min(said, key=lambda one: (parse_moment(one[0]) is None, ranks.get(one[1], 9)), default=(None, None))


def with_announced_dates(articles: pa.Table, captures: pa.Table) -> pa.Table:
    """The same rows; those columns of dates that a feed or sitemap knew better are new."""
    said = captures.filter(
        pc.or_(pc.is_valid(captures["announced_published_raw"]), pc.is_valid(captures["announced_modified_raw"]))
    )
    by_capture = {row["capture_id"]: row for row in said.select(["capture_id", *_TOLD]).to_pylist()}
    if not by_capture or not len(articles):
        return articles
    rows = articles.select(["capture_id", "captured_at", *_CHANGED]).to_pylist()
    for row in rows:
        if (one := by_capture.get(row["capture_id"])) is not None:
            _published(row, one)
            _modified(row, one)
    for name in _CHANGED:
        at = articles.schema.get_field_index(name)
        field = articles.schema.field(at)
        articles = articles.set_column(at, field, pa.array([row[name] for row in rows], field.type))
    return articles


def _published(row: Row, said: Row) -> None:
    raw, channel = said["announced_published_raw"], said["announced_published_by"]
    moment = _moment(raw, row["captured_at"])
    if moment is None or row["published_source"] == "override":
        return
    day = moment.at.date(), moment.at.astimezone(UTC).date()
    if row["published_at"] is None or row["published_source"] == "modified":
        _take(row, moment, raw, channel, confidence=None)
    elif _is_a_day(row):
        if moment.precision != "day" and _local(row).date() in day:  # the page's day, with the time of day
            _take(row, moment, raw, channel, confidence=row["published_confidence"])
    elif (east := _offset_shown(row["published_at"], row["published_raw"], moment)) is not None:
        row["published_at"] -= east
        row["published_offset_minutes"] = east // timedelta(minutes=1)
        if _is_wall_time(row["modified_at"], row["modified_raw"]) and row["modified_source"] != "override":
            row["modified_at"] -= east


def _modified(row: Row, said: Row) -> None:
    raw, channel = said["announced_modified_raw"], said["announced_modified_by"]
    moment = _moment(raw, row["captured_at"])
    if moment is None or row["modified_at"] is not None:
        return
    is_change = row["published_at"] is None or moment.at > row["published_at"]  # the same time: it never changed
    if row["published_at"] is None and channel == "feed":
        # An Atom feed need not tell more of an entry than when it was `updated`.
        _take(row, moment, raw, "modified", confidence=None)
    if is_change:
        row.update(modified_at=_utc(moment), modified_raw=raw, modified_source=channel, modified_confidence=None)


def _take(row: Row, moment: Moment, raw: str, source: str, *, confidence: float | None) -> None:
    east = moment.at.utcoffset() or timedelta()
    row.update(
        published_at=_utc(moment),
        published_raw=raw,
        published_source=source,
        published_confidence=confidence,
        published_precision=moment.precision,
        published_offset_minutes=(
            east // timedelta(minutes=1) if moment.has_offset and moment.precision != "day" else None
        ),
    )


def _moment(raw: str | None, captured_at: datetime) -> Moment | None:
    """What it means; of 03/04/2026, which may be two days, the last before the capture: what is announced is new."""
    if raw is None:
        return None
    orders = (False, True) if is_ambiguous(raw) else (False,)
    found = [moment for order in orders if (moment := parse_moment(raw, month_first=order))]
    return max((one for one in found if one.at <= captured_at + _AHEAD), key=lambda one: one.at, default=None)


def _is_a_day(row: Row) -> bool:
    at = _local(row)
    return row["published_precision"] == "day" or (at.hour, at.minute, at.second) == (0, 0, 0)


def _local(row: Row) -> datetime:
    at: datetime = row["published_at"] + timedelta(minutes=row["published_offset_minutes"] or 0)
    return at


def _offset_shown(at: datetime, raw: str | None, announced: Moment) -> timedelta | None:
    """How far east of UTC a page's time is that gave no offset, by the same time with one; None where that is open.

    10:20 on the page is 10:20+01:00 in the feed, or 09:20Z: both say one hour.
    """
    if announced.precision == "day" or not announced.has_offset or not _is_wall_time(at, raw):
        return None
    east = announced.at.utcoffset() or timedelta()
    if abs(announced.at.astimezone(UTC) + east - at) < timedelta(minutes=1):
        return east
    apart = at - announced.at.astimezone(UTC)
    quarters = round(apart / _QUARTER) * _QUARTER
    return quarters if abs(quarters) <= _WIDEST and abs(apart - quarters) < timedelta(minutes=1) else None


def _is_wall_time(at: datetime | None, raw: str | None) -> bool:
    """Whether a page wrote this time without an offset, so that UTC merely stands in for one."""
    found = parse_moment(raw) if raw else None
    if found is None or at is None or found.precision == "day" or found.has_offset:
        return False
    return abs(found.at - at) < timedelta(minutes=1)


def _utc(moment: Moment) -> datetime:
    return moment.at.astimezone(UTC)
