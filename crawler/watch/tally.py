"""What happens to each site in, numbers to show out: counted as it comes, in memory, for this crawl only.

Keeps nothing on the disk and decides nothing. What it costs per page does not grow with the number of sites or URLs.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crawler.crawl_log import Attempt
from crawler.options import SiteProgress

# From an answer out of a cache next door to one that takes all of DOWNLOAD_TIMEOUT (30 s).
WITHIN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
ROWS = 40  # sites per Progress: about 10 kB of JSON, and more than most terminals have lines


@dataclass
class _Site:
    due: int = 0
    in_flight: int = 0
    captured: int = 0
    revisits: int = 0
    refused: int = 0
    failed: int = 0
    new_articles: int = 0
    received_bytes: int = 0
    archived_bytes: int = 0
    slowest_seconds: float = 0.0
    succeeded_at: float | None = None
    trouble: str | None = None


class Tally:
    """The numbers of one crawl, as a whole and by site."""

    def __init__(self, sites: Iterable[str]) -> None:
        self.sites = frozenset(sites)
        self._sites = {name: _Site() for name in sorted(self.sites)}
        self._changed: dict[str, None] = dict.fromkeys(self._sites)  # the longest unsaid first
        self.answers: collections.Counter[str] = collections.Counter()
        self.refusals: collections.Counter[str] = collections.Counter()
        self.failures: collections.Counter[str] = collections.Counter()
        self.answers_within = [0] * (len(WITHIN_SECONDS) + 1)
        self.answer_seconds = 0.0
        self.slowest_seconds = 0.0
        self.slowest_url: str | None = None
        self.new_articles = 0

    def __len__(self) -> int:
        return len(self._sites)

    def _site(self, name: str) -> _Site:
        self._changed.setdefault(name)
        return self._sites.setdefault(name, _Site())

    def began(self, site: str) -> None:
        """A visit to the site is under way, be it waiting for its turn."""
        self._site(site).in_flight += 1

    def gave_back(self, site: str) -> None:
        """The visit was given back unfetched."""
        self._site(site).in_flight -= 1

    def ended(self, attempt: Attempt, *, received_bytes: int = 0) -> None:
        """The visit came to this."""
        site, w = self._site(attempt.site), attempt.written
        site.in_flight -= 1
        site.received_bytes += received_bytes
        if w is None:
            refused = attempt.outcome == "refused"
            site.refused, site.failed = site.refused + refused, site.failed + (not refused)
            reason = attempt.reason or attempt.outcome
            (self.refusals if refused else self.failures)[reason] += 1
            if reason not in ("robots", "scope"):  # what a site forbids, or we do not want, is no trouble of it
                site.trouble = reason
            return
        site.captured += 1
        site.revisits += w.record_type == "revisit"
        site.archived_bytes += w.stored_bytes
        self.answers[f"{w.record_type} {attempt.status if attempt.status is not None else 'none'}"] += 1
        self._took(attempt, site)
        if attempt.status is not None and attempt.status < 400:
            site.succeeded_at, site.trouble = attempt.at.timestamp() + attempt.elapsed_seconds, None
        elif attempt.status not in (404, 410, 451):  # that one page is gone is no trouble of its site
            site.trouble = str(attempt.status) if attempt.status is not None else attempt.reason or "no HTTP"

    def _took(self, attempt: Attempt, site: _Site) -> None:
        seconds = attempt.elapsed_seconds
        self.answer_seconds += seconds
        place = next((n for n, limit in enumerate(WITHIN_SECONDS) if seconds <= limit), len(WITHIN_SECONDS))
        self.answers_within[place] += 1
        site.slowest_seconds = max(site.slowest_seconds, seconds)
        if seconds > self.slowest_seconds:
            self.slowest_seconds, self.slowest_url = seconds, attempt.url

    def found(self, counted: Mapping[str, int]) -> None:
        """How many articles of each site were not known before, in this crawl."""
        for name, number in counted.items():
            if number and (name not in self._sites or self._sites[name].new_articles != number):
                self._site(name).new_articles = number
        self.new_articles = sum(counted.values())

    def due(self, counted: Mapping[str, int]) -> None:
        """What is due by site, as it was counted; a site that is not named has nothing due."""
        for name in {*self._sites, *counted}:
            if (self._sites[name].due if name in self._sites else 0) != counted.get(name, 0):
                self._site(name).due = counted.get(name, 0)

    def news(self, rest: Callable[[str], tuple[float, str | None]], *, limit: int = ROWS) -> tuple[SiteProgress, ...]:
        """Sites whose numbers changed since they were last told, at most `limit`; `rest` knows until when one rests."""
        told = []
        for name in list(self._changed)[:limit]:
            del self._changed[name]
            until, why = rest(name)
            told.append(SiteProgress(site=name, rests_until=until, rests_why=why, **vars(self._sites[name])))
        return tuple(told)
