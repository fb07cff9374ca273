"""Eight hostile sites cost themselves their turn, and the site beside them and the process nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler import CrawlOptions, crawl, verify
from crawler.discovery import NotAFeed, NotASitemap, read_feed, read_sitemap
from crawler.intake.reading import Reader, TooHard, is_heavy
from crawler.wire.lane import Lane

STORY = "/2026/11/22/a-story-of-the-good-site-number-{}/"


class Watch(threading.Thread):
    """The most memory that the crawls of this test ever held: the crawl's own process, and all of them together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own_mb = self.all_mb = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.05):
            try:
                held = [
                    [q.memory_info().rss / 1e6 for q in (p, *p.children(recursive=True))]
                    for p in psutil.Process().children() if "crawler.run" in p.cmdline()
                ]  # fmt: skip
            except psutil.Error:
                continue
            for each in held:
                self.own_mb, self.all_mb = max(self.own_mb, each[0]), max(self.all_mb, sum(each))

    def stop(self) -> None:
        self._over.set()
        self.join()


def test_eight_hostile_sites_beside_a_good_one(web: Any, hostile_web: Any, home: Path, kit: Any) -> None:
    web.pages["/"] = kit.answer("".join(f"<a href='{STORY.format(n)}'>x</a>" for n in range(25)))
    web.pages |= {STORY.format(n): kit.answer("<p>x</p>") for n in range(25)}
    stanza = 'name = "{0}"\nhome = "{1}"\ndelay_seconds = {2}'
    names = [stanza.format(name, hostile_web.url(name), 0.5) for name in hostile_web.sites]
    kit.write_sites(home, stanza.format("good", web.base + "/", 0.3), *names)
    watch = Watch()
    watch.start()
    report = crawl(home, CrawlOptions(for_seconds=20))
    watch.stop()
    assert report.ended_because == "time"
    assert {site for site, _ in hostile_web.asked} == set(hostile_web.sites), "each of them was asked"
    assert {STORY.format(n) for n in range(25)} <= set(web.paths()), "and the good site was crawled to its end"
    assert watch.own_mb < 300
    assert list(verify(home)) == []
    reasons = {line["reason"] for line in kit.log_lines(home)}
    assert "protocol" not in {line["reason"] for line in kit.log_lines(home) if line["site"] == "good"}
    assert reasons - {None} != set()


def test_their_server_hangs_up_on_everybody_when_it_ends(hostile_web: Any) -> None:
    """Also on those it took in its last moment and never answered: a socket left open fails another test."""
    with ExitStack() as callers:
        with type(hostile_web)() as ending:
            ending.dally(0.3)
            lines = [
                callers.enter_context(socket.create_connection(("127.0.0.1", ending.port), timeout=5)) for _ in range(8)
            ]
            for line in lines:
                line.sendall(b"GET /2/ HTTP/1.1\r\nHost: drips.localhost\r\n\r\n")
        for line in lines:
            with suppress(ConnectionResetError):
                assert line.recv(1) == b""


@pytest.mark.parametrize("root", ["rss", "urlset"])
def test_xml_knows_no_entities_and_no_network(hostile_web: Any, root: str) -> None:
    """Laughs by the billion, quadratic growth, files and addresses of entities, parameter entities and inclusions."""
    for name, body in hostile_web.entities(root).items():
        begun = time.process_time()
        try:
            if root == "rss":
                items = read_feed(body, url="http://xml.localhost/feed").items
            else:
                items = read_sitemap(body, url="http://xml.localhost/map").items
        except (NotAFeed, NotASitemap):
            items = ()
        assert time.process_time() - begun < 3, name
        said = "".join(f"{f.title} {f.url}" for f in items)
        assert "root:" not in said, "nothing of this machine's files"
        assert len(said) < 1000, name
    assert hostile_web.asked == {}


@pytest.mark.parametrize("start", [b"<!DOCTYPE " + b"[a]" * 5000, b"<!DOCTYPE " * 1600, b"<" * 16_000, b"<!--" * 4000])
def test_the_root_is_looked_for_in_linear_time(start: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(NotAFeed):
        read_feed(start, url="http://a.example/feed")
    with pytest.raises(NotASitemap):
        read_sitemap(start, url="http://a.example/map")
    assert time.process_time() - begun < 3


def test_ordinary_pages_and_feeds_are_read_at_once_and_large_ones_beside_the_crawl() -> None:
    item = b"<item><title>x</title><link>http://a.example/1</link><pubDate>x</pubDate></item>"
    assert not is_heavy("feed", b"<rss>" + item * 50 + b"</rss>")
    assert is_heavy("feed", b"<rss>" + item * 500 + b"</rss>")
    assert not is_heavy("page", b"<li><a href='/a'>x</a>" * 400 + b"x" * 200_000)
    assert is_heavy("page", b"<a>" * 10_000)
    assert is_heavy("sitemap", b"\x1f\x8b")


READ: dict[str, tuple[Any, bytes, Any]] = {
    "a page": ("page", b"<a href='/2026/11/22/one-two-three-four-five/'>x</a>" + b"<b>" * 200_000, 1),
    "levels without end": ("page", b"<i><b>" * 1_600_000, 0),
    "a feed": ("feed", b"<rss><channel>" + b"<item><link>http://a.example/x</link></item>" * 2000, 1),
    "a sitemap": ("sitemap", b"<urlset>" + b"<url><loc>http://a.example/x</loc></url>" * 30_000, 1),
    "no feed": ("feed", b"<html>" + b"<p>" * 2000, NotAFeed),
}


@pytest.mark.parametrize("name", READ)
def test_the_reader_beside_the_crawl_reads_what_is_heavy(name: str) -> None:
    what, body, comes_of_it = READ[name]

    async def read() -> Any:
        reader = Reader()
        try:
            return await reader.read(what, body, site="a", url="http://a.example/")
        finally:
            reader.close()
            await asyncio.sleep(0.02)  # in which its pipes are closed

    if isinstance(comes_of_it, int):
        found = asyncio.run(read())
        assert len(found[0] if what == "sitemap" else found.items if what == "feed" else found.links) == comes_of_it
    else:
        with pytest.raises(comes_of_it):
            asyncio.run(read())


def test_a_reader_that_had_to_be_ended_costs_that_body_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read() -> None:
        reader = Reader()
        try:
            waiting = asyncio.ensure_future(reader.read("page", b"<p>" * 10_000_000, site="a", url="http://a.b/"))
            while reader._child is None:
                await asyncio.sleep(0.01)
            reader._child.process.kill()
            with pytest.raises(TooHard, match="too long or too much memory"):
                await waiting
            assert (await reader.read("feed", READ["a feed"][1], site="a", url="http://a.example/")).items
            waiting = asyncio.ensure_future(reader.read("page", b"<p>" * 10_000_000, site="b", url="http://a.b/"))
            behind = asyncio.ensure_future(reader.read("feed", READ["a feed"][1], site="c", url="http://a.b/"))
            await asyncio.sleep(0)  # one is being read now, and one waits
            reader.stop()
            for each in (waiting, behind):
                with pytest.raises(TooHard):
                    await asyncio.wait_for(each, 5)
            await asyncio.sleep(0.02)
            reader = Reader()
            monkeypatch.setattr("crawler.intake.reading.MAX_SECONDS_OF_SITE", 0.0)
            with pytest.raises(TooHard, match="a has taken"):
                await reader.read("feed", READ["a feed"][1], site="a", url="http://a.example/")
        finally:
            reader.close()
            await asyncio.sleep(0.02)  # in which its pipes are closed

    asyncio.run(read())


def test_who_had_least_of_the_lane_is_next_in_it() -> None:
    """And whoever gives up waiting is not waited for."""

    async def through() -> list[str]:
        lane, order = Lane(), list[str]()
        lane.spent_seconds["greedy"] = 9  # type: ignore[assignment]
        await lane.enter("first", site="first")

        async def enter(site: str) -> None:
            await lane.enter(site, site=site)
            order.append(site)
            lane.leave(site)

        tasks = [asyncio.ensure_future(enter(site)) for site in ("greedy", "gone", "modest")]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        lane.leave("first")
        await asyncio.gather(*tasks, return_exceptions=True)
        await lane.enter("last", site="last")
        return order

    assert asyncio.run(through()) == ["modest", "greedy"]
