"""What the visit to a sitemap showed and what the schedule made of it in; the decision that follows out. Pure.

The schedule knows how often a sitemap that is alive is worth a visit; here is decided whether it is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from crawler.discovery.sitemap_age import DEAD_AFTER, Contents, KnownSitemap, after_reading, is_alive
from crawler.frontier.leases import Completion, Decision, KnownUrl, Lease, SitemapRead
from crawler.schedule.plan import PRIORITIES
from crawler.schedule.precedence import BACK_CATALOGUE, DOUBTFUL, OLDER

__all__ = ["as_known", "contents_in", "decided", "is_dormant", "is_sparing", "last_said", "moved_for"]

_KEY = "map"  # of ours in a URL's memory, beside what the schedule keeps there


def contents_in(memory: str | None) -> Contents | None:
    """What was in a sitemap when it was last read; None where it never was."""
    try:
        value = json.loads(memory or "null")
        return Contents.from_text(json.dumps(value[_KEY])) if isinstance(value, dict) and _KEY in value else None
    except ValueError:
        return None


def with_contents(memory: str | None, contents: Contents | None) -> str | None:
    """A URL's memory with ours in it, whatever else there is."""
    if contents is None:
        return memory
    value = json.loads(memory) if memory else {}
    value[_KEY] = json.loads(contents.to_text())
    return json.dumps(value, separators=(",", ":"))


def last_said(lease: Lease) -> str | None:
    """The latest date that an index gave a sitemap, None where there is none to be believed."""
    said = [a.modified_raw for a in lease.announcements if a.channel == "sitemap" and a.modified_raw]
    return max(said, default=None)


def is_dormant(lease: Lease) -> bool:
    """Whether a sitemap was taken for dead when this visit came: its index, a person or the ration woke it.

    Its place in the queue says so: OLDER or further down.
    """
    return _is_sub_sitemap(lease) and lease.priority >= OLDER


def is_sparing(lease: Lease, *, now: datetime) -> bool:
    """Whether an index was read on the ration or for its old entries, or below another that gave no sign of its being
    alive: then no more of what it names than the ration allows."""
    if lease.priority > OLDER:
        return True
    return _is_sub_sitemap(lease) and not is_alive(lease.url, last_said(lease), None, now=now)


def as_known(url: KnownUrl | None) -> KnownSitemap | None:
    """What the frontier knows of a sitemap, in the words of `sitemap_age`."""
    return None if url is None else KnownSitemap(modified_raw=url.modified_raw, contents=contents_in(url.memory))


def _is_sub_sitemap(lease: Lease) -> bool:
    """Only an index named it, and neither a person nor a page: those are visited whatever is in them."""
    return bool(lease.announcements) and all(a.channel in ("sitemap", "redirect") for a in lease.announcements)


def moved_for(days: tuple[int, int]) -> SitemapRead:
    """What to remember of a sitemap that stands elsewhere now, and is read there for the back catalogue of `days`."""
    return SitemapRead(oldest=None, newest=None, undated=True, index=False, walked=days)


def decided(c: Completion, articles: int, by_schedule: Decision) -> Decision:
    """The schedule's decision, but for sitemaps that are not alive, other forms of articles, and the back catalogue.

    `articles`: how many of those it named nobody had named before.
    """
    lease, answered = c.lease, c.answered and not c.failed
    if not answered:
        return by_schedule
    if c.variant_of is not None:
        return replace(by_schedule, next_visit_at=None)  # its article is visited instead
    if lease.kind != "sitemap":
        # What is years old is archived once: nobody edits it any more.
        return replace(by_schedule, next_visit_at=None) if lease.priority == BACK_CATALOGUE else by_schedule
    before = contents_in(lease.memory)
    contents = _contents(c, before, articles)
    memory = with_contents(by_schedule.memory or lease.memory, contents)
    moved = c.status is not None and 300 <= c.status < 400 and c.status != 304
    if not _is_sub_sitemap(lease) or (c.status != 200 and not moved and c.status != 304):
        return replace(by_schedule, memory=memory)
    if moved:  # where it leads is visited instead
        again = c.at + DEAD_AFTER if lease.priority == DOUBTFUL else None
        again = again if lease.priority >= OLDER else by_schedule.next_visit_at
        return replace(by_schedule, next_visit_at=again, memory=memory)
    if is_alive(lease.url, last_said(lease), contents, now=c.at):
        return replace(by_schedule, memory=memory, priority=PRIORITIES["sitemap"])
    if lease.priority == DOUBTFUL:
        return replace(by_schedule, next_visit_at=c.at + DEAD_AFTER, memory=memory)
    return replace(by_schedule, next_visit_at=None, memory=memory, priority=OLDER)


def _contents(c: Completion, before: Contents | None, articles: int) -> Contents | None:
    dormant, contents = is_dormant(c.lease), before
    if c.sitemap is not None:
        new = articles + c.sitemap.new_sitemaps
        contents = after_reading(c.sitemap, before, new=new, announced_anew=dormant, now=c.at)
    same = c.status == 304 or (c.written is not None and c.written.record_type == "revisit")
    if contents is not None and same and dormant and before is not None and c.lease.priority < DOUBTFUL:
        return replace(contents, vain=before.vain + 1)  # its index announced a change, and there was none
    return contents
