"""What a page, feed or person named in, candidates for the frontier out; or why not. Pure: the time is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.archive import Announcement
from crawler.discovery import Found, variant_shape
from crawler.discovery.sitemap_age import DEAD_AFTER
from crawler.discovery.spans import span_of_date
from crawler.frontier.leases import Candidate, KnownUrl, Lease
from crawler.intake.scope import Refused, Scope, normalise, registrable_domain
from crawler.redaction import without_userinfo
from crawler.schedule.plan import PRIORITIES
from crawler.schedule.precedence import OLDER
from crawler.sites import Site

MAX_HOPS = 5


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


def candidates(
    found: Iterable[Found], lease: Lease, site: Site, scope: Scope, *, now: datetime, forms: Mapping[str, str],
    where: Callable[[Found], int | None],
) -> Iterator[Candidate | None]:  # fmt: skip
    """Those of `found`, named by the page of `lease`, that are in scope; None for one that is left out.

    `forms`: URLs that are the AMP, print or mobile form of an article that is known, and that article. They are kept
    in mind, and not fetched: who wants one asks for it by name. `where`: each one's place in the queue, None for none.
    """
    for f in found:
        url = normalise(f.url, lease.url)
        depth = lease.depth + 1 if f.channel in ("home", "section") else lease.depth if f.channel == "page" else 0
        if url is None or url == lease.url or not is_in_scope(url, f, scope, depth=depth):
            yield None
            continue
        if f.variant_of is not None and f.form not in ("translation", "canonical"):
            yield variant(url, of=f.variant_of, site=site, now=now)
            continue
        priority = where(f)
        if priority is None:
            yield None
            continue
        # A translation and an AMP page's article are articles of their own, named by their other form.
        channel, source = (f.form, f.variant_of) if f.form and f.variant_of else (f.channel, lease.url)
        said = Announcement(
            channel=channel, source_url=source, title=f.title, published_raw=f.published_raw,
            modified_raw=f.modified_raw, seen_at=now,
        )  # fmt: skip
        if (article := forms.get(url)) is not None:
            yield replace(_candidate(url, site, f.kind, said, now, depth=depth), due_at=None)
            yield variant(url, of=article, site=site, now=now)
            continue
        yield _candidate(url, site, f.kind, said, now, depth=depth, priority=priority)


def is_in_scope(url: str, f: Found, scope: Scope, *, depth: int = 0) -> bool:
    """Whether what was named at a normalised URL is the site's to fetch."""
    return not isinstance(scope.check(url, depth=depth, kind=f.kind), Refused)


def place(f: Found, *, now: datetime) -> int:
    """Where in its domain's queue something stands that a feed or page named."""
    old = f.kind == "article" and is_back_catalogue(f.published_raw or f.modified_raw, now=now)
    return OLDER if old else PRIORITIES[f.kind]


def variant(url: str, *, of: str, site: Site, now: datetime) -> Candidate:
    """That a URL is the AMP, print or mobile form of an article: kept in mind, due for nobody."""
    said = Announcement(channel="variant", source_url=of, seen_at=now)
    return replace(_candidate(url, site, "article", said, now), due_at=None)


def article_of(
    url: str, announcements: Iterable[Announcement], known: Callable[[Iterable[str]], Mapping[str, KnownUrl]]
) -> tuple[str, str] | None:
    """The form that a URL is, and the article that it is a form of; None where it is none, or of none that is known.

    `known`: what the frontier knows of URLs. A shape alone is a guess: /music/amp may be a story about amplifiers, so
    what it would be a form of has to be known as an article.
    """
    for said in announcements:
        if said.channel == "variant" and said.source_url is not None:
            shape = variant_shape(url)
            return (shape.form if shape else "other"), said.source_url
    if (shape := variant_shape(url)) is None:
        return None
    found = known(shape.of)
    article = next((plain for plain in shape.of if plain in found and is_article(found[plain])), None)
    return None if article is None else (shape.form, article)


def is_article(known: KnownUrl) -> bool:
    """Whether a known URL is an article that is or will be in the archive."""
    return known.kind in ("article", "page") and (known.visits > 0 or known.is_due)


def hop(target: str, lease: Lease, site: Site, scope: Scope, *, now: datetime) -> Candidate | Refused:
    """Where a redirect leads: the next hop, which inherits what the URL before it was, or why it is not followed."""
    url = normalise(target, lease.url)
    if url is None:
        return Refused(
            reason="scope", detail=f"redirect to {without_userinfo(target)[:200]!r}, which is no web address"
        )
    if url == lease.url:
        return Refused(reason="scope", detail="redirect to itself")
    if lease.hops >= MAX_HOPS:
        return Refused(reason="scope", detail=f"more than {MAX_HOPS} redirects, the next to {url}")
    verdict = scope.check(url, depth=lease.depth, kind=lease.kind)
    if isinstance(verdict, Refused):
        return Refused(reason="scope", detail=f"redirect to {url}: {verdict.reason}, {verdict.detail}")
    newest = lease.announcements[::-1]
    said = Announcement(
        channel="redirect", source_url=lease.url, seen_at=now,
        title=next((a.title for a in newest if a.title), None),
        published_raw=next((a.published_raw for a in newest if a.published_raw), None),
        modified_raw=next((a.modified_raw for a in newest if a.modified_raw), None),
    )  # fmt: skip
    # What stands at the end of the queue does so under another address, too.
    priority = lease.priority if lease.priority >= OLDER else None
    return _candidate(
        url, site, lease.kind, said, now, depth=lease.depth, hops=lease.hops + 1, hop_from=lease.url,
        batch=lease.batch, priority=priority,
    )  # fmt: skip


def location_text(value: bytes) -> str:
    """A Location header as the server means it: raw UTF-8 where it is that, as browsers take it, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def is_back_catalogue(date_raw: str | None, *, now: datetime) -> bool:
    """Whether a feed's or sitemap's date is so old that the page is no news. No date counts as news."""
    span = span_of_date(date_raw)
    return span is not None and span.end < now - DEAD_AFTER


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
