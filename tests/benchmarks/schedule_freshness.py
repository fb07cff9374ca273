"""How soon new articles are found, at the same number of requests, by three ways to poll listings and one who knows.

    uv run python tests/benchmarks/schedule_freshness.py [--sources 300] [--days 60] [--seeds 101,102,103] [--undated]

Synthetic traces (`publication_traces.py`: what they are drawn from) are polled by the crawler's own code
(`listing_policies.py`), by (a) a fixed interval and (b) the rule "times 0.8 after something new, times 1.5 after
nothing". The parameter of each is solved for by bisection, so that all take the same number of requests as ours. Of (b)
it is the floor, with a ceiling of 24 hours; where no floor makes it spend as many, since it asks a source hardly more
often than that has articles, its floor is 5 minutes as ours and its ceiling is lowered instead. An oracle uses our rule
with the true rate of each hour, at the same number of requests too.

The lag of an article is from its publication to the poll that shows it. Means and percentiles are over all articles of
all sources from the first poll on, learning included. Printed for each seed and for three prices of a request: lags in
minutes, the ratio of ours to the better of (a) and (b), mean and 95th percentile each for itself, and the oracle's;
then the longest wait of any source, and of those that had fallen silent how many were polled at their rate again within
a day of waking up. The constants of the model were chosen on seeds 1 to 3; give others.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from listing_policies import FLOOR, Polled, fixed, oracle, ours, rule
from publication_traces import DAY, HOUR, START, Source, sources

from crawler.schedule.plan import PRICE_HOURS

Policy = Callable[..., Polled]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One comparison at one number of requests. Minutes; `longest_hours` and `woken` are of ours."""

    requests: int
    articles: int
    ours: tuple[float, float]
    fixed: tuple[float, float]
    rule: tuple[float, float]
    oracle: tuple[float, float]
    rule_is: str
    spent: tuple[float, float, float]  # requests of the others, ours is 1
    longest_hours: float
    woken: int
    at_their_rate: int
    memory_bytes: int

    @property
    def mean(self) -> float:
        return self.ours[0] / min(self.fixed[0], self.rule[0])

    @property
    def p95(self) -> float:
        return self.ours[1] / min(self.fixed[1], self.rule[1])

    @property
    def oracle_mean(self) -> float:
        return self.oracle[0] / min(self.fixed[0], self.rule[0])


def over_all(policy: Policy, traces: list[Source], days: float, **how: float) -> Polled:
    """All sources; their first polls are spread over five minutes."""
    whole = Polled()
    for number, source in enumerate(traces):
        whole.add(policy(source, days, START + number * 0.618 % 1 * 300, **how))
    return whole


def solved(
    policy: Policy, traces: list[Source], days: float, requests: int, key: str, at: float, **how: float
) -> Polled:
    """A policy with the value of `key`, found from `at` on, with which it takes so many requests.

    The greater the value, the fewer requests; by secants on the logarithms, since it is nearly a power.
    """
    power, tried = 1.0, over_all(policy, traces, days, **{key: at}, **how)
    off = math.log(tried.requests / requests)
    for _ in range(12):
        if abs(off) < 0.002:
            break
        step = min(max(off / power, -1.5), 1.5)
        at *= math.exp(step)
        tried = over_all(policy, traces, days, **{key: at}, **how)
        before, off = off, math.log(tried.requests / requests)
        power = min(max((before - off) / step, 0.1), 4.0)
    tried.at = at
    return tried


def compare(traces: list[Source], days: float, *, price_hours: float = PRICE_HOURS, dated: bool = True) -> Result:
    mine, longest, bytes_, woken, back = Polled(), 0.0, 0, 0, 0
    for number, source in enumerate(traces):
        one = ours(source, days, START + number * 0.618 % 1 * 300, price_hours=price_hours, dated=dated)
        longest = max([longest, *(b - a for a, b in zip(one.polls, one.polls[1:], strict=False))])
        bytes_ = max(bytes_, one.memory_bytes)
        for _, ends in source.silences:
            if (verdict := woke_up(source, one, ends, days, price_hours=price_hours)) is not None:
                woken, back = woken + 1, back + verdict
        mine.add(one)
    budget = mine.requests
    a = solved(fixed, traces, days, budget, "seconds", at=days * DAY * len(traces) / budget)
    b, said = over_all(rule, traces, days, floor=5.0), ""
    if b.requests < 0.99 * budget:
        b, said = solved(rule, traces, days, budget, "ceiling", at=DAY / 8, floor=FLOOR), "ceiling"
    else:
        b, said = solved(rule, traces, days, budget, "floor", at=FLOOR), "floor"
    said += f" {b.at / 60:.1f} min"
    knows = solved(oracle, traces, days, budget, "price_hours", at=price_hours * 0.9)

    def lag(polled: Polled) -> tuple[float, float]:
        return polled.mean_minutes, polled.percentile_minutes(0.95)

    return Result(
        requests=budget, articles=len(mine.lags), ours=lag(mine), fixed=lag(a), rule=lag(b), oracle=lag(knows),
        rule_is=said, spent=(a.requests / budget, b.requests / budget, knows.requests / budget),
        longest_hours=longest / HOUR, woken=woken, at_their_rate=back, memory_bytes=bytes_,
    )  # fmt: skip


def woke_up(source: Source, polled: Polled, ends: float, days: float, *, price_hours: float) -> bool | None:
    """Whether a source was polled at its rate again a day after its first article since a silence.

    At its rate: in the 24 hours that begin a day after waking, at least two thirds as many polls as by somebody who
    knows the true rate of each hour, to whom a request is worth as much. None where it woke up too late to tell.
    """
    first = next((t for t in source.items if t >= ends), None)
    if first is None or first + 2 * DAY > START + days * DAY:
        return None
    knows = oracle(source, days, START, price_hours=price_hours)
    asked, wanted = (sum(first + DAY <= t < first + 2 * DAY for t in p.polls) for p in (polled, knows))
    return asked >= wanted * 2 / 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seeds", default="101,102,103")
    parser.add_argument("--prices", default=f"{PRICE_HOURS / 2},{PRICE_HOURS},{PRICE_HOURS * 3}")
    parser.add_argument("--undated", action="store_true", help="articles name no dates")
    given = parser.parse_args()
    for seed in map(int, given.seeds.split(",")):
        traces = sources(seed, count=given.sources, days=given.days)
        rates = sorted(len(s.published) / given.days for s in traces)
        print(
            f"seed {seed}: {given.sources} sources, {given.days} days, {sum(rates) * given.days:,.0f} articles;"
            f" a day: median {median(rates):.1f}, mean {sum(rates) / len(rates):.1f}, most {rates[-1]:.0f}", flush=True,
        )  # fmt: skip
        for price in map(float, given.prices.split(",")):
            r = compare(traces, given.days, price_hours=price, dated=not given.undated)
            print(
                f"  price {price:.3f} h: {r.requests / given.sources / given.days:.1f} requests a source and day\n"
                f"    mean lag  ours {r.ours[0]:6.1f}   fixed {r.fixed[0]:6.1f}   rule {r.rule[0]:6.1f} ({r.rule_is})"
                f"   oracle {r.oracle[0]:6.1f}   requests x{r.spent[0]:.3f} x{r.spent[1]:.3f} x{r.spent[2]:.3f}\n"
                f"    p95       ours {r.ours[1]:6.1f}   fixed {r.fixed[1]:6.1f}   rule {r.rule[1]:6.1f}"
                f"   oracle {r.oracle[1]:6.1f}\n"
                f"    ratio to the better: mean {r.mean:.3f} (at most 0.75)  p95 {r.p95:.3f} (at most 1.1)"
                f"  oracle {r.oracle_mean:.3f}\n"
                f"    longest wait {r.longest_hours:.2f} h; at their rate a day after waking up: {r.at_their_rate}"
                f" of {r.woken}; memory {r.memory_bytes} bytes at most", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
