"""How many URLs the frontier takes a second, what they weigh on disk and in memory, and what a lease costs among them.

    uv run python tests/benchmarks/frontier_size.py                 # ten million; about a quarter of an hour
    uv run python tests/benchmarks/frontier_size.py --urls 200000   # a look

URLs come as sitemaps bring them: a batch from one site at a time, sites in random order, each URL with an announcement
that has a date. Their length is that of the news set beside the project (109 characters on average, 2026-11). The
database is written with the same transactions as in a crawl, flushed to the disk at each.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archive import Announcement
from crawler.frontier.leases import Candidate, Completion
from crawler.frontier.store import Frontier

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
TEXT = """council river bridge opens after winter floods mayor says police seek witness market prices rise again
school budget vote delayed storm warning issued local team wins final hospital ward closes union strike talks resume"""
WORDS = TEXT.split()


def urls(site: int, first: int, number: int, dice: random.Random) -> Iterator[str]:
    """Article addresses of one site, 109 characters on average."""
    for n in range(first, first + number):
        slug = "-".join(dice.choices(WORDS, k=9))
        yield f"https://www.newspaper-{site:05d}.example/{2000 + n % 26}/{n % 12 + 1:02d}/{n % 28 + 1:02d}/{slug}-{n}/"


def batch(site: int, first: int, number: int, dice: random.Random) -> list[Candidate]:
    domain = f"newspaper-{site:05d}.example"
    source = f"https://www.{domain}/sitemap-{first // 50_000}.xml"
    return [
        Candidate(
            url=url, site=f"newspaper-{site:05d}", domain=domain, kind="article", priority=6, due_at=NOW,
            announcement=Announcement(
                channel="sitemap", source_url=source, modified_raw="2026-11-22T09:20:30+00:00", seen_at=NOW
            ),
        )
        for url in urls(site, first, number, dice)
    ]  # fmt: skip


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=10_000_000)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where; a temporary folder otherwise")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontier-size-", dir=asked.folder) as folder:
        measure(Path(folder) / "frontier.sqlite", asked.urls, asked.sites, asked.batch)


def measure(path: Path, number: int, sites: int, batch_size: int) -> None:
    dice = random.Random(11)
    known = [0] * sites
    frontier = Frontier(path, owner="benchmark")
    rates: list[float] = []
    lengths, cpu = 0, 0.0
    total = 0
    before = peak_mb()
    while total < number:
        site = dice.randrange(sites)
        made = batch(site, known[site], min(batch_size, number - total), dice)
        lengths += sum(len(c.url) for c in made)
        begun, cpu_begun = time.perf_counter(), time.process_time()
        new = frontier.add(made)
        cpu += time.process_time() - cpu_begun
        rates.append(len(made) / (time.perf_counter() - begun))
        assert new == len(made)
        known[site] += len(made)
        total += len(made)
        if len(rates) % 50 == 0:
            print(
                f"  {total:>11,} URLs, {statistics.median(rates[-50:]):>7,.0f} a second, {peak_mb():.0f} MB", flush=True
            )
    print(f"{total:,} URLs of {lengths / total:.0f} characters on average, {sites:,} sites, batches of {batch_size:,}")
    quarter = max(1, len(rates) // 4)
    last, slow = statistics.median(rates[-quarter:]), sorted(rates)[len(rates) // 10]
    middle = statistics.median(rates)
    print(f"  new URLs a second: median {middle:,.0f}, last quarter {last:,.0f}, slowest tenth {slow:,.0f}")
    print(f"  and a CPU second: {total / cpu:,.0f}")
    frontier._db.execute("pragma wal_checkpoint(truncate)")
    print(f"  on disk: {path.stat().st_size / 1e9:.3f} GB, {path.stat().st_size / total:.0f} bytes a URL")
    names = [f"newspaper-{n:05d}" for n in range(sites)]
    begun = time.perf_counter()
    known_again = frontier.add(batch(0, 0, min(batch_size, known[0] or batch_size), random.Random(0)))
    print(f"  a batch of one site once more, other words: {known_again:,} new, {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    domains = frontier.domains(names)
    print(f"  domains with anything to visit: {len(domains):,} in {1000 * (time.perf_counter() - begun):.0f} ms")
    visits: list[float] = []
    for n in range(2000):
        domain = dice.choice(domains)
        begun = time.perf_counter()
        lease = frontier.lease(domain, now=NOW, sites=names)
        assert lease is not None
        done = Completion(lease=lease, answered=True, status=200, next_visit_at=NOW + timedelta(hours=n), at=NOW)
        frontier.complete([done])
        visits.append(time.perf_counter() - begun)
    print(f"  lease and acknowledgement of one URL: median {1000 * statistics.median(visits):.1f} ms, flushed to disk")
    begun = time.perf_counter()
    due = frontier.count_due(names, now=NOW)
    print(f"  {due:,} due, counted in {time.perf_counter() - begun:.1f} s")
    frontier.close()
    begun = time.perf_counter()
    Frontier(path, owner="benchmark").close()
    print(f"  opened again in {1000 * (time.perf_counter() - begun):.0f} ms")
    print(f"  peak memory of the process: {peak_mb():.0f} MB, of which {before:.0f} MB before the first URL")


if __name__ == "__main__":
    main()
