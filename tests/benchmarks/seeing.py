"""What it costs to see: a crawl's counting and telling, and `status` of a large archive.

    uv run python tests/benchmarks/seeing.py                       # a million URLs: two minutes
    uv run python tests/benchmarks/seeing.py --urls 10000000       # half an hour, and 3 GB below --folder

Prints what a page costs the tally, what a line of Progress costs (and what dataclasses.asdict would), what a look at
every file of an archive takes, what a count of what is due takes, and `status` as a whole, with the frontier's size.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler import load_sites, standing_of
from crawler.archive import Announcement, Written
from crawler.crawl_log import Attempt
from crawler.frontier.leases import Candidate
from crawler.frontier.store import Frontier
from crawler.options import Progress
from crawler.watch.room import bytes_by_part
from crawler.watch.standing import due_by_site, open_read_only
from crawler.watch.tally import ROWS, Tally

SITES, DAYS, WARC_FILES = 300, 365, 20_000
NOW = datetime.now(UTC)


def timed(what: str, work: Callable[[], object], *, times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    best = min(took)
    print(f"{what:<64} {best * 1e3:>10.3f} ms   (median {statistics.median(took) * 1e3:.3f})", flush=True)
    return best


def telling() -> None:
    tally = Tally(f"site-{n}" for n in range(SITES))
    written = Written(
        capture_id="x", warc_file="f", offset=0, length=9000, record_type="response", payload_digest=None,
        captured_at=NOW, status=200, body_bytes=32_000, stored_bytes=10_000,
    )  # fmt: skip
    attempts = [
        Attempt(
            at=NOW, site=f"site-{n % SITES}", url=f"https://site-{n % SITES}.example/{n}", kind="article",
            outcome="captured", status=200, written=written, elapsed_seconds=0.1 + n % 7,
        )
        for n in range(10_000)
    ]  # fmt: skip

    def count() -> None:
        for attempt in attempts:
            tally.began(attempt.site)
            tally.ended(attempt, received_bytes=33_000)

    took = timed("counting 10,000 pages", count)
    print(f"    {took / 10_000 * 1e6:.1f} µs a page")

    def rest(_: str) -> tuple[float, str | None]:
        return 0.0, None

    def progress() -> Progress:
        count_one_each()
        return Progress(sites=tally.news(rest), answers=dict(tally.answers), answers_within=tuple(tally.answers_within))

    def count_one_each() -> None:
        for attempt in attempts[:SITES]:
            tally.began(attempt.site)
            tally.ended(attempt, received_bytes=1)

    told = progress()
    assert len(told.sites) == ROWS
    line = told.to_json()
    print(f"    a line of Progress with {ROWS} sites: {len(line):,} bytes")
    timed(f"Progress of {ROWS} sites as a line", told.to_json, times=50)
    timed("    the same by dataclasses.asdict", lambda: json.dumps(dataclasses.asdict(told)), times=50)
    timed("    and back", lambda: Progress.from_json(line), times=50)


def candidates(urls: int) -> Iterator[Candidate]:
    for n in range(urls):
        site = f"site-{n % SITES}"
        said = Announcement(channel="sitemap", source_url=f"https://{site}.example/sitemap.xml", seen_at=NOW)
        due = NOW - timedelta(hours=1) if n % 2 else NOW + timedelta(days=3)
        yield Candidate(
            url=f"https://{site}.example/2026/11/25/a-story-of-the-day-{n}", site=site, domain=f"{site}.example",
            kind="article", priority=4, due_at=due, announcement=said,
        )  # fmt: skip


def archive(home: Path, urls: int) -> None:
    """An archive as a year of crawling 300 sites would leave it, its WARC files empty."""
    stanzas = "\n".join(f'[[site]]\nname = "site-{n}"\nhome = "https://site-{n}.example/"\n' for n in range(SITES))
    (home / "sites.toml").write_text(f"quota_gb = 100\n{stanzas}", "utf-8")
    frontier = Frontier(home / "frontier.sqlite", owner="benchmark")
    batch: list[Candidate] = []
    for candidate in candidates(urls):
        batch.append(candidate)
        if len(batch) == 50_000:
            frontier.add(batch)
            batch.clear()
    frontier.add(batch)
    frontier.close()
    import sqlite3

    with sqlite3.connect(home / "frontier.sqlite") as db:
        sites = [row[0] for row in db.execute("select id from site")]
        db.executemany(
            "insert into site_day (site, day, new_articles, captured, stored_bytes) values (?, ?, 40, 400, 4000000)",
            [(s, f"{NOW.date() - timedelta(days=d)}") for s in sites for d in range(DAYS)],
        )
        db.execute("update site set visited_at = ?, new_at = ?", (NOW.timestamp(), NOW.timestamp() - 9000))
    db.close()
    for n in range(WARC_FILES):
        day = home / "archive" / f"crawl_date={NOW.date() - timedelta(days=n % DAYS)}"
        day.mkdir(parents=True, exist_ok=True)
        for end in ("warc.gz", "cdxj", "crawl.jsonl"):
            (day / f"broadsheet-{n:05}.{end}").touch()


def standing(home: Path) -> None:
    sites = load_sites(home / "sites.toml")
    size = (home / "frontier.sqlite").stat().st_size
    timed(f"a look at {3 * WARC_FILES:,} files", lambda: bytes_by_part(home))
    db = open_read_only(home / "frontier.sqlite")
    timed(f"a count of what is due, frontier of {size / 1e6:,.0f} MB", lambda: due_by_site(db, now=NOW.timestamp()))
    db.close()
    timed("status as a whole", lambda: standing_of(home, sites, now=NOW))
    found = standing_of(home, sites, now=NOW)
    assert len(found.sites) == SITES
    assert found.problem is None


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--urls", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, help="where the archive is made; else a temporary one")
    options = asked.parse_args()
    telling()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        began = time.perf_counter()
        archive(Path(folder), options.urls)
        print(f"an archive of {options.urls:,} URLs made in {time.perf_counter() - began:.0f} s", flush=True)
        standing(Path(folder))


if __name__ == "__main__":
    main()
