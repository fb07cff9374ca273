"""One polite queue per registrable domain: who may be asked, and when next. Keeps no clock; fetches nothing.

The domain is the unit, not the address: thousands of unrelated sites stand behind one address of a hosting company, and
one site behind many. Two sites of sites.toml on one domain share its queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.frontier.leases import Turn
from crawler.site import Site
from crawler.urls import registrable_domain

MAX_BACK_OFF_SECONDS = 3600.0
# The longest that a crawl waits for its turn at a domain. A site that wants to be left alone for longer, be it by
# Retry-After or by Crawl-delay, is the next crawl's: this one would not end.
PATIENCE_SECONDS = 300.0
SUCCESSES_TO_RELENT = 20  # a server that was overloaded gets twenty answers' worth of peace before we hurry again
LONGEST_RETRY_AFTER_SECONDS = 7 * 86_400.0  # that a server is believed: a slip of the pen must not silence us for years
_BEFORE = ""  # the origin of a crawl-delay that an earlier process heard of


def delays_of(sites: Iterable[Site]) -> dict[str, float]:
    """The configured delay of each registrable domain: the largest of the sites that have something there."""
    delays: dict[str, float] = {}
    for site in sites:
        for name in (site.home, *site.hosts, *site.feeds, *site.sitemaps):
            domain = registrable_domain(name)
            delays[domain] = max(delays.get(domain, 0.0), site.delay_seconds)
    return delays


@dataclass
class _Queue:
    last_at: float | None = None  # when the last request went out
    not_before: float = 0.0  # Retry-After, or a restart's memory
    factor: float = 1.0
    successes: int = 0
    crawl_delays: dict[str, float] = field(default_factory=dict)  # origin → what its robots.txt asks for
    busy: bool = False
    asked: str | None = None  # what the server asked for last, for a person

    @property
    def crawl_delay(self) -> float:
        return max(self.crawl_delays.values(), default=0.0)


class Politeness:
    """At most one request at a time per registrable domain, and none sooner than its delay after the one before.

    The delay is the largest of the configured one, the site's crawl-delay and our own back-off, measured from request
    to request; a Retry-After counts from the answer that had it. Times are unix seconds.
    """

    def __init__(self, delay_for: Callable[[str], float], *, perhaps_asked_at: float | None = None) -> None:
        """`perhaps_asked_at`: when any domain may have been asked by a process that could not tell us."""
        self._delay_for, self._perhaps_asked_at = delay_for, perhaps_asked_at
        self._queues: dict[str, _Queue] = {}

    def _queue(self, domain: str) -> _Queue:
        return self._queues.setdefault(domain, _Queue(last_at=self._perhaps_asked_at))

    def delay_seconds(self, domain: str) -> float:
        """The least time between two requests to `domain` as things stand."""
        queue = self._queue(domain)
        base = max(self._delay_for(domain), queue.crawl_delay)
        # A factor needs something to multiply: a site without delay still has to be left alone once it asks for it.
        backed_off = min(max(base, 1.0) * queue.factor, MAX_BACK_OFF_SECONDS) if queue.factor > 1 else 0.0
        return max(base, backed_off)

    def free_at(self, domain: str) -> float | None:
        """From when on `domain` may be asked; `None` while a request to it is under way."""
        queue = self._queue(domain)
        return None if queue.busy else self._next_at(domain, queue)

    def _next_at(self, domain: str, queue: _Queue) -> float:
        after_last = queue.last_at + self.delay_seconds(domain) if queue.last_at is not None else 0.0
        return max(after_last, queue.not_before)

    def take(self, domain: str, *, now: float) -> None:
        """A request to `domain` goes out now."""
        queue = self._queue(domain)
        queue.busy, queue.last_at = True, now

    def give_back(
        self, domain: str, *, now: float, status: int | None, retry_after: timedelta | None = None,
        sent_at: float | None = None,
    ) -> bool:  # fmt: skip
        """The request to `domain` ended; 429 and 503 double its delay, twenty successes halve it back.

        `sent_at`: when its first byte left, for a connection takes its time, and the server counts from there. True
        where the server asked for more time: to be remembered at once, for a crash must not make us forget it.
        """
        queue = self._queue(domain)
        queue.busy = False
        if sent_at is not None and queue.last_at is not None:
            queue.last_at = max(queue.last_at, min(sent_at, now))
        asked_for_time = status in (429, 503)
        if asked_for_time:
            queue.factor, queue.successes = min(queue.factor * 2, MAX_BACK_OFF_SECONDS), 0
            queue.asked = f"answered {status}"
        elif status is not None and status < 400:
            queue.successes += 1
            if queue.successes >= SUCCESSES_TO_RELENT:
                queue.factor, queue.successes = max(1.0, queue.factor / 2), 0
        # RFC 9110 §10.2.3: with 503, 429 (RFC 6585) and with a redirect.
        if retry_after is not None and status is not None and (asked_for_time or 300 <= status < 400):
            wait = min(retry_after.total_seconds(), LONGEST_RETRY_AFTER_SECONDS)
            if now + wait > queue.not_before:
                queue.not_before = now + wait
                queue.asked = f"answered {status} with Retry-After: {wait:.0f} s"
            asked_for_time = True
        return asked_for_time

    def set_crawl_delay(self, domain: str, seconds: float | None, *, origin: str) -> None:
        """What robots.txt of `origin`, a host of `domain`, asks for; the largest of the hosts' counts.

        What an earlier process knew is only for the time until then: every host's robots.txt is read before its pages.
        """
        delays = self._queue(domain).crawl_delays
        delays.pop(_BEFORE, None)
        delays[origin] = seconds or 0.0

    def remember(self, domain: str, turn: Turn) -> None:
        """What an earlier process left: when `domain` may be asked, and how gently."""
        queue = self._queue(domain)
        queue.not_before = max(queue.not_before, turn.next_at)
        queue.factor, queue.successes = max(1.0, turn.factor), turn.successes
        queue.crawl_delays[_BEFORE] = turn.crawl_delay
        queue.asked = turn.reason

    def wait(self, domain: str, *, until: float) -> None:
        """Leave `domain` alone until then, whatever its delay."""
        queue = self._queue(domain)
        queue.not_before = max(queue.not_before, until)

    def turn(self, domain: str) -> Turn:
        """How `domain` stands, for the next process and for a person; a request under way is one that went out."""
        queue = self._queue(domain)
        return Turn(
            next_at=self._next_at(domain, queue), factor=queue.factor, successes=queue.successes,
            crawl_delay=queue.crawl_delay, reason=self._reason(queue),
        )  # fmt: skip

    def state(self) -> dict[str, Turn]:
        """Every domain that was asked or remembered → how it stands."""
        return {domain: self.turn(domain) for domain in self._queues}

    @staticmethod
    def _reason(queue: _Queue) -> str | None:
        """Why the domain waits longer than sites.toml says; `None` where it does not."""
        if queue.factor > 1 or (queue.last_at or 0.0) < queue.not_before:
            return queue.asked
        return f"robots.txt: Crawl-delay: {queue.crawl_delay:g}" if queue.crawl_delay else None
