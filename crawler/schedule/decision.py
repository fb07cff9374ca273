"""What became of a visit and what was remembered in, the next visit and what to remember out. Pure: asks no clock.

Listings by their rate, articles by their age and their site's habits, everything else by its status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from crawler.discovery.spans import span_of_date
from crawler.frontier.leases import Candidate, Completion, Decision
from crawler.schedule import rate as rates
from crawler.schedule.followed import Followed, after_visit, moved
from crawler.schedule.habits import MOST_NAMED, Habits
from crawler.schedule.plan import LISTINGS, PRICE_HOURS, next_poll
from crawler.schedule.rate import Profile

Keys = Callable[[Iterable[str]], list[int]]  # what the frontier finds known URLs by

# How much older than the last visit a date may be for its article to be new: it may have waited in the system.
LATE = timedelta(days=1)
EXACT = timedelta(hours=1)


class Decisions:
    """The decisions of one transaction, and what they let be remembered of sites."""

    def __init__(self, *, site_memory: Callable[[str], str | None], keys: Keys) -> None:
        self._site_memory, self._keys = site_memory, keys
        self._sites: dict[str, Habits] = {}

    def __call__(self, c: Completion, new: int) -> Decision:
        name = c.lease.site
        if name not in self._sites:
            self._sites[name] = Habits(self._site_memory(name))
        return decide(c, new, site=self._sites[name], keys=self._keys)

    def site_memories(self) -> dict[str, str]:
        """Site → what to remember of it."""
        return {name: habits.to_text() for name, habits in self._sites.items()}


def decide(c: Completion, new: int, *, site: Habits, keys: Keys, price_hours: float = PRICE_HOURS) -> Decision:
    """What follows from a visit. What it taught of its site is put into `site`.

    `new`: how many articles among what it named nobody had named before. `price_hours` is explained in `schedule.py`.
    """
    read = c.answered and not c.failed and c.status in (200, 304) and c.next_visit_at is not None
    if read and c.lease.kind in LISTINGS:
        return _listing(c, new, site, keys, price_hours)
    if read and c.lease.kind in ("article", "page"):
        return _article(c, site)
    # What feeds say of an address that only leads to the article is meant for the article.
    leads_to = keys(f.url for f in c.found if f.hop_from == c.lease.url) if c.lease.kind == "article" else []
    return Decision(next_visit_at=c.next_visit_at, memory=moved(leads_to[0]) if leads_to else None)


def _listing(c: Completion, new: int, site: Habits, keys: Keys, price_hours: float) -> Decision:
    now, own = c.at.timestamp(), Habits(c.lease.memory)
    articles = [f for f in c.found if f.kind == "article"]
    dates = _dates(articles)
    before, known = own.rate, site.rate
    if before is None:
        rate = rates.first_look(now, _dates(articles, changed=False))  # all of it is new to us, which says nothing
    else:
        old = sum(d < before.seen_at - LATE.total_seconds() for d in dates)
        new = min(new, len(articles) - old + c.new_articles_before)
        rate = rates.observe(before, now=now, new=new, dates=dates)
    if known is None:
        site.rate = rates.first_look(now, _dates(articles, changed=False))
    else:
        came = new if before is not None else sum(known.seen_at < d <= now for d in dates)
        site.rate = rates.observe(known, now=now, new=came, dates=dates)
    own.rate, wake = rate, frozenset[int]()
    if c.lease.kind == "feed" and c.status == 200 and articles:  # a feed without any is one that went wrong
        names = keys(f.url for f in articles)
        wake = own.named - frozenset(names)
        own.named = frozenset(names[:MOST_NAMED])
    again = next_poll(Profile(rate).now_expected, now, price_hours=price_hours)
    return Decision(next_visit_at=again, memory=own.to_text(), wake=tuple(sorted(wake)))


def _article(c: Completion, site: Habits) -> Decision:
    said = [span.start for a in c.lease.announcements if (span := span_of_date(a.published_raw)) is not None]
    before = Followed.from_text(c.lease.memory)
    article, edits, again = after_visit(before, site.edits, now=c.at, mark=c.mark, published_at=min(said, default=None))
    if before is not None:
        site.edits = edits
    return Decision(next_visit_at=again, memory=article.to_text())


def _dates(articles: Sequence[Candidate], *, changed: bool = True) -> list[float]:
    """When the articles were published, or `changed` last, of those that say so to the hour; as unix seconds."""
    said = [f.announcement for f in articles if f.announcement is not None]
    spans = [span_of_date(a.published_raw or (a.modified_raw if changed else None)) for a in said]
    return [s.start.timestamp() for s in spans if s is not None and s.end - s.start <= EXACT]
