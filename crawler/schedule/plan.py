"""What a visit brought in, when to visit again out. Pure: no clock, no dice, no disk."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crawler.schedule.followed import AGES
from crawler.schedule.rate import pieces

LISTINGS = ("feed", "sitemap", "home", "section")
SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=24)
# What a request for a listing is worth: as many hours of an article's being found earlier. A source of ten articles a
# day is asked some thirty times, one of three hundred every five to ten minutes, one of three a month five times.
PRICE_HOURS = 0.15
# Two quick tries while the crawl still runs, for the hiccups; after that the site is left alone for longer each time.
RETRIES = (timedelta(seconds=1), timedelta(seconds=3), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
GONE_AGAIN = timedelta(days=7)
REFUSED_AGAIN = timedelta(hours=24)  # robots.txt is valid for as long
LISTING_AGAIN = timedelta(hours=1)  # one that may not be read, e.g. 403: that passes, or it does not

PRIORITIES = {"robots": 0, "page": 1, "feed": 2, "sitemap": 3, "home": 3, "section": 5, "requisite": 5, "article": 4}


def is_transient(status: int | None) -> bool:
    """Whether the same request may well succeed later; `None` is a request that brought no answer."""
    return status is None or status in (408, 425, 429) or status >= 500


def is_gone(status: int | None) -> bool:
    """Whether the server says that there is nothing, for now or for good."""
    return status in (404, 410, 451)


def next_visit(
    *, kind: str, status: int | None, visits: int, failures: int, now: datetime, retry_after: timedelta | None = None,
    refused: str | None = None,
) -> datetime | None:  # fmt: skip
    """When to ask for the URL again by its status alone; `None` is never, unless a person or an announcement asks.

    `visits` counts the answered visits including this one, `failures` the unanswered or failing ones in a row including
    this one. `retry_after` is what the server asked for, and is never undercut. `refused`: why we did not ask. For what
    was answered with a page, `decision.py` knows better.
    """
    if refused is not None:
        return now + (retry_after or REFUSED_AGAIN) if refused == "robots" or retry_after else None
    if kind == "robots":
        return None
    if kind == "requisite" and (failures >= 3 or not is_transient(status)):
        return None  # until a page names it again, after long; see requisite_intake.py
    if is_transient(status):
        wait = RETRIES[min(failures, len(RETRIES)) - 1] if failures else RETRIES[0]
        return now + max(wait, retry_after or timedelta(0))
    if status is not None and 300 <= status < 400 and status != 304:
        return now + timedelta(days=1) if kind in LISTINGS else None
    if is_gone(status):
        return now + GONE_AGAIN if failures < 3 else None  # thrice gone in two weeks is gone
    if kind in LISTINGS:
        return now + LISTING_AGAIN
    return now + AGES[min(max(visits, 1), len(AGES)) - 1]


def next_poll(expected: Callable[[float], float], now: float, *, price_hours: float = PRICE_HOURS) -> datetime:
    """When to ask a listing again after a visit at `now`, unix seconds: between 5 minutes and 24 hours later.

    `expected` gives the articles an hour that it probably publishes at a time, see `rate.Profile`. The listing is
    asked once the articles that it probably has by then would together have waited for `price_hours`. That makes
    its frequency grow as the square root of its rate, which is where the delay summed over all articles of all sources
    is least for a number of requests (Sia, Cho and Cho, Efficient Monitoring Algorithm for Fast News Alerts, IEEE TKDE
    19(7), 2007; the general case in Cho and Garcia-Molina, ACM TODS 28(4), 2003).
    """
    waiting = delay = 0.0  # articles, and hours that they have waited together
    for start, end in pieces(now, now + LATEST.total_seconds(), 3600.0):
        rises, hours = expected(start), (end - start) / 3600
        if delay + waiting * hours + rises * hours * hours / 2 >= price_hours:
            missing = price_hours - delay
            hours = (math.sqrt(waiting * waiting + 2 * rises * missing) - waiting) / rises
            return datetime.fromtimestamp(max(start + hours * 3600, now + SOONEST.total_seconds()), UTC)
        delay += waiting * hours + rises * hours * hours / 2
        waiting += rises * hours
    return datetime.fromtimestamp(now, UTC) + LATEST
