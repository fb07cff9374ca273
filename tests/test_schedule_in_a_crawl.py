"""What falls due as days go by: listings at their rate, articles that changed or left the feeds once more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.archive import Exchange
from crawler.custody import Custody
from crawler.discovery import Found, read_feed, read_sitemap
from crawler.intake.candidates import candidates, place, seeds
from crawler.intake.scope import Scope
from crawler.schedule.habits import expected_gap
from crawler.schedule.marks import page_mark
from crawler.sites import load_sites

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BASE = "http://a.localhost"
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Local</title>{}</channel></rss>'
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class Newsroom:
    """A site in the hands of a test, and a crawl of it whose clock jumps from one due URL to the next."""

    def __init__(self, home: Path, kit: Any, *, feeds: int = 1, sitemap: bool = False) -> None:
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
        named = ", ".join(f'"{BASE}/feed{n}.xml"' for n in range(feeds))
        stanza = f'name = "a"\nhome = "{BASE}/"\nfeeds = [{named}]\ndelay_seconds = 0'
        kit.write_sites(home, stanza + (f'\nsitemaps = ["{BASE}/sitemap.xml"]' if sitemap else ""))
        self.custody = Custody(home, load_sites(home / "sites.toml"), clock=lambda: self.now)
        self.site = self.custody.sites["a"]
        self.custody.frontier.add(seeds(self.site, now=self.now))
        self.feeds: dict[str, list[tuple[int, datetime]]] = {f"/feed{n}.xml": [] for n in range(feeds)}
        self.lastmod: dict[int, str] = {}
        self.titles: dict[int, str] = {}
        self.asked: list[tuple[datetime, str]] = []

    def publish(self, feed: str, number: int, at: datetime | None = None) -> None:
        self.feeds[feed].insert(0, (number, at or self.now))

    def path(self, number: int) -> str:
        return f"/2026/11/22/story-number-{number}-of-this-house/"

    def answer(self, path: str) -> bytes:
        if path in self.feeds:
            return RSS.format(
                "".join(
                    f"<item><title>{self.titles.get(n, f'Story {n}')}</title><link>{BASE}{self.path(n)}</link>"
                    f"<pubDate>{at:%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
                    for n, at in self.feeds[path]
                )
            ).encode()
        if path == "/sitemap.xml":
            rows = (
                f"<url><loc>{BASE}{self.path(n)}</loc><lastmod>{d}</lastmod></url>" for n, d in self.lastmod.items()
            )
            return SITEMAP.format("".join(rows)).encode()
        return f"<title>{path}</title><h1>News</h1>".encode()

    def run(self, time: timedelta, publishing: Callable[[], object] | None = None, every: timedelta = DAY) -> None:
        """Visit what falls due for so long; `publishing` is called in between."""
        frontier, end, next_news = self.custody.frontier, self.now + time, self.now + every
        while True:
            due = frontier.next_due_at("a.localhost", sites=["a"]) or end
            if publishing is not None and next_news <= min(due, end):
                self.now, next_news = next_news, next_news + every
                publishing()
                continue
            if due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            while (lease := frontier.lease("a.localhost", now=self.now, sites=["a"])) is not None:
                self.visit(lease)

    def visit(self, lease: Any) -> None:
        path = lease.url.removeprefix(BASE)
        self.asked.append((self.now, path))
        visit, body = self.custody.begin(lease), self.answer(path)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        visit.started_at = self.now
        self.custody.capture(
            visit, Exchange(url=lease.url, started_at=self.now, request=b"", response=head + body, ip_address=None)
        )
        found: Any = ()
        if lease.kind == "feed":
            found = read_feed(body, url=lease.url, content_type="application/rss+xml").items
        elif lease.kind == "sitemap":
            found = read_sitemap(body, url=lease.url).items
        elif lease.kind == "article":
            visit.mark = page_mark(body, now=self.now)

        def where(f: Found) -> int:
            return place(f, now=self.now)

        self.custody.finish(
            visit, candidates(found, lease, self.site, Scope(self.site), now=self.now, forms={}, where=where)
        )
        self.custody.flush()

    def visits(self, path: str) -> list[datetime]:
        return [at for at, asked in self.asked if asked == path]


@pytest.fixture
def newsroom(home: Path, kit: Any) -> Iterator[Callable[..., Newsroom]]:
    made: list[Newsroom] = []

    def make(**how: Any) -> Newsroom:
        made.append(Newsroom(home, kit, **how))
        return made[-1]

    yield make
    for one in made:
        one.custody.close()


def test_a_busy_feed_is_asked_every_five_minutes_a_quiet_one_a_few_times_a_day(newsroom: Any) -> None:
    room = newsroom(feeds=2)
    for n in range(40, 0, -1):
        room.publish("/feed0.xml", n, room.now - n * MINUTE)
    for n in range(10, 0, -1):
        room.publish("/feed1.xml", 1000 + n, room.now - n * 3 * DAY)
    numbers = iter(range(2000, 3000))

    def publish() -> None:
        room.publish("/feed0.xml", next(numbers))
        del room.feeds["/feed0.xml"][40:]

    room.run(HOUR, publish, every=MINUTE)
    assert 12 <= len(room.visits("/feed0.xml")) <= 13
    assert len(room.visits("/feed1.xml")) == 1
    room.run(DAY)
    assert 2 <= len(room.visits("/feed1.xml")) <= 8


def test_new_articles_in_a_quiet_feed_bring_it_back_at_once(newsroom: Any) -> None:
    room = newsroom()
    for n in range(10, 0, -1):
        room.publish("/feed0.xml", n, room.now - n * 2 * DAY)
    room.run(2 * DAY)
    before = room.visits("/feed0.xml")[-2:]
    for n in range(8):
        room.publish("/feed0.xml", 100 + n)
    room.run(DAY)
    seen, again = [at for at in room.visits("/feed0.xml") if at > before[-1]][:2]
    assert again - seen < (before[1] - before[0]) / 2


def test_an_article_that_left_the_feed_is_visited_once_more(newsroom: Any) -> None:
    room = newsroom()
    for n in range(4):
        room.publish("/feed0.xml", n)
    room.run(8 * HOUR)
    stays, leaves = room.path(3), room.path(0)
    assert len(room.visits(leaves)) == len(room.visits(stays)) == 3
    room.feeds["/feed0.xml"].pop()
    left_at = room.now
    room.run(10 * HOUR)
    feed_at = next(at for at in room.visits("/feed0.xml") if at >= left_at)
    assert room.visits(leaves)[3:] == [feed_at]
    assert len(room.visits(stays)) == 3
    room.publish("/feed0.xml", 0)
    room.run(HOUR)
    room.feeds["/feed0.xml"].pop(0)
    room.run(3 * HOUR)
    assert len(room.visits(leaves)) == 4, "once, whatever the feed does"


def test_a_feed_that_comes_empty_has_lost_nothing(newsroom: Any) -> None:
    room = newsroom()
    for n in range(4):
        room.publish("/feed0.xml", n)
    room.run(8 * HOUR)
    kept = room.feeds["/feed0.xml"][:]
    room.feeds["/feed0.xml"].clear()
    room.run(6 * HOUR)
    room.feeds["/feed0.xml"][:] = kept
    room.run(6 * HOUR)
    assert [len(room.visits(room.path(n))) for n in range(4)] == [3, 3, 3, 3]


@pytest.mark.parametrize("says", ["lastmod", "title"])
def test_what_an_index_says_was_modified_is_visited_again(newsroom: Any, says: str) -> None:
    room = newsroom(sitemap=True)
    for n in range(3):
        room.lastmod[n] = "2026-11-22T07:00:00Z"
        room.publish("/feed0.xml", n)
    room.run(8 * HOUR)
    visits = len(room.visits(room.path(1)))
    if says == "lastmod":
        room.lastmod[1] = f"{room.now:%Y-%m-%dT%H:%M:%SZ}"
    else:
        room.titles[1] = "Another headline"
    changed_at = room.now
    room.run(8 * HOUR)
    assert len(room.visits(room.path(0))) == visits
    assert len(room.visits(room.path(1))) == visits + 1
    index = "/sitemap.xml" if says == "lastmod" else "/feed0.xml"
    assert room.visits(room.path(1))[-1] == next(at for at in room.visits(index) if at >= changed_at)


def test_an_index_that_dates_everything_anew_at_every_request_costs_little(newsroom: Any) -> None:
    room = newsroom(sitemap=True)
    for n in range(3):
        room.lastmod[n] = "2026-11-22T07:00:00Z"

    def stamp() -> None:
        for n in room.lastmod:
            room.lastmod[n] = f"{room.now:%Y-%m-%dT%H:%M:%SZ}"

    room.run(2 * DAY, stamp, every=10 * MINUTE)
    assert len(room.visits("/sitemap.xml")) > 12
    assert max(len(room.visits(room.path(n))) for n in range(3)) <= 11  # twice as long a pause after each


def test_what_a_site_publishes_and_how_it_edits_is_kept_with_the_site(newsroom: Any) -> None:
    room = newsroom(feeds=2)
    numbers = iter(range(1000))

    def publish() -> None:
        n = next(numbers)
        for feed in room.feeds:  # each in both, and new once
            room.publish(feed, n)
            del room.feeds[feed][30:]

    room.run(3 * DAY, publish, every=2 * HOUR)
    memory = room.custody.frontier.site_memory("a")
    gap = expected_gap(memory, room.now)
    assert gap is not None
    assert HOUR < gap < 4 * HOUR
    assert '"edits":' in memory
    assert len(memory) < 700


def test_the_next_crawl_asks_for_what_changed_and_for_what_left(web: Any, one_site: Path, kit: Any) -> None:
    def feed(*items: tuple[str, str]) -> bytes:
        return kit.answer(
            RSS.format("".join(f"<item><title>{t}</title><link>{web.base}{p}</link></item>" for p, t in items)),
            content_type="application/rss+xml",
        )

    stays, changes, leaves = (f"/2026/11/22/story-that-{what}-and-more/" for what in ("stays", "changes", "leaves"))
    web.pages |= {p: kit.answer(f"<title>{p}</title>") for p in (stays, changes, leaves)}
    web.pages["/"] = kit.answer('<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    tracked, moved = "/2026/11/22/tracked-address-of-a-story/", "/2026/11/22/story-behind-a-tracked-address/"
    web.pages[moved] = kit.answer("<title>Moved</title>")
    web.pages[tracked] = kit.answer("", status="301 Moved Permanently", Location=moved)
    web.pages["/feed.xml"] = feed((stays, "Stays"), (changes, "Before"), (leaves, "Leaves"), (tracked, "Moved"))
    crawl(one_site, CrawlOptions())
    with closing(sqlite3.connect(one_site / "frontier.sqlite")) as db:
        marks = [m for (m,) in db.execute("select memory from url where path like '/2026/%' and status = 200")]
        assert len(marks) == 4
        assert all(mark.startswith('["') and len(mark) > 20 for mark in marks)
        hour_ago = datetime.now(UTC).timestamp() - 3600
        db.execute("update url set due_at = 0 where path = '/feed.xml'")
        for path, memory in db.execute(
            "select path, memory from url where path like '/2026/%' and status = 200"
        ).fetchall():
            mark, _, *rest = memory.removeprefix("[").removesuffix("]").split(",")
            db.execute("update url set memory = ? where path = ?", (f"[{mark},{int(hour_ago)},{','.join(rest)}]", path))
        db.commit()
    web.asked.clear()
    web.pages["/feed.xml"] = feed((stays, "Stays"), (changes, "After"))
    crawl(one_site, CrawlOptions())
    assert sorted(p for p in web.paths() if p.startswith("/2026")) == sorted([changes, leaves, moved])
