"""When a site last had something new in; whether it is silent for too long, and whose silence it is, out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

ALARM_AFTER_GAPS = 3  # silent for so many times what is to be expected
LEAST_GAP = timedelta(minutes=20)  # three times a shorter one may pass between two visits of ours to its feed
LEAST_ARTICLES = 5  # from which on a mean says something
DAYS_LOOKED_AT = 28  # a newsroom's habits of last month, not of last year

Cause = Literal["quiet", "failing", "not_crawled"]


@dataclass(frozen=True, kw_only=True)
class Silence:
    """How long a site has had nothing new. `alarm` says whose silence it is, where that is too long.

    quiet: we looked, and there was nothing new. failing: we asked, and got no answer that we could read. not_crawled:
    nobody asked.
    """

    since: datetime
    seconds: float
    alarm: Cause | None = None


def silence(
    *, new_at: datetime | None, gap: timedelta | None, succeeded_at: datetime | None, fails: bool, now: datetime
) -> Silence | None:
    """The silence of a site; `None` where nothing of it was ever new. `gap`: to be expected between two of its
    articles. `fails`: its last answer was none, or an error.
    """
    if new_at is None:
        return None
    long = now - new_at
    if gap is None or long <= ALARM_AFTER_GAPS * max(gap, LEAST_GAP):
        return Silence(since=new_at, seconds=max(0.0, long.total_seconds()))
    cause: Cause = "quiet"
    if succeeded_at is None or succeeded_at - new_at <= ALARM_AFTER_GAPS * max(gap, LEAST_GAP):
        cause = "failing" if fails else "not_crawled"  # when we last could look, it was not silent yet
    return Silence(since=new_at, seconds=long.total_seconds(), alarm=cause)


def mean_gap(new_by_day: Mapping[date, int], *, today: date) -> timedelta | None:
    """The mean time between new articles over the days that were watched; `None` where too few came.

    The first day is left out: what a first look finds is what had gathered before. So is today, which is not over.
    """
    watched = sorted(day for day in new_by_day if today - timedelta(days=DAYS_LOOKED_AT) <= day)
    if not watched:
        return None
    first = min(new_by_day)
    begin = max(first + timedelta(days=1), watched[0])
    articles = sum(new_by_day[day] for day in watched if begin <= day < today)
    return (today - begin) / articles if articles >= LEAST_ARTICLES else None
