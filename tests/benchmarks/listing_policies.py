"""A source and a way to poll it in; how many requests it took and how late each article was found out.

Ours runs the crawler's own code, visit by visit: the completion of a lease goes through
`crawler.schedule.decision.decide`, and what it remembers comes back as the text that the frontier keeps.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from publication_traces import DAY, HOUR, LISTED, START, Source

from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, Completion, Lease
from crawler.schedule.decision import decide
from crawler.schedule.habits import Habits
from crawler.schedule.plan import LATEST, SOONEST, next_poll

FLOOR, CEILING = SOONEST.total_seconds(), LATEST.total_seconds()


@dataclass
class Polled:
    """What became of one source, or of several together. Lags in seconds, one per article."""

    requests: int = 0
    lags: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)  # their times, of one source
    memory_bytes: int = 0
    at: float = 0.0  # the value of a policy's parameter

    def add(self, other: Polled) -> None:
        self.requests += other.requests
        self.lags += other.lags

    @property
    def mean_minutes(self) -> float:
        return sum(self.lags) / len(self.lags) / 60

    def percentile_minutes(self, share: float) -> float:
        return sorted(self.lags)[min(len(self.lags) - 1, int(share * len(self.lags)))] / 60


def poll(source: Source, days: float, first: float, wait: Callable[[float, list[float]], float]) -> Polled:
    """Poll from `first` on; `wait` is told the time and the articles that are new, and says how long to wait.

    Every article of the time counts; one that the last poll left unseen is found when the days are over.
    """
    end, polled = START + days * DAY, Polled()
    items, at, now = source.items, bisect_left(source.items, START), first
    while now < end:
        till = bisect_right(items, now, at)
        new = items[at:till]
        polled.requests += 1
        polled.lags += [now - item for item in new]
        polled.polls.append(now)
        at, now = till, now + wait(now, new)
    polled.lags += [end - item for item in items[at:]]
    return polled


def fixed(source: Source, days: float, first: float, *, seconds: float) -> Polled:
    """The same interval for everything."""
    return poll(source, days, first, lambda now, new: seconds)


def rule(source: Source, days: float, first: float, *, floor: float, ceiling: float = CEILING) -> Polled:
    """The interval times 0.8 after a poll with something new, times 1.5 after one without."""
    interval = min(max(floor, 900.0), ceiling)

    def wait(now: float, new: list[float]) -> float:
        nonlocal interval
        interval = max(floor, interval * 0.8) if new else min(ceiling, interval * 1.5)
        return interval

    return poll(source, days, first, wait)


def oracle(source: Source, days: float, first: float, *, price_hours: float) -> Polled:
    """Our rule for the next poll, told the true rate of every hour; it knows no batches, and when a silence ends."""
    rates = source.rate_by_hour

    def expected(moment: float) -> float:
        hour = int((moment - START) // HOUR)
        return (rates[hour] if hour < len(rates) else 0.0) + 1e-4

    return poll(source, days, first, lambda now, new: _until(next_poll(expected, now, price_hours=price_hours), now))


def ours(source: Source, days: float, first: float, *, price_hours: float, dated: bool = True) -> Polled:
    """The crawler's decisions, with memories as the frontier keeps them. `dated`: whether articles name their dates."""
    memory: str | None = None
    site_memory: str | None = None

    def wait(now: float, new: list[float]) -> float:
        nonlocal memory, site_memory
        listed = new
        if memory is None:  # the first poll shows what is listed already
            till = bisect_right(source.items, now)
            listed = source.items[max(0, till - LISTED) : till]
        moment = datetime.fromtimestamp(now, UTC)
        completion = Completion(
            lease=Lease(url_id=1, url="", site="a", domain="a", kind="sitemap", memory=memory),
            answered=True, status=200, next_visit_at=moment, at=moment,
            found=tuple(_article(item if dated else None) for item in listed),
        )  # fmt: skip
        site = Habits(site_memory)
        decided = decide(completion, len(new), site=site, keys=lambda urls: [], price_hours=price_hours)
        memory, site_memory = decided.memory, site.to_text()
        assert decided.next_visit_at is not None
        return _until(decided.next_visit_at, now)

    polled = poll(source, days, first, wait)
    polled.memory_bytes = len(memory or "")
    return polled


def _article(published: float | None) -> Candidate:
    raw = None if published is None else datetime.fromtimestamp(published, UTC).isoformat()
    said = Announcement(channel="sitemap", source_url=None, published_raw=raw)
    return Candidate(url="", site="a", domain="a", kind="article", priority=4, due_at=None, announcement=said)


def _until(moment: datetime, now: float) -> float:
    return math.ceil(moment.timestamp()) - now  # the frontier keeps whole seconds
