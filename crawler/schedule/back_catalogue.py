"""Days that a person wants the archive of in; which sitemaps and which of their entries are of them out. Pure.

The rule for an entry: its date of publication, else the day in its address, decides; else, where the sitemap's address
names a time that is wholly within the days, it is of them; else its date of last change decides; and without any date
it is of them only where everything that its sitemap tells of its own time is within the days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from crawler.archive import Written
from crawler.discovery import Found
from crawler.discovery.sitemap_age import Contents, day_of, is_alive, span_of_sitemap
from crawler.discovery.spans import Span, span_in_article_url, span_in_sitemap_url, span_of_date
from crawler.frontier.leases import Candidate, KnownUrl, Lease
from crawler.intake.scope import registrable_domain
from crawler.schedule.precedence import BACK_CATALOGUE, OLDER
from crawler.schedule.sitemap_visits import contents_in
from crawler.sites import Site

__all__ = ["Days", "is_as_before", "wakes"]


@dataclass(frozen=True, kw_only=True)
class Days:
    """From the first day to the last, both included, UTC."""

    first: date
    last: date

    @classmethod
    def asked_for(cls, since: str | None, until: str | None, *, today: date) -> Days | None:
        """The days of two ISO dates; None where neither is given. Until today, and from 1970, where one is missing."""
        if since is None and until is None:
            return None
        return cls(
            first=date.fromisoformat(since) if since else date(1970, 1, 1),
            last=date.fromisoformat(until) if until else today,
        )

    @property
    def span(self) -> Span:
        start, end = (datetime.combine(day, time(), UTC) for day in (self.first, self.last))
        return Span(start, end + timedelta(days=1))

    @property
    def numbers(self) -> tuple[int, int]:
        """As days since 1970."""
        return day_of(self.span.start), day_of(self.span.start) + (self.last - self.first).days

    def may_touch(self, url: str, contents: Contents | None, modified_raw: str | None) -> bool:
        """Whether a sitemap may name anything of these days. Where nothing tells, it may."""
        span = span_of_sitemap(url, contents, modified_raw)
        return span is None or span.touches(self.span)

    def walked(self, contents: Contents | None) -> bool:
        """Whether all that a sitemap lists of these days was taken in when it was last read."""
        if contents is None or contents.walked is None:
            return False
        first, last = self.numbers
        return contents.walked[0] <= first and last <= contents.walked[1]

    def hold(self, entry: Found, *, sitemap: str, whole: Span | None) -> bool:
        """Whether an entry is of these days. `whole`: the time that all of its sitemap is of, None where it is not
        known."""
        published = span_of_date(entry.published_raw) or span_in_article_url(entry.url)
        if published is not None:
            return published.touches(self.span)
        named = span_in_sitemap_url(sitemap)
        if named is not None and named.within(self.span):
            return True
        modified = span_of_date(entry.modified_raw)
        if modified is not None:
            return modified.touches(self.span)
        return whole is not None and whole.within(self.span)


def is_as_before(lease: Lease, written: Written | None, days: Days | None) -> bool:
    """Whether a sitemap came with the very bytes that were read before, so that there is nothing new in it to read."""
    contents = contents_in(lease.memory)
    if contents is None or written is None or written.record_type != "revisit":
        return False
    return days is None or contents.index or days.walked(contents)


def wakes(known: Iterable[KnownUrl], days: Days, site: Site, *, now: datetime) -> Iterator[Candidate]:
    """The sitemaps of a site that are to be read for `days`: whole, and those that are dead in the last place."""
    for sitemap, alive in wanted_sitemaps(known, days, now=now):
        yield Candidate(
            url=sitemap.url, site=site.name, domain=registrable_domain(sitemap.url), kind="sitemap", due_at=now,
            priority=sitemap.priority if alive else BACK_CATALOGUE, wake=True, whole=True,
        )  # fmt: skip


def wanted_sitemaps(known: Iterable[KnownUrl], days: Days, *, now: datetime) -> Iterator[tuple[KnownUrl, bool]]:
    """The sitemaps to be read for `days`, and whether each is alive, so that it keeps its place in the queue.

    Not those that were read for these days before, nor indexes that were read: what they name is known.
    """
    for sitemap in known:
        contents = contents_in(sitemap.memory)
        if sitemap.visits == 0 and sitemap.failures > 0:  # a place where one was looked for, and none was
            continue
        alive = sitemap.is_due and sitemap.priority <= OLDER
        if (contents is not None and contents.index) or (sitemap.visits == 0 and alive):
            continue
        if days.walked(contents) and not is_alive(sitemap.url, sitemap.modified_raw, contents, now=now):
            continue
        if days.may_touch(sitemap.url, contents, sitemap.modified_raw):
            yield sitemap, alive
