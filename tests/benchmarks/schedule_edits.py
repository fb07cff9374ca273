"""How many headline changes the crawler's visits see, of those that somebody sees who looks every 15 minutes.

    uv run python tests/benchmarks/schedule_edits.py [--sites 30] [--stories 800] [--seeds 101,102,103]

Stories and their changes are synthetic (`headline_changes.py`: what they are drawn from). Both find a story at the same
moment: how late that is, is what `schedule_freshness.py` measures. From then on one looks every 15 minutes for 30 days,
the other when the crawler's own code says so: the completion of each lease goes through
`crawler.schedule.decision.decide`, what it remembers of article and site comes back as the text the frontier keeps,
and each story leaves its feeds at some time between 6 hours and 5 days. Nothing is learned beforehand.

A change is one that the 15-minute observer sees: two different headlines, one after the other. It counts as seen by us
if we captured the headline that it led to. Printed beside it, "both": we captured the one before as well. Extra fetches
are all visits after the first. At most six per story is the promise: what only a seventh saw would not count as seen.

In the first rows no index ever says that a story changed, which is the worst case; "told" is the share of sites whose
feed or sitemap does, after ten minutes on average: visits that follow such word take the place of later ones. "usual"
is 1 h, 6 h, 1 d, 7 d, 30 d and the visit after leaving the feeds, whatever was seen.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import math
import random
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from headline_changes import DAY, FOLLOWED_SECONDS, HOUR, EditingSite, Story, editing_sites

from crawler.frontier.leases import Completion, Lease
from crawler.schedule.decision import decide
from crawler.schedule.followed import left_the_feeds, told_of_change
from crawler.schedule.habits import Habits

EVERY = 900.0
MOST_EXTRA = 6
MEAN_WORD_SECONDS = 600.0


@dataclass
class Seen:
    """What became of all stories."""

    changes: int = 0
    seen: int = 0
    both: int = 0
    stories: int = 0
    extra: int = 0
    most_extra: int = 0

    def count(self, story: Story, visits: list[float]) -> None:
        self.stories += 1
        self.extra += len(visits) - 1
        self.most_extra = max(self.most_extra, len(visits) - 1)
        shown = versions_shown(story)
        ours = {bisect_right(story.changes, t) for t in visits[: 1 + MOST_EXTRA]}
        for before, after in itertools.pairwise(shown):
            self.changes += 1
            self.seen += after in ours
            self.both += after in ours and before in ours

    @property
    def share(self) -> float:
        return self.seen / self.changes


def versions_shown(story: Story) -> list[int]:
    """The headlines that somebody sees who looks every 15 minutes, by their number."""
    shown = []
    for number, (begins, ends) in enumerate(
        zip((story.found, *story.changes), (*story.changes, math.inf), strict=True)
    ):
        look = story.found + math.ceil(max(0.0, begins - story.found) / EVERY) * EVERY
        if look < ends and look <= story.found + FOLLOWED_SECONDS:
            shown.append(number)
    return shown


def usual(site: EditingSite) -> list[list[float]]:
    """The visits of a schedule that learns nothing."""
    ages = (0.0, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
    return [sorted([*(s.found + age for age in ages), max(s.leaves_feeds, s.found + 60)]) for s in site.stories]


def ours(site: EditingSite, *, told: bool, dice: random.Random) -> list[list[float]]:
    """The visits that the crawler makes to each story of a site, in the order of time over all of them."""
    visits: list[list[float]] = [[] for _ in site.stories]
    memories: dict[int, str | None] = {}
    due: dict[int, float] = {}
    events: list[tuple[float, str, int]] = []
    for number, story in enumerate(site.stories):
        due[number] = story.found
        events += [(story.found, "visit", number), (max(story.leaves_feeds, story.found + 60), "left", number)]
        if told:
            events += [(c + dice.expovariate(1 / MEAN_WORD_SECONDS), "told", number) for c in story.changes]
    heapq.heapify(events)
    site_memory: str | None = None
    while events:
        now, what, number = heapq.heappop(events)
        if what == "visit":
            if due.get(number) != now:
                continue  # it was moved
            story = site.stories[number]
            moment = datetime.fromtimestamp(now, UTC)
            lease = Lease(url_id=number, url="", site="a", domain="a", kind="article", memory=memories.get(number))
            version = bisect_right(story.changes, now)
            completion = Completion(
                lease=lease, answered=True, status=200, next_visit_at=moment, at=moment, mark=f"{version:010x}"
            )
            habits = Habits(site_memory)
            decision = decide(completion, 0, site=habits, keys=lambda urls: [])
            site_memory = habits.to_text()
            visits[number].append(now)
            memories[number] = decision.memory
            due.pop(number)
            if decision.next_visit_at is not None:
                due[number] = decision.next_visit_at.timestamp()
                heapq.heappush(events, (due[number], "visit", number))
            continue
        if what == "left":
            memory = left_the_feeds(memories.get(number))
            if memory is None:
                continue
            memories[number], wanted = memory, now
        else:
            word = told_of_change(memories.get(number), now=datetime.fromtimestamp(now, UTC))
            if word is None:
                continue
            wanted = word.timestamp()
        if wanted < due.get(number, math.inf):
            due[number] = wanted
            heapq.heappush(events, (wanted, "visit", number))
    return visits


def observe(sites: list[EditingSite], *, told: float, seed: int = 0) -> Seen:
    """Ours, over all sites; of `told` of them an index tells of changes."""
    dice, seen = random.Random(seed), Seen()
    for number, site in enumerate(sites):
        tells = (number + 0.5) / len(sites) < told
        for story, visits in zip(site.stories, ours(site, told=tells, dice=dice), strict=True):
            seen.count(story, visits)
    return seen


def observe_usual(sites: list[EditingSite]) -> Seen:
    seen = Seen()
    for site in sites:
        for story, visits in zip(site.stories, usual(site), strict=True):
            seen.count(story, visits)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=30)
    parser.add_argument("--stories", type=int, default=800)
    parser.add_argument("--seeds", default="101,102,103")
    given = parser.parse_args()
    rows: dict[str, list[Seen]] = defaultdict(list)
    for seed in map(int, given.seeds.split(",")):
        for median_hours in (2.0, 1.0, 4.0):
            sites = editing_sites(seed, sites=given.sites, stories=given.stories, median_hours=median_hours)
            rows[f"median {median_hours:.0f} h  usual          "].append(observe_usual(sites))
            for told in (0.0, 0.5, 1.0) if median_hours == 2.0 else (0.0,):
                rows[f"median {median_hours:.0f} h  ours, told {told:.0%}".ljust(30)].append(observe(sites, told=told))
        print(f"seed {seed}:", flush=True)
        for name, results in rows.items():
            r = results[-1]
            print(
                f"  {name} {r.changes:6,} changes  seen {r.share:.3f}  both {r.both / r.changes:.3f}"
                f"  extra fetches a story {r.extra / r.stories:.2f}, {r.most_extra} at most", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
