"""What one visit named in; candidates for the frontier out, piece by piece. Never waits, and decides no place itself.

An index may name 100,000 sitemaps. So the work comes in steps of some milliseconds, and who drives them lets the crawl
do other things in between; what takes long and touches nothing is handed out, to be done in a thread.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from crawler.discovery import Found
from crawler.discovery.sitemap_age import judge, read_of
from crawler.discovery.variants import MOST_FORMS
from crawler.frontier.leases import Candidate, KnownUrl
from crawler.frontier.store import Frontier
from crawler.intake.budget import Budget
from crawler.intake.candidates import article_of, candidates, is_in_scope, place
from crawler.intake.requisite_intake import REQUISITE, requisite_candidates
from crawler.intake.scope import Scope, normalise
from crawler.intake.sitemap_intake import place_of_entry, sitemap_candidates
from crawler.schedule.back_catalogue import Days
from crawler.schedule.precedence import OLDER
from crawler.schedule.sitemap_visits import as_known, is_dormant, is_sparing
from crawler.visit import Visit

__all__ = ["Step", "take_in"]

T = TypeVar("T")
PIECE = 200  # some 20 ms, half of it the frontier's
RESTS = 5  # times as long as a piece took: a list of 100,000 has a sixth of the event loop, and no more
MANY = 400  # what is less goes in whole, in the transaction that acknowledges the visit
_MAY_BE_VARIANT = re.compile(r"amp|print|druck|imprim|stampa|mobile|[?&]m=1|://(?:m|touch)\.", re.IGNORECASE)


class Step(Generic[T]):
    """A place to let others have their turn, with or without something to be done meanwhile."""

    def __init__(self, task: Callable[[], T] | None = None) -> None:
        self._task = task
        self.result: T | None = None

    def run(self) -> None:
        """Here and now."""
        if self._task is not None:
            self.result = self._task()

    async def run_beside(self, *, since: float) -> None:
        """In a thread, while the crawl goes on; else a rest as long as befits the work since `since` (monotonic)."""
        if self._task is not None:
            self.result = await asyncio.to_thread(self._task)
        else:
            await asyncio.sleep(RESTS * (time.monotonic() - since))


def _beside(task: Callable[[], T], *, number: int) -> Generator[Step[T], None, T]:
    """The result of what touches nothing; in a thread where there is enough of it."""
    if number <= MANY:
        return task()
    step = Step(task)
    yield step
    assert step.result is not None
    return step.result


def take_in(
    found: Sequence[Found],
    visit: Visit,
    frontier: Frontier,
    scope: Scope,
    *,
    days: Days | None,
    now: datetime,
    budget: Budget | None = None,
) -> Generator[Step[Any], None, list[Candidate]]:
    """The candidates that go in with the acknowledgement; what was too much for that is in the frontier by then, and of
    it only articles of today are handed back, for the schedule to see.

    A crash before the acknowledgement makes the visit be made again, so nothing that it named can be forgotten.
    `days`: those of which the back catalogue is wanted.
    """
    lease, site = visit.lease, scope.site
    found = budget.first_links(found) if budget is not None else found
    maps = [f for f in found if f.kind == "sitemap"]
    parts = [f for f in found if f.kind == REQUISITE]
    others = [f for f in found if f.kind not in ("sitemap", REQUISITE)]
    named: list[Iterator[Candidate | None]] = []
    new_maps = 0
    if maps:
        children, known = yield from _known_of(maps, lease.url, frontier, scope)
        new_maps = len(children) - len(known)
        judging = functools.partial(
            judge, children, lambda url: as_known(known.get(url)), read_before=lease.visits > 0,
            sparing=is_sparing(lease, now=now), now=now,
        )  # fmt: skip
        judged = yield from _beside(judging, number=len(children))
        named.append(sitemap_candidates(judged, known, lease, site, days=days, now=now))
    where: Callable[[Found], int | None] = functools.partial(place, now=now)
    if lease.kind == "sitemap" and found:
        reading = functools.partial(read_of, found, now=now)
        read = yield from _beside(reading, number=len(found))
        visit.sitemap = replace(read, new_sitemaps=new_maps, walked=days.numbers if days and not read.index else None)
        where = functools.partial(
            place_of_entry, sitemap=lease.url, read=read, days=days, dormant=is_dormant(lease), now=now
        )
    forms = yield from _forms(others, frontier)
    named.append(candidates(others, lease, site, scope, now=now, forms=forms, where=where))
    if parts:
        named.append(requisite_candidates(parts, frontier.look_up({f.url for f in parts}), lease, scope, now=now))
    within: Iterator[Candidate | None] = itertools.chain(*named)
    if budget is not None:
        waiting = frontier.waiting(site.name)
        within = budget.within(within, waiting=waiting, is_known=lambda url: bool(frontier.look_up([url])))
    return (yield from _in_pieces(within, visit, frontier, whole=len(found) <= MANY))


def _known_of(
    maps: Sequence[Found], source_url: str, frontier: Frontier, scope: Scope
) -> Generator[Step[Any], None, tuple[list[Found], dict[str, KnownUrl]]]:
    """The sitemaps that are in scope, each once, and those of them that the frontier knows."""
    children: dict[str, Found] = {}
    known: dict[str, KnownUrl] = {}
    for piece in _pieces(maps):
        new = {}
        for f in piece:
            url = normalise(f.url, source_url)
            if url is None or url == source_url or url in children:
                continue
            if is_in_scope(url, f, scope):
                new[url] = f if f.url == url else replace(f, url=url)
        known |= frontier.look_up(new, source_url=source_url)
        children |= new
        yield Step()
    return list(children.values()), known


def _forms(found: Sequence[Found], frontier: Frontier) -> Generator[Step[Any], None, dict[str, str]]:
    """Those URLs that are the AMP, print or mobile form of an article that is known, or is named beside them."""
    suspects = [f.url for f in found if f.kind == "article" and f.form is None and _MAY_BE_VARIANT.search(f.url)]
    if not suspects:
        return {}
    beside = {f.url for f in found if f.kind == "article" and f.form is None}

    def known(urls: Iterable[str]) -> Mapping[str, KnownUrl]:
        listed = list(urls)
        here = {url: _NAMED_BESIDE(url=url) for url in listed if url in beside}
        return frontier.look_up(listed) | here

    forms = {}
    for piece in _pieces(suspects, PIECE // MOST_FORMS):
        for url in piece:
            if (of := article_of(url, (), known)) is not None:
                forms[url] = of[1]
        yield Step()
    return forms


_NAMED_BESIDE = functools.partial(KnownUrl, kind="article", priority=0, visits=0, failures=0, is_due=True)


def _in_pieces(
    candidates: Iterator[Candidate | None], visit: Visit, frontier: Frontier, *, whole: bool
) -> Generator[Step[Any], None, list[Candidate]]:
    if whole:
        return [c for c in candidates if c is not None]
    of_today: list[Candidate] = []
    for piece in _pieces(candidates):
        kept = [c for c in piece if c is not None]
        new, articles = frontier.take_in(kept)
        visit.new_before += new
        visit.new_articles_before += articles
        if len(of_today) < MANY:
            of_today += (c for c in kept if c.kind == "article" and c.priority < OLDER and c.due_at is not None)
        yield Step()
    return of_today[:MANY]


def _pieces(items: Iterable[T], size: int = PIECE) -> Iterator[list[T]]:
    left = iter(items)
    while piece := list(itertools.islice(left, size)):
        yield piece
