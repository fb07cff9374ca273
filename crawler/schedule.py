"""What a visit brought in, when to visit again out. Pure: no clock, no dice, no disk."""

from __future__ import annotations

from datetime import datetime, timedelta

LISTING_INTERVALS = {
    "feed": timedelta(minutes=15),
    "sitemap": timedelta(minutes=30),
    "home": timedelta(minutes=30),
    "section": timedelta(hours=1),
}
# Corrections come early and deletions late: the further from publication, the rarer the visit.
ARTICLE_VISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30))
# Two quick tries while the crawl still runs, for the hiccups; after that the site is left alone for longer each time.
RETRIES = (timedelta(seconds=1), timedelta(seconds=3), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
GONE_AGAIN = timedelta(days=7)

PRIORITIES = {"robots": 0, "page": 1, "feed": 2, "sitemap": 3, "home": 3, "section": 5, "article": 4}


def is_transient(status: int | None) -> bool:
    """Whether the same request may well succeed later; `None` is a request that brought no answer."""
    return status is None or status in (408, 425, 429) or status >= 500


def next_visit(
    *, kind: str, status: int | None, visits: int, failures: int, now: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """When to ask for the URL again; `None` is never, unless a person or an announcement asks.

    `visits` counts the answered visits including this one, `failures` the unanswered or failing ones in a row including
    this one. `retry_after` is what the server asked for, and is never undercut.
    """
    if kind == "robots":
        return None
    if is_transient(status):
        wait = RETRIES[min(failures, len(RETRIES)) - 1] if failures else RETRIES[0]
        return now + max(wait, retry_after or timedelta(0))
    if status is not None and 300 <= status < 400 and status != 304:
        return now + timedelta(days=1) if kind in LISTING_INTERVALS else None
    if status in (404, 410, 451):
        return now + GONE_AGAIN if failures < 3 else None  # thrice gone in two weeks is gone
    if kind in LISTING_INTERVALS:
        return now + LISTING_INTERVALS[kind]
    return now + ARTICLE_VISITS[visits - 1] if 1 <= visits <= len(ARTICLE_VISITS) else None
