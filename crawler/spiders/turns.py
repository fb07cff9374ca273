"""Domains in, those whose turn it is out, by the time. Knows nothing of politeness or the frontier; keeps no clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator


class Turns:
    """When to look at each domain again. Times are unix seconds."""

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self._at: dict[str, float] = dict.fromkeys(domains, 0.0)
        self._heap = [(0.0, n, domain) for n, domain in enumerate(self._at)]
        self._number = itertools.count(len(self._heap))

    def look_at(self, domain: str, at: float) -> None:
        """Look at `domain` at this time, whatever was said before."""
        if self._at.get(domain) != at:
            self._at[domain] = at
            heapq.heappush(self._heap, (at, next(self._number), domain))

    def forget(self, domain: str) -> None:
        """Do not look at `domain`, until told to."""
        self._at.pop(domain, None)

    def ready(self, now: float) -> Iterator[str]:
        """Each domain whose time has come, longest waiting first; it is forgotten unless it is said again when."""
        while self._heap and self._heap[0][0] <= now:
            at, _, domain = heapq.heappop(self._heap)
            if self._at.get(domain) == at:
                del self._at[domain]
                yield domain

    def next_at(self) -> float | None:
        """When the next domain is to be looked at; `None` where none is."""
        while self._heap and self._at.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
