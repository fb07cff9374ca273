"""An index of 100,000 sitemaps, read and taken in while the crawl goes on: nobody waits for it noticeably."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import CrawlOptions, crawl
from crawler.archive import Announcement
from crawler.discovery import Found, SitemapReader
from crawler.discovery.variants import MOST_FORMS
from crawler.frontier.leases import Candidate
from crawler.frontier.store import Frontier
from crawler.intake.scope import Scope
from crawler.intake.taking_in import PIECE, take_in
from crawler.sites import Site
from crawler.visit import Visit

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
BASE = "https://times.example"


def index_of(children: int, *, changed: bool = False) -> bytes:
    """The first of them is alive; all others are dead, but for the eighth where it `changed`."""
    days = dict.fromkeys({0, 7} if changed else {0}, "2026-11-22")
    entries = "".join(
        f"<sitemap><loc>{BASE}/maps/{n}.xml</loc><lastmod>{days.get(n, '2011-03-04')}</lastmod></sitemap>"
        for n in range(children)
    )
    return f"<sitemapindex>{entries}</sitemapindex>".encode()


async def read_and_take_in(body: bytes, visit: Visit, frontier: Frontier) -> tuple[int, float, list[Candidate]]:
    """As the spider and its middleware do it: steps, the longest hold of the loop, what is left."""
    number, longest = 0, 0.0
    done = asyncio.Event()

    async def watch() -> None:
        nonlocal longest
        while not done.is_set():
            begun = time.thread_time()  # rather than the clock: other tests run beside this one
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - begun)

    watching = asyncio.create_task(watch())
    others_waited_since = time.monotonic()
    found: list[Found] = []
    for item in SitemapReader(body, url=visit.lease.url):
        found.append(item)
        if time.monotonic() - others_waited_since > 0.02:
            await asyncio.sleep(0)
            others_waited_since = time.monotonic()
    steps = take_in(found, visit, frontier, Scope(Site(name="times", home=f"{BASE}/")), days=None, now=NOW)
    while True:
        try:
            step = next(steps)
        except StopIteration as ended:
            done.set()
            await watching
            return number, longest, ended.value
        number += 1
        await step.run_beside(since=time.monotonic())


def taken_in(tmp_path: Path, children: int) -> tuple[list[int], list[float]]:
    """Three readings of an index: the first, one without change, one in which one sitemap has another date; of each,
    how many steps it took and the longest of them in seconds."""
    frontier = Frontier(tmp_path / "frontier.sqlite", owner="test")
    said = Announcement(channel="seed", source_url=None, seen_at=NOW)
    seed = Candidate(
        url=f"{BASE}/map.xml", site="times", domain="times.example", kind="sitemap", priority=3, due_at=NOW,
        announcement=said,
    )  # fmt: skip
    frontier.add([seed])
    (lease,) = frontier.lease_some("times.example", now=NOW, sites=["times"], limit=1)
    steps, held = [], []
    for number, body in enumerate((index_of(children), index_of(children), index_of(children, changed=True))):
        visit = Visit(lease=lease, started_at=NOW)
        number_of_steps, longest, left = asyncio.run(read_and_take_in(body, visit, frontier))
        steps.append(number_of_steps)
        held.append(longest)
        assert left == []
        assert visit.new_before == (children if number == 0 else 0)
        due = frontier.lease_some("times.example", now=NOW, sites=["times"], limit=9)
        alive = {f"{BASE}/maps/{n}.xml" for n in ((0, 7) if number == 2 else (0,))}
        assert {each.url for each in due} == alive
        frontier.release(due)
    frontier.close()
    return steps, held


def test_an_index_is_taken_in_piece_by_piece(tmp_path: Path) -> None:
    steps, _ = taken_in(tmp_path, 10_000)
    assert min(steps) >= 10_000 / PIECE, "others have their turn after each piece at the latest"
    assert steps[0] >= 2 * 10_000 / PIECE, "in looking them up, and again in taking them in"


@pytest.mark.thorough
@pytest.mark.timeout(1500)
def test_an_index_of_100_000_sitemaps_holds_nobody_up(tmp_path: Path) -> None:
    steps, held = taken_in(tmp_path, 100_000)
    for what, number, longest in zip(("first", "unchanged", "one changed"), steps, held, strict=True):
        print(f"{what}: {number} steps, of which the longest held the loop up for {longest * 1000:.0f} ms")
    assert max(held) < 0.25


def test_a_sitemap_of_amp_forms_is_looked_through_piece_by_piece(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "frontier.sqlite", owner="test")
    seed = Candidate(
        url=f"{BASE}/map.xml", site="times", domain="times.example", kind="sitemap", priority=3, due_at=NOW,
        announcement=Announcement(channel="seed", source_url=None, seen_at=NOW),
    )  # fmt: skip
    frontier.add([seed])
    (lease,) = frontier.lease_some("times.example", now=NOW, sites=["times"], limit=1)
    entries = "".join(f"<url><loc>{BASE}/story-{n}/{form}</loc></url>" for n in range(3_000) for form in ("", "amp/"))
    steps, _, of_today = asyncio.run(
        read_and_take_in(f"<urlset>{entries}</urlset>".encode(), Visit(lease=lease, started_at=NOW), frontier)
    )
    assert steps >= 3_000 * MOST_FORMS / PIECE, "looked through in pieces, for each form is asked for"
    assert frontier.count_due(["times"], now=NOW) == 3_000, "the articles, and none of their forms"
    assert of_today, "some are handed back for the schedule to see"
    assert not [c for c in of_today if c.url.endswith("amp/")]
    frontier.close()


def test_a_sitemap_of_ten_thousand_articles_is_taken_in_whole(web: Any, home: Path, kit: Any) -> None:
    now = datetime.now(UTC)
    stories = [f"/story-{n}" for n in range(10_000)]
    parts = "".join(
        f"<url><loc>{web.base}{path}</loc><lastmod>{now - timedelta(days=n % 20):%Y-%m-%d}</lastmod></url>"
        for n, path in enumerate(stories)
    )
    web.pages |= {"/map.xml": kit.answer(f"<urlset>{parts}</urlset>"), "/": kit.answer("x")}
    kit.write_sites(home, f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = 0\nsitemaps = ["{web.base}/map.xml"]')
    report = crawl(home, CrawlOptions(max_pages=2))
    assert report.new_urls >= 10_000
    assert report.due >= 10_000
