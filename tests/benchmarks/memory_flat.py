"""The memory of a crawl as it goes on: flat, however many pages it has archived.

    uv run python tests/benchmarks/memory_flat.py                   # 100,000 pages
    uv run python tests/benchmarks/memory_flat.py --pages 20000

Two hundred sites on loopback, 32 KB gzip pages, politeness off. The resident set of the crawl's own process is read up
to four times a second and its median over each tenth printed; what counts is the median of the last tenth against that
around ten thousand pages.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))

from loopback_sites import Shape, serving

from crawler import CrawlOptions, Progress, crawl

SITES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where; a temporary folder otherwise. 100,000 pages take 3.5 GB")
    asked = parser.parse_args()
    shape = Shape(sites=SITES, pages_per_site=asked.pages // SITES)
    samples: list[tuple[int, float]] = []
    own = psutil.Process()

    def sample(progress: Progress) -> None:
        for child in own.children():
            if any("crawler.run" in part for part in child.cmdline()):
                samples.append((progress.captured, child.memory_info().rss / 1e6))

    with tempfile.TemporaryDirectory(prefix="memory-flat-", dir=asked.folder) as folder, serving(shape) as homes:
        stanzas = (
            f'[[site]]\nname = "s{n}"\nhome = "{home}"\ndelay_seconds = 0\nfeeds = ["{home}feed"]\n'
            f'sitemaps = ["{home}sitemap.xml"]\n'
            for n, home in enumerate(homes)
        )
        sites = 'allow_addresses = ["127.0.0.0/8"]\nopt_out_files = false\n' + "\n".join(stanzas)
        (Path(folder) / "sites.toml").write_text(sites)
        report = crawl(Path(folder), CrawlOptions(), sample)
    seconds = (report.ended_at - report.started_at).total_seconds()
    print(f"{report.captured:,} captures in {seconds:,.0f} s, {report.archived_bytes / 1e9:.2f} GB of WARC")
    step = max(1, asked.pages // 10)
    for first in range(0, asked.pages, step):
        inside = [mb for pages, mb in samples if first <= pages < first + step]
        if inside:
            print(f"  pages {first:>7,} to {first + step:>7,}: median {statistics.median(inside):6.1f} MB, "
                  f"most {max(inside):6.1f} MB")  # fmt: skip
    early = [mb for pages, mb in samples if 8_000 <= pages < 12_000]
    late = [mb for pages, mb in samples if pages >= asked.pages * 0.9]
    if early and late:
        change = statistics.median(late) / statistics.median(early) - 1
        print(f"  the last tenth against 8,000 to 12,000 pages: {change:+.1%}")


if __name__ == "__main__":
    main()
