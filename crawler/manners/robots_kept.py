"""A robots.txt as it was last asked for in, the rules that it means now out. Pure: the time is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.frontier.leases import KeptFile
from crawler.manners.robots import RobotsRules, parse_robots
from crawler.version import ROBOTS_TOKEN

__all__ = ["COPY_HOLDS_FOR", "is_broken", "origin_of", "rules_in", "sitemaps_named"]

COPY_HOLDS_FOR = timedelta(days=30)  # RFC 9309 §2.3.1.4: that long a copy may speak for a server that is out of order


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_broken(status: int | None) -> bool:
    """Whether an answer says nothing: none came, or the server is out of order."""
    return status is None or status >= 500


def rules_in(kept: KeptFile, origin: str, *, now: datetime) -> RobotsRules:
    """While the server is out of order, the rules of its last answer 2xx hold for 30 days.

    After that, and where there is none, nothing may be fetched.
    """
    status = kept.status
    if is_broken(status) and kept.body_at is not None and now - kept.body_at < COPY_HOLDS_FOR:
        status = 200
    return parse_robots(status, kept.body, agent=ROBOTS_TOKEN, url=f"{origin}/robots.txt")


def sitemaps_named(kept: Callable[[str], KeptFile | None], url: str, *, now: datetime) -> tuple[str, ...]:
    """The sitemaps that robots.txt of a URL's host names, as it was last fetched. `kept`: by its origin."""
    origin = origin_of(url)
    robots = kept(origin)
    return rules_in(robots, origin, now=now).sitemaps if robots else ()
