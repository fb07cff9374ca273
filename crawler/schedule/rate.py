"""What a listing's visits brought in, its publication rate by hour of the week out. Pure: no clock, no dice, no disk.

Articles come as a Poisson process whose rate is gamma-distributed, with a memory that fades (half of it in three
weeks): an overall rate, times a factor for the hour of the day, times one for the day of the week, each shrunk towards
1 where little was seen. On top of that what the last hours were like, so that a burst is followed, and how surely the
source is publishing at all, so that one that fell silent costs little and one that wakes up is at its rate at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

HOUR, DAY = 3600.0, 86_400.0
MONDAY = 4 * DAY  # unix time began on a Thursday

# The values below were swept on seeds 1 to 3 of tests/benchmarks/schedule_freshness.py, 2026-11, where the result
# hardly depends on them; its figures are of other seeds.
HALF_LIFE_DAYS = 21.0
PRIOR_ITEMS, PRIOR_HOURS = 0.5, 2.5  # before anything was seen: five a day, worth half an article of evidence
HOUR_SHRINKAGE, DAY_SHRINKAGE = 2.0, 3.0  # articles' worth of evidence that an hour, a day is like any other
BURST_HOURS, BURST_SHRINKAGE = 6.0, 4.0
SILENCE_ODDS, SILENCE_ITEMS = 0.02, 8.0  # odds that it has stopped, and their growth per article that did not come
# What is expected of a source that has stopped, as articles come in strings when it begins again: asked four times a
# day. After a week the less the longer it is silent, and once a day in the end.
WAKING_PER_HOUR, WAKING_HOURS = 0.01, 168.0
MOST_QUIET = 99.0
ABSENCE_SECONDS = 2 * 86_400.0  # nobody waits so long for a visit while the crawler runs
LEAST_SEEN = 2.0  # articles, before a gap can be told
ONE_MOMENT = 600.0  # seconds
MOST_AT_ONCE, MOST_TIMES = 30.0, 10.0  # a listing that has more all at once has moved, or was found out to be longer
FIRST_LOOK_DAYS = 28.0  # older dates of a first visit are the archive, not the rate


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What is known of how often a source publishes. Times are unix seconds, counts fade, Monday is the first day."""

    since: float  # what is counted began here
    seen_at: float  # the last visit that showed what is new
    by_hour: tuple[float, ...]  # articles
    by_day: tuple[float, ...]
    watched: tuple[float, ...]  # hours watched on each day of the week, today's apart
    new_at: float = 0.0  # the last article: its date, or the visit that showed it; 0 before any
    quiet: float = 0.0  # articles that should have come since then
    recent: float = 0.0  # articles of the last hours, and
    recent_expected: float = 0.0  # how many they should have been

    def to_value(self) -> dict[str, Any]:
        """As a value for JSON, of some 250 bytes."""
        return {
            "s": round(self.since), "t": round(self.seen_at), "h": short(self.by_hour), "d": short(self.by_day),
            "w": short(self.watched), "a": round(self.new_at), "q": short([self.quiet])[0],
            "n": short([self.recent])[0], "e": short([self.recent_expected])[0],
        }  # fmt: skip

    @classmethod
    def from_value(cls, value: Any) -> Rate | None:
        """The same again; `None` for none, and for what is no such value: it is learned anew."""
        try:
            rate = cls(
                since=float(value["s"]), seen_at=float(value["t"]), by_hour=tuple(map(float, value["h"])),
                by_day=tuple(map(float, value["d"])), watched=tuple(map(float, value["w"])),
                new_at=float(value["a"]), quiet=float(value["q"]), recent=float(value["n"]),
                recent_expected=float(value["e"]),
            )  # fmt: skip
        except (ValueError, TypeError, KeyError):
            return None
        return rate if (len(rate.by_hour), len(rate.by_day), len(rate.watched)) == (24, 7, 7) else None


def first_look(now: float, dates: Sequence[float] = ()) -> Rate:
    """After the first visit. The dates of what is listed tell the rate at once; a count without dates tells nothing.

    Nor do dates that are all of one moment: some listings are made, dates and all, when they are asked for.
    """
    dated = sorted(d for d in dates if now - FIRST_LOOK_DAYS * DAY <= d <= now)
    if dated and dated[-1] - dated[0] < ONE_MOMENT:
        dated = []
    since = dated[0] if len(dated) > 1 else now
    hours, days, watched = [0.0] * 24, [0.0] * 7, [0.0] * 7
    for moment in dated[1:]:  # the oldest only says where the window begins
        fade = _fade(now - moment)
        hours[_hour(moment)] += fade
        days[_day(moment)] += fade
    for start, end in pieces(since, _day_start(now), DAY):
        watched[_day(start)] += (end - start) / HOUR * _fade(now - start)
    rate = Rate(since=since, seen_at=now, by_hour=tuple(hours), by_day=tuple(days), watched=tuple(watched))
    if not dated:
        return rate
    return replace(rate, new_at=dated[-1], quiet=min(MOST_QUIET, Profile(rate).between(dated[-1], now)))


def observe(rate: Rate, *, now: float, new: int, dates: Sequence[float] = ()) -> Rate:
    """After a visit that showed everything since `rate.seen_at`: `new` articles, with the dates that some of them name.

    A date outside that time is not believed: what counts is when the article could have been seen.
    """
    start = rate.seen_at
    if now <= start:
        return rate
    if now - start > ABSENCE_SECONDS:
        return _after_absence(rate, now, new, dates)
    profile = Profile(rate)
    spans = [(a, b, profile.at(a) * (b - a) / HOUR) for a, b in pieces(start, now, HOUR)]
    expected = sum(e for _, _, e in spans)
    new = int(min(new, MOST_AT_ONCE + MOST_TIMES * expected))
    hours, days = list(rate.by_hour), list(rate.by_day)
    inside = sorted((d for d in dates if start < d <= now), reverse=True)[:new]
    for moment in inside:
        hours[_hour(moment)] += 1
        days[_day(moment)] += 1
    if undated := new - len(inside):  # spread as the model has it
        for a, _, e in spans:
            hours[_hour(a)] += undated * e / expected
            days[_day(a)] += undated * e / expected
    watched, active = list(rate.watched), profile.is_active
    today = _day_start(start)
    while today < _day_start(now):  # a day is over: it counts as watched, and everything fades by a day
        fade = _fade(DAY)
        hours, days, watched = ([x * fade for x in values] for values in (hours, days, watched))
        watched[_day(today)] += (DAY - max(0.0, rate.since - today)) / HOUR * (1.0 if new else active)
        today += DAY
    fade = math.exp(-(now - start) / HOUR / BURST_HOURS)
    return Rate(
        since=rate.since, seen_at=now, by_hour=tuple(hours), by_day=tuple(days), watched=tuple(watched),
        new_at=(inside[0] if inside else now) if new else rate.new_at,
        quiet=0.0 if new else min(MOST_QUIET, rate.quiet + expected),
        recent=rate.recent * fade + new, recent_expected=rate.recent_expected * fade + expected,
    )  # fmt: skip


def _after_absence(rate: Rate, now: float, new: int, dates: Sequence[float]) -> Rate:
    """Nobody looked for days, and a listing shows only its newest articles: their dates tell what they can."""
    fresh, fade = first_look(now, [d for d in dates if d > rate.seen_at]), _fade(now - rate.seen_at)

    def together(old: Sequence[float], seen: Sequence[float]) -> tuple[float, ...]:
        return tuple(o * fade + s for o, s in zip(old, seen, strict=True))

    return replace(
        fresh, by_hour=together(rate.by_hour, fresh.by_hour), by_day=together(rate.by_day, fresh.by_day),
        watched=together(rate.watched, fresh.watched), quiet=0.0 if new else rate.quiet,
        new_at=(fresh.new_at or now) if new else rate.new_at,
    )  # fmt: skip


def expected_gap(rate: Rate) -> timedelta | None:
    """From the last article to the one after it, as the hours of the week since then have it.

    `None` where too little was seen to tell, or none is to be expected within four weeks.
    """
    if not rate.new_at or sum(rate.by_day) < LEAST_SEEN:
        return None
    profile, due, start = Profile(rate), 1.0, rate.new_at
    for a, b in pieces(start, start + FIRST_LOOK_DAYS * DAY, HOUR):
        rises = profile.at(a)
        if rises * (b - a) / HOUR >= due:
            return timedelta(seconds=a + due / rises * HOUR - start)
        due -= rises * (b - a) / HOUR
    return None


class Profile:
    """The rate of a source at any time, in articles an hour, as it is known after its last visit."""

    def __init__(self, rate: Rate) -> None:
        today = _day_start(rate.seen_at)
        from_ = max(today, rate.since)
        watched = list(rate.watched)
        watched[_day(rate.seen_at)] += (rate.seen_at - from_) / HOUR
        total, whole = sum(rate.by_day), sum(rate.watched)
        hours = whole + (rate.seen_at - from_) / HOUR
        self.mean = (PRIOR_ITEMS + total) / (PRIOR_HOURS + hours)
        seen = [whole / 24] * 24
        for a, b in pieces(from_, rate.seen_at, HOUR):
            seen[_hour(a)] += (b - a) / HOUR
        n, s = rate.by_hour, seen
        # Smoothed over the neighbouring hours, round the clock.
        counted = [n[i - 1] / 4 + n[i] / 2 + n[(i + 1) % 24] / 4 for i in range(24)]
        looked = [s[i - 1] / 4 + s[i] / 2 + s[(i + 1) % 24] / 4 for i in range(24)]
        self.hours = _factors(counted, [self.mean * x for x in looked], HOUR_SHRINKAGE)
        self.days = _factors(rate.by_day, [self.mean * x for x in watched], DAY_SHRINKAGE)
        self.burst = (BURST_SHRINKAGE + rate.recent) / (BURST_SHRINKAGE + rate.recent_expected)
        silent = SILENCE_ODDS * math.expm1(min(rate.quiet / SILENCE_ITEMS, 50.0))
        self.is_active = 1 / (1 + silent)
        silent_hours = (rate.seen_at - (rate.new_at or rate.since)) / HOUR
        self.wakes = WAKING_PER_HOUR * min(1.0, WAKING_HOURS / max(silent_hours, 1.0))

    def at(self, moment: float) -> float:
        """Articles an hour at `moment` while it publishes as it uses to."""
        return self.mean * self.hours[_hour(moment)] * self.days[_day(moment)]

    def between(self, start: float, end: float) -> float:
        """Articles that should come from `start` to `end`."""
        return sum(self.at(a) * (b - a) / HOUR for a, b in pieces(start, end, HOUR))

    def now_expected(self, moment: float) -> float:
        """The same as things stand: a burst, a silence and the doubt whether it still publishes taken in."""
        return self.at(moment) * self.burst * self.is_active + self.wakes


def pieces(start: float, end: float, step: float) -> Iterator[tuple[float, float]]:
    """The time from `start` to `end`, cut at whole hours or days."""
    while start < end:
        cut = min(end, (start // step + 1) * step)
        yield start, cut
        start = cut


def _hour(moment: float) -> int:
    return int(moment // HOUR) % 24


def _day(moment: float) -> int:
    return int((moment - MONDAY) // DAY) % 7


def _day_start(moment: float) -> float:
    return moment // DAY * DAY


def _fade(seconds: float) -> float:
    return float(0.5 ** (seconds / DAY / HALF_LIFE_DAYS))


def _factors(came: Sequence[float], expected: Sequence[float], shrinkage: float) -> list[float]:
    """How much more came than if all were alike, with a mean of 1."""
    factors = [(shrinkage + c) / (shrinkage + e) for c, e in zip(came, expected, strict=True)]
    mean = sum(factors) / len(factors)
    return [f / mean for f in factors]


def short(values: Sequence[float]) -> list[float]:
    """To four digits, without a point where none is needed."""
    return [int(x) if x == int(x) else x for x in (float(f"{value:.4g}") for value in values)]
