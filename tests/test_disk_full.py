"""A disk that is full or refuses ends a crawl with a clear message; nothing acknowledged is lost, the next goes on."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from faults import little_site
from faults.disk import Disk
from faults.journal import Did, read_journal
from faults.promises import Promised, broken_promises, known_urls, mended, visited_urls
from faults.shim import compiled, watched

from crawler import CrawlOptions, crawl, verify
from crawler.crawl_log import Attempt, CrawlLog, crawl_logs

OPERATIONS = 450  # that a crawl of the little site takes, at the least


def said(outcome: subprocess.CompletedProcess[str]) -> str | None:
    """The one sentence in which a crawl says why it ended; None where all went well. Never a traceback."""
    assert outcome.returncode in (0, 2), outcome.stderr
    kind, _, value = outcome.stdout.splitlines()[-1].partition(" ")
    error = json.loads(value) if kind == "error" else json.loads(value)["error"]
    assert error is None or "\n" not in error
    return error


def refuse(web: Any, home: Path, kit: Any, folder: Path, *, faults: list[str]) -> set[str]:
    """Crawls on a disk that refuses at some operation, then on one that does not; what the first ones said."""
    little_site.fill(web, kit)
    library, sentences = compiled(folder), set()
    for number, fault in enumerate(faults):
        archive, journal = folder / f"archive {number}", folder / f"journal {number}"
        shutil.copytree(home, archive)
        before, promised = Disk(archive), Promised()
        error = said(watched(library, archive, CrawlOptions(), journal=journal, fault=fault))
        for op in read_journal(journal) if journal.exists() else ():
            before.apply(op)
            promised.note(op)
        if error is None:  # what failed was not needed: a file that SQLite removes at the end, say
            assert {f"{web.base}{p}" for p in web.pages} <= promised.visited, fault
        else:
            sentences.add(error)
        # What failed to be flushed may be gone although the machine runs on.
        gone = before.cut().write(folder / f"gone {number}")
        assert mended(gone) is None
        assert broken_promises(gone, promised) == [], f"{fault}, and then gone: {error}"
        # A commit may fail at its very end, where it is told as failed and found as done.
        done = visited_urls(archive)
        assert promised.visited <= done, fault
        asked = len(web.asked)
        assert crawl(archive).ended_because == "nothing_due", fault
        again = {f"{web.base}{p}" for p in web.paths()[asked:] if p != "/robots.txt"}
        assert not again & done, f"{fault}: acknowledged and asked for again"
        assert {f"{web.base}{p}" for p in web.pages} <= done | again | {f"{web.base}/robots.txt"}, fault
        assert broken_promises(archive, promised) == [], f"{fault}: {error}"
        for used in (archive, gone):
            shutil.rmtree(used)
    return sentences


def some(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    numbers = dice.sample(range(OPERATIONS), count)
    return [f"{('full', 'error', 'dead')[n % 3]}:{number}" for n, number in enumerate(numbers)]


def test_a_disk_that_refuses(web: Any, one_site: Path, kit: Any, tmp_path: Path) -> None:
    faults = ["full:5", "dead:7", "full:200", *some(1, seed=1)]  # while the frontier is made, and later
    sentences = refuse(web, one_site, kit, tmp_path, faults=faults)
    assert any("full" in sentence or "No space left" in sentence for sentence in sentences), sentences


@pytest.mark.thorough
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", range(2, 8))
def test_a_disk_that_refuses_anywhere(web: Any, one_site: Path, kit: Any, tmp_path: Path, seed: int) -> None:
    sentences = refuse(web, one_site, kit, tmp_path, faults=some(60, seed=seed))
    assert sentences


def broadsheet(library: Path, home: Path, free: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "LD_PRELOAD": str(library), "DISK_FREE": str(free)}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("broadsheet")), "crawl", "--home", str(home)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def test_a_crawl_stops_before_the_disk_is_full_and_says_so(web: Any, one_site: Path, kit: Any, tmp_path: Path) -> None:
    little_site.fill(web, kit)
    free = tmp_path / "free"
    free.write_text("300000000")
    filling = web.pages[little_site.STORIES[3]]

    def fills_the_disk(_: dict[str, str]) -> bytes:
        free.write_text("200000000")
        time.sleep(0.3)  # longer than what is finished waits to be acknowledged
        return filling

    web.pages[little_site.STORIES[3]] = fills_the_disk
    library = compiled(tmp_path)
    child = broadsheet(library, one_site, free)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 2
    ending, line = err.splitlines()
    assert ending.startswith("ending: the disk is nearly full · ")
    assert "200 MB left on the disk, 250 MB wanted; make room, then crawl again: nothing is lost" in line
    assert list(verify(one_site)) == []
    assert not list(one_site.glob("archive/*/*.open"))
    before = len(web.asked)
    assert before < len(web.pages)
    child = broadsheet(library, one_site, free)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err.count("\n")) == (2, 1)
    assert "200 MB left on the disk" in err
    assert len(web.asked) == before, "nothing was fetched without room for it"
    free.write_text("300000000")
    web.pages[little_site.STORIES[3]] = filling
    assert crawl(one_site).ended_because == "nothing_due"
    assert set(web.pages) <= set(web.paths())
    assert list(verify(one_site)) == []


LISTED = 2_500  # more than goes into the frontier in one piece


def test_a_long_list_is_not_forgotten_where_the_disk_refuses_while_it_is_taken_in(
    web: Any, one_site: Path, kit: Any, tmp_path: Path
) -> None:
    urls = [f"{web.base}/2026/11/22/story-number-{n}/" for n in range(LISTED)]
    located = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    web.pages |= {
        "/robots.txt": kit.answer(f"Sitemap: {web.base}/map.xml\n", content_type="text/plain"),
        "/": kit.answer("<p>home</p>"),
        "/map.xml": kit.answer(f"<urlset>{located}</urlset>", content_type="application/xml"),
    }
    options, library, journal = CrawlOptions(max_pages=3), compiled(tmp_path), tmp_path / "journal"
    whole = Path(shutil.copytree(one_site, tmp_path / "whole"))
    assert said(watched(library, whole, options, journal=journal)) is None
    assert set(urls) <= known_urls(whole).keys()
    operations = list(read_journal(journal))
    asked_for = next(n for n, op in enumerate(operations) if op.did == Did.SEND and b"/map.xml" in op.data)
    acknowledged = next(
        n for n, op in enumerate(operations)
        if op.did == Did.MARK and f"{web.base}/map.xml" in json.loads(op.data).get("visited", ())
    )  # fmt: skip
    begin, end = (sum(op.changes for op in operations[:n]) for n in (asked_for, acknowledged))
    middle = (begin + end) // 2
    for fault in (f"full:{middle}", f"error:{middle}", f"error:{(middle + end) // 2}"):
        home = Path(shutil.copytree(one_site, tmp_path / fault))
        assert said(watched(library, home, options, fault=fault)) is not None
        assert crawl(home, options).error is None
        assert set(urls) <= known_urls(home).keys(), f"forgotten after {fault}"
        assert list(verify(home)) == []


def test_no_line_of_the_crawl_log_outlives_a_capture_that_may_be_lost(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
    refused = Attempt(at=now, site="a", url="http://a.example/", kind="article", outcome="refused")
    for sync in (False, True):
        log = CrawlLog(tmp_path, prefix="broadsheet", host="here", clock=lambda: now)
        log.write(refused)
        log.close(sync=sync)
        assert len(crawl_logs(tmp_path)) == sync
