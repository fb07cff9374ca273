"""What a page, feed or person named in, candidates for the frontier out; or why not. Pure: the time is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler.archive import Announcement
from crawler.discovery import Found
from crawler.leases import Candidate, Lease
from crawler.schedule import PRIORITIES
from crawler.scope import Refused, Scope, normalise, registrable_domain
from crawler.sites import Site

MAX_HOPS = 5
BACK_CATALOGUE_AFTER = timedelta(days=30)
BACK_CATALOGUE_PRIORITY = (
    6  # after everything of today: a first crawl starts with the news, not with the archive of years
)


def seeds(site: Site, *, now: datetime) -> Iterator[Candidate]:
    """What a person wrote down of a site: its home page, feeds and sitemaps, due now."""
    for kind, urls in (("home", (site.home,)), ("feed", site.feeds), ("sitemap", site.sitemaps)):
        for named in urls:
            if (url := normalise(named)) is not None:
                yield _candidate(url, site, kind, Announcement(channel="seed", source_url=None, seen_at=now), now)


def asked_for(url: str, site: Site, *, batch: str, now: datetime) -> Candidate:
    """A URL that a person wants now."""
    return _candidate(
        url, site, "page", Announcement(channel="request", source_url=None, seen_at=now), now, batch=batch
    )


def candidates(found: Iterable[Found], lease: Lease, site: Site, scope: Scope, *, now: datetime) -> Iterator[Candidate]:
    """Those of `found`, named by the page of `lease`, that are in scope."""
    for f in found:
        url = normalise(f.url, lease.url)
        linked = f.channel in ("home", "section")
        depth = lease.depth + 1 if linked else 0
        if url is None or url == lease.url or isinstance(scope.check(url, depth=depth), Refused):
            continue
        said = Announcement(
            channel=f.channel,
            source_url=lease.url,
            title=f.title,
            published_raw=f.published_raw,
            modified_raw=f.modified_raw,
            seen_at=now,
        )
        old = f.kind in ("article", "sitemap") and is_back_catalogue(f.published_raw or f.modified_raw, now=now)
        priority = BACK_CATALOGUE_PRIORITY if old else PRIORITIES[f.kind]
        yield _candidate(url, site, f.kind, said, now, depth=depth, priority=priority)


def hop(target: str, lease: Lease, site: Site, scope: Scope, *, now: datetime) -> Candidate | Refused:
    """Where a redirect leads: the next hop, which inherits what the URL before it was, or why it is not followed."""
    url = normalise(target, lease.url)
    if url is None:
        return Refused(reason="scope", detail=f"redirect to {target[:200]!r}, which is no web address")
    if url == lease.url:
        return Refused(reason="scope", detail="redirect to itself")
    if lease.hops >= MAX_HOPS:
        return Refused(reason="scope", detail=f"more than {MAX_HOPS} redirects, the next to {url}")
    verdict = scope.check(url, depth=lease.depth)
    if isinstance(verdict, Refused):
        return Refused(reason="scope", detail=f"redirect to {url}: {verdict.reason}, {verdict.detail}")
    newest = lease.announcements[-1] if lease.announcements else None
    said = Announcement(
        channel="redirect", source_url=lease.url, seen_at=now,
        title=newest.title if newest else None, published_raw=newest.published_raw if newest else None,
    )  # fmt: skip
    return _candidate(
        url, site, lease.kind, said, now, depth=lease.depth, hops=lease.hops + 1, hop_from=lease.url, batch=lease.batch
    )


def location_text(value: bytes) -> str:
    """A Location header as the server means it: raw UTF-8 where it is that, as browsers take it, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def is_back_catalogue(date_raw: str | None, *, now: datetime) -> bool:
    """Whether a feed's or sitemap's date is so old that the page is no news. No date counts as news."""
    moment = moment_of(date_raw)
    return moment is not None and now - moment > BACK_CATALOGUE_AFTER


def moment_of(date_raw: str | None) -> datetime | None:
    """A feed's or sitemap's date; midnight where it names a day alone, UTC where it names no zone."""
    if not date_raw:
        return None
    text = date_raw.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # the latter for a year of twenty digits
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def site_of(url: str, sites: Iterable[Site]) -> Site | None:
    """The site that a URL belongs to: the one with its very host, else one that owns its host."""
    host = urlsplit(url).netloc.lower()
    several = tuple(sites)
    for site in several:
        if host == urlsplit(site.home).netloc.lower():
            return site
    name = urlsplit(url).hostname or ""
    return next((site for site in several if Scope(site).owns(name)), None)


def _candidate(
    url: str, site: Site, kind: str, said: Announcement, now: datetime, *, depth: int = 0, hops: int = 0,
    hop_from: str | None = None, batch: str | None = None, priority: int | None = None,
) -> Candidate:  # fmt: skip
    return Candidate(
        url=url, site=site.name, domain=registrable_domain(url), kind=kind, due_at=now, depth=depth, hops=hops,
        hop_from=hop_from, batch=batch, priority=PRIORITIES[kind] if priority is None else priority, announcement=said,
    )  # fmt: skip
