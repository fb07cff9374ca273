"""After a crash the next crawl asks again only for what was in flight, and no row is published twice."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from faults import little_site
from faults.disk import Disk
from faults.journal import Did, read_journal
from faults.promises import Promised, acknowledged, broken_promises, visited_urls
from faults.published import wrong_when_published
from faults.shim import compiled, watched

from crawler import CrawlOptions, crawl


def go_on_after_crashes(web: Any, home: Path, kit: Any, folder: Path, *, crashes: int) -> None:
    little_site.fill(web, kit)
    journal, disk, promised = folder / "journal", Disk(home), Promised()
    assert watched(compiled(folder), home, CrawlOptions(), journal=journal).returncode == 0
    operations = list(read_journal(journal))
    begun = next(n for n, op in enumerate(operations) if op.did == Did.SEND)
    dice = random.Random(crashes)
    numbers = set(dice.sample(range(begun, len(operations)), crashes))
    for number, op in enumerate(operations):
        disk.apply(op)
        promised.note(op)
        if number not in numbers:
            continue
        state = dice.choice((disk.killed, disk.cut, lambda: disk.torn(dice)))()
        copy = state.write(folder / "crashed")
        before, kept = (
            len(web.asked),
            visited_urls(copy),
        )  # a commit may be done that the process had no time to tell of
        assert crawl(copy).ended_because == "nothing_due"
        asked = web.paths()[before:]
        moment = f"after operation {number}"
        again = {path for path in asked if f"{web.base}{path}" in promised.visited} - {"/robots.txt"}
        assert not again, f"acknowledged and asked for again, {moment}"
        repeated = promised.in_flight & set(asked)
        assert len(repeated) <= 1, f"one domain, one request at a time; {moment}: {repeated}"
        assert len(asked) == len(set(asked)), moment
        missing = {path for path in web.pages if f"{web.base}{path}" not in promised.visited | kept} - set(asked)
        assert missing <= {"/robots.txt"}, moment
        assert broken_promises(copy, promised) == [], moment
        assert wrong_when_published(copy) == [], moment
        assert len(acknowledged(copy)) >= len(web.pages)
        shutil.rmtree(copy)


def test_a_crawl_goes_on_after_a_crash(web: Any, one_site: Path, kit: Any, tmp_path: Path) -> None:
    go_on_after_crashes(web, one_site, kit, tmp_path, crashes=2)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("crashes", [20, 21, 22])
def test_a_crawl_goes_on_after_any_crash(web: Any, one_site: Path, kit: Any, tmp_path: Path, crashes: int) -> None:
    go_on_after_crashes(web, one_site, kit, tmp_path, crashes=crashes)
