"""What visits to a site's articles saw in, when the next change of one is to be expected out. Pure: no clock, no disk.

Headlines change in the first hours, then ever more rarely. Of each site we keep, by the age of an article, how many
changes were seen and how many articles were watched through that age; a change that was seen makes an article as good
as new. Visits are then put where each has the same share of the changes still to come: two changes between two visits
are one seen and one lost, and equal shares make that least likely.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crawler.schedule.rate import short

# Ages in hours that changes are counted by.
EDGES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 36.0, 96.0, 240.0, 720.0)
# Before anything was seen of a site: three changes per thousand articles, so that it is taken for one that does not
# edit, most of them in the first ten hours (Guo et al., Verba Volant, Scripta Volant, WWW 2022: that is when a change
# still reaches most readers). Twenty articles weigh as much.
PRIOR_CHANGES, PRIOR_ARTICLES = 0.003, 20.0
PRIOR_SHARES = (0.14, 0.12, 0.17, 0.17, 0.15, 0.11, 0.08, 0.04, 0.015, 0.005)
# Changes per article at which a site's own habits count as much as the common visits.
TENDS_TO_EDIT = 0.02
MOST_ARTICLES = 1000.0  # then what was seen counts half: habits change


@dataclass(frozen=True, kw_only=True)
class Edits:
    """What was seen of a site's articles between the ages in EDGES: changes, and articles that were watched."""

    changes: tuple[float, ...] = (0.0,) * 10
    watched: tuple[float, ...] = (0.0,) * 10

    def to_value(self) -> dict[str, Any]:
        """As a value for JSON, of some 150 bytes."""
        return {"c": short(self.changes), "w": short(self.watched)}

    @classmethod
    def from_value(cls, value: Any) -> Edits:
        """The same again; nothing seen, for what is no such value."""
        try:
            edits = cls(changes=tuple(map(float, value["c"])), watched=tuple(map(float, value["w"])))
        except (ValueError, TypeError, KeyError):
            return cls()
        return edits if len(edits.changes) == len(edits.watched) == 10 else cls()

    @property
    def expected(self) -> tuple[float, ...]:
        """Changes per article between each two ages."""
        return tuple(
            (PRIOR_ARTICLES * PRIOR_CHANGES * share + c) / (PRIOR_ARTICLES + w)
            for share, c, w in zip(PRIOR_SHARES, self.changes, self.watched, strict=True)
        )

    @property
    def propensity(self) -> float:
        """From 0, for a site that leaves its articles alone, to 1, for one that keeps changing them."""
        expected = sum(self.expected)
        return expected / (expected + TENDS_TO_EDIT)


def observe(edits: Edits, *, start: float, end: float, changed: bool) -> Edits:
    """After an article was visited at the ages of `start` and `end` hours, and had changed between them or not."""
    parts = [max(0.0, min(end, b) - max(start, a)) / (b - a) for a, b in itertools.pairwise(EDGES)]
    likely = [part * e for part, e in zip(parts, edits.expected, strict=True)]
    whole = sum(likely)
    if whole <= 0:  # older than anything that is counted
        return edits
    fade = 0.5 if max(edits.watched) > MOST_ARTICLES else 1.0
    return Edits(
        changes=tuple(c * fade + changed * x / whole for c, x in zip(edits.changes, likely, strict=True)),
        watched=tuple(w * fade + part for w, part in zip(edits.watched, parts, strict=True)),
    )


def next_age(edits: Edits, *, age: float, visits: int) -> float:
    """The age in hours of the next of so many visits, so that each has an equal share of the changes to come."""
    left = _cut(edits.expected, age)
    share = sum(left) / visits
    for a, b, mass in zip(EDGES[:-1], EDGES[1:], left, strict=True):
        if mass >= share > 0:
            start = max(a, age)
            return start + (b - start) * share / mass
        share -= mass
    return EDGES[-1]


def _cut(expected: Sequence[float], age: float) -> list[float]:
    """What is left of each span after `age`."""
    return [
        e * min(1.0, max(0.0, (b - age) / (b - a))) for e, a, b in zip(expected, EDGES[:-1], EDGES[1:], strict=True)
    ]


def blended(common: timedelta, own: timedelta, *, weight: float) -> timedelta:
    """Between two waits, the second weighing `weight`; never later than the first."""
    if own >= common:
        return common
    return timedelta(seconds=common.total_seconds() ** (1 - weight) * max(1.0, own.total_seconds()) ** weight)
