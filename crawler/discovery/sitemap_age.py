"""What an index says of its sub-sitemaps, and what was in them, in; out, which are worth a request. Pure; no clock.

A site of twenty years names a sub-sitemap for each of its days. What is older than 30 days and unchanged is dead:
known, and asked for again only when its index gives it another date. Three things tell the age: the index's lastmod, a
date in the address, and what was in it when it was last read. Those of which none tells anything are doubtful, and
share one request in a hundred: see `Ration`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from crawler.discovery.found import Found
from crawler.discovery.spans import Span, hull, span_in_article_url, span_in_sitemap_url, span_of_date
from crawler.frontier.leases import SitemapRead

__all__ = [
    "Contents",
    "Judged",
    "KnownSitemap",
    "Ration",
    "after_reading",
    "is_alive",
    "judge",
    "read_of",
    "span_of_entry",
    "span_of_sitemap",
]

DEAD_AFTER = timedelta(days=30)
AHEAD = timedelta(days=2)  # a date further in the future says nothing: clocks and zones are not that wrong
SHARE = 0.01  # of a site's requests, for sub-sitemaps that turn out to be dead
FIRST_LOOKS = 2  # that a site is given before it has made a hundred requests
# Doubtful sub-sitemaps that an index may have and still be read whole at once: WordPress's own index names posts,
# pages, categories, tags and authors, and no date.
FEW = 20
# An index of so many whose sub-sitemaps all changed in the same ten minutes is made at every request, dates and all.
MANY, SAME_MOMENT, MOST = 200, timedelta(minutes=10), 0.5
VAIN_AT_MOST = 2  # a lastmod that announced nothing so often in a row is believed no more
_NUMBER = re.compile(r"\d+")

Fate = Literal["due", "doubtful", "known", "as_it_is"]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What was in a sitemap when it was last read. Days since 1970, UTC; None: nothing dated in it."""

    oldest: int | None = None
    newest: int | None = None
    undated: bool = False  # some entries, or all of them, have no date at all
    index: bool = False
    grew: int | None = None  # the last day on which there was something in it that nobody had named before
    vain: int = 0  # how often in a row its index announced a change and there was none
    walked: tuple[int, int] | None = None  # days of which all that it lists is in the frontier, first and last

    @property
    def span(self) -> Span | None:
        """From its oldest dated entry to its newest."""
        return None if self.oldest is None or self.newest is None else days_span(self.oldest, self.newest)

    def to_text(self) -> str:
        """A short JSON text, without what is as in a new one."""
        fresh = asdict(Contents())
        return json.dumps({k: v for k, v in asdict(self).items() if v != fresh[k]}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> Contents | None:
        """The same again; None for none, and for what is no such text."""
        try:
            values = json.loads(text or "null")
            walked = values.get("walked")
            return cls(**{**values, "walked": (int(walked[0]), int(walked[1])) if walked else None})
        except (ValueError, TypeError, AttributeError, IndexError):
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One sub-sitemap and what is to become of it.

    "due": to be read now. "doubtful": nothing says whether it is alive; to be read as the ration allows, in this order.
    "known": dead, kept in mind. "as_it_is": known already, and nothing has changed. `says_when`: whether its lastmod
    is to be believed, and so to be kept: the frontier visits what has another date than before. `is_old`: its address
    names a time that is over, so that what changed in it is no more than a few of its entries.
    """

    found: Found
    fate: Fate
    says_when: bool
    is_old: bool = False


def day_of(moment: datetime) -> int:
    return int(moment.timestamp() // 86_400)


def days_span(first: int, last: int) -> Span:
    """From the beginning of one day to the end of another."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return Span(epoch + timedelta(days=first), epoch + timedelta(days=last + 1))


def span_of_entry(found: Found) -> Span | None:
    """From when an entry was published to when it last changed, by its dates and its address; None: nothing says."""
    dates = span_of_date(found.published_raw), span_of_date(found.modified_raw)
    return hull(*dates, span_in_article_url(found.url))


def span_of_sitemap(url: str, contents: Contents | None, modified_raw: str | None) -> Span | None:
    """The time that a sub-sitemap's entries can be of; None where nothing tells.

    What was in it, widened by what its address names; else the address alone. A lastmod tells the end only.
    """
    said = span_of_date(modified_raw)
    if contents is not None and contents.span is not None and not contents.undated:
        return hull(contents.span, said)
    named = span_in_sitemap_url(url)
    if named is not None:
        return named
    return Span(datetime(1970, 1, 1, tzinfo=UTC), said.end) if said is not None else None


def read_of(items: Iterable[Found], *, now: datetime) -> SitemapRead:
    """What the dates and addresses of a sitemap's entries tell."""
    oldest = newest = None
    undated = index = False
    for found in items:
        if found.kind == "sitemap":
            index = True
            span = hull(span_of_date(found.modified_raw), span_in_sitemap_url(found.url))
        else:
            span = span_of_entry(found)
        if span is None or span.start > now + AHEAD:
            undated = True
            continue
        first, last = day_of(span.start), min(day_of(span.end - timedelta(microseconds=1)), day_of(now))
        oldest = first if oldest is None else min(oldest, first)
        newest = last if newest is None else max(newest, last)
    return SitemapRead(oldest=oldest, newest=newest, undated=undated, index=index)


def after_reading(
    read: SitemapRead, before: Contents | None, *, new: int, announced_anew: bool, now: datetime
) -> Contents:
    """What to remember of a sitemap that was read. `new`: how many of its entries nobody had named before.

    `announced_anew`: it was dead until its index gave it another date. One old article that was edited makes such a
    sitemap no live one; only what is new in it does.
    """
    if before is not None:
        grew = day_of(now) if new else before.grew
    else:  # all of it is new at the first reading, so its dates decide
        is_recent = read.newest is not None and read.newest >= day_of(now - DEAD_AFTER)
        grew = read.newest if is_recent and not announced_anew else None
    walked = joined(before.walked if before is not None else None, read.walked)
    return Contents(
        oldest=read.oldest, newest=read.newest, undated=read.undated, index=read.index, grew=grew, walked=walked
    )


def joined(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """Two spans of days as one where they meet; else the second."""
    if one is None or other is None:
        return other or one
    if other[0] <= one[1] + 1 and one[0] <= other[1] + 1:
        return min(one[0], other[0]), max(one[1], other[1])
    return other


def is_alive(url: str, modified_raw: str | None, contents: Contents | None, *, now: datetime) -> bool:
    """Whether a sub-sitemap is to be visited by the schedule, rather than only when its index says so.

    `modified_raw`: its index's lastmod, None where there is none to be believed.
    """
    recent = day_of(now - DEAD_AFTER)
    said, named = span_of_date(modified_raw), span_in_sitemap_url(url)
    if contents is None:
        return _is_recent(said, now=now) or _is_recent(named, now=now)
    if contents.grew is not None and contents.grew >= recent:
        return True
    # Where the index tells of changes it can be left to that.
    return said is None and contents.newest is not None and contents.newest >= recent


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSitemap:
    """What the frontier knows of a sub-sitemap."""

    modified_raw: str | None
    contents: Contents | None = None


def judge(
    children: Sequence[Found], known: Callable[[str], KnownSitemap | None], *, read_before: bool, sparing: bool,
    now: datetime,
) -> list[Judged]:  # fmt: skip
    """What is to become of each sub-sitemap that an index names; the doubtful ones with the likeliest first.

    `read_before`: the index was read before, so that what is new in it is news. `sparing`: the index itself was read on
    the ration, so no more of it than that.
    """
    dates = [span_of_date(child.modified_raw) for child in children]
    names = [span_in_sitemap_url(child.url) for child in children]
    believed = _lastmods_mean_something(dates, now=now)
    templates = [_template(child.url) for child in children]
    dated = _templates_with_dates(templates, names)
    judged: list[Judged] = []
    ends: list[datetime] = []  # of the time that each is of, as far as anything says
    doubtful: list[Found] = []
    for child, said, named, template in zip(children, dates, names, templates, strict=True):
        said = said if believed else None
        named = named if template in dated else None
        before = known(child.url)
        fate = (
            _fate_of_known(said, before, now=now)
            if before is not None
            else _fate_of_new(said, named, read_before=read_before, now=now)
        )
        if fate == "doubtful":
            doubtful.append(child)
        else:
            says_when = said is not None and fate != "as_it_is"
            is_old = named is not None and not _is_recent(named, now=now)
            judged.append(Judged(found=child, fate=fate, says_when=says_when, is_old=is_old))
            span = hull(said, named)
            ends.append(span.end if span is not None else datetime.min.replace(tzinfo=UTC))
    if not read_before and not sparing and len(doubtful) <= FEW:
        judged += [Judged(found=child, fate="due", says_when=False) for child in doubtful]
        doubtful = []
    if judged and not doubtful and not read_before and not sparing and all(j.fate == "known" for j in judged):
        # Nothing in it is alive by what it says of itself. It may be wrong, so its newest is looked at all the same.
        newest = max(range(len(judged)), key=lambda n: (ends[n], n))
        judged[newest] = replace(judged[newest], fate="due")
    return judged + [Judged(found=child, fate="doubtful", says_when=False) for child in _from_both_ends(doubtful)]


def _fate_of_new(said: Span | None, named: Span | None, *, read_before: bool, now: datetime) -> Fate:
    if _is_recent(said, now=now) or _is_recent(named, now=now):
        return "due"
    if said is not None or named is not None:
        return "known"
    return "due" if read_before else "doubtful"


def _fate_of_known(said: Span | None, before: KnownSitemap, *, now: datetime) -> Fate:
    earlier = span_of_date(before.modified_raw)
    if said is None or (earlier is not None and said.end <= earlier.end):
        return "as_it_is"
    if earlier is None and not _is_recent(said, now=now):
        return "as_it_is"  # it had no date before, and this one is none of a change
    vain = before.contents.vain if before.contents is not None else 0
    return "due" if vain < VAIN_AT_MOST else "as_it_is"


def _is_recent(span: Span | None, *, now: datetime) -> bool:
    return span is not None and span.end > now - DEAD_AFTER and span.start <= now + AHEAD


def _lastmods_mean_something(dates: Sequence[Span | None], *, now: datetime) -> bool:
    if len(dates) < MANY:
        return True
    ends = [span.end for span in dates if span is not None]
    newest = max((end for end in ends if end <= now + AHEAD), default=None)
    if newest is None or newest < now - DEAD_AFTER:
        return True
    return sum(newest - SAME_MOMENT <= end <= newest for end in ends) < MOST * len(dates)


def _template(url: str) -> str:
    return _NUMBER.sub("#", url)


def _templates_with_dates(templates: Sequence[str], names: Sequence[Span | None]) -> frozenset[str]:
    """Those addresses in which numbers are dates: not of a series from 1 to 100,000, which has its 2011th too."""
    every = Counter(templates)
    with_date = Counter(template for template, span in zip(templates, names, strict=True) if span is not None)
    return frozenset(template for template, number in with_date.items() if number >= 0.9 * every[template])


def _from_both_ends(children: Sequence[Found]) -> list[Found]:
    """The last, the first, the last but one, …: new ones are added at one end, and which one is not known."""
    order = []
    low, high = 0, len(children) - 1
    while low <= high:
        order.append(children[high])
        if low < high:
            order.append(children[low])
        low, high = low + 1, high - 1
    return order


@dataclass(frozen=True, kw_only=True)
class Ration:
    """How many requests a site has made, and how many of them went to doubtful sub-sitemaps that proved dead."""

    requests: int = 0
    dead: int = 0

    @property
    def allows_a_look(self) -> bool:
        """Whether one more may prove dead, and they are still one request in a hundred."""
        return self.dead + 1 <= max(FIRST_LOOKS, SHARE * self.requests)
