"""Sub-sitemaps that are dead cost at most one request in a hundred, however many there are, and wake when they change.

First a crawl of a server on loopback; then weeks of scheduled visits to a site that is only simulated, with the very
frontier, intake and decisions of a crawl, and a clock that jumps from one due time to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.discovery import Found, SitemapReader
from crawler.frontier.leases import Completion
from crawler.frontier.rations import Rations
from crawler.frontier.store import Frontier
from crawler.intake.candidates import seeds
from crawler.intake.scope import Scope
from crawler.intake.taking_in import take_in
from crawler.schedule.decision import Decisions
from crawler.schedule.plan import next_visit
from crawler.sites import Site
from crawler.visit import Visit

DAY = timedelta(days=1)
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
OLD = datetime(2000, 1, 1, tzinfo=UTC)


def index(children: list[tuple[str, str | None]]) -> str:
    entries = "".join(
        f"<sitemap><loc>{loc.replace('&', '&amp;')}</loc>{f'<lastmod>{said}</lastmod>' if said else ''}</sitemap>"
        for loc, said in children
    )
    return f"<?xml version='1.0'?><sitemapindex {NS}>{entries}</sitemapindex>"


def urlset(entries: list[tuple[str, str | None]]) -> str:
    parts = "".join(
        f"<url><loc>{loc}</loc>{f'<lastmod>{said}</lastmod>' if said else ''}</url>" for loc, said in entries
    )
    return f"<?xml version='1.0'?><urlset {NS}>{parts}</urlset>"


def old_day(n: int) -> datetime:
    """A day of long ago; from 2000 on, and round again after twenty-five years."""
    return OLD + timedelta(days=n % 9_000)


# How a dead sub-sitemap shows that it is one: address and lastmod of the n-th.
DATED: dict[str, Callable[[int], tuple[str, str | None]]] = {
    "by lastmod": lambda n: (f"/maps/part-{n}.xml", f"{old_day(n):%Y-%m-%d}"),
    "by address": lambda n: (f"/maps/{n}/sitemap-{old_day(n):%Y-%m}.xml", None),
    "by query": lambda n: (f"/sitemap?yyyy={old_day(n):%Y&mm=%m&dd=%d}&part={n}", None),
    "by nothing": lambda n: (f"/maps/part-{n}.xml", None),
}


def dead_urlset(base: str, n: int) -> str:
    return urlset([(f"{base}/old/{n}-{k}", f"{old_day(n):%Y-%m-%d}") for k in range(5)])


def asked_of(web: Any, start: str) -> list[str]:
    return [p for p in web.paths() if p.startswith(start)]


def serve_site(web: Any, kit: Any, how: str, *, dead: int, articles: int, nested: bool = False) -> set[str]:
    """A site of today's articles, its sitemaps all below one index; the paths of the dead sub-sitemaps."""
    a, base, now = kit.answer, web.base, datetime.now(UTC)
    stories = [f"/{now:%Y/%m/%d}/story-number-{n}-of-today/" for n in range(articles)]
    children = [(base + path, said) for path, said in map(DATED[how], range(dead))]
    live = (f"{base}/live.xml", f"{now:%Y-%m-%d}" if how == "by lastmod" else None)
    xml = "application/xml"
    if nested:
        size = min(365, dead // 50)
        parts = [children[k : k + size] for k in range(0, dead, size)]
        top = [(f"{base}/indexes{path}", said) for path, said in map(DATED[how], range(0, dead, size))]
        web.pages |= {
            url.removeprefix(base): a(index(p), content_type=xml) for (url, _), p in zip(top, parts, strict=True)
        }
        root = index([*top, live])
    else:
        root = index([*children, live])
    web.pages |= {path: a("<p>Story</p>") for path in stories} | {
        "/robots.txt": a(f"Sitemap: {base}/map.xml", content_type="text/plain"),
        "/": a('<link rel="alternate" type="application/rss+xml" href="/feed">'),
        "/feed": a("<rss version='2.0'><channel><title>Feed</title></channel></rss>", content_type=xml),
        "/map.xml": a(root, content_type=xml),
        "/live.xml": a(urlset([(base + path, f"{now:%Y-%m-%d}") for path in stories]), content_type=xml),
    }
    for n, (url, _) in enumerate(children):
        web.pages[url.removeprefix(base)] = a(dead_urlset(base, n), content_type=xml)
    paths = {url.removeprefix(base) for url, _ in children}
    return paths | {path for path in web.pages if path.startswith("/indexes/")}


@pytest.mark.parametrize("how", DATED)
@pytest.mark.parametrize("nested", [False, True], ids=["one index", "index of indexes"])
def test_a_first_crawl_finds_what_is_alive_and_leaves_the_dead(
    web: Any, one_site: Path, kit: Any, how: str, nested: bool
) -> None:
    dead = serve_site(web, kit, how, dead=1500, articles=250, nested=nested)
    report = crawl(one_site)
    asked = web.paths()
    assert report.ended_because == "nothing_due"
    assert len([p for p in asked if "/story-number-" in p]) == 250, "what is alive is found and fetched"
    spent = len([p for p in asked if p in dead])
    assert spent <= (len(asked) * 0.01 if how == "by nothing" else 0)
    assert not asked_of(web, "/old/"), "nor is the back catalogue fetched from those that were looked at"


@pytest.mark.thorough
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("how", DATED)
@pytest.mark.parametrize("nested", [False, True], ids=["one index", "index of indexes"])
def test_a_first_crawl_of_a_site_with_100_000_dead_sitemaps(
    web: Any, one_site: Path, kit: Any, how: str, nested: bool
) -> None:
    dead = serve_site(web, kit, how, dead=100_000, articles=250, nested=nested)
    crawl(one_site)
    asked = web.paths()
    assert len([p for p in asked if "/story-number-" in p]) == 250
    spent = len([p for p in asked if p in dead])
    print(f"{how}, {'index of indexes' if nested else 'one index'}: {spent} of {len(asked)} requests")
    assert spent <= len(asked) * 0.01


def test_a_dead_one_that_its_index_dates_anew_is_read_and_only_what_is_new_in_it_is_fetched(
    web: Any, one_site: Path, kit: Any
) -> None:
    serve_site(web, kit, "by lastmod", dead=300, articles=3)
    crawl(one_site)
    base, today = web.base, f"{datetime.now(UTC):%Y-%m-%d}"
    children = [
        (base + path, today if n == 7 else said) for n, (path, said) in enumerate(map(DATED["by lastmod"], range(300)))
    ]
    web.pages["/map.xml"] = kit.answer(index(children), content_type="application/xml")
    web.pages["/maps/part-7.xml"] = kit.answer(
        urlset([(f"{base}/old/7-0", "2000-01-08"), (f"{base}/old/7-1", today)]), content_type="application/xml"
    )
    web.pages |= {f"/old/7-{n}": kit.answer("<p>Old</p>") for n in range(2)}
    web.asked.clear()
    crawl(one_site, CrawlOptions(urls=(f"{base}/map.xml",)))
    crawl(one_site)
    assert asked_of(web, "/maps/") == ["/maps/part-7.xml"]
    assert asked_of(web, "/old/") == ["/old/7-1"], "what was edited today, not all that it lists"


@dataclass
class Simulated:
    """A site that answers from a function, and a frontier that is driven by the schedule's clock."""

    frontier: Frontier
    site: Site
    answer: Callable[[str, datetime], tuple[int, str]]
    now: datetime
    asked: Counter[str] = field(default_factory=Counter)
    seen: dict[str, str] = field(default_factory=dict)

    def run(self, until: datetime) -> None:
        rations, scope = Rations(self.frontier), Scope(self.site)
        decisions = Decisions(site_memory=self.frontier.site_memory, keys=self.frontier.keys)
        self.frontier.add(seeds(self.site, now=self.now))
        while self.now < until:
            leases = self.frontier.lease_some("times.example", now=self.now, sites=["times"], limit=1)
            if not leases:
                due = self.frontier.next_due_at("times.example", sites=["times"])
                self.now = max(due or until, self.now + timedelta(seconds=1))
                continue
            (lease,) = leases
            self.asked[lease.url] += 1
            status, body = self.answer(lease.url, self.now)
            if self.seen.get(lease.url) == body and lease.etag:
                status = 304
            self.seen[lease.url] = body
            visit = Visit(lease=lease, started_at=self.now)
            found: list[Found] = []
            if status == 200 and lease.kind == "sitemap":
                found = list(SitemapReader(body.encode(), url=lease.url))
            steps = take_in(found, visit, self.frontier, scope, days=None, now=self.now)
            try:
                while True:
                    next(steps).run()
            except StopIteration as done:
                kept = done.value
            self.frontier.complete(
                [
                    Completion(
                        lease=lease, answered=True, status=status, at=self.now, found=tuple(kept), etag='"x"',
                        next_visit_at=next_visit(
                            kind=lease.kind, status=status, visits=lease.visits + 1, failures=0, now=self.now
                        ),
                        sitemap=visit.sitemap, new_before=visit.new_before,
                        new_articles_before=visit.new_articles_before,
                    )
                ],
                decide=rations.deciding(decisions), site_memories=decisions.site_memories,
            )  # fmt: skip
            self.now += timedelta(seconds=5)


def simulate(tmp_path: Path, how: str, *, dead: int, days: int) -> tuple[Simulated, set[str], list[str], int]:
    """Weeks of a site that publishes twelve articles a day into a sub-sitemap of the day, with none of the dead ones
    changing but one, on the third day. What it was asked, the dead, the articles, and looks at the one that woke."""
    base, start = "https://times.example", datetime(2026, 11, 1, tzinfo=UTC)
    children = [(base + path, said) for path, said in map(DATED[how], range(dead))]
    woken = children[dead // 2][0]

    def live(day: int) -> tuple[str, str | None]:
        date = start + day * DAY
        name = f"/maps/new-{dead + day}.xml" if how == "by nothing" else f"/maps/{date:%Y-%m-%d}.xml"
        return base + name, None

    def published(day: int, now: datetime) -> list[str]:
        begun = start + day * DAY
        return [f"{base}/{begun:%Y/%m/%d}/story-{n}/" for n in range(12) if begun + n * timedelta(hours=2) <= now]

    indexes: dict[tuple[int, str | None], str] = {}

    def answer(url: str, now: datetime) -> tuple[int, str]:
        today = (now - start).days
        if url.endswith("/map.xml"):
            changed = f"{start + 3 * DAY:%Y-%m-%d}" if how == "by lastmod" and today >= 3 else None
            if (today, changed) not in indexes:
                old = [(loc, changed if changed and loc == woken else said) for loc, said in children]
                indexes[today, changed] = index([*old, *map(live, range(-5, today + 1))])
            return 200, indexes[today, changed]
        if "/story-" in url or "/old/" in url or url.endswith("example/"):
            return 200, "<p>x</p>"
        for day in range(-5, today + 1):
            if url == live(day)[0]:
                return 200, urlset([(story, None) for story in published(day, now)])
        number = next(n for n, child in enumerate(children) if child[0] == url)
        return 200, dead_urlset(base, number)

    frontier = Frontier(tmp_path / "frontier.sqlite", owner="test")
    site = Site(name="times", home=f"{base}/", sitemaps=(f"{base}/map.xml",))
    simulated = Simulated(frontier, site, answer, start)
    simulated.run(start + days * DAY)
    frontier.close()
    end = start + (days - 1) * DAY  # what nobody asked for since may wait for a day
    articles = [story for day in range(days) for story in published(day, end)]
    return simulated, {url for url, _ in children}, articles, simulated.asked[woken]


@pytest.mark.parametrize("how", DATED)
def test_weeks_of_visits_cost_the_dead_one_request_in_a_hundred(tmp_path: Path, how: str) -> None:
    simulated, dead, articles, looks = simulate(tmp_path, how, dead=200, days=8)
    total, spent = simulated.asked.total(), sum(simulated.asked[url] for url in dead)
    assert spent <= total * 0.01
    assert not [story for story in articles if story not in simulated.asked], "nothing of what is alive was missed"
    if how == "by lastmod":
        assert looks == 1, "the one that changed was read once"
    if how in ("by address", "by query"):
        assert spent == 0
    if how == "by nothing":
        assert spent >= 5, "the doubtful are looked at, one after the other"


@pytest.mark.thorough
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("how", DATED)
def test_weeks_of_visits_to_a_site_with_100_000_dead_sitemaps(tmp_path: Path, how: str) -> None:
    simulated, dead, articles, _ = simulate(tmp_path, how, dead=100_000, days=10)
    total, spent = simulated.asked.total(), sum(simulated.asked[url] for url in dead)
    print(f"{how}: {spent} of {total} requests in ten days, {spent / total:.2%}")
    assert spent <= total * 0.01
    assert not [story for story in articles if story not in simulated.asked]


def test_an_index_that_did_not_change_wakes_nobody(tmp_path: Path) -> None:
    simulated, dead, *_ = simulate(tmp_path, "by lastmod", dead=50, days=2)
    assert simulated.asked["https://times.example/map.xml"] >= 2
    assert not dead & set(simulated.asked)
