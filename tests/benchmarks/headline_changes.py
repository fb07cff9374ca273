"""A seed in, when the headlines of some news sites' articles changed out. Synthetic; the sources of its figures below.

*How many.* Of 411,000 articles of large news sites 7.5 % had their headline changed, 41,000 changes in all: 1.33 per
changed article (Guo, Kondracki, Nikiforakis and Skiena, Verba Volant, Scripta Volant, WWW 2022). The New York Times
changes 10 % soon after publication and tests a second headline on a further 11 % (Leung and Strumpf, All the Headlines
that Are Fit to Change, 2022); others hardly any. So the share differs from site to site here, a beta distribution with
a mean of 7.5 %, and a changed article is changed again with a chance of a quarter, each time. *When.* In the first
hours: an edit is of use within about ten (Guo et al.). The time to the first change, and from each to the next, is
lognormal with a median of 2 hours and sigma 1.5, which has 86 % within ten hours; the median differs from site to site
by a lognormal factor of sigma 0.5. That last part is an assumption: the benchmark prints other medians too.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

DAY, HOUR = 86_400.0, 3600.0
START = 1_789_344_000.0  # Monday, 14 September 2026, 00:00 UTC
FOLLOWED_SECONDS = 30 * DAY
MEAN_DISCOVERY_SECONDS = 600.0  # what schedule_freshness.py has for the mean lag, about


@dataclass(frozen=True, kw_only=True)
class Story:
    """One article. Unix seconds."""

    published: float
    found: float  # first captured, by whoever looks
    changes: tuple[float, ...]
    leaves_feeds: float


@dataclass(frozen=True, kw_only=True)
class EditingSite:
    stories: tuple[Story, ...]
    share: float  # of its articles that have their headline changed


def editing_sites(
    seed: int, *, sites: int, stories: int, days: int = 60, median_hours: float = 2.0
) -> list[EditingSite]:
    dice = random.Random(seed)
    made = []
    for _ in range(sites):
        share, pace = dice.betavariate(0.8, 9.9), median_hours * math.exp(dice.gauss(0, 0.5))
        made.append(
            EditingSite(
                stories=tuple(_story(dice, START + days * DAY * n / stories, share, pace) for n in range(stories)),
                share=share,
            )
        )
    return made


def _story(dice: random.Random, published: float, share: float, pace_hours: float) -> Story:
    changes, moment, chance = [], published, share
    while dice.random() < chance:
        moment += dice.lognormvariate(math.log(pace_hours), 1.5) * HOUR
        chance = 0.25
        changes.append(moment)
    return Story(
        published=published, found=published + dice.expovariate(1 / MEAN_DISCOVERY_SECONDS),
        changes=tuple(c for c in changes if c < published + FOLLOWED_SECONDS),
        leaves_feeds=published + dice.uniform(6, 120) * HOUR,
    )  # fmt: skip
