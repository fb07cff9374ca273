"""One polite queue per registrable domain: who may be asked, and when next. Keeps no clock; fetches nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

MAX_BACK_OFF_SECONDS = 3600.0
# The longest that a crawl waits for its turn at a domain. A site that wants to be left alone for longer, be it by
# Retry-After or by Crawl-delay, is the next crawl's: this one would not end.
PATIENCE_SECONDS = 300.0
SUCCESSES_TO_RELENT = 20  # a server that was overloaded gets twenty answers' worth of peace before we hurry again


@dataclass
class _Queue:
    last_at: float | None = None  # when the last request went out
    not_before: float = 0.0  # Retry-After, or a restart's memory
    factor: float = 1.0
    successes: int = 0
    crawl_delay: float = 0.0
    busy: bool = False


class Politeness:
    """At most one request at a time per registrable domain, and none sooner than its delay after the one before.

    The delay is the largest of the configured one, the site's crawl-delay, what Retry-After asks and our own back-off,
    measured from request to request. Times are unix seconds.
    """

    def __init__(self, delay_for: Callable[[str], float]) -> None:
        self._delay_for = delay_for
        self._queues: dict[str, _Queue] = {}

    def _queue(self, domain: str) -> _Queue:
        return self._queues.setdefault(domain, _Queue())

    def delay_seconds(self, domain: str) -> float:
        """The least time between two requests to `domain` as things stand."""
        queue = self._queue(domain)
        base = max(self._delay_for(domain), queue.crawl_delay)
        # A factor needs something to multiply: a site without delay still has to be left alone once it asks for it.
        return min(max(base, 1.0) * queue.factor, MAX_BACK_OFF_SECONDS) if queue.factor > 1 else base

    def free_at(self, domain: str) -> float | None:
        """From when on `domain` may be asked; `None` while a request to it is under way."""
        queue = self._queue(domain)
        if queue.busy:
            return None
        after_last = queue.last_at + self.delay_seconds(domain) if queue.last_at is not None else 0.0
        return max(after_last, queue.not_before)

    def take(self, domain: str, *, now: float) -> None:
        """A request to `domain` goes out now."""
        queue = self._queue(domain)
        queue.busy, queue.last_at = True, now

    def give_back(self, domain: str, *, now: float, status: int | None, retry_after: timedelta | None = None) -> None:
        """The request to `domain` ended; 429 and 503 double its delay, twenty successes halve it back."""
        queue = self._queue(domain)
        queue.busy = False
        if status in (429, 503):
            queue.factor, queue.successes = min(queue.factor * 2, MAX_BACK_OFF_SECONDS), 0
            if retry_after is not None:
                queue.not_before = max(queue.not_before, now + min(retry_after.total_seconds(), 86_400.0))
        elif status is not None and status < 400:
            queue.successes += 1
            if queue.successes >= SUCCESSES_TO_RELENT and queue.factor > 1:
                queue.factor, queue.successes = max(1.0, queue.factor / 2), 0

    def set_crawl_delay(self, domain: str, seconds: float | None) -> None:
        """What robots.txt of a host of `domain` asks for; the largest of its hosts' counts."""
        queue = self._queue(domain)
        queue.crawl_delay = max(queue.crawl_delay, seconds or 0.0)

    def remember(self, domain: str, *, not_before: float) -> None:
        """What an earlier process knew: `domain` may not be asked before `not_before`."""
        queue = self._queue(domain)
        queue.not_before = max(queue.not_before, not_before)

    def state(self) -> dict[str, float]:
        """Domain → when it may next be asked, for the next process."""
        return {
            domain: max(
                queue.not_before,
                (queue.last_at or 0.0) + self.delay_seconds(domain) if queue.last_at is not None else 0.0,
            )
            for domain, queue in self._queues.items()
        }
