"""No two requests to a registrable domain are closer than they may be, whatever its servers answer, crashes or not."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, Frontier, crawl
from crawler.frontier.leases import Candidate, Turn
from crawler.intake.scope import registrable_domain
from crawler.manners.politeness import Politeness

# Three sites of sites.toml on one registrable domain, hosts of others behind one address, no delay and one of a day.
SITES = {
    "https://www.daily.co.uk": 5.0, "https://sport.daily.co.uk": 5.0, "http://daily.co.uk:8080": 2.0,
    "https://one.example": 1.0, "https://two.example": 1.0,  # both at 203.0.113.7
    "https://quick.example": 0.0, "https://slow.example": 86_400.0, "https://feeds.example": 0.25,
}  # fmt: skip
CRAWL_DELAYS = {"https://sport.daily.co.uk": 7.5, "https://one.example": 3.0, "https://quick.example": 0.5}
STATUSES = (200,) * 24 + (301, 304, 404, 429, 429, 500, 503, None)


def candidate(url: str) -> Candidate:
    return Candidate(url=url, site="s", domain=registrable_domain(url), kind="page", priority=1, due_at=None)


@dataclass
class Seen:
    """What somebody who watches one domain from outside knows of it, and so how soon it may be asked again."""

    configured: float
    last_at: float | None = None
    crawl_delay: float = 0.0
    factor: float = 1.0
    successes: int = 0
    not_before: float = 0.0
    under_way: bool = False

    def earliest(self) -> float:
        base = max(self.configured, self.crawl_delay)
        own = min(max(base, 1.0) * self.factor, 3600.0) if self.factor > 1 else 0.0
        return max(self.not_before, (self.last_at or 0.0) + max(base, own)) if self.last_at is not None else 0.0

    def answered(self, status: int | None, retry_after: timedelta | None, at: float) -> None:
        if status in (429, 503):
            self.factor, self.successes = min(self.factor * 2, 3600.0), 0
        elif status is not None and status < 400:
            self.successes += 1
            if self.successes == 20:
                self.factor, self.successes = max(1.0, self.factor / 2), 0
        if retry_after is not None and status in (301, 429, 503):
            self.not_before = max(self.not_before, at + retry_after.total_seconds())


@dataclass
class Simulation:
    """Requests on a clock of its own; the queue's state goes through the frontier's file, as in a crawl."""

    path: Path
    dice: random.Random
    now: float = 1_000_000.0
    requests: int = 0
    restarts: int = 0
    closest: float = 1e9
    seen: dict[str, Seen] = field(default_factory=dict)
    under_way: list[tuple[float, str, str]] = field(default_factory=list)  # until when, domain, origin
    sent: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.origins: dict[str, list[str]] = defaultdict(list)
        self.delays: dict[str, float] = defaultdict(float)
        for origin, delay in SITES.items():
            domain = registrable_domain(origin)
            self.origins[domain].append(origin)
            self.delays[domain] = max(self.delays[domain], delay)
        self.seen = {domain: Seen(configured=delay) for domain, delay in self.delays.items()}
        self.frontier = Frontier(self.path, owner="first")
        self.frontier.add(candidate(f"{origin}/") for origin in SITES)
        self.open()

    def open(self) -> None:
        """A process starts: what Custody does."""
        died, now = self.frontier.take_over(), datetime.fromtimestamp(self.now, UTC)
        self.polite = self.frontier.resumed(self.delays.__getitem__, now=now, one_died=died)
        self.read: set[str] = set()  # origins whose robots.txt this process has read
        self.touched: set[str] = set()

    def flush(self) -> None:
        self.frontier.remember_turns({domain: self.polite.turn(domain) for domain in self.touched})
        self.touched.clear()

    def restart(self, *, kill: bool) -> None:
        """The process ends: in order, or so that nothing it had not written counts and requests under way are lost."""
        if not kill:
            while self.under_way:
                self.answer()
            self.flush()
            self.frontier.release()
        self.restarts += 1
        for _, domain, _ in self.under_way:
            self.seen[domain].under_way = False
        self.under_way = []
        self.frontier.close()
        self.frontier = Frontier(self.path, owner=f"process {self.restarts}")
        self.now += self.dice.choice((0.0, 0.01, 0.5, 30.0))
        self.open()

    def send(self) -> None:
        free = {d: at for d in self.delays if (at := self.polite.free_at(d)) is not None}
        if not free:
            self.answer()
            return
        soonest = min(free.values())
        horizon = max(self.now, soonest)
        domain = self.dice.choice([d for d, at in free.items() if at <= horizon])
        if self.under_way and min(self.under_way)[0] <= horizon:
            self.answer()
            return
        self.now = max(self.now, horizon)
        seen = self.seen[domain]
        assert not seen.under_way, f"two requests at once to {domain}"
        assert self.now >= seen.earliest() - 1e-6, f"{domain}: {seen.earliest() - self.now:.3f} s too early"
        if seen.last_at is not None and seen.configured:
            self.closest = min(self.closest, (self.now - seen.last_at) / max(seen.configured, seen.crawl_delay))
        self.polite.take(domain, now=self.now)
        seen.last_at, seen.under_way = self.now, True
        self.requests += 1
        self.sent[domain] += 1
        origin = self.dice.choice(self.origins[domain])
        self.under_way.append((self.now + self.dice.expovariate(2.0), domain, origin))

    def answer(self) -> None:
        done = min(self.under_way)
        self.under_way.remove(done)
        at, domain, origin = done
        self.now = max(self.now, at)
        status = self.dice.choice(STATUSES)
        wait = timedelta(seconds=self.dice.randrange(0, 900)) if self.dice.random() < 0.3 else None
        seen = self.seen[domain]
        seen.under_way = False
        seen.answered(status, wait, self.now)
        if self.polite.give_back(domain, now=self.now, status=status, retry_after=wait):
            self.frontier.remember_turns({domain: self.polite.turn(domain)})
        if origin not in self.read:  # it was its robots.txt
            self.read.add(origin)
            self.polite.set_crawl_delay(domain, CRAWL_DELAYS.get(origin), origin=origin)
            known = [CRAWL_DELAYS.get(each, 0.0) for each in self.origins[domain] if each in self.read]
            seen.crawl_delay = max(known)
        self.touched.add(domain)

    def run(self, requests: int) -> None:
        while self.requests < requests:
            self.send()
            if self.dice.random() < 0.1:
                self.flush()
            if self.dice.random() < 0.002:
                self.restart(kill=self.dice.random() < 0.7)
        self.frontier.close()


def simulated(tmp_path: Path, requests: int, seed: int) -> Simulation:
    simulation = Simulation(tmp_path / "frontier.sqlite", random.Random(seed))
    simulation.run(requests)
    return simulation


def test_no_two_of_3000_simulated_requests_are_too_close(tmp_path: Path) -> None:
    done = simulated(tmp_path, 3_000, seed=1)
    assert done.restarts >= 3
    assert set(done.sent) == {registrable_domain(origin) for origin in SITES}


@pytest.mark.thorough
@pytest.mark.timeout(1_700)
@pytest.mark.parametrize("seed", range(2))
def test_no_two_of_100_000_simulated_requests_are_too_close(tmp_path: Path, seed: int) -> None:
    done = simulated(tmp_path, 100_000, seed=seed)
    assert done.restarts >= 150
    print(f"{done.requests:,} requests, {done.restarts} restarts, closest {done.closest:.6f} of what was asked for")


def test_429_doubles_the_delay_and_twenty_successes_halve_it_back() -> None:
    polite = Politeness(lambda _: 4.0)
    for expected, status in ((8.0, 429), (16.0, 503)):
        polite.take("a.example", now=0)
        assert polite.give_back("a.example", now=1, status=status), "to be remembered at once"
        assert polite.delay_seconds("a.example") == expected
    for successes, expected in ((19, 16.0), (1, 8.0), (19, 8.0), (1, 4.0), (40, 4.0)):
        for _ in range(successes):
            polite.take("a.example", now=0)
            assert not polite.give_back("a.example", now=1, status=200)
        assert polite.delay_seconds("a.example") == expected


def test_the_largest_of_delay_and_crawl_delay_counts() -> None:
    polite = Politeness(lambda _: 1.0)
    polite.set_crawl_delay("a.example", 7.5, origin="https://www.a.example")
    polite.set_crawl_delay("a.example", None, origin="https://a.example")
    assert polite.delay_seconds("a.example") == 7.5
    polite.set_crawl_delay("a.example", 2.0, origin="https://www.a.example")
    assert polite.delay_seconds("a.example") == 2.0, "its robots.txt may ask for less one day"


def test_back_off_never_undercuts_a_long_delay() -> None:
    polite = Politeness(lambda _: 7200.0)
    polite.take("a.example", now=0)
    polite.give_back("a.example", now=1, status=429)
    assert polite.free_at("a.example") == 7200.0


def test_retry_after_is_kept_with_429_503_and_redirects_and_no_others() -> None:
    for status, waits in ((429, True), (503, True), (301, True), (200, False), (404, False)):
        polite = Politeness(lambda _: 0.0)
        polite.take("a.example", now=100)
        polite.give_back("a.example", now=101, status=status, retry_after=timedelta(seconds=50))
        assert ((polite.free_at("a.example") or 0.0) >= 151) is waits, status


def test_back_off_successes_and_crawl_delay_outlive_the_process(tmp_path: Path) -> None:
    first = Politeness(lambda _: 2.0)
    first.set_crawl_delay("a.example", 3.0, origin="https://a.example")
    for status in (429, 503, *([200] * 7)):
        first.take("a.example", now=50)
        first.give_back(
            "a.example", now=50, status=status, retry_after=timedelta(seconds=600) if status == 503 else None
        )
    turn = Turn(next_at=650.0, factor=4.0, successes=7, crawl_delay=3.0, reason="answered 503 with Retry-After: 600 s")
    assert first.state() == {"a.example": turn}
    frontier = Frontier(tmp_path / "frontier.sqlite", owner="a")
    frontier.add(
        [Candidate(url="https://a.example/", site="a", domain="a.example", kind="page", priority=1, due_at=None)]
    )
    frontier.remember_turns(first.state())
    frontier.close()
    again = Politeness(lambda _: 2.0)
    frontier = Frontier(tmp_path / "frontier.sqlite", owner="b")
    for domain, turn in frontier.turns().items():
        again.remember(domain, turn)
    frontier.close()
    assert again.state() == first.state()
    assert (again.delay_seconds("a.example"), again.free_at("a.example")) == (12.0, 650.0)
    again.set_crawl_delay("a.example", None, origin="https://a.example")
    assert again.delay_seconds("a.example") == 8.0, "robots.txt was read again: the delay of sites.toml, times four"


def test_the_domain_is_the_unit_and_not_the_address() -> None:
    polite = Politeness(lambda _: 5.0)
    same = {registrable_domain(url) for url in ("https://www.daily.co.uk/a", "http://sport.daily.co.uk:8080/")}
    assert same == {"daily.co.uk"}
    polite.take("daily.co.uk", now=100)
    assert polite.free_at("daily.co.uk") is None
    assert polite.free_at("other.co.uk") == 0.0, "wherever its server is"


PAGES = 6


def gaps(web: Any) -> list[float]:
    return [b.at - a.at for a, b in itertools.pairwise(web.asked)]


def fill(web: Any, kit: Any, robots: str = "") -> None:
    links = "".join(f'<a href="/2026/11/22/story-number-{n}-of-the-day/">Story number {n}</a>' for n in range(PAGES))
    web.pages |= {f"/2026/11/22/story-number-{n}-of-the-day/": kit.answer("<p>x</p>") for n in range(PAGES)}
    web.pages |= {"/": kit.answer(links), "/robots.txt": kit.answer(robots)}


def test_a_server_sees_its_crawl_delay_and_retry_after_kept(web: Any, home: Path, kit: Any) -> None:
    """Measured where it counts: at the server."""
    fill(web, kit, "User-agent: *\nCrawl-delay: 0.4\n")
    stories = [f"/2026/11/22/story-number-{n}-of-the-day/" for n in range(4)]
    web.pages[stories[1]] = kit.answer("", status="429 Too Many Requests", Retry_After="2")
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.1')
    for story in stories:  # four processes
        crawl(home, CrawlOptions(urls=(web.base + story,), max_pages=1))
    assert web.paths() == ["/robots.txt", *stories]
    # 0.05: the server notes when a request is read, and on a busy machine the one before may be read late.
    least = (0.4, 0.4, 2.0, 0.8)
    assert all(gap >= asked_for - 0.05 for gap, asked_for in zip(gaps(web), least, strict=True)), gaps(web)
    frontier = Frontier(home / "frontier.sqlite", owner="test")
    [turn] = frontier.turns().values()
    frontier.close()
    assert (turn.factor, turn.crawl_delay, turn.reason) == (2.0, 0.4, "answered 429 with Retry-After: 2 s")


def test_a_kill_leaves_no_request_too_close_behind(web: Any, home: Path, kit: Any) -> None:
    fill(web, kit)
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0.7')
    for _ in range(2):
        before = len(web.asked)
        child = subprocess.Popen(
            [sys.executable, "-m", "crawler.run", str(home), CrawlOptions().to_json()],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with child:
            begun = time.monotonic()
            while len(web.asked) < before + 2 and time.monotonic() - begun < 60:
                time.sleep(0.01)
            child.send_signal(signal.SIGKILL)
    crawl(home, CrawlOptions(max_pages=2))
    assert len(web.asked) >= 6
    assert min(gaps(web)) >= 0.7 - 0.05


def test_a_slow_connection_does_not_bring_the_next_request_closer(secure_web: Any, home: Path, kit: Any) -> None:
    """The first request takes half a second to get there, the second, on the same connection, none."""
    secure_web.handshake_seconds = 0.5
    secure_web.pages |= {"/robots.txt": kit.answer(""), "/a": kit.answer("<p>a</p>")}
    kit.write_sites(home, f'name = "local"\nhome = "{secure_web.base}/"\ndelay_seconds = 0.6')
    crawl(home, CrawlOptions(urls=(f"{secure_web.base}/a",)))
    assert secure_web.paths() == ["/robots.txt", "/a"]
    assert min(gaps(secure_web)) >= 0.6 - 0.05


def test_sites_on_one_domain_share_its_queue_and_domains_at_one_address_do_not(web: Any, home: Path, kit: Any) -> None:
    fill(web, kit)
    stanza = 'name = "{0}"\nhome = "http://{0}.{1}.localhost:{2}/"\ndelay_seconds = {3}'
    places = (("a", "news", 0.4), ("b", "news", 0), ("c", "other", 0.4))
    kit.write_sites(home, *(stanza.format(name, domain, web.port, delay) for name, domain, delay in places))
    crawl(home, CrawlOptions(max_pages=6))
    by_domain: dict[str, list[float]] = defaultdict(list)
    for asked in web.asked:
        by_domain[asked.headers["host"].split(".")[1]].append(asked.at)
    assert {asked.headers["host"].partition(".")[0] for asked in web.asked} == {"a", "b", "c"}
    for times in by_domain.values():
        assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.4 - 0.05
    assert min(gaps(web)) < 0.35, "the domain is the unit: the two do not wait for each other"
