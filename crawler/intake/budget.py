"""What a site may cost: pages a day, URLs that wait, links of a page, listings in vain. Counts in, verdicts out. Pure.

Patterns (crawler.intake.scope) know the traps that somebody has seen. This is for the others: a site that makes up
addresses without end spends what is its own, and then has to wait for the next day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crawler.discovery import Found
from crawler.frontier.leases import Candidate, Completion, Decision, Lease
from crawler.site import Site
from crawler.urls import path_and_query
from crawler.verdict import Allowed, Refused, Verdict

__all__ = ["MAX_LINKS_OF_PAGE", "Budget", "Budgets", "shape"]

MAX_LINKS_OF_PAGE = 2_000  # the fullest of the 119 pages of the news set names 473, 2026-11
# So many listings of one shape, each visited for the first time, without one new article: nor will the next have any.
LISTINGS_IN_VAIN = 50
LITTLE_ROOM = 5_000
_LINKED = frozenset({"home", "section"})
_NUMBER = re.compile(r"\d+")


def shape(url: str) -> str:
    """What addresses made by one rule have in common: the first segment without its numbers, how many there are, and
    the names in the query. `/termine/2026/11/?ansicht=tag` is `termine 3 ansicht`.
    """
    path, query = path_and_query(url)
    segments = [s for s in path.split("/") if s]
    names = sorted({pair.partition("=")[0] for pair in (query or "").split("&")} - {""})
    first = _NUMBER.sub("0", segments[0]) if segments else ""
    return " ".join([first, str(len(segments)), *names])


@dataclass
class Budget:
    """One site's, in one crawl."""

    site: Site
    day: str  # UTC, as ISO
    pages_today: int = 0
    left_out: int = 0  # of what pages named
    _in_vain: Counter[str] = field(default_factory=Counter)
    _fruitful: set[str] = field(default_factory=set)

    def spent(self, *, day: str) -> None:
        """A page was asked for."""
        if day != self.day:
            self.day, self.pages_today = day, 0
        self.pages_today += 1

    def has_pages(self, *, day: str) -> bool:
        """Whether another page may be asked for today."""
        return day != self.day or self.pages_today < self.site.max_pages_per_day

    def came_of(self, c: Completion, new_articles: int) -> None:
        """What the visit to a listing brought; one that was there before says nothing of those that are made up."""
        if c.lease.kind != "section" or c.lease.visits or not c.answered:
            return
        of = shape(c.lease.url)
        if new_articles:
            self._fruitful.add(of)
        else:
            self._in_vain[of] += 1

    def check(self, lease: Lease) -> Verdict:
        """Whether a listing that was never visited may lead to anything."""
        if lease.kind != "section" or lease.visits:
            return Allowed()
        return self._trap(shape(lease.url)) or Allowed()

    def _trap(self, of: str) -> Refused | None:
        if of in self._fruitful or self._in_vain[of] < LISTINGS_IN_VAIN:
            return None
        return Refused(reason="trap", detail=f"{self._in_vain[of]} listings like it ({of!r}) brought no new article")

    def within(
        self, candidates: Iterable[Candidate | None], *, waiting: int, is_known: Callable[[str], bool]
    ) -> Iterator[Candidate | None]:
        """Those of one page's candidates that there is room for beside the `waiting` URLs, known and never visited.

        What is known already takes no room; what is only kept in mind, such as dead sitemaps, leaves half of it to what
        is to be visited. `left_out` counts the others; None is passed through.
        """
        room = self.site.max_waiting - waiting
        reserved = self.site.max_waiting // 2
        for c in candidates:
            if c is None:
                yield None
                continue
            in_vain = c.kind == "section" and self._trap(shape(c.url)) is not None
            # Each look takes some microseconds, so it is taken only where there is little room left.
            known = room <= reserved + LITTLE_ROOM and is_known(c.url)
            if in_vain or (room <= (reserved if c.due_at is None else 0) and not known):
                self.left_out += 1
                continue
            room -= not known
            yield c

    def first_links(self, found: Sequence[Found]) -> Sequence[Found]:
        """What one page named, without the links after the first 2,000; what a feed or sitemap says is no link."""
        if len(found) <= MAX_LINKS_OF_PAGE:
            return found
        over = {n for n, f in enumerate(found) if f.channel in _LINKED}
        over -= set(sorted(over)[:MAX_LINKS_OF_PAGE])
        self.left_out += len(over)
        return [f for n, f in enumerate(found) if n not in over] if over else found


class Budgets:
    """Those of all sites of a crawl. `pages_on`: how many pages of a site were asked for on a day, as it is kept."""

    def __init__(self, sites: Iterable[Site], *, day: Callable[[], str], pages_on: Callable[[str, str], int]) -> None:
        self._day = day
        today = day()
        self._of = {site.name: Budget(site, today, pages_on(site.name, today)) for site in sites}
        self._used_up = {name for name, budget in self._of.items() if not budget.has_pages(day=today)}

    def __getitem__(self, site: str) -> Budget:
        return self._of[site]

    def spent(self, lease: Lease) -> None:
        """A request of that lease went out."""
        if lease.kind != "robots" and lease.site in self._of:
            budget, day = self._of[lease.site], self._day()
            budget.spent(day=day)
            if not budget.has_pages(day=day):
                self._used_up.add(lease.site)

    def has_pages(self, site: str) -> bool:
        """Whether the site may be asked for another page today."""
        if site in self._used_up and self._of[site].has_pages(day=self._day()):
            self._used_up.remove(site)  # it is another day
        return site not in self._used_up

    def with_pages(self, sites: list[str]) -> list[str]:
        """Those of the sites that may."""
        return [site for site in sites if self.has_pages(site)] if self._used_up else sites

    def deciding(self, decide: Callable[[Completion, int], Decision]) -> Callable[[Completion, int], Decision]:
        """The same decisions; what visits came to is noted on the way."""

        def noted(c: Completion, new_articles: int) -> Decision:
            if c.lease.site in self._of:
                self._of[c.lease.site].came_of(c, new_articles)
            return decide(c, new_articles)

        return noted
