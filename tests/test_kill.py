"""A crawl that is killed loses nothing that it acknowledged, forgets no URL, and can be mended."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from faults.promises import Promised, acknowledged, broken_promises, visited_urls
from faults.published import wrong_when_published

from crawler import CrawlOptions, crawl, verify

PAGES = 120


def fill(web: Any, kit: Any, *, seconds: float = 0.004) -> None:
    """A home page that links many articles, each of which takes `seconds`."""
    paths = [f"/2026/11/22/story-number-{n}-of-the-day/" for n in range(PAGES)]

    def slowly(page: bytes) -> Any:
        def reply(_: dict[str, str]) -> bytes:
            time.sleep(seconds)
            return page

        return reply

    links = "".join(f'<a href="{p}">x</a>' for p in paths)
    web.pages |= {"/": kit.answer(links), "/robots.txt": kit.answer("", content_type="text/plain")}
    for n, path in enumerate(paths):
        text = random.Random(n).randbytes(4000).hex()
        web.pages[path] = slowly(kit.answer(f"<p>{path}</p><p>{text}</p>"))


def fetched(web: Any) -> int:
    """How many requests went to pages that are there."""
    return sum(path in web.pages for path in web.paths())


HOSTS = 12 if sys.platform == "linux" else 1  # elsewhere only one address of loopback is there to listen on
STORY_SECONDS = 0.06


@pytest.fixture
def hosts(kit: Any) -> Iterator[list[Any]]:
    """Servers of one site each, on addresses of their own."""
    with ExitStack() as stack:
        yield [stack.enter_context(kit.served(f"127.0.0.{n + 1}")) for n in range(HOSTS)]


def fill_hosts(hosts: list[Any], home: Path, kit: Any, *, stories: int) -> None:
    """Each host with its share of the stories, all in its sitemap, each of which takes a while."""
    text = random.Random(1).randbytes(300).hex()

    def story(path: str) -> Callable[[dict[str, str]], bytes]:
        def reply(_: dict[str, str]) -> bytes:
            time.sleep(STORY_SECONDS)
            return kit.answer(f"<title>{path}</title><article><p>{path}</p><p>{text}</p></article>")

        return reply

    stanzas = []
    for number, host in enumerate(hosts):
        paths = [f"/2026/11/22/story-{n}/" for n in range(stories // len(hosts))]
        located = "".join(f"<url><loc>{host.base}{path}</loc></url>" for path in paths)
        host.pages = {path: story(path) for path in paths} | {
            "/": kit.answer("<p>home</p>"),
            "/robots.txt": kit.answer("", content_type="text/plain"),
            "/map.xml": kit.answer(f"<urlset>{located}</urlset>", content_type="application/xml"),
        }
        named = f'sitemaps = ["{host.base}/map.xml"]\nfeeds = []'
        stanzas.append(f'name = "host{number}"\nhome = "{host.base}/"\ndelay_seconds = 0\n{named}')
    kit.write_sites(home, *stanzas)


def life(home: Path, hosts: list[Any], dice: random.Random) -> dict[str, set[str]]:
    """A crawl that is killed at a random moment; by host, the stories that were asked for in it."""
    before = [len(host.asked) for host in hosts]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "crawler.run", str(home), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    moment = dice.random()
    if moment < 0.1:  # while it starts: the archive is opened and mended
        time.sleep(dice.uniform(0.05, 0.6))
    else:
        wanted = "" if moment < 0.25 else "/story-"
        until = time.monotonic() + 60
        while not any(wanted in a.path for host, n in zip(hosts, before, strict=True) for a in host.asked[n:]):
            assert child.poll() is None, "the crawl ended before it was killed: too few stories"
            assert time.monotonic() < until, "the crawl asks for nothing"
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.5))
    assert child.poll() is None, "the crawl ended before it was killed: too few stories"
    child.kill()
    child.wait()
    assert child.stdin is not None
    child.stdin.close()
    return {
        host.base: {host.base + a.path for a in host.asked[n:] if "/story-" in a.path}
        for host, n in zip(hosts, before, strict=True)
    }


def crawl_with_kills(hosts: list[Any], home: Path, kit: Any, *, kills: int) -> None:
    """The promise, kill by kill: what was acknowledged stays so and is never asked for again, and of each host at most
    the one request that was in flight is.
    """
    fill_hosts(hosts, home, kit, stories=kills * 5 * len(hosts))
    dice = random.Random(kills)
    kept: set[str] = set()
    done: set[str] = set()
    in_flight = 0
    for number in range(kills):
        asked = life(home, hosts, dice)
        assert not done & set().union(*asked.values()), f"kill {number}: acknowledged and asked for again"
        done_now = visited_urls(home)
        assert done <= done_now, f"kill {number}: a URL that was visited is not any more"
        captures = set(acknowledged(home)) if done_now else set()
        assert kept <= captures, f"kill {number}: the ledger lost what it had acknowledged"
        for host, urls in asked.items():
            assert len(urls - done_now) <= 1, f"kill {number}: {host} had {urls - done_now} in flight"
            in_flight += len(urls - done_now)
        done, kept = done_now, captures
    last = crawl(home)
    assert last.ended_because == "nothing_due"
    asked_for = [host.base + path for host in hosts for path in host.paths() if "/story-" in path]
    repeated = len(asked_for) - len(set(asked_for))
    print(
        f"{kills} kills, {len(set(asked_for))} stories, {in_flight} in flight when killed, {repeated} asked for again"
    )
    assert 0 < repeated <= in_flight
    for host in hosts:
        assert set(host.pages) <= set(host.paths()), "every URL is fetched"
    assert broken_promises(home, Promised(captures=kept, urls=done)) == []
    assert {line["outcome"] for line in kit.log_lines(home)} <= {"captured", "recovered"}
    assert wrong_when_published(home) == []


def test_killed_and_resumed(hosts: list[Any], home: Path, kit: Any) -> None:
    crawl_with_kills(hosts[:4], home, kit, kills=10)


@pytest.mark.thorough
@pytest.mark.timeout(3000)
def test_killed_three_hundred_times_and_resumed(hosts: list[Any], home: Path, kit: Any) -> None:
    crawl_with_kills(hosts, home, kit, kills=300)


def test_an_interrupt_ends_the_crawl_cleanly_and_the_next_goes_on(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit, seconds=0.04)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.run", str(one_site), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("progress") and '"captured":0' not in line:
            break
    child.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = child.communicate(timeout=30)
    assert time.monotonic() - begun < 15
    assert err == ""
    assert '"ended_because": "interrupted"' in out
    assert not list(one_site.glob("archive/**/*.open"))
    assert list(verify(one_site)) == []
    before = len(web.asked)
    assert before < PAGES
    crawl(one_site)
    assert set(web.pages) <= set(web.paths())
    assert fetched(web) <= len(web.pages) + 1


def test_an_interrupt_in_the_first_moment_is_one_too(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit, seconds=0.02)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.run", str(one_site), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline().startswith("progress ")  # Scrapy's engine may not run yet
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert err == ""
    assert '"ended_because": "interrupted"' in out
    assert not [path.name for path in one_site.glob("frontier.sqlite-*")], "nobody has the frontier open any more"
    assert list(verify(one_site)) == []


def test_the_crawl_ends_cleanly_when_its_caller_gives_up(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit, seconds=0.02)

    def gives_up(progress: Any) -> None:
        if progress.captured:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        crawl(one_site, on_progress=gives_up)
    assert not list(one_site.glob("archive/**/*.open"))
    assert list(verify(one_site)) == []


def test_the_crawl_ends_when_whoever_started_it_is_gone(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit, seconds=0.02)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.run", str(one_site), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    child.stdout.readline()
    child.stdin.close()
    child.stdin = None
    out, _ = child.communicate(timeout=30)
    assert '"ended_because": "interrupted"' in out
