"""What eight hostile sites among fifty cost the other 42, and the process.

    uv run python tests/benchmarks/hostile_isolation.py [--rounds 3] [--pages 40] [--delay 1.0] [--hold 50]

Crawls, by turns, (a) 42 good sites alone and (b) the same 42 beside the eight of tests/hostile_server.py. Prints for
each round: pages a second of the good sites by their own server's clock, from its first request until the last of their
pages is out; the peak of resident memory of the crawl's processes together; and the callbacks that held the event loop
longest. Then the ratio of the medians of the throughput, (b) to (a): at least 0.95 is promised, and 300 MB at the most.
Servers and crawl are processes of their own. `serve` and `crawl` as first argument are those.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from crawler.run import ENVIRONMENT

GOOD = 42
HOSTILE = Path(__file__).parent.parent / "hostile_server.py"


def serve(pages: int, log: Path) -> None:
    """The good sites: a home page, a feed, and `pages` articles of 32 KB behind gzip; the times go into `log`."""
    words = [f"word{n * 7919 % 4001}" for n in range(16_000)]
    story = "/2026/11/22/a-story-about-the-river-crossing-{}/"
    bodies = [gzip.compress(f"<title>{n}</title><p>{' '.join(words[n:])}</p>".encode()) for n in range(pages)]
    links = "".join(f'<a href="{story.format(n)}">A headline that is long enough for one</a>' for n in range(pages))
    made = {"/": gzip.compress(links.encode()), "/feed/": gzip.compress(b"<rss version='2.0'><channel/></rss>")}
    made |= {story.format(n): body for n, body in enumerate(bodies)}
    made["/sitemap.xml"] = gzip.compress(b"<urlset/>")
    out = log.open("w", buffering=1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                body = made.get(path)
                status = b"200 OK" if body is not None else b"404 Not Found"
                said = b"HTTP/1.1 %b\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
                writer.write(said % (status, len(body or b"")) + (body or b""))
                await writer.drain()
                out.write(f"{time.time()} {path}\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(run())


def hostile() -> None:
    spec = importlib.util.spec_from_file_location("hostile_server", HOSTILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    os.nice(10)  # it is elsewhere in life: what it takes of this machine's two cores is not what is measured
    with module.HostileServer() as server:
        print(server.port, flush=True)
        sys.stdin.read()


def watched_crawl(home: Path, out: Path) -> None:
    """A crawl in this process that notes for how long each callback of the event loop had the processor.

    By the thread's own clock: on a machine that does other things as well, the wall's says more of those.
    """
    from crawler.options import CrawlOptions
    from crawler.run import run_here

    holds: list[tuple[float, str]] = []
    run = asyncio.events.Handle._run

    def timed(handle: Any) -> None:
        begun = time.thread_time()
        run(handle)
        took = time.thread_time() - begun
        if took > 0.02:
            task = getattr(handle._callback, "__self__", None)
            what = repr(task)[:400] if isinstance(task, asyncio.Task) else repr(handle._callback)[:400]
            holds.append((took, what))

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]
    report = run_here(home, CrawlOptions())
    out.write_text(json.dumps({"holds": sorted(holds, reverse=True)[:200], "report": report.to_json()}), "utf-8")


def one_round(args: argparse.Namespace, *, with_hostile: bool) -> dict[str, Any]:
    me = [sys.executable, str(Path(__file__).resolve())]
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        home, log = Path(folder) / "home", Path(folder) / "good.log"
        home.mkdir()
        good = subprocess.Popen([*me, "serve", str(args.pages), str(log)], stdout=subprocess.PIPE, text=True)
        bad = subprocess.Popen([*me, "hostile"], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        assert good.stdout is not None
        assert bad.stdout is not None
        port, bad_port = int(good.stdout.readline()), int(bad.stdout.readline())
        stanza = '[[site]]\nname = "{n}"\nhome = "http://{n}.localhost:{p}/"\ndelay_seconds = {d}\n'
        sites = "".join(
            stanza.format(n=f"good{n}", p=port, d=args.delay)
            + f'feeds = ["http://good{n}.localhost:{port}/feed/"]\nsitemaps = ["http://good{n}.localhost:{port}/sitemap.xml"]\n'
            for n in range(GOOD)
        )
        if with_hostile:
            names = ("bombs", "endless", "drips", "headers", "loops", "links", "mazes", "xml")
            sites += "".join(stanza.format(n=n, p=bad_port, d=args.delay) for n in names)
        (home / "sites.toml").write_text('allow_addresses = ["127.0.0.0/8"]\n' + sites, "utf-8")
        crawl = subprocess.Popen(
            [*me, "crawl", str(home), str(home / "out.json")], stderr=(home / "err").open("w"),
            env={**ENVIRONMENT, **os.environ},
        )  # fmt: skip
        peak, main_peak, wanted = 0, 0, GOOD * args.pages
        process, patience = psutil.Process(crawl.pid), time.monotonic() + 60 + args.pages * args.delay * 5
        while crawl.poll() is None and time.monotonic() < patience:
            try:
                each = [p.memory_info().rss for p in (process, *process.children(recursive=True))]
            except psutil.NoSuchProcess:
                continue
            peak, main_peak = max(peak, sum(each)), max(main_peak, each[0])
            time.sleep(0.05)
            if log.exists() and log.read_text().count("/2026/") >= wanted:
                break
        lasted = time.monotonic()
        while crawl.poll() is None and time.monotonic() < lasted + args.linger:
            try:
                each = [p.memory_info().rss for p in (process, *process.children(recursive=True))]
            except psutil.NoSuchProcess:
                continue
            peak, main_peak = max(peak, sum(each)), max(main_peak, each[0])
            time.sleep(0.05)
        if crawl.poll() is None:
            os.kill(crawl.pid, signal.SIGINT)
        try:
            crawl.wait(40)
        except subprocess.TimeoutExpired:
            crawl.kill()
        for server in (good, bad):
            server.kill()
            server.wait()
        if not (home / "out.json").exists():
            raise SystemExit((home / "err").read_text()[-3000:])
        times = [float(line.split()[0]) for line in log.read_text().splitlines() if "/2026/" in line]
        result = json.loads((home / "out.json").read_text())
        report = json.loads(result["report"])
        return {
            "pages": len(times), "seconds": max(times) - min(times), "rate": len(times) / (max(times) - min(times)),
            "rss": peak / 1e6, "main_rss": main_peak / 1e6, "holds": result["holds"],
            "attempts": report["attempts"], "reasons": report["reasons"],
        }  # fmt: skip


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--pages", type=int, default=40, help="of each good site")
    ask.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to a site")
    ask.add_argument(
        "--linger", type=float, default=0.0, help="seconds that the crawl goes on after the last good page"
    )
    ask.add_argument("--only", choices=("a", "b"))
    ask.add_argument("--folder", help="where the archives go while it runs")
    args = ask.parse_args()
    rates: dict[str, list[float]] = {"a": [], "b": []}
    peaks: dict[str, list[float]] = {"a": [], "b": []}
    for number in range(args.rounds):
        for arm in ("a", "b") if args.only is None else (args.only,):
            seen = one_round(args, with_hostile=arm == "b")
            rates[arm].append(seen["rate"])
            peaks[arm].append(seen["rss"])
            holds = seen["holds"]
            over = sum(took > 0.05 for took, _ in holds)
            print(
                f"round {number + 1} ({arm}): {seen['pages']} good pages in {seen['seconds']:.1f} s,"
                f" {seen['rate']:.2f}/s; peak {seen['rss']:.0f} MB ({seen['main_rss']:.0f} the crawl itself);"
                f" loop held over 50 ms {over} times, at most {holds[0][0] * 1000 if holds else 0:.0f} ms;"
                f" {seen['attempts']} attempts, {seen['reasons']}",
                flush=True,
            )
            for took, what in holds[:12]:
                print(f"    {took * 1000:7.0f} ms  {what[:300]}", flush=True)
    if args.only is None:
        ratio = statistics.median(rates["b"]) / statistics.median(rates["a"])
        print(f"throughput of the good sites, with hostile ones to without: {ratio:.3f} (promised: at least 0.95)")
        most, without = max(peaks["b"]), max(peaks["a"])
        print(f"peak of memory with hostile sites: {most:.0f} MB (promised: under 300), without: {without:.0f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", pages, log]:
            serve(int(pages), Path(log))
        case ["hostile"]:
            hostile()
        case ["crawl", home, out]:
            watched_crawl(Path(home), Path(out))
        case _:
            main()
