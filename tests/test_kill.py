"""A crawl that is killed loses nothing that it acknowledged, forgets no URL, and can be mended."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

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


def acknowledged(home: Path) -> dict[str, tuple[str, int, int]]:
    """Capture → file, offset and length, as the ledger has it."""
    path = home / "frontier.sqlite"
    if not path.exists():
        return {}
    db = sqlite3.connect(path)
    try:
        rows = db.execute("select capture_id, warc_file, record_offset, record_length from capture").fetchall()
    except sqlite3.OperationalError:  # killed before its first table
        rows = []
    finally:
        db.close()
    return {row[0]: row[1:] for row in rows}


def fetched(web: Any) -> int:
    """How many requests went to pages that are there."""
    return sum(path in web.pages for path in web.paths())


def kill_after(home: Path, seconds: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.run", str(home), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert child.stdin is not None
    child.stdin.close()


def crawl_with_kills(web: Any, home: Path, kit: Any, *, kills: int) -> None:
    fill(web, kit)
    dice = random.Random(kills)
    kept: dict[str, tuple[str, int, int]] = {}
    for _ in range(kills):
        kill_after(home, dice.uniform(0.4, 1.6))
        now = acknowledged(home)
        assert kept.items() <= now.items(), "the ledger lost what it had acknowledged"
        kept = now
    last = crawl(home)
    assert last.ended_because == "nothing_due"
    assert fetched(web) <= len(web.pages) + 2 * kills, "a resumed crawl asks again only for what was under way"
    assert kept.items() <= acknowledged(home).items()
    assert set(web.pages) <= set(web.paths()), "every URL is fetched"
    assert list(verify(home)) == []
    lines = kit.log_lines(home)
    logged = [line["capture_id"] for line in lines if line["capture_id"]]
    assert sorted(logged) == sorted(acknowledged(home)), (
        "each capture has one line in a crawl log, and the other way round"
    )
    assert {line["outcome"] for line in lines} <= {"captured", "recovered"}
    assert not list(home.glob("archive/**/*.open"))


def test_killed_and_resumed(web: Any, one_site: Path, kit: Any) -> None:
    crawl_with_kills(web, one_site, kit, kills=6)


@pytest.mark.thorough
def test_killed_twenty_times_and_resumed(web: Any, one_site: Path, kit: Any) -> None:
    crawl_with_kills(web, one_site, kit, kills=20)


def test_an_interrupt_ends_the_crawl_cleanly_and_the_next_goes_on(web: Any, one_site: Path, kit: Any) -> None:
    fill(web, kit, seconds=0.02)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.run", str(one_site), CrawlOptions().to_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("progress") and '"captured": 0' not in line:
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
