"""What became of an index's sitemaps and where a sitemap's entries stand in; candidates and places out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.archive import Announcement
from crawler.discovery import Found
from crawler.discovery.sitemap_age import DEAD_AFTER, Judged, days_span, span_of_entry
from crawler.discovery.spans import hull, span_in_sitemap_url
from crawler.frontier.leases import Candidate, KnownUrl, Lease, SitemapRead
from crawler.intake.candidates import is_back_catalogue
from crawler.intake.scope import registrable_domain
from crawler.schedule.back_catalogue import Days
from crawler.schedule.plan import PRIORITIES
from crawler.schedule.precedence import BACK_CATALOGUE, DOUBTFUL, OLDER
from crawler.schedule.sitemap_visits import contents_in
from crawler.sites import Site

__all__ = ["place_of_entry", "sitemap_candidates"]

AT_ONCE = 2  # doubtful sub-sitemaps that are looked at with the crawl that found them; the next of them
STEP = timedelta(minutes=15)  # later each: the ration bounds how many, this how quickly


def sitemap_candidates(
    judged: Iterable[Judged], known: Mapping[str, KnownUrl], lease: Lease, site: Site, *, days: Days | None,
    now: datetime,
) -> Iterator[Candidate | None]:  # fmt: skip
    """Sub-sitemaps for the frontier, each due by its fate; those that the wanted days may touch, due in any case.

    None for one that stays as it is: who drives this counts them too, to let others have their turn.
    """
    doubtful = 0
    for one in judged:
        f, before = one.found, known.get(one.found.url)
        said = Announcement(
            channel=f.channel, source_url=lease.url, modified_raw=f.modified_raw if one.says_when else None, seen_at=now
        )
        sitemap = Candidate(
            url=f.url, site=site.name, domain=registrable_domain(f.url), kind="sitemap", due_at=None, priority=OLDER,
            announcement=said,
        )  # fmt: skip
        if one.fate == "due":
            was_dead = one.is_old if before is None else before.priority >= OLDER
            priority = OLDER if was_dead else PRIORITIES["sitemap"]
            yield replace(sitemap, due_at=now, priority=priority, wake=before is not None)
            continue
        if days is not None and _is_wanted(f, before, days):
            asleep = before is None or before.priority > OLDER or not before.is_due
            priority = BACK_CATALOGUE if asleep or before is None else before.priority
            yield replace(sitemap, due_at=now, priority=priority, wake=before is not None, whole=before is not None)
        elif one.fate == "doubtful":
            late = max(0, doubtful + 1 - AT_ONCE)
            doubtful += 1
            yield replace(sitemap, due_at=now + late * STEP, priority=DOUBTFUL)
        else:
            yield sitemap if one.fate == "known" or before is None or not before.named_there else None


def _is_wanted(f: Found, before: KnownUrl | None, days: Days) -> bool:
    contents = contents_in(before.memory) if before is not None else None
    if (contents is not None and contents.index) or days.walked(contents):
        return False
    return days.may_touch(f.url, contents, f.modified_raw)


def place_of_entry(
    entry: Found, *, sitemap: str, read: SitemapRead, days: Days | None, dormant: bool, now: datetime
) -> int | None:
    """Where in the queue an article stands that a sitemap names; None where it is left out.

    Of a sitemap that was dead, only what is of today and what the wanted days hold; of any other, with days wanted, of
    what is older only what they hold.
    """
    if entry.kind != "article":
        return PRIORITIES[entry.kind]
    if entry.channel == "news_sitemap" and not is_back_catalogue(entry.published_raw, now=now):
        return PRIORITIES["article"]
    span = span_of_entry(entry)
    is_recent = span is not None and now - DEAD_AFTER < span.end
    if is_recent or (span is None and not dormant):  # what has no date counts as news, save in an old sitemap
        return PRIORITIES["article"]
    if days is not None:
        dated = days_span(read.oldest, read.newest) if read.oldest is not None and read.newest is not None else None
        whole = hull(dated, span_in_sitemap_url(sitemap))
        return BACK_CATALOGUE if days.hold(entry, sitemap=sitemap, whole=whole) else None
    return None if dormant else OLDER
