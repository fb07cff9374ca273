"""What visits came to and what the schedule makes of it in; the decision out, with what was spent on the dead counted.

What was spent is read from the frontier once for each site, so that a new process goes on counting where the last one
stopped. Fetches nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crawler.discovery.sitemap_age import Ration
from crawler.frontier.leases import Completion, Decision
from crawler.frontier.store import Frontier
from crawler.schedule.precedence import DOUBTFUL
from crawler.schedule.sitemap_visits import decided

__all__ = ["Rations"]

Decide = Callable[[Completion, int], Decision]


class Rations:
    """Each site's ration of requests for sub-sitemaps of which nothing tells whether they are alive."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._of: dict[str, Ration] = {}
        frontier.may_be_doubtful = self.may_be_doubtful

    def deciding(self, by_schedule: Decide | None = None) -> Decide:
        """The schedule's decisions, but for what is not alive; each visit is counted."""

        def decide(c: Completion, articles: int) -> Decision:
            scheduled = Decision(next_visit_at=c.next_visit_at)
            if by_schedule is not None:
                # A sub-sitemap that is new is to an index what an article is to a feed: by that it is visited.
                new = c.sitemap.new_sitemaps if c.sitemap is not None else 0
                as_listing = replace(c, new_articles_before=c.new_articles_before + new) if new else c
                scheduled = by_schedule(as_listing, articles + new)
            decision = decided(c, articles, scheduled)
            ration = self.of(c.lease.site)
            proved_dead = c.lease.priority == DOUBTFUL and decision.priority is None
            self._of[c.lease.site] = replace(
                ration, requests=ration.requests + (c.outcome != "refused"), dead=ration.dead + proved_dead
            )
            return decision

        return decide

    def of(self, site: str) -> Ration:
        if site not in self._of:
            requests, dead = self._frontier.spent_on(site, priority=DOUBTFUL)
            self._of[site] = Ration(requests=requests, dead=dead)
        return self._of[site]

    def may_be_doubtful(self, site: str) -> bool:
        """Whether the site may be asked for one more of them now."""
        return self.of(site).allows_a_look
