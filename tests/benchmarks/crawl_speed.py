"""Pages per CPU second and per wall second: plain Scrapy, Broadsheet, and wget --warc-file, side by side.

    uv run python tests/benchmarks/crawl_speed.py                    # without latency, then with 100 ms
    uv run python tests/benchmarks/crawl_speed.py --rounds 1 --latency 0 --profile crawl.prof

All three fetch the same sites from one server on loopback: (a) Scrapy as it comes, same concurrency, no archive;
(b) `broadsheet crawl` with frontier, WARC, CDXJ, crawl log and robots.txt, without tdmrep.json and ai.txt; (c) wget,
recursive, with a WARC file. They take turns, so that what else the machine does is the same for all. Politeness is off.
What counts is the CPU time of the crawling process with its children (user and system), and the wall time of the whole
command, start included. With latency all three get a fifth of the pages, for wget fetches one after the other.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from loopback_sites import Shape, serving

from crawler.options import CrawlOptions
from crawler.settings import CONCURRENT_REQUESTS


@dataclass(frozen=True)
class Run:
    pages: int
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def timed(command: list[str], *, cwd: Path, pages: int, stdin: int | None = None) -> Run:
    begun = time.monotonic()
    child = subprocess.Popen(
        command, cwd=cwd, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stderr is not None
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 8):  # 8: wget met an answer of an error
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return Run(pages, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def plain_scrapy(homes: list[str], folder: Path, pages: int) -> Run:
    (folder / "homes.txt").write_text("\n".join(homes))
    script = Path(__file__).with_name("plain_scrapy.py")
    return timed([sys.executable, str(script), "homes.txt", str(CONCURRENT_REQUESTS)], cwd=folder, pages=pages)


def broadsheet(homes: list[str], folder: Path, pages: int, profile: str | None = None) -> Run:
    stanzas = (
        f'[[site]]\nname = "s{n}"\nhome = "{home}"\ndelay_seconds = 0\nfeeds = ["{home}feed"]\n'
        f'sitemaps = ["{home}sitemap.xml"]\n'
        for n, home in enumerate(homes)
    )
    (folder / "sites.toml").write_text(
        'allow_addresses = ["127.0.0.0/8"]\nopt_out_files = false\n' + "\n".join(stanzas)
    )
    options = CrawlOptions(max_pages=None).to_json()
    read, write = os.pipe()  # its stdin: open as long as it is wanted
    profiled = ["-m", "cProfile", "-o", profile] if profile else []
    try:
        run = timed(
            [sys.executable, *profiled, "-m", "crawler.run", str(folder), options], cwd=Path.cwd(), pages=pages,
            stdin=read,
        )  # fmt: skip
    finally:
        os.close(read)
        os.close(write)
    lines = sum(
        b'"outcome":"captured"' in line and b'"kind":"robots"' not in line
        for log in folder.glob("archive/*/*.crawl.jsonl")
        for line in log.open("rb")
    )
    missing = pages - (lines - 2 * len(homes))
    if missing:
        raise RuntimeError(f"Broadsheet archived {missing} pages too few")
    return run


def wget(homes: list[str], folder: Path, pages: int) -> Run:
    (folder / "homes.txt").write_text("\n".join(homes))
    command = ["wget", "--quiet", "--recursive", "--level=1", "--no-directories", "--delete-after", "--tries=1"]
    return timed([*command, "--warc-file=all", "--warc-cdx", "--input-file=homes.txt"], cwd=folder, pages=pages)


def compare(shape: Shape, rounds: int, profile: str | None) -> None:
    pages = shape.sites * (shape.pages_per_site + 1)
    print(
        f"\n{shape.sites} sites of {shape.pages_per_site} pages of {shape.page_bytes:,} bytes (gzip), latency "
        f"{shape.latency_seconds * 1000:.0f} ms, {rounds} rounds, medians"
    )
    runs: dict[str, list[Run]] = {}
    ways = {"plain Scrapy": plain_scrapy, "Broadsheet": broadsheet}
    if shutil.which("wget"):
        ways["wget"] = wget
    with serving(shape) as homes:
        for _ in range(rounds):
            for name, way in ways.items():
                with tempfile.TemporaryDirectory(prefix="crawl-speed-") as folder:
                    more = {"profile": profile} if profile and name == "Broadsheet" else {}
                    runs.setdefault(name, []).append(way(homes, Path(folder), pages, **more))
    rates = {}
    for name, several in runs.items():
        cpu = statistics.median(run.pages / run.cpu_seconds for run in several)
        wall = statistics.median(run.pages / run.wall_seconds for run in several)
        rates[name] = cpu, wall
        peak = max(run.peak_mb for run in several)
        print(f"  {name:<13} {cpu:7.0f} pages per CPU second {wall:7.0f} per wall second   peak {peak:.0f} MB")
    ours = rates["Broadsheet"]
    print(f"  Broadsheet / plain Scrapy, pages per CPU second: {ours[0] / rates['plain Scrapy'][0]:.2f}")
    if "wget" in rates:
        print(f"  Broadsheet / wget, pages per wall second:        {ours[1] / rates['wget'][1]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--pages", type=int, default=50, help="articles of each site")
    parser.add_argument("--page-bytes", type=int, default=32_768)
    parser.add_argument("--latency", type=float, action="append", help="milliseconds; may be given again")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", metavar="FILE", help="of Broadsheet, by cProfile; its figures are then worthless")
    asked = parser.parse_args()
    for latency in asked.latency or (0.0, 100.0):
        pages = asked.pages if latency == 0 else max(1, asked.pages // 5)  # or wget would need a quarter of an hour
        shape = Shape(
            sites=asked.sites, pages_per_site=pages, page_bytes=asked.page_bytes, latency_seconds=latency / 1000
        )
        compare(shape, asked.rounds, asked.profile)


if __name__ == "__main__":
    main()
