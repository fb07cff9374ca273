"""A seed in, what some hundred news sources published in sixty days out. Synthetic; the sources of its figures below.

*How much.* Google News on 28 March 2005 had 1,172 sources with a median of 2 stories, a mean of 6.6; the top 14 % had
69 % of them (uncentered.blogspot.com/2005/03). Both fit a lognormal with sigma 1.55 to 1.6. Feeds of all kinds are more
unequal still: 17 % of 8,155 feeds published 97 % of the items (Travers et al., RSS feeds behavior analysis, IJWIS
10(3), 2014), which is sigma 2.8. We take 1.6, with a median of 8 articles a day: a mean of about 29, a few with
hundreds, a sixth with less than two. *When.* Posting follows the day and the week (Sia, Cho and Cho, Efficient
Monitoring Algorithm for Fast News Alerts, IEEE TKDE 19(7), 2007); how strongly differs from source to source here: some
work round the clock, some in office hours, a fifth put out an edition in the morning. *What else.* Articles come in
batches; breaking news, of one source or of half of them at once, multiplies the rate for hours; rates drift; one source
in twenty is relaunched at another rate; an eighth falls silent for 8 to 30 days and wakes up.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

HOUR, DAY = 3600.0, 86_400.0
START = 1_789_344_000.0  # Monday, 14 September 2026, 00:00 UTC
LISTED = 30  # articles that a listing shows
HISTORY_DAYS = 28  # what a listing still shows at the first visit, at most LISTED articles

SIGMA, MEDIAN_PER_DAY = 1.6, 8.0
LEAST_PER_DAY, MOST_PER_DAY = 1 / 14, 700.0

# Share of the day's articles by local hour: a newsroom that sleeps, and one that hardly does.
OFFICE = [1, 1, 1, 1, 2, 4, 8, 14, 20, 24, 26, 26, 24, 24, 26, 26, 24, 20, 14, 10, 8, 5, 3, 2]
ROUND_THE_CLOCK = [9, 8, 7, 7, 7, 9, 12, 15, 17, 18, 18, 18, 17, 17, 18, 18, 18, 17, 16, 15, 14, 13, 12, 11]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source: its articles' times, ascending, from HISTORY_DAYS before START on, and the rate behind them."""

    items: list[float]
    rate_by_hour: list[float]  # expected articles in each hour from START on: what an oracle knows
    per_day: float
    silences: list[tuple[float, float]]

    @property
    def published(self) -> list[float]:
        """Its articles since START."""
        return [t for t in self.items if t >= START]


def sources(seed: int, *, count: int = 300, days: int = 60) -> list[Source]:
    dice = random.Random(seed)
    hours = (HISTORY_DAYS + days) * 24
    everywhere = [1.0] * hours
    for _ in range(max(1, days // 30)):  # what all the world reports
        _raise(everywhere, dice.randrange(hours), dice.uniform(4, 24), dice.uniform(1.5, 3))
    return [_source(dice, days, everywhere if dice.random() < 0.5 else None) for _ in range(count)]


def _source(dice: random.Random, days: int, everywhere: list[float] | None) -> Source:
    hours = (HISTORY_DAYS + days) * 24
    per_day = min(max(MEDIAN_PER_DAY * math.exp(dice.gauss(0, SIGMA)), LEAST_PER_DAY), MOST_PER_DAY)
    zone, asleep = dice.choice([-8, -6, -5, -5, 0, 1, 1, 1, 2, 3, 5, 8, 9]), dice.random()
    mix = [
        asleep * o / sum(OFFICE) + (1 - asleep) * r / sum(ROUND_THE_CLOCK)
        for o, r in zip(OFFICE, ROUND_THE_CLOCK, strict=True)
    ]
    if dice.random() < 0.2:
        edition, share = dice.randrange(4, 8), dice.uniform(0.3, 0.7)
        mix = [x * (1 - share) + (share if h == edition else 0) for h, x in enumerate(mix)]
    weekend = dice.uniform(0.25, 1.0)
    week = [dice.uniform(0.85, 1.15) for _ in range(5)] + [weekend, weekend]
    if per_day < 2 and dice.random() < 0.5:  # a weekly: most of it on one day
        week = [0.3] * 7
        week[dice.randrange(7)] = 4.0
    rate, drift, relaunch = [0.0] * hours, 1.0, 1.0
    relaunched_at = dice.randrange(hours) if dice.random() < 0.05 else None
    for h in range(hours):
        local = h + zone
        if h % (7 * 24) == 0:
            drift *= math.exp(dice.gauss(0, 0.12))
        if h == relaunched_at:
            relaunch = dice.choice([1 / 3, 3.0])
        rate[h] = per_day * mix[local % 24] * week[local // 24 % 7] / (sum(week) / 7) * drift * relaunch
    for _ in range(_poisson(dice, hours / 24 / 12)):  # its own breaking news
        _raise(rate, dice.randrange(hours), dice.uniform(3, 12), dice.uniform(2, 5))
    if everywhere is not None:
        rate = [r * e for r, e in zip(rate, everywhere, strict=True)]
    silences = []
    if dice.random() < 1 / 8:
        length = dice.uniform(8, 30)
        begins = dice.uniform(2, max(3.0, days - length - 2)) * 24
        for h in range(HISTORY_DAYS * 24 + int(begins), min(hours, HISTORY_DAYS * 24 + int(begins + length * 24))):
            rate[h] = 0.0
        silences.append((START + int(begins) * HOUR, START + int(begins + length * 24) * HOUR))
    batch = dice.choice([1.0, 1.0, 1.5, 3.0]) if per_day >= 2 else dice.choice([1.0, 2.0])
    items: list[float] = []
    for h, expected in enumerate(rate):
        begins_at = START - HISTORY_DAYS * DAY + h * HOUR
        for _ in range(_poisson(dice, expected / batch)):
            at = begins_at + (
                dice.uniform(0, HOUR) if dice.random() < 0.7 else dice.choice([0, 1800]) + dice.uniform(0, 60)
            )
            items.append(at)
            while dice.random() < 1 - 1 / batch:
                items.append(at := at + dice.expovariate(1 / 120))
    items = sorted(t for t in items if t < START + days * DAY)
    return Source(items=items, rate_by_hour=rate[HISTORY_DAYS * 24 :], per_day=per_day, silences=silences)


def _raise(rate: list[float], start: int, hours: float, factor: float) -> None:
    """Multiply the rate by `factor`, fading over `hours`."""
    for n, h in enumerate(range(start, min(len(rate), start + int(3 * hours)))):
        rate[h] *= 1 + (factor - 1) * math.exp(-n / hours)


def _poisson(dice: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    count, left = 0, math.exp(-mean)
    product = dice.random()
    while product > left:
        count, product = count + 1, product * dice.random()
    return count
