"""After a crash no domain is asked sooner than its delay after the last request, acknowledged or not."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faults.disk import Disk
from faults.journal import Did, read_journal
from faults.shim import compiled, watched

from crawler import CrawlOptions
from crawler.custody import Custody
from crawler.sites import load_sites

DELAY_SECONDS = 1.0


def test_the_last_request_before_a_crash_is_kept_a_distance_from(
    web: Any, home: Path, kit: Any, tmp_path: Path
) -> None:
    web.pages |= {
        "/robots.txt": kit.answer("", content_type="text/plain"),
        "/": kit.answer('<a href="/2026/11/22/story-number-1/">x</a>'),
        "/2026/11/22/story-number-1/": kit.answer("<p>story</p>"),
    }
    site = f'name = "local"\nhome = "{web.base}/"\ndelay_seconds = {DELAY_SECONDS}\nfeeds = []\nsitemaps = []'
    kit.write_sites(home, site)
    journal, disk, sent = tmp_path / "journal", Disk(home), 0
    assert watched(compiled(tmp_path), home, CrawlOptions(max_pages=2), journal=journal).returncode == 0
    assert len(web.asked) == 3
    seen = set()
    for number, op in enumerate(read_journal(journal)):
        disk.apply(op)
        sent += op.did == Did.SEND
        if not sent or not (op.did == Did.SEND or op.changes):
            continue
        sent_at = web.asked[sent - 1].at
        for name, state in (("killed", disk.killed()), ("power cut", disk.cut())):
            if (state.digest, sent) in seen:
                continue
            seen.add((state.digest, sent))
            copy = state.write(tmp_path / "crashed")
            soon = datetime.fromtimestamp(sent_at + 0.1, UTC)
            custody = Custody(copy, load_sites(copy / "sites.toml"), clock=lambda soon=soon: soon)
            free_at = custody.politeness.free_at(web.host)
            custody.close()
            shutil.rmtree(copy)
            assert free_at is not None
            # The request left a moment before it was seen by the server.
            assert free_at >= sent_at + DELAY_SECONDS - 0.1, f"{name} after operation {number}, request {sent}"
