"""An article's visits so far and its site's habits in, its next visit out. Pure: no clock, no disk.

Six visits after the first: five by age, and one when the feeds no longer name it. What an index says of a change moves
the next of them forward.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.schedule.edits import Edits, blended, next_age, observe

# Corrections come early and deletions late: the further from publication, the rarer the visit.
AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30))
PASSED = 1.25  # an age is passed when it is nearer than this to the present one: nothing is visited twice for one age
DONE = AGES[-1] * 0.8
OLD = timedelta(days=2)  # of what was older at its first visit, the age counts from its date; dates are that exact
EARLIEST = datetime(1994, 1, 1, tzinfo=UTC)  # no article on the web is older; a date that is, is a zero
SOONEST = timedelta(minutes=10)
AGAIN = 0.8  # how much a site's habits count for an article that was seen to change, whatever its site is like

LISTED, LEFT, LOOKED_AFTER = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What is remembered of an article between two visits. Times are whole unix seconds."""

    mark: str  # see marks.py; empty: none was read yet
    at: int  # the last visit
    first: int  # the first visit, or when it was published, if that was long before
    since: int  # the last change that was seen, else `first`
    visits: int = 0  # after the first, those for having left the feeds apart
    vain: int = 0  # of them, in a row, those that saw no change
    feeds: int = LISTED

    def to_text(self) -> str:
        """A JSON text of some forty bytes: there are millions of them."""
        value = [self.mark, self.at, self.at - self.first, self.at - self.since, self.visits, self.vain, self.feeds]
        return json.dumps(value, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> Followed | None:
        """The same again; `None` for none, and for what is no such text."""
        try:
            mark, at, age, unchanged, visits, vain, feeds = json.loads(text or "null")
            return cls(
                mark=str(mark), at=int(at), first=int(at - age), since=int(at - unchanged), visits=int(visits),
                vain=int(vain), feeds=int(feeds),
            )  # fmt: skip
        except (ValueError, TypeError):
            return None


def after_visit(
    before: Followed | None, edits: Edits, *, now: datetime, mark: str | None, published_at: datetime | None = None
) -> tuple[Followed, Edits, datetime | None]:
    """What to remember of an article, what of its site, and when to visit again; `None` is never, unless it is woken.

    `mark` is what `marks.page_mark` made of the page; `None` where it came unchanged, or is no page.
    """
    at = int(now.timestamp())
    if before is None:
        old = published_at is not None and EARLIEST < published_at < now - OLD
        first = int(published_at.timestamp()) if published_at is not None and old else at
        after = Followed(mark=mark or "", at=at, first=first, since=first)
        return after, edits, next_visit(after, edits)
    changed = bool(mark and before.mark and mark != before.mark)
    hours = ((before.at - before.since) / 3600, (at - before.since) / 3600)
    edits = observe(edits, start=hours[0], end=hours[1], changed=changed)
    for_the_feeds = before.feeds == LEFT
    after = replace(
        before, mark=mark or before.mark, at=at, since=at if changed else before.since,
        visits=before.visits + (not for_the_feeds), vain=0 if changed else before.vain + 1,
        feeds=LOOKED_AFTER if for_the_feeds else before.feeds,
    )  # fmt: skip
    return after, edits, next_visit(after, edits)


def next_visit(article: Followed, edits: Edits) -> datetime | None:
    """When to visit again an article that was just visited."""
    now, age = article.at, timedelta(seconds=article.at - article.first)
    if age >= DONE or article.visits >= len(AGES):
        return None
    passed = sum(a < age * PASSED for a in AGES)
    number = min(max(article.visits, passed), len(AGES) - 1)
    wait, left = AGES[number] - age, len(AGES) - number
    if left > 1:
        seen = article.since > article.first
        own = next_age(edits, age=(now - article.since) / 3600, visits=left) * 3600 + article.since - now
        weight = max(edits.propensity, AGAIN if seen else 0.0)
        wait = blended(wait, timedelta(seconds=own), weight=weight)
    return datetime.fromtimestamp(now, UTC) + max(wait, SOONEST)


def told_of_change(text: str | None, *, now: datetime) -> datetime | None:
    """When to look at an article whose index has given it another date of change; `None` where its visits are used up.

    Such a visit takes the place of a later one, but never that of the last, by which deletions are found. Some indexes
    date everything anew at every request. So each look that finds nothing doubles the time to the next.
    """
    article = Followed.from_text(text)
    if article is None:
        return now
    last_is_to_come = timedelta(seconds=article.at - article.first) < DONE
    if article.visits >= len(AGES) - last_is_to_come:
        return None
    pause = min(SOONEST * float(2 ** min(article.vain, 20)), AGES[3])
    return max(now, datetime.fromtimestamp(article.at, UTC) + pause)


def left_the_feeds(text: str | None) -> str | None:
    """What to remember of an article that is to be visited once more now; `None` where it was, or never at all."""
    article = Followed.from_text(text)
    if article is None or article.feeds != LISTED:
        return None
    return replace(article, feeds=LEFT).to_text()


def moved(key: int) -> str:
    """What to remember of an address that led elsewhere: what the frontier finds that by."""
    return json.dumps(["to", key], separators=(",", ":"))


def moved_to(text: str | None) -> int | None:
    """Where an address led; `None` where it is one of its own."""
    try:
        to, key = json.loads(text or "null")
        return int(key) if to == "to" else None
    except (ValueError, TypeError):
        return None
