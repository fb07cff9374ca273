"""A page that was read in, what else has to be fetched for it to be shown; and which of that is due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from crawler.archive import Announcement
from crawler.discovery import Found
from crawler.discovery.requisites import requisites_of_css, requisites_of_page
from crawler.frontier.leases import Candidate, KnownUrl, Lease
from crawler.intake.scope import Refused, Scope, registrable_domain
from crawler.schedule.plan import PRIORITIES

__all__ = ["REQUISITE", "is_read", "needed", "requisite_candidates"]

REQUISITE = "requisite"
# A style sheet is named by every page of a site, and seldom changes; a picture never does under one address.
FETCHED_AGAIN_AFTER = timedelta(days=30)
_OF_PAGE, _OF_STYLE_SHEET = "page_requisite", "style_sheet"


def needed(body: bytes, lease: Lease, *, wanted: str, content_type: str | None) -> Iterator[Found]:
    """What the page or style sheet of `lease` needs, as far as sites.toml wants it: `none`, `lead_image` or `all`.

    Style sheets that other style sheets import are fetched, and not read: one level is what pages have.
    """
    if not is_read(lease, wanted=wanted, content_type=content_type):
        return
    if lease.kind == REQUISITE:
        urls, channel = requisites_of_css(body, url=lease.url), _OF_STYLE_SHEET
    else:
        only_lead = wanted == "lead_image"
        urls = requisites_of_page(body, url=lease.url, content_type=content_type, lead_image_only=only_lead)
        channel = _OF_PAGE
    for url in urls:
        yield Found(url=url, kind=REQUISITE, channel=channel)


def is_read(lease: Lease, *, wanted: str, content_type: str | None) -> bool:
    """Whether what comes of a lease is read for what it needs."""
    kind = (content_type or "text/html").partition(";")[0].strip().lower()
    if lease.kind == REQUISITE:
        named_by_page = any(said.channel in (_OF_PAGE, "redirect") for said in lease.announcements)
        return wanted == "all" and kind == "text/css" and named_by_page
    kinds = {"none": (), "lead_image": ("article", "page"), "all": ("article", "page", "home", "section")}
    return lease.kind in kinds[wanted] and "html" in kind


def requisite_candidates(
    found: Iterable[Found], known: Mapping[str, KnownUrl], lease: Lease, scope: Scope, *, now: datetime
) -> Iterator[Candidate]:
    """Those that are not known yet, or were last fetched so long ago that they may have changed.

    A known one gains no announcement: a style sheet would have one of each page of its site.
    """
    for f in found:
        before = known.get(f.url)
        if before is not None and not _is_due_again(before, now=now):
            continue
        if isinstance(scope.check(f.url, kind=REQUISITE), Refused):
            continue
        yield Candidate(
            url=f.url, site=scope.site.name, domain=registrable_domain(f.url), kind=REQUISITE, due_at=now,
            priority=PRIORITIES[REQUISITE], depth=lease.depth, batch=lease.batch, wake=before is not None,
            announcement=Announcement(channel=f.channel, source_url=lease.url, seen_at=now),
        )  # fmt: skip


def _is_due_again(known: KnownUrl, *, now: datetime) -> bool:
    seldom = known.visited_at is not None and known.visited_at <= now - FETCHED_AGAIN_AFTER
    return known.kind == REQUISITE and not known.is_due and seldom
